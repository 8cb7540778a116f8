//! Reading rows one after the other, damaged ones as well, for who looks a store through.

use rusqlite::{Connection, OptionalExtension, Row};

use super::super::EngineError;
use super::super::etag::Etag;
use super::super::head::{Checksum, ObjectHead};
use super::super::ids::{BucketId, UploadId, Version};
use super::super::row_key;
use super::objects::StoredBody;

/// A row that was looked at: its key, and what it says if that can be read.
pub(in crate::engine) type Looked<T> = (Vec<u8>, Result<T, EngineError>);

/// A version as its row has it.
pub(in crate::engine) struct VersionRow {
    pub(in crate::engine) bucket: BucketId,
    pub(in crate::engine) key: String,
    pub(in crate::engine) version: Version,
    pub(in crate::engine) is_marker: bool,
    pub(in crate::engine) size: u64,
    pub(in crate::engine) etag: Etag,
    pub(in crate::engine) checksum: Option<Checksum>,
    pub(in crate::engine) head: ObjectHead,
    pub(in crate::engine) body: StoredBody,
}

/// An upload in progress as its row has it.
pub(in crate::engine) struct UploadRow {
    pub(in crate::engine) bucket: BucketId,
    pub(in crate::engine) key: String,
    pub(in crate::engine) id: UploadId,
    pub(in crate::engine) head: ObjectHead,
}

/// The first version whose row stands behind `after`.
pub(in crate::engine) fn next_version(
    connection: &Connection,
    after: &[u8],
) -> Result<Option<Looked<VersionRow>>, EngineError> {
    let sql = "SELECT key, size, etag, checksum, head, inline_body, file, part_set, null_version, delete_marker
               FROM objects WHERE key > ?1 ORDER BY key LIMIT 1";
    next(connection, sql, after, version_in)
}

/// The first upload whose row stands behind `after`.
pub(in crate::engine) fn next_upload(
    connection: &Connection,
    after: &[u8],
) -> Result<Option<Looked<UploadRow>>, EngineError> {
    next(connection, "SELECT key, head FROM uploads WHERE key > ?1 ORDER BY key LIMIT 1", after, upload_in)
}

fn next<T>(
    connection: &Connection,
    sql: &str,
    after: &[u8],
    read: impl Fn(&Row<'_>) -> Result<T, EngineError>,
) -> Result<Option<Looked<T>>, EngineError> {
    let mut statement = connection.prepare_cached(sql)?;
    let mut rows = statement.query([after])?;
    match rows.next()? {
        None => Ok(None),
        Some(row) => Ok(Some((super::blob_in(row, 0)?.to_vec(), read(row)))),
    }
}

fn version_in(row: &Row<'_>) -> Result<VersionRow, EngineError> {
    let row_key = super::blob_in(row, 0)?;
    let nameless = || EngineError::corrupt("the key of a stored object has no meaning");
    Ok(VersionRow {
        bucket: row_key::bucket_of(row_key).ok_or_else(nameless)?,
        key: row_key::key_of_object(row_key).ok_or_else(nameless)?.to_owned(),
        version: super::objects::version_in(row, 0, 8)?.1,
        is_marker: row.get(9)?,
        size: super::count_in(row, 1)?,
        etag: super::etag_in(row, 2)?,
        checksum: super::text_in(row, 3)?,
        head: super::json_in(row, 4)?,
        body: super::objects::body_in(row, 5)?,
    })
}

fn upload_in(row: &Row<'_>) -> Result<UploadRow, EngineError> {
    let row_key = super::blob_in(row, 0)?;
    let nameless = || EngineError::corrupt("the key of a stored upload has no meaning");
    Ok(UploadRow {
        bucket: row_key::bucket_of(row_key).ok_or_else(nameless)?,
        key: row_key::key_of_upload(row_key).ok_or_else(nameless)?.to_owned(),
        id: row_key::upload_of(row_key).ok_or_else(nameless)?,
        head: super::json_in(row, 1)?,
    })
}

/// What SQLite itself has to say against the file, a line each.
pub(in crate::engine) fn file_faults(connection: &Connection) -> Result<Vec<String>, EngineError> {
    let mut statement = connection.prepare("PRAGMA integrity_check(20)")?;
    let lines = statement.query_map([], |row| row.get(0))?.collect::<Result<Vec<String>, _>>()?;
    Ok(lines.into_iter().filter(|line| line != "ok").collect())
}

/// Body files whose count of uses is not the number of rows that name them: counted, named.
pub(in crate::engine) fn miscounted_files(connection: &Connection) -> Result<Vec<(Vec<u8>, i64, i64)>, EngineError> {
    let sql = "SELECT id, sum(uses), sum(named) FROM (
                   SELECT id, uses, 0 AS named FROM files
                   UNION ALL SELECT file, 0, 1 FROM objects WHERE file NOTNULL
                   UNION ALL SELECT file, 0, 1 FROM parts WHERE file NOTNULL)
               GROUP BY id HAVING sum(uses) <> sum(named) OR sum(uses) < 1";
    let mut statement = connection.prepare(sql)?;
    let rows = statement.query_map([], |row| Ok((row.get(0)?, row.get(1)?, row.get(2)?)))?;
    Ok(rows.collect::<Result<_, _>>()?)
}

/// How many small bodies no row names.
pub(in crate::engine) fn unnamed_small_bodies(connection: &Connection) -> Result<u64, EngineError> {
    let sql = "SELECT count(*) FROM inline_bodies WHERE id NOT IN (
                   SELECT inline_body FROM objects WHERE inline_body NOTNULL
                   UNION ALL SELECT inline_body FROM parts WHERE inline_body NOTNULL)";
    let mut statement = connection.prepare(sql)?;
    let mut rows = statement.query([])?;
    rows.next()?.map_or(Ok(0), |row| super::count_in(row, 0))
}

/// How many parts are left of uploads and objects that are gone.
pub(in crate::engine) fn unnamed_parts(connection: &Connection) -> Result<u64, EngineError> {
    let sql = "SELECT count(*) FROM parts WHERE substr(key, 1, 24) NOT IN (
                   SELECT substr(key, -24) FROM uploads
                   UNION ALL SELECT part_set FROM objects WHERE part_set NOTNULL)";
    let mut statement = connection.prepare(sql)?;
    let mut rows = statement.query([])?;
    rows.next()?.map_or(Ok(0), |row| super::count_in(row, 0))
}

/// What each bucket holds, counted anew: objects and bytes. Goes from bucket to bucket, as sorting all rows by theirs
/// would take room for all of them.
pub(in crate::engine) fn counted_usage(connection: &Connection) -> Result<Vec<(BucketId, i64, i64)>, EngineError> {
    let mut first = connection.prepare("SELECT key FROM objects WHERE key >= ?1 ORDER BY key LIMIT 1")?;
    let mut held = connection.prepare(
        "SELECT count(*) FILTER (WHERE NOT delete_marker), coalesce(sum(size), 0)
         FROM objects WHERE key >= ?1 AND key < ?2",
    )?;
    let (mut usage, mut from) = (Vec::new(), Vec::new());
    while let Some(row_key) = first.query_row([&from], |row| row.get::<_, Vec<u8>>(0)).optional()? {
        // A row without a bucket is named when rows are gone through, and stands before or behind all others.
        let Some(bucket) = row_key::bucket_of(&row_key) else { break };
        let bounds = (row_key::at_prefix(bucket, ""), row_key::behind_prefix(bucket, ""));
        let (objects, bytes) = held.query_row((&bounds.0, &bounds.1), |row| Ok((row.get(0)?, row.get(1)?)))?;
        usage.push((bucket, objects, bytes));
        from = bounds.1;
    }
    Ok(usage)
}

/// What each bucket is said to hold: objects and bytes.
pub(in crate::engine) fn noted_usage(connection: &Connection) -> Result<Vec<(BucketId, i64, i64)>, EngineError> {
    let mut statement = connection.prepare("SELECT id, objects, bytes FROM buckets ORDER BY id")?;
    let rows = statement.query_map([], |row| Ok((BucketId::from_sql(row.get(0)?), row.get(1)?, row.get(2)?)))?;
    Ok(rows.collect::<Result<_, _>>()?)
}
