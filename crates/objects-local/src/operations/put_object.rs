//! PutObject: streams the body to disk, then commits it under its key.

use keyward_objects::{RequestBody, full};
use keyward_s3_wire::checksum::ChecksumType;
use keyward_s3_wire::operations::{PutObject, PutObjectAnswer};
use keyward_signature::Payload;

use super::Answer;
use crate::call::Call;
use crate::receive::{check_length, receive};
use crate::{answers, checksum, conditions, not_offered, stored_head};

pub(crate) async fn put_object(call: Call<'_>, payload: Payload<RequestBody>) -> Answer {
    let place = call.place()?;
    let request = PutObject::from_request(call.head)?;
    not_offered::refuse(&request.object, &call.head.headers)?;
    check_length(call.head, &payload)?;
    let head = stored_head::of_new(&request.object, call, place.bucket)?;
    let precondition = conditions::of_write(call.engine, place, &request.conditions).await?;

    let computing = match request.checksum {
        Some(_) => None,
        None => Some(request.checksum_algorithm.unwrap_or(checksum::DEFAULT)),
    };
    let received = receive(call.engine, payload, computing).await?;
    let sum = received.checksum().cloned();
    let stored = sum.as_ref().map(|sum| checksum::stored(sum, ChecksumType::FullObject));
    let put = call
        .engine
        .commit_put(place.bucket_id(), place.key.as_str(), received.body, head, stored, place.terms(precondition))
        .await?;
    let answer = PutObjectAnswer {
        etag: answers::etag(put.etag),
        version_id: place.written_version(put.version),
        checksum: sum,
        encryption: None,
    };
    Ok(answer.response().map(full))
}
