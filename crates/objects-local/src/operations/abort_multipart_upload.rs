//! AbortMultipartUpload: gives an upload up and frees its parts.

use keyward_objects::full;
use keyward_s3_wire::operations::AbortMultipartUpload;

use super::{Answer, upload};
use crate::call::Call;

pub(crate) async fn abort_multipart_upload(call: Call<'_>) -> Answer {
    let place = call.place()?;
    let request = AbortMultipartUpload::from_request(call.head)?;
    let id = upload::id_of(&request.upload_id)?;
    let aborted = call.permitted().await?.abort_upload(place.bucket_id(), place.key.as_str(), id).await;
    aborted.map_err(|error| upload::no_such(error, &request.upload_id))?;
    Ok(AbortMultipartUpload::response().map(full))
}
