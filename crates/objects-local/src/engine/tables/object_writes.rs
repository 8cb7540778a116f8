//! Writing and deleting versions of objects. Whatever takes a row away asks its lock first and counts what goes.

use rusqlite::OptionalExtension;

use super::super::EngineError;
use super::super::etag::Etag;
use super::super::head::{Checksum, HeadOwner, ObjectHead};
use super::super::ids::{BucketId, Version};
use super::super::record::{PutResult, Versioning, Which};
use super::super::row_key;
use super::super::writer::Commit;
use super::buckets::{self, Usage};
use super::objects::{self, Present, StoredBody};
use super::{bodies, parts};

/// A version about to be written.
pub(in crate::engine) struct NewObject<'o> {
    pub(in crate::engine) size: u64,
    pub(in crate::engine) etag: Etag,
    pub(in crate::engine) checksum: Option<&'o Checksum>,
    pub(in crate::engine) head: &'o ObjectHead,
    pub(in crate::engine) body: StoredBody,
}

/// How the versions of a bucket are kept, and what a new number is made unique with.
#[derive(Clone, Copy, Debug)]
pub(in crate::engine) struct Numbering {
    pub(in crate::engine) versioning: Versioning,
    pub(in crate::engine) salt: u32,
}

/// Where a new version stands.
struct Place {
    version: Version,
    is_null: bool,
}

/// Puts a version of `key`: beside the others where versions are kept, else in place of the null version.
pub(in crate::engine) fn put(
    commit: &mut Commit<'_>,
    bucket: BucketId,
    key: &str,
    object: &NewObject<'_>,
    numbering: Numbering,
) -> Result<PutResult, EngineError> {
    let place = make_place(commit, bucket, key, numbering)?;
    let row_key = row_key::object(bucket, key, place.version)?;
    commit.writes_object(&row_key);
    let (inline_body, file, set) = match object.body {
        StoredBody::Bytes(bytes) => (bytes.inline_body(), bytes.file(), None),
        StoredBody::Parts(set) => (None, None, Some(set.0)),
    };
    let replaced =
        if numbering.versioning == Versioning::Off { objects::present_at(commit.connection, &row_key)? } else { None };
    if let Some(replaced) = &replaced {
        require_unlocked(commit, replaced, false)?;
    }
    commit
        .connection
        .prepare_cached(
            "INSERT OR REPLACE INTO objects
             (key, size, modified, etag, checksum, inline_body, file, part_set, head, null_version, locked)
             VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9, ?10, ?11)",
        )?
        .execute((
            &row_key,
            super::to_sql(object.size),
            commit.now.as_millis(),
            object.etag.to_stored(),
            object.checksum.map(ToString::to_string),
            inline_body,
            file,
            set,
            super::json_of(object.head)?,
            place.is_null,
            object.head.may_be_kept(),
        ))?;
    let taken = replaced.as_ref().map_or(Usage::default(), Usage::of);
    buckets::count(commit, bucket, Usage { objects: 1, bytes: object.size }, taken)?;
    if let Some(replaced) = replaced {
        release(commit, replaced.body)?;
    }
    let version = if place.is_null { Version::NULL } else { place.version };
    Ok(PutResult { etag: object.etag, size: object.size, modified: commit.now, version })
}

/// Where the next version goes. While versioning is suspended the null version goes first.
fn make_place(
    commit: &mut Commit<'_>,
    bucket: BucketId,
    key: &str,
    numbering: Numbering,
) -> Result<Place, EngineError> {
    if numbering.versioning == Versioning::Off {
        return Ok(Place { version: Version::NULL, is_null: false });
    }
    let latest = objects::present(commit.connection, bucket, key, Which::Latest)?;
    let version = Version::following(latest.map(|latest| latest.place), commit.now, numbering.salt);
    let is_null = numbering.versioning == Versioning::Suspended;
    if is_null && let Some(null) = objects::present(commit.connection, bucket, key, Which::Version(Version::NULL))? {
        delete(commit, bucket, &null, false)?;
    }
    Ok(Place { version, is_null })
}

/// Puts a delete marker over the versions of `key`, in a bucket that keeps versions or did; answers its name.
pub(in crate::engine) fn mark_deleted(
    commit: &mut Commit<'_>,
    bucket: BucketId,
    key: &str,
    numbering: Numbering,
    owner: Option<HeadOwner>,
) -> Result<Version, EngineError> {
    let place = make_place(commit, bucket, key, numbering)?;
    let (owner, owner_unique_id) = owner.map_or((None, None), |writer| (Some(writer.name), writer.unique_id));
    let head = ObjectHead { owner, owner_unique_id, ..ObjectHead::default() };
    let row_key = row_key::object(bucket, key, place.version)?;
    commit.writes_object(&row_key);
    commit
        .connection
        .prepare_cached(
            "INSERT INTO objects (key, size, modified, etag, head, null_version, delete_marker)
             VALUES (?1, 0, ?2, ?3, ?4, ?5, 1)",
        )?
        .execute((
            row_key,
            commit.now.as_millis(),
            Etag::of_body([0; 16]).to_stored(),
            super::json_of(&head)?,
            place.is_null,
        ))?;
    Ok(if place.is_null { Version::NULL } else { place.version })
}

/// Deletes a version and its bytes, for good.
pub(in crate::engine) fn delete(
    commit: &mut Commit<'_>,
    bucket: BucketId,
    present: &Present,
    bypasses_governance: bool,
) -> Result<(), EngineError> {
    require_unlocked(commit, present, bypasses_governance)?;
    commit.writes_object(&present.row_key);
    commit.connection.prepare_cached("DELETE FROM objects WHERE key = ?1")?.execute([&present.row_key])?;
    buckets::count(commit, bucket, Usage::default(), Usage::of(present))?;
    release(commit, present.body)
}

/// Replaces the head of a version, and nothing else.
pub(in crate::engine) fn set_head(
    commit: &mut Commit<'_>,
    row_key: &[u8],
    head: &ObjectHead,
) -> Result<(), EngineError> {
    commit.writes_object(row_key);
    commit.connection.prepare_cached("UPDATE objects SET head = ?2, locked = ?3 WHERE key = ?1")?.execute((
        row_key,
        super::json_of(head)?,
        head.may_be_kept(),
    ))?;
    Ok(())
}

fn require_unlocked(commit: &Commit<'_>, present: &Present, bypasses_governance: bool) -> Result<(), EngineError> {
    if !present.is_locked {
        return Ok(());
    }
    let mut statement = commit.connection.prepare_cached("SELECT head FROM objects WHERE key = ?1")?;
    let text: Option<String> = statement.query_row([&present.row_key], |row| row.get(0)).optional()?;
    let head: ObjectHead = super::json_from(text.as_deref().unwrap_or_default())?;
    if head.retention.is_some_and(|period| period.forbids_deletion(present.modified, commit.now)) {
        return Err(EngineError::UnderRetention);
    }
    match head.lock {
        Some(lock) if lock.forbids_deletion(commit.now, bypasses_governance) => Err(EngineError::Locked),
        _ => Ok(()),
    }
}

fn release(commit: &mut Commit<'_>, body: StoredBody) -> Result<(), EngineError> {
    match body {
        StoredBody::Bytes(bytes) => bodies::release(commit, bytes),
        StoredBody::Parts(set) => parts::release_set(commit, set),
    }
}

impl Usage {
    /// What a version counts for; a delete marker counts for nothing.
    fn of(present: &Present) -> Self {
        Self { objects: u64::from(!present.is_marker), bytes: present.size }
    }
}
