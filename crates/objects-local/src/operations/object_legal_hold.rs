//! GetObjectLegalHold and PutObjectLegalHold: a hold on a version without an end.

use keyward_objects::full;
use keyward_policy::Body;
use keyward_s3_wire::ErrorCode;
use keyward_s3_wire::operations::{PutObjectLegalHold, legal_hold_response};

use super::get_object::unread;
use super::{Answer, undecided};
use crate::call::Call;
use crate::lock;

pub(crate) async fn object_legal_hold(call: Call<'_>) -> Answer {
    let place = call.place()?;
    lock::require_enabled(place.bucket)?;
    let which = call.which()?;
    let record = call.engine.head_version(place.bucket_id(), place.key.as_str(), which).await;
    let record = record.map_err(|error| unread(call, which, error))?;
    let on = record.head.lock.and_then(|lock| lock.legal_hold).ok_or(ErrorCode::NoSuchObjectLockConfiguration)?;
    Ok(legal_hold_response(on).map(full))
}

pub(crate) async fn put_object_legal_hold(call: Call<'_>) -> Answer {
    let place = call.place()?;
    lock::require_enabled(place.bucket)?;
    let Body::LegalHold(on) = *call.allowed.body() else { return Err(undecided()) };
    let which = call.which()?;
    let committing = call.permitted().await?;
    let changed = committing.change_head(place.bucket_id(), place.key.as_str(), which, move |record, _now| {
        record.head.lock.get_or_insert_default().legal_hold = Some(on);
        Ok(())
    });
    changed.await.map_err(|error| unread(call, which, error))?;
    Ok(PutObjectLegalHold::response().map(full))
}
