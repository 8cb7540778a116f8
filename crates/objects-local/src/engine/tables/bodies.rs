//! Where the bytes of an object or a part are: small ones in a row of their own, large ones in files.

use bytes::Bytes;
use rusqlite::types::ValueRef;
use rusqlite::{Connection, OptionalExtension, Row};

use super::super::EngineError;
use super::super::ids::FileId;
use super::super::incoming::Content;
use super::super::writer::Commit;

/// The columns `inline_body, file` of a row.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(in crate::engine) enum StoredBytes {
    /// There are none.
    Nothing,
    /// A row of `inline_bodies`.
    Inline(i64),
    /// A body file, counted in `files`.
    File(FileId),
}

impl StoredBytes {
    pub(in crate::engine) fn inline_body(self) -> Option<i64> {
        match self {
            StoredBytes::Inline(id) => Some(id),
            StoredBytes::Nothing | StoredBytes::File(_) => None,
        }
    }

    pub(in crate::engine) fn file(self) -> Option<[u8; 16]> {
        match self {
            StoredBytes::File(id) => Some(id.0),
            StoredBytes::Nothing | StoredBytes::Inline(_) => None,
        }
    }
}

/// Reads the two columns from `first` on.
pub(in crate::engine) fn stored_in(row: &Row<'_>, first: usize) -> Result<StoredBytes, EngineError> {
    if let Some(id) = row.get(first)? {
        return Ok(StoredBytes::Inline(id));
    }
    match row.get_ref(first + 1)? {
        ValueRef::Null => Ok(StoredBytes::Nothing),
        value => value
            .as_blob()
            .ok()
            .and_then(FileId::from_slice)
            .map(StoredBytes::File)
            .ok_or_else(|| EngineError::corrupt("a stored file name has no meaning")),
    }
}

/// The bytes of an inline body; `None` when it is gone.
pub(in crate::engine) fn inline(connection: &Connection, id: i64) -> Result<Option<Bytes>, EngineError> {
    let mut statement = connection.prepare_cached("SELECT bytes FROM inline_bodies WHERE id = ?1")?;
    Ok(statement.query_row([id], |row| row.get::<_, Vec<u8>>(0)).optional()?.map(Bytes::from))
}

/// Whether any row names `file`.
pub(in crate::engine) fn is_named(connection: &Connection, file: FileId) -> Result<bool, EngineError> {
    let mut statement = connection.prepare_cached("SELECT EXISTS (SELECT 1 FROM files WHERE id = ?1)")?;
    Ok(statement.query_row([file.0], |row| row.get(0))?)
}

/// Stores arrived bytes.
pub(in crate::engine) fn store(commit: &mut Commit<'_>, content: Content) -> Result<StoredBytes, EngineError> {
    match content {
        Content::Memory(bytes) if bytes.is_empty() => Ok(StoredBytes::Nothing),
        Content::Memory(bytes) => {
            let mut statement = commit.connection.prepare_cached("INSERT INTO inline_bodies (bytes) VALUES (?1)")?;
            Ok(StoredBytes::Inline(statement.insert([&bytes[..]])?))
        }
        Content::File(file) => {
            let id = file.id();
            commit.connection.prepare_cached("INSERT INTO files (id, uses) VALUES (?1, 1)")?.execute([id.0])?;
            commit.take_over(file);
            Ok(StoredBytes::File(id))
        }
    }
}

/// The same bytes for one more row of this shard. Files are shared, not copied.
pub(in crate::engine) fn share(commit: &mut Commit<'_>, bytes: StoredBytes) -> Result<StoredBytes, EngineError> {
    match bytes {
        StoredBytes::Nothing => Ok(StoredBytes::Nothing),
        StoredBytes::Inline(id) => {
            let sql = "INSERT INTO inline_bodies (bytes) SELECT bytes FROM inline_bodies WHERE id = ?1";
            Ok(StoredBytes::Inline(commit.connection.prepare_cached(sql)?.insert([id])?))
        }
        StoredBytes::File(id) => {
            let sql = "UPDATE files SET uses = uses + 1 WHERE id = ?1";
            match commit.connection.prepare_cached(sql)?.execute([id.0])? {
                1 => Ok(StoredBytes::File(id)),
                _ => Err(EngineError::corrupt(format!("body file {id} is not counted"))),
            }
        }
    }
}

/// One row less names these bytes; they go with the last.
pub(in crate::engine) fn release(commit: &mut Commit<'_>, bytes: StoredBytes) -> Result<(), EngineError> {
    match bytes {
        StoredBytes::Nothing => {}
        StoredBytes::Inline(id) => {
            commit.connection.prepare_cached("DELETE FROM inline_bodies WHERE id = ?1")?.execute([id])?;
        }
        StoredBytes::File(id) => {
            let sql = "UPDATE files SET uses = uses - 1 WHERE id = ?1 RETURNING uses";
            let left: i64 = commit.connection.prepare_cached(sql)?.query_row([id.0], |row| row.get(0))?;
            if left == 0 {
                commit.connection.prepare_cached("DELETE FROM files WHERE id = ?1")?.execute([id.0])?;
                commit.let_go(id);
            }
        }
    }
    Ok(())
}
