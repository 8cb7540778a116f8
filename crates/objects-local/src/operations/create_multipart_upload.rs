//! CreateMultipartUpload: begins an upload in parts, with all that the object will have besides its bytes.

use keyward_objects::full;
use keyward_s3_wire::operations::{CreateMultipartUpload, CreateMultipartUploadAnswer};

use super::{Answer, upload};
use crate::call::Call;
use crate::{checksum, encryption, lock, not_offered, stored_head};

pub(crate) async fn create_multipart_upload(call: Call<'_>) -> Answer {
    let place = call.place()?;
    let request = CreateMultipartUpload::from_request(call.head)?;
    not_offered::refuse(call.head.headers)?;
    let mut head = stored_head::of_new(&request.object, call, place.bucket)?;
    // What the bucket gives counts from when the object is there.
    head.lock = lock::asked_for(&request.object.lock, place.bucket, call.engine.now())?;
    let new =
        call.keys.of_new(request.object.encryption.as_ref(), request.object.customer_key.as_ref(), place.bucket)?;
    head.encryption = new.map(|(kept, _)| kept);
    let kept = head.encryption.clone();
    let plan = request.checksum.map(|(algorithm, kind)| checksum::planned(algorithm, kind));
    let id = call.permitted().await?.create_upload(place.bucket_id(), place.key.as_str(), head, plan).await?;
    let answer = CreateMultipartUploadAnswer {
        bucket: place.bucket.name.clone(),
        key: place.key.clone(),
        upload_id: upload::shown(id)?,
        checksum: request.checksum,
    };
    let mut response = answer.response().map(full);
    encryption::show(kept.as_ref(), response.headers_mut());
    Ok(response)
}
