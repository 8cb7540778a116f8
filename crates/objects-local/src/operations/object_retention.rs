//! GetObjectRetention and PutObjectRetention: until when a version is kept. Only the engine, in the commit, decides
//! whether one that is in force may change.

use keyward_objects::{RequestBody, full};
use keyward_s3_wire::ErrorCode;
use keyward_s3_wire::operations::{ObjectLockRead, PutObjectRetention, retention_response};
use keyward_signature::Payload;

use super::Answer;
use super::get_object::unread;
use crate::call::{Call, which};
use crate::engine::EngineError;
use crate::lock;
use crate::receive::document;

pub(crate) async fn object_retention(call: Call<'_>) -> Answer {
    let place = call.place()?;
    lock::require_enabled(place.bucket)?;
    let which = which(ObjectLockRead::from_request(call.head)?.version_id.as_ref())?;
    let record = call.engine.head_version(place.bucket_id(), place.key.as_str(), which).await;
    let record = record.map_err(|error| unread(call, which, error))?;
    let retention = record.head.lock.and_then(|lock| lock.retention).ok_or(ErrorCode::NoSuchObjectLockConfiguration)?;
    Ok(retention_response(lock::shown_retention(retention)).map(full))
}

pub(crate) async fn put_object_retention(call: Call<'_>, payload: Payload<RequestBody>) -> Answer {
    let place = call.place()?;
    lock::require_enabled(place.bucket)?;
    let body = document(payload, PutObjectRetention::BODY_LIMIT).await?;
    let request = PutObjectRetention::from_request(call.head, &body)?;
    let which = which(request.version_id.as_ref())?;
    if let Some((_, until)) = request.retention {
        lock::require_ahead(until, call.engine.now())?;
    }
    let (wanted, bypass) = (request.retention.map(lock::kept), call.allowed.bypasses_governance());
    let committing = call.permitted().await?;
    let changed = committing.change_head(place.bucket_id(), place.key.as_str(), which, move |record, now| {
        let mut lock = record.head.lock.unwrap_or_default();
        if !lock.permits_retention(wanted, now, bypass) {
            return Err(EngineError::Locked);
        }
        lock.retention = wanted;
        record.head.lock = Some(lock);
        Ok(())
    });
    changed.await.map_err(|error| unread(call, which, error))?;
    Ok(PutObjectRetention::response().map(full))
}
