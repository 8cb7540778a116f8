//! GetObjectRetention and PutObjectRetention: until when a version is kept. Only the engine, in the commit, decides
//! whether one that is in force may change.

use keyward_objects::full;
use keyward_policy::Body;
use keyward_s3_wire::ErrorCode;
use keyward_s3_wire::operations::{PutObjectRetention, retention_response};

use super::get_object::unread;
use super::{Answer, undecided};
use crate::call::Call;
use crate::engine::EngineError;
use crate::lock;

pub(crate) async fn object_retention(call: Call<'_>) -> Answer {
    let place = call.place()?;
    lock::require_enabled(place.bucket)?;
    let which = call.which()?;
    let record = call.engine.head_version(place.bucket_id(), place.key.as_str(), which).await;
    let record = record.map_err(|error| unread(call, which, error))?;
    let retention = record.head.lock.and_then(|lock| lock.retention).ok_or(ErrorCode::NoSuchObjectLockConfiguration)?;
    Ok(retention_response(lock::shown_retention(retention)).map(full))
}

pub(crate) async fn put_object_retention(call: Call<'_>) -> Answer {
    let place = call.place()?;
    lock::require_enabled(place.bucket)?;
    let Body::Retention(asked) = *call.allowed.body() else { return Err(undecided()) };
    let which = call.which()?;
    if let Some((_, until)) = asked {
        lock::require_ahead(until, call.engine.now())?;
    }
    let (wanted, bypass) = (asked.map(lock::kept), call.allowed.bypasses_governance());
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
