//! Finding objects: a row for each version, the newest of a key first.

use keyward_ambient::Timestamp;
use rusqlite::types::ValueRef;
use rusqlite::{CachedStatement, Connection, Params, Row};

use super::super::EngineError;
use super::super::etag::Etag;
use super::super::head::{ChecksumPlan, ObjectHead};
use super::super::ids::{BucketId, UploadId, Version};
use super::super::record::{ObjectRecord, Precondition, Which};
use super::super::row_key;
use super::super::writer::Commit;
use super::bodies::{self, StoredBytes};
use super::buckets;

/// Where an object's bytes are.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(in crate::engine) enum StoredBody {
    /// In one piece.
    Bytes(StoredBytes),
    /// In the parts of the set that was uploaded under this id.
    Parts(UploadId),
}

/// What decides about a version that is about to be replaced or deleted.
#[derive(Clone, Debug)]
pub(in crate::engine) struct Present {
    pub(in crate::engine) row_key: Vec<u8>,
    /// What clients call it.
    pub(in crate::engine) version: Version,
    /// The number in its row key: its place in time.
    pub(in crate::engine) place: Version,
    pub(in crate::engine) is_marker: bool,
    pub(in crate::engine) is_locked: bool,
    pub(in crate::engine) size: u64,
    pub(in crate::engine) etag: Etag,
    pub(in crate::engine) modified: Timestamp,
    pub(in crate::engine) body: StoredBody,
}

/// A version with the place of its bytes.
pub(in crate::engine) struct Found {
    pub(in crate::engine) row_key: Vec<u8>,
    pub(in crate::engine) record: ObjectRecord,
    pub(in crate::engine) body: StoredBody,
}

impl Present {
    /// The tag and time that preconditions are held against; none of a delete marker.
    pub(in crate::engine) fn tag(present: Option<&Present>) -> Option<(Etag, Timestamp)> {
        present.filter(|present| !present.is_marker).map(|present| (present.etag, present.modified))
    }
}

pub(super) fn body_in(row: &Row<'_>, first: usize) -> Result<StoredBody, EngineError> {
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

/// The row's key, place in time and name, from the columns `key` and `null_version`.
pub(super) fn version_in(row: &Row<'_>, key: usize, null_version: usize) -> Result<(Version, Version), EngineError> {
    let place = row_key::version_of(super::blob_in(row, key)?)
        .ok_or_else(|| EngineError::corrupt("the key of a stored object is too short"))?;
    Ok((place, if row.get(null_version)? { Version::NULL } else { place }))
}

/// The three ways to a version: the newest row of a key, its marked null row, one row.
macro_rules! ways {
    ($columns:literal) => {
        [
            concat!("SELECT ", $columns, " FROM objects WHERE key >= ?1 AND key < ?2 ORDER BY key LIMIT 1"),
            concat!("SELECT ", $columns, " FROM objects WHERE key >= ?1 AND key < ?2 AND null_version = 1 LIMIT 1"),
            concat!("SELECT ", $columns, " FROM objects WHERE key = ?1"),
        ]
    };
}

const FIND: [&str; 3] =
    ways!("key, size, modified, etag, checksum, head, inline_body, file, part_set, null_version, delete_marker");
const PRESENT: [&str; 3] =
    ways!("key, size, etag, inline_body, file, part_set, null_version, delete_marker, locked, modified");

/// Reads the version that is meant, by the statements of [`ways!`].
fn pick<T>(
    connection: &Connection,
    sql: [&str; 3],
    (bucket, key, which): (BucketId, &str, Which),
    read: impl Fn(&Row<'_>) -> Result<T, EngineError>,
) -> Result<Option<T>, EngineError> {
    let [newest, marked_null, one] = sql;
    row_key::check(key)?;
    let bounds = || (row_key::at_key(bucket, key), row_key::behind_key(bucket, key));
    match which {
        Which::Latest => first(connection.prepare_cached(newest)?, bounds(), read),
        Which::Version(Version::NULL) => {
            // One that was never marked stands at the end.
            match first(connection.prepare_cached(marked_null)?, bounds(), &read)? {
                Some(found) => Ok(Some(found)),
                None => {
                    let last = row_key::object(bucket, key, Version::NULL)?;
                    first(connection.prepare_cached(one)?, [last], read)
                }
            }
        }
        Which::Version(version) => {
            first(connection.prepare_cached(one)?, [row_key::object(bucket, key, version)?], read)
        }
    }
}

fn first<T>(
    mut statement: CachedStatement<'_>,
    parameters: impl Params,
    read: impl Fn(&Row<'_>) -> Result<T, EngineError>,
) -> Result<Option<T>, EngineError> {
    let mut rows = statement.query(parameters)?;
    rows.next()?.map(read).transpose()
}

/// The object that is meant with the place of its bytes. Tells apart a bucket that is not open, a key or version that
/// is not there, and a delete marker.
pub(in crate::engine) fn find(
    connection: &Connection,
    bucket: BucketId,
    key: &str,
    which: Which,
) -> Result<Found, EngineError> {
    let found = pick(connection, FIND, (bucket, key, which), |row| {
        let (_, version) = version_in(row, 0, 9)?;
        if row.get(10)? {
            return Ok((version, Err(EngineError::IsDeleteMarker { version, made: super::moment_in(row, 2)? })));
        }
        let record = ObjectRecord {
            size: super::count_in(row, 1)?,
            modified: super::moment_in(row, 2)?,
            etag: super::etag_in(row, 3)?,
            version,
            checksum: super::text_in(row, 4)?,
            head: super::json_in(row, 5)?,
        };
        Ok((version, Ok(Found { row_key: super::blob_in(row, 0)?.to_vec(), record, body: body_in(row, 6)? })))
    })?;
    match (found, which) {
        (Some((_, found)), Which::Latest) => found,
        // The null version has that name alone, wherever it stands.
        (Some((version, found)), Which::Version(asked)) if version == asked => found,
        (_, which) => {
            buckets::require_open(connection, bucket)?;
            Err(if which == Which::Latest { EngineError::NoSuchKey } else { EngineError::NoSuchVersion })
        }
    }
}

/// The version that is meant as far as a write needs to know it; delete markers too.
pub(in crate::engine) fn present(
    connection: &Connection,
    bucket: BucketId,
    key: &str,
    which: Which,
) -> Result<Option<Present>, EngineError> {
    let present = pick(connection, PRESENT, (bucket, key, which), present_in)?;
    Ok(present.filter(|present| match which {
        Which::Latest => true,
        Which::Version(asked) => present.version == asked,
    }))
}

/// What the row holds, if it is there.
pub(in crate::engine) fn present_at(connection: &Connection, row_key: &[u8]) -> Result<Option<Present>, EngineError> {
    first(connection.prepare_cached(PRESENT[2])?, [row_key], present_in)
}

fn present_in(row: &Row<'_>) -> Result<Present, EngineError> {
    let (place, version) = version_in(row, 0, 6)?;
    Ok(Present {
        row_key: super::blob_in(row, 0)?.to_vec(),
        version,
        place,
        is_marker: row.get(7)?,
        is_locked: row.get(8)?,
        size: super::count_in(row, 1)?,
        etag: super::etag_in(row, 2)?,
        modified: super::moment_in(row, 9)?,
        body: body_in(row, 3)?,
    })
}

/// Whether the row still has its bytes at `body`.
pub(in crate::engine) fn is_at(connection: &Connection, row_key: &[u8], body: StoredBody) -> Result<bool, EngineError> {
    let statement = connection.prepare_cached("SELECT inline_body, file, part_set FROM objects WHERE key = ?1")?;
    Ok(first(statement, [row_key], |row| body_in(row, 0))? == Some(body))
}

/// Refuses a write whose bucket is not open or whose precondition fails. Comes before the body is stored.
pub(in crate::engine) fn may_write(
    commit: &Commit<'_>,
    bucket: BucketId,
    key: &str,
    precondition: Precondition,
) -> Result<(), EngineError> {
    buckets::require_open(commit.connection, bucket)?;
    if precondition == Precondition::None {
        return Ok(());
    }
    precondition.check(Present::tag(present(commit.connection, bucket, key, Which::Latest)?.as_ref()))
}

/// The statement a listing walks along: the rows from `?1` on and before `?2`.
pub(in crate::engine) const WALK: &str =
    "SELECT key, delete_marker, size, modified, etag, checksum, null_version, head FROM objects
     WHERE key >= ?1 AND key < ?2 ORDER BY key";

/// A row of [`WALK`]; the head is read only when asked for, as it costs more than all the rest.
pub(in crate::engine) fn listed_in(row: &Row<'_>, with_head: bool) -> Result<ListedObject, EngineError> {
    let head: Option<Box<ObjectHead>> = if with_head { Some(Box::new(super::json_in(row, 7)?)) } else { None };
    let storage_class = match &head {
        Some(head) => head.storage_class.clone(),
        None => storage_class_in(row.get_ref(7)?.as_str().unwrap_or_default()),
    };
    Ok(ListedObject {
        version: version_in(row, 0, 6)?.1,
        is_marker: row.get(1)?,
        size: super::count_in(row, 2)?,
        modified: super::moment_in(row, 3)?,
        etag: super::etag_in(row, 4)?,
        checksum: super::plan_in(row, 5)?,
        storage_class,
        head,
    })
}

/// The storage class in a stored head. Nearly no head names one, and looking for the word costs far less than reading
/// the head. One that cannot be read has none, as a listing without heads does not read them.
fn storage_class_in(head: &str) -> Option<String> {
    if !head.contains("\"storage_class\":") {
        return None;
    }
    super::json_from::<ObjectHead>(head).ok()?.storage_class
}

/// What a listing says about an object beside its key.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ListedObject {
    /// Its version.
    pub version: Version,
    /// Whether it is a delete marker, which only a listing of versions shows.
    pub is_marker: bool,
    /// Bytes of the body.
    pub size: u64,
    /// When it was written.
    pub modified: Timestamp,
    /// Its entity tag.
    pub etag: Etag,
    /// Of which algorithm and kind its checksum is, if one is known.
    pub checksum: Option<ChecksumPlan>,
    /// The storage class, where its writer named one.
    pub storage_class: Option<String>,
    /// What its writer said about it, when the listing asked for it: apart, as it is many times the rest.
    pub head: Option<Box<ObjectHead>>,
}
