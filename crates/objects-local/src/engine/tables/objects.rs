//! Objects: a row each.

use rusqlite::types::ValueRef;
use rusqlite::{Connection, Row};

use super::super::EngineError;
use super::super::etag::Etag;
use super::super::head::{Checksum, ObjectHead};
use super::super::ids::{BucketId, UploadId, Version};
use super::super::record::{ObjectRecord, Precondition, PutResult};
use super::super::row_key;
use super::super::writer::Commit;
use super::bodies::{self, StoredBytes};
use super::buckets::{self, Usage};
use super::parts;

/// Where an object's bytes are.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(in crate::engine) enum StoredBody {
    /// In one piece.
    Bytes(StoredBytes),
    /// In the parts of the set that was uploaded under this id.
    Parts(UploadId),
}

/// What decides about a row that is about to be replaced or deleted.
#[derive(Clone, Copy, Debug)]
pub(in crate::engine) struct Present {
    pub(in crate::engine) size: u64,
    pub(in crate::engine) etag: Etag,
    pub(in crate::engine) body: StoredBody,
}

/// A row about to be written.
pub(in crate::engine) struct NewObject<'o> {
    pub(in crate::engine) size: u64,
    pub(in crate::engine) etag: Etag,
    pub(in crate::engine) checksum: Option<&'o Checksum>,
    pub(in crate::engine) head: &'o ObjectHead,
    pub(in crate::engine) body: StoredBody,
}

fn body_in(row: &Row<'_>, first: usize) -> Result<StoredBody, EngineError> {
    match row.get_ref(first + 2)? {
        ValueRef::Null => Ok(StoredBody::Bytes(bodies::stored_in(row, first)?)),
        set => set
            .as_blob()
            .ok()
            .and_then(UploadId::from_slice)
            .map(StoredBody::Parts)
            .ok_or_else(|| EngineError::corrupt("a stored part set has no meaning")),
    }
}

/// The object under `key` with the place of its bytes; a bucket that is not open is told from a key that is not there.
pub(in crate::engine) fn find(
    connection: &Connection,
    bucket: BucketId,
    key: &str,
) -> Result<(ObjectRecord, StoredBody), EngineError> {
    let mut statement = connection.prepare_cached(
        "SELECT size, modified, etag, checksum, head, inline_body, file, part_set FROM objects WHERE key = ?1",
    )?;
    let mut rows = statement.query([row_key::object(bucket, key)?])?;
    let Some(row) = rows.next()? else {
        buckets::require_open(connection, bucket)?;
        return Err(EngineError::NoSuchKey);
    };
    let record = ObjectRecord {
        size: super::count_in(row, 0)?,
        modified: super::moment_in(row, 1)?,
        etag: super::etag_in(row, 2)?,
        version: Version::NULL,
        checksum: super::text_in(row, 3)?,
        head: super::json_in(row, 4)?,
    };
    Ok((record, body_in(row, 5)?))
}

/// The object under `key` as far as a write needs to know it.
pub(in crate::engine) fn present(
    connection: &Connection,
    bucket: BucketId,
    key: &str,
) -> Result<Option<Present>, EngineError> {
    let mut statement =
        connection.prepare_cached("SELECT size, etag, inline_body, file, part_set FROM objects WHERE key = ?1")?;
    let mut rows = statement.query([row_key::object(bucket, key)?])?;
    let Some(row) = rows.next()? else { return Ok(None) };
    Ok(Some(Present { size: super::count_in(row, 0)?, etag: super::etag_in(row, 1)?, body: body_in(row, 2)? }))
}

/// Whether the object under `key` still has its bytes at `body`.
pub(in crate::engine) fn is_at(
    connection: &Connection,
    bucket: BucketId,
    key: &str,
    body: StoredBody,
) -> Result<bool, EngineError> {
    Ok(present(connection, bucket, key)?.is_some_and(|present| present.body == body))
}

/// Refuses a write whose bucket is not open or whose precondition fails. Comes before the body is stored.
pub(in crate::engine) fn may_write(
    commit: &Commit<'_>,
    bucket: BucketId,
    key: &str,
    precondition: Precondition,
) -> Result<(), EngineError> {
    buckets::require_open(commit.connection, bucket)?;
    precondition.check(present(commit.connection, bucket, key)?.map(|present| present.etag))
}

/// Puts the object under `key` in place of the present one, whose bytes go.
pub(in crate::engine) fn put(
    commit: &mut Commit<'_>,
    bucket: BucketId,
    key: &str,
    object: &NewObject<'_>,
) -> Result<PutResult, EngineError> {
    let before = present(commit.connection, bucket, key)?;
    let (inline_body, file, set) = match object.body {
        StoredBody::Bytes(bytes) => (bytes.inline_body(), bytes.file(), None),
        StoredBody::Parts(set) => (None, None, Some(set.0)),
    };
    commit
        .connection
        .prepare_cached(
            "INSERT OR REPLACE INTO objects (key, size, modified, etag, checksum, inline_body, file, part_set, head)
             VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9)",
        )?
        .execute((
            row_key::object(bucket, key)?,
            super::to_sql(object.size),
            commit.now.as_millis(),
            object.etag.to_stored(),
            object.checksum.map(ToString::to_string),
            inline_body,
            file,
            set,
            super::json_of(object.head)?,
        ))?;
    let taken = before.map_or(Usage::default(), |before| Usage { objects: 1, bytes: before.size });
    buckets::count(commit, bucket, Usage { objects: 1, bytes: object.size }, taken)?;
    if let Some(before) = before {
        release(commit, before.body)?;
    }
    Ok(PutResult { etag: object.etag, size: object.size, modified: commit.now, version: Version::NULL })
}

/// Deletes the object under `key` and its bytes.
pub(in crate::engine) fn delete(
    commit: &mut Commit<'_>,
    bucket: BucketId,
    key: &str,
    present: Present,
) -> Result<(), EngineError> {
    commit.connection.prepare_cached("DELETE FROM objects WHERE key = ?1")?.execute([row_key::object(bucket, key)?])?;
    buckets::count(commit, bucket, Usage::default(), Usage { objects: 1, bytes: present.size })?;
    release(commit, present.body)
}

/// Replaces the head of the object under `key`, and nothing else.
pub(in crate::engine) fn set_head(
    commit: &mut Commit<'_>,
    bucket: BucketId,
    key: &str,
    head: &ObjectHead,
) -> Result<(), EngineError> {
    commit
        .connection
        .prepare_cached("UPDATE objects SET head = ?2 WHERE key = ?1")?
        .execute((row_key::object(bucket, key)?, super::json_of(head)?))?;
    Ok(())
}

fn release(commit: &mut Commit<'_>, body: StoredBody) -> Result<(), EngineError> {
    match body {
        StoredBody::Bytes(bytes) => bodies::release(commit, bytes),
        StoredBody::Parts(set) => parts::release_set(commit, set),
    }
}

/// The statement a listing walks along: the rows from `?1` on and before `?2`.
pub(in crate::engine) const WALK: &str =
    "SELECT key, size, modified, etag, checksum, head FROM objects WHERE key >= ?1 AND key < ?2 ORDER BY key";

/// A row of [`WALK`]; the head is read only when asked for, as it costs more than all the rest.
pub(in crate::engine) fn listed_in(row: &Row<'_>, with_head: bool) -> Result<ListedObject, EngineError> {
    Ok(ListedObject {
        size: super::count_in(row, 1)?,
        modified: super::moment_in(row, 2)?,
        etag: super::etag_in(row, 3)?,
        checksum: super::text_in(row, 4)?,
        head: if with_head { Some(super::json_in(row, 5)?) } else { None },
    })
}

/// What a listing says about an object beside its key.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ListedObject {
    /// Bytes of the body.
    pub size: u64,
    /// When it was written.
    pub modified: keyward_ambient::Timestamp,
    /// Its entity tag.
    pub etag: Etag,
    /// Its checksum, if one is known.
    pub checksum: Option<Checksum>,
    /// What its writer said about it, when the listing asked for it.
    pub head: Option<ObjectHead>,
}
