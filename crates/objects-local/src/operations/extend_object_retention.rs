//! ExtendObjectRetention: keeps a version for longer by ECS's header. Only the engine, in the commit, decides whether
//! the period may change.

use keyward_objects::full;
use keyward_s3_wire::operations::ExtendObjectRetention;

use super::Answer;
use super::get_object::unread;
use crate::call::Call;
use crate::engine::EngineError;
use crate::lock;

pub(crate) async fn extend_object_retention(call: Call<'_>) -> Answer {
    let place = call.place()?;
    let request = ExtendObjectRetention::from_request(call.head)?;
    let which = call.which()?;
    let wanted = lock::kept_period(request.period);
    let committing = call.permitted().await?;
    let changed = committing.change_head(place.bucket_id(), place.key.as_str(), which, move |record, now| {
        let binds = record.head.retention.filter(|present| present.forbids_deletion(record.modified, now));
        if binds.is_some_and(|present| wanted < present) {
            return Err(EngineError::UnderRetention);
        }
        record.head.retention = Some(wanted);
        Ok(())
    });
    changed.await.map_err(|error| unread(call, which, error))?;
    Ok(ExtendObjectRetention::response().map(full))
}
