//! Parts: of an upload in progress, and of the object that it became. Completing moves no part row.

use keyward_ambient::Timestamp;
use rusqlite::{Connection, Row};

use super::super::EngineError;
use super::super::etag::Etag;
use super::super::head::Checksum;
use super::super::ids::UploadId;
use super::super::row_key;
use super::super::writer::Commit;
use super::bodies::{self, StoredBytes};

/// A part without its bytes.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct PartRecord {
    /// Its number, 1 to 10000.
    pub number: u16,
    /// Its bytes.
    pub size: u64,
    /// When it was uploaded.
    pub modified: Timestamp,
    /// Its entity tag.
    pub etag: Etag,
    /// Its checksum, if one is known.
    pub checksum: Option<Checksum>,
}

/// A part with the place of its bytes.
#[derive(Clone, Debug)]
pub(in crate::engine) struct StoredPart {
    pub(in crate::engine) record: PartRecord,
    pub(in crate::engine) bytes: StoredBytes,
}

fn part_in(row: &Row<'_>) -> Result<StoredPart, EngineError> {
    let number = row_key::number_of(super::blob_in(row, 0)?)
        .ok_or_else(|| EngineError::corrupt("the key of a stored part has the wrong length"))?;
    let record = PartRecord {
        number,
        size: super::count_in(row, 1)?,
        modified: super::moment_in(row, 2)?,
        etag: super::etag_in(row, 3)?,
        checksum: super::text_in(row, 4)?,
    };
    Ok(StoredPart { record, bytes: bodies::stored_in(row, 5)? })
}

/// The parts of a set with numbers greater than `after`, in order, at most `most`.
pub(in crate::engine) fn of_set(
    connection: &Connection,
    set: UploadId,
    after: u16,
    most: u32,
) -> Result<Vec<StoredPart>, EngineError> {
    let mut statement = connection.prepare_cached(
        "SELECT key, size, modified, etag, checksum, inline_body, file FROM parts
         WHERE key > ?1 AND key <= ?2 ORDER BY key LIMIT ?3",
    )?;
    let mut rows = statement.query((row_key::part(set, after), row_key::part(set, u16::MAX), most))?;
    let mut parts = Vec::new();
    while let Some(row) = rows.next()? {
        parts.push(part_in(row)?);
    }
    Ok(parts)
}

/// All parts of a set, in order.
pub(in crate::engine) fn all_of_set(connection: &Connection, set: UploadId) -> Result<Vec<StoredPart>, EngineError> {
    of_set(connection, set, 0, u32::MAX)
}

fn find(connection: &Connection, set: UploadId, number: u16) -> Result<Option<StoredPart>, EngineError> {
    Ok(of_set(connection, set, number.saturating_sub(1), 1)?.pop().filter(|part| part.record.number == number))
}

/// Puts a part in place of the one with the same number, whose bytes go.
pub(in crate::engine) fn put(commit: &mut Commit<'_>, set: UploadId, part: &StoredPart) -> Result<(), EngineError> {
    let before = find(commit.connection, set, part.record.number)?;
    commit
        .connection
        .prepare_cached(
            "INSERT OR REPLACE INTO parts (key, size, modified, etag, checksum, inline_body, file)
             VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7)",
        )?
        .execute((
            row_key::part(set, part.record.number),
            super::to_sql(part.record.size),
            part.record.modified.as_millis(),
            part.record.etag.to_stored(),
            part.record.checksum.as_ref().map(ToString::to_string),
            part.bytes.inline_body(),
            part.bytes.file(),
        ))?;
    before.map_or(Ok(()), |before| bodies::release(commit, before.bytes))
}

/// Deletes one part and its bytes.
pub(in crate::engine) fn release(commit: &mut Commit<'_>, set: UploadId, part: &StoredPart) -> Result<(), EngineError> {
    let row_key = row_key::part(set, part.record.number);
    commit.connection.prepare_cached("DELETE FROM parts WHERE key = ?1")?.execute([row_key])?;
    bodies::release(commit, part.bytes)
}

/// Deletes all parts of a set and their bytes.
pub(in crate::engine) fn release_set(commit: &mut Commit<'_>, set: UploadId) -> Result<(), EngineError> {
    for part in all_of_set(commit.connection, set)? {
        release(commit, set, &part)?;
    }
    Ok(())
}

/// Gives the set `to` the same parts as `from`, sharing their files.
pub(in crate::engine) fn share_set(commit: &mut Commit<'_>, from: UploadId, to: UploadId) -> Result<(), EngineError> {
    for part in all_of_set(commit.connection, from)? {
        let bytes = bodies::share(commit, part.bytes)?;
        put(commit, to, &StoredPart { record: part.record, bytes })?;
    }
    Ok(())
}
