//! Buckets: open or closed, and how much they hold.

use rusqlite::{Connection, OptionalExtension};

use super::super::EngineError;
use super::super::ids::BucketId;
use super::super::row_key;
use super::super::writer::Commit;

/// Where a bucket stands between its making and its end.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum BucketState {
    /// It takes objects.
    Open,
    /// It is empty and takes none; only dropping or opening it again is left.
    Closed,
}

/// How much a bucket holds. Parts of uploads in progress do not count.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Usage {
    /// Objects.
    pub objects: u64,
    /// Bytes of their bodies.
    pub bytes: u64,
}

pub(in crate::engine) fn state(connection: &Connection, bucket: BucketId) -> Result<Option<BucketState>, EngineError> {
    let mut statement = connection.prepare_cached("SELECT closed FROM buckets WHERE id = ?1")?;
    let closed = statement.query_row([bucket.to_sql()], |row| row.get(0)).optional()?;
    Ok(closed.map(|closed| if closed { BucketState::Closed } else { BucketState::Open }))
}

pub(in crate::engine) fn require_open(connection: &Connection, bucket: BucketId) -> Result<(), EngineError> {
    match state(connection, bucket)? {
        Some(BucketState::Open) => Ok(()),
        Some(BucketState::Closed) | None => Err(EngineError::NoSuchBucket(bucket)),
    }
}

pub(in crate::engine) fn all(connection: &Connection) -> Result<Vec<(BucketId, BucketState)>, EngineError> {
    let mut statement = connection.prepare_cached("SELECT id, closed FROM buckets ORDER BY id")?;
    let rows = statement.query_map([], |row| {
        let state = if row.get(1)? { BucketState::Closed } else { BucketState::Open };
        Ok((BucketId::from_sql(row.get(0)?), state))
    })?;
    Ok(rows.collect::<Result<_, _>>()?)
}

pub(in crate::engine) fn usage(connection: &Connection, bucket: BucketId) -> Result<Usage, EngineError> {
    let mut statement = connection.prepare_cached("SELECT objects, bytes FROM buckets WHERE id = ?1 AND NOT closed")?;
    let mut rows = statement.query([bucket.to_sql()])?;
    let row = rows.next()?.ok_or(EngineError::NoSuchBucket(bucket))?;
    Ok(Usage { objects: super::count_in(row, 0)?, bytes: super::count_in(row, 1)? })
}

pub(in crate::engine) fn open(commit: &mut Commit<'_>, bucket: BucketId) -> Result<(), EngineError> {
    commit
        .connection
        .prepare_cached(
            "INSERT INTO buckets (id, closed, objects, bytes) VALUES (?1, 0, 0, 0)
             ON CONFLICT (id) DO UPDATE SET closed = 0",
        )?
        .execute([bucket.to_sql()])?;
    Ok(())
}

/// Closes an empty bucket; closing a closed one is fine.
pub(in crate::engine) fn close(commit: &mut Commit<'_>, bucket: BucketId) -> Result<(), EngineError> {
    let (from, to) = (row_key::at_prefix(bucket, ""), row_key::behind_prefix(bucket, ""));
    let holds_objects: bool = commit
        .connection
        .prepare_cached("SELECT EXISTS (SELECT 1 FROM objects WHERE key >= ?1 AND key < ?2)")?
        .query_row((from, to), |row| row.get(0))?;
    if holds_objects {
        return Err(EngineError::NotEmpty(bucket));
    }
    let closed =
        commit.connection.prepare_cached("UPDATE buckets SET closed = 1 WHERE id = ?1")?.execute([bucket.to_sql()])?;
    if closed == 0 { Err(EngineError::NoSuchBucket(bucket)) } else { Ok(()) }
}

/// Forgets a bucket that is closed; tells whether one was.
pub(in crate::engine) fn forget(commit: &mut Commit<'_>, bucket: BucketId) -> Result<bool, EngineError> {
    let mut statement = commit.connection.prepare_cached("DELETE FROM buckets WHERE id = ?1 AND closed")?;
    Ok(statement.execute([bucket.to_sql()])? == 1)
}

/// Counts what a write added and took away.
pub(in crate::engine) fn count(
    commit: &mut Commit<'_>,
    bucket: BucketId,
    added: Usage,
    taken: Usage,
) -> Result<(), EngineError> {
    commit
        .connection
        .prepare_cached("UPDATE buckets SET objects = objects + ?2, bytes = bytes + ?3 WHERE id = ?1")?
        .execute((
            bucket.to_sql(),
            super::to_sql(added.objects) - super::to_sql(taken.objects),
            super::to_sql(added.bytes) - super::to_sql(taken.bytes),
        ))?;
    Ok(())
}
