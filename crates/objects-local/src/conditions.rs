//! The conditions of writes and deletions, as what the engine checks in the commit.
//!
//! They are asked before the body is read, to spare sending it, and again in the commit. A condition that lists several
//! tags is bound to the one that was there at first: when the object changes meanwhile the write is refused, also where
//! the new object would do.

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
    let present = present(engine, place, Which::Latest).await?.map(|record| record.etag);
    conditions.permit(present.map(etag).as_ref())?;
    Ok(match (&conditions.if_match, &conditions.if_none_match) {
        (None, Some(EntityTags::Any)) => Precondition::Absent,
        (Some(EntityTags::Any), None) => Precondition::Present,
        _ => present.map_or(Precondition::Absent, Precondition::Matches),
    })
}

/// What the commit of a deletion is to check.
///
/// # Errors
/// As [`of_write`].
pub(crate) async fn of_deletion(
    engine: &Engine,
    place: Place<'_>,
    which: Which,
    conditions: &DeleteConditions,
) -> Result<Precondition, S3Error> {
    if conditions.is_empty() {
        return Ok(Precondition::None);
    }
    let record = present(engine, place, which).await?;
    let tag = record.as_ref().map(|record| etag(record.etag));
    let current = record.as_ref().zip(tag.as_ref()).map(|(record, etag)| CurrentObject {
        etag,
        last_modified: record.modified,
        size: record.size,
    });
    conditions.permit(current)?;
    Ok(record.map_or(Precondition::None, |record| Precondition::Matches(record.etag)))
}

async fn present(engine: &Engine, place: Place<'_>, which: Which) -> Result<Option<ObjectRecord>, EngineError> {
    match engine.head_version(place.bucket_id(), place.key.as_str(), which).await {
        Ok(record) => Ok(Some(record)),
        Err(EngineError::NoSuchKey | EngineError::NoSuchVersion | EngineError::IsDeleteMarker { .. }) => Ok(None),
        Err(error) => Err(error),
    }
}
