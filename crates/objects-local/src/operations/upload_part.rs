//! UploadPart: streams a part to disk, with the checksum that the upload was begun with.

use keyward_objects::{RequestBody, full};
use keyward_s3_wire::checksum::{ChecksumAlgorithm, ChecksumType};
use keyward_s3_wire::operations::{UploadPart, UploadPartAnswer};
use keyward_s3_wire::{ErrorCode, S3Error};
use keyward_signature::Payload;

use super::{Answer, upload};
use crate::call::Call;
use crate::receive::{check_length, receive};
use crate::{answers, checksum, encryption};

pub(crate) async fn upload_part(call: Call<'_>, payload: Payload<RequestBody>) -> Answer {
    let place = call.place()?;
    let request = UploadPart::from_request(call.head)?;
    let id = upload::id_of(&request.upload_id)?;
    check_length(call.head, &payload)?;
    call.admit(payload.length().unwrap_or_default())?;
    let (bucket, key) = (place.bucket_id(), place.key.as_str());
    let begun = call.engine.find_upload(bucket, key, id).await;
    let begun = begun.map_err(|error| upload::no_such(error, &request.upload_id))?;
    let planned = begun.checksum.map(|plan| checksum::shown_plan(plan).0);
    let named = request.checksum.as_ref().map(|checksum| checksum.algorithm()).or(request.checksum_algorithm);
    same_algorithm(planned, named)?;

    let computing = planned.or(named).unwrap_or(checksum::DEFAULT);
    let data_key = call.keys.opening(&begun.head, request.customer_key.as_ref())?;
    let received = receive(call, payload, Some(computing), data_key).await?;
    // Under a plan all parts have the same algorithm, so that they add up; otherwise what the client chose is kept.
    let sum = match planned {
        Some(planned) => received.checksum_of(planned),
        None => received.checksum(),
    };
    let sum = sum.cloned();
    let stored = sum.as_ref().map(|sum| checksum::stored(sum, ChecksumType::FullObject));
    let put =
        call.permitted().await?.put_part(bucket, key, id, request.part_number.number(), received.body, stored).await;
    let put = put.map_err(|error| upload::no_such(error, &request.upload_id))?;
    let answer = UploadPartAnswer { etag: answers::etag(put.etag), checksum: sum };
    let mut response = answer.response().map(full);
    encryption::show(begun.head.encryption.as_ref(), response.headers_mut());
    Ok(response)
}

fn same_algorithm(planned: Option<ChecksumAlgorithm>, named: Option<ChecksumAlgorithm>) -> Result<(), S3Error> {
    match (planned, named) {
        (Some(planned), Some(named)) if planned != named => Err(S3Error::because(
            ErrorCode::InvalidRequest,
            format!("The upload was begun with {} checksums; send that instead of {}.", planned.name(), named.name()),
        )),
        _ => Ok(()),
    }
}
