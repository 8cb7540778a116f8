//! GetObjectLegalHold and PutObjectLegalHold: a hold on a version without an end.

use keyward_objects::{RequestBody, full};
use keyward_s3_wire::ErrorCode;
use keyward_s3_wire::operations::{ObjectLockRead, PutObjectLegalHold, legal_hold_response};
use keyward_signature::Payload;

use super::Answer;
use super::get_object::unread;
use crate::call::{Call, which};
use crate::lock;
use crate::receive::document;

pub(crate) async fn object_legal_hold(call: Call<'_>) -> Answer {
    let place = call.place()?;
    lock::require_enabled(place.bucket)?;
    let which = which(ObjectLockRead::from_request(call.head)?.version_id.as_ref())?;
    let record = call.engine.head_version(place.bucket_id(), place.key.as_str(), which).await;
    let record = record.map_err(|error| unread(call, which, error))?;
    let on = record.head.lock.and_then(|lock| lock.legal_hold).ok_or(ErrorCode::NoSuchObjectLockConfiguration)?;
    Ok(legal_hold_response(on).map(full))
}

pub(crate) async fn put_object_legal_hold(call: Call<'_>, payload: Payload<RequestBody>) -> Answer {
    let place = call.place()?;
    lock::require_enabled(place.bucket)?;
    let body = document(payload, PutObjectLegalHold::BODY_LIMIT).await?;
    let request = PutObjectLegalHold::from_request(call.head, &body)?;
    let which = which(request.version_id.as_ref())?;
    let on = request.on;
    let committing = call.permitted().await?;
    let changed = committing.change_head(place.bucket_id(), place.key.as_str(), which, move |record, _now| {
        record.head.lock.get_or_insert_default().legal_hold = Some(on);
        Ok(())
    });
    changed.await.map_err(|error| unread(call, which, error))?;
    Ok(PutObjectLegalHold::response().map(full))
}
