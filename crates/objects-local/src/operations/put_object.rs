//! PutObject: streams the body to disk, then commits it under its key.

use keyward_objects::{RequestBody, full};
use keyward_s3_wire::checksum::ChecksumType;
use keyward_s3_wire::operations::{PutObject, PutObjectAnswer};
use keyward_signature::Payload;

use super::Answer;
use super::write_into::write_into;
use crate::call::Call;
use crate::receive::{check_length, receive};
use crate::{answers, checksum, conditions, encryption, lifecycle, not_offered, stored_head};

pub(crate) async fn put_object(call: Call<'_>, payload: Payload<RequestBody>) -> Answer {
    let place = call.place()?;
    let request = PutObject::from_request(call.head)?;
    not_offered::refuse(call.head.headers)?;
    check_length(call.head, &payload)?;
    if let Some(range) = request.range {
        return write_into(call, request, range, payload).await;
    }
    call.admit(payload.length().unwrap_or_default())?;
    let mut head = stored_head::of_new(&request.object, call, place.bucket)?;
    let new =
        call.keys.of_new(request.object.encryption.as_ref(), request.object.customer_key.as_ref(), place.bucket)?;
    let (kept, key) = new.unzip();
    head.encryption = kept;
    let precondition = conditions::of_write(call.engine, place, &request.conditions).await?;

    let computing = match request.checksum {
        Some(_) => None,
        None => Some(request.checksum_algorithm.unwrap_or(checksum::DEFAULT)),
    };
    let received = receive(call, payload, computing, key).await?;
    let sum = received.checksum().cloned();
    let stored = sum.as_ref().map(|sum| checksum::stored(sum, ChecksumType::FullObject));
    let shown = encryption::shown(head.encryption.as_ref());
    let described = (place.key.as_str(), received.body.size(), head.clone());
    let put = call
        .permitted()
        .await?
        .commit_put(place.bucket_id(), place.key.as_str(), received.body, head, stored, place.terms(precondition))
        .await?;
    let answer = PutObjectAnswer {
        etag: answers::etag(put.etag),
        version_id: place.written_version(put.version),
        checksum: sum,
        encryption: shown,
    };
    let mut response = answer.response().map(full);
    let (key, size, head) = described;
    let expiration = lifecycle::expiration_header(place.bucket, (key, size, &head), put.modified, call.day);
    lifecycle::show(expiration, response.headers_mut());
    Ok(response)
}
