//! The conditions of writes and deletions, as what the engine checks in the commit.
//!
//! They are asked before the body is read, to spare sending it, and again in the commit. A condition that lists several
//! tags is bound to the one that was there at first: when the object changes meanwhile the write is refused, also where
//! the new object would do.

use std::sync::Arc;

use keyward_s3_wire::S3Error;
use keyward_s3_wire::conditions::{CurrentObject, DeleteConditions, EntityTags, WriteConditions};

use crate::answers::etag;
use crate::call::Place;
use crate::engine::{Engine, EngineError, ObjectRecord, Precondition, Which};

/// What the commit of a write is to check.
///
/// # Errors
/// `PreconditionFailed` or `NoSuchKey` when the conditions do not hold even now.
pub(crate) async fn of_write(
    engine: &Engine,
    place: Place<'_>,
    conditions: &WriteConditions,
) -> Result<Precondition, S3Error> {
    if conditions.is_empty() {
        return Ok(Precondition::None);
    }
    let present = present(engine, place).await?.map(|record| record.etag);
    conditions.permit(present.map(etag).as_ref())?;
    Ok(match (&conditions.if_match, &conditions.if_none_match) {
        (None, Some(EntityTags::Any)) => Precondition::Absent,
        (Some(EntityTags::Any), None) => Precondition::Present,
        _ => present.map_or(Precondition::Absent, Precondition::Matches),
    })
}

/// What the commit of a deletion is to check.
///
/// What is not there is deleted already; a delete marker is no object that could be meant.
///
/// # Errors
/// `PreconditionFailed` when the conditions do not hold even now.
pub(crate) async fn of_deletion(
    engine: &Engine,
    place: Place<'_>,
    which: Which,
    conditions: &DeleteConditions,
) -> Result<Precondition, S3Error> {
    if conditions.is_empty() {
        return Ok(Precondition::None);
    }
    let record = match engine.head_version(place.bucket_id(), place.key.as_str(), which).await {
        Ok(record) => record,
        Err(EngineError::NoSuchKey | EngineError::NoSuchVersion) => return Ok(Precondition::Absent),
        // A marker that stands already is what an unconditional deletion would leave, too.
        Err(EngineError::IsDeleteMarker { .. }) if conditions.is_any() => return Ok(Precondition::None),
        Err(EngineError::IsDeleteMarker { .. }) => return Err(EngineError::PreconditionFailed.into()),
        Err(error) => return Err(error.into()),
    };
    let etag = etag(record.etag);
    conditions.permit(CurrentObject { etag: &etag, last_modified: record.modified, size: record.size })?;
    Ok(Precondition::Unchanged { etag: record.etag, modified: record.modified })
}

async fn present(engine: &Engine, place: Place<'_>) -> Result<Option<Arc<ObjectRecord>>, EngineError> {
    match engine.head(place.bucket_id(), place.key.as_str()).await {
        Ok(record) => Ok(Some(record)),
        Err(EngineError::NoSuchKey | EngineError::IsDeleteMarker { .. }) => Ok(None),
        Err(error) => Err(error),
    }
}
