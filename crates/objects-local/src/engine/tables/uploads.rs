//! Multipart uploads in progress.

use rusqlite::{Connection, Row};

use super::super::EngineError;
use super::super::head::{ChecksumPlan, ObjectHead};
use super::super::ids::{BucketId, UploadId};
use super::super::row_key;
use super::super::writer::Commit;

/// A multipart upload in progress, without its parts.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct UploadRecord {
    /// Its id; tells when it was begun.
    pub id: UploadId,
    /// What will be kept about the object.
    pub head: ObjectHead,
    /// The checksum it was begun with.
    pub checksum: Option<ChecksumPlan>,
}

/// The upload `id` of `key`.
pub(in crate::engine) fn find(
    connection: &Connection,
    bucket: BucketId,
    key: &str,
    id: UploadId,
) -> Result<UploadRecord, EngineError> {
    let row_key = row_key::upload(bucket, key, id)?;
    let mut statement = connection.prepare_cached("SELECT key, checksum, head FROM uploads WHERE key = ?1")?;
    let mut rows = statement.query([row_key])?;
    match rows.next()? {
        Some(row) => record_in(row),
        None => Err(EngineError::NoSuchUpload),
    }
}

/// The statement a listing walks along: the rows from `?1` on and before `?2`.
pub(in crate::engine) const WALK: &str =
    "SELECT key, checksum, head FROM uploads WHERE key >= ?1 AND key < ?2 ORDER BY key";

/// A row of [`WALK`].
pub(in crate::engine) fn record_in(row: &Row<'_>) -> Result<UploadRecord, EngineError> {
    let id = row_key::upload_of(super::blob_in(row, 0)?)
        .ok_or_else(|| EngineError::corrupt("the key of a stored upload is too short"))?;
    Ok(UploadRecord { id, checksum: super::text_in(row, 1)?, head: super::json_in(row, 2)? })
}

/// The uploads of a bucket, at most `most`: their row keys and ids.
pub(in crate::engine) fn some_of(
    connection: &Connection,
    bucket: BucketId,
    most: u32,
) -> Result<Vec<(Vec<u8>, UploadId)>, EngineError> {
    let mut statement =
        connection.prepare_cached("SELECT key FROM uploads WHERE key >= ?1 AND key < ?2 ORDER BY key LIMIT ?3")?;
    let mut rows = statement.query((row_key::at_prefix(bucket, ""), row_key::behind_prefix(bucket, ""), most))?;
    let mut uploads = Vec::new();
    while let Some(row) = rows.next()? {
        let key = super::blob_in(row, 0)?;
        let id =
            row_key::upload_of(key).ok_or_else(|| EngineError::corrupt("the key of a stored upload is too short"))?;
        uploads.push((key.to_vec(), id));
    }
    Ok(uploads)
}

pub(in crate::engine) fn insert(
    commit: &mut Commit<'_>,
    bucket: BucketId,
    key: &str,
    upload: &UploadRecord,
) -> Result<(), EngineError> {
    commit.connection.prepare_cached("INSERT INTO uploads (key, checksum, head) VALUES (?1, ?2, ?3)")?.execute((
        row_key::upload(bucket, key, upload.id)?,
        upload.checksum.map(|plan| plan.to_string()),
        super::json_of(&upload.head)?,
    ))?;
    Ok(())
}

pub(in crate::engine) fn delete(commit: &mut Commit<'_>, row_key: &[u8]) -> Result<(), EngineError> {
    commit.connection.prepare_cached("DELETE FROM uploads WHERE key = ?1")?.execute([row_key])?;
    Ok(())
}
