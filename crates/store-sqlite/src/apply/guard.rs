//! What has to hold for a step to be taken.

use keyward_store::{CommitError, Contents, Expect, RecordKey};
use rusqlite::{Connection, ToSql, params};

use super::locate;
use crate::failure::unavailable;

/// The record is as the writer had read it.
pub(super) fn expect(connection: &Connection, key: &RecordKey, expect: Expect) -> Result<(), CommitError> {
    let found = locate::revision(connection, key).map_err(unavailable("check a revision"))?;
    match expect {
        Expect::Absent if found.is_some() => Err(CommitError::AlreadyExists(key.clone())),
        Expect::Revision(expected) if found != Some(expected) => {
            Err(CommitError::Conflict { key: key.clone(), expected })
        }
        Expect::Absent | Expect::Revision(_) => Ok(()),
    }
}

/// The record is there.
pub(super) fn exists(connection: &Connection, key: &RecordKey) -> Result<(), CommitError> {
    match locate::revision(connection, key).map_err(unavailable("look for a record"))? {
        Some(_) => Ok(()),
        None => Err(CommitError::Missing(key.clone())),
    }
}

/// There is nothing of the kind.
pub(super) fn empty(connection: &Connection, contents: &Contents) -> Result<(), CommitError> {
    let any = |sql: &str, columns: &[&dyn ToSql]| -> rusqlite::Result<bool> {
        connection.prepare_cached(sql)?.query_row(columns, |row| row.get(0))
    };
    let occupied = match contents {
        Contents::OfNamespace(name) => any(
            "SELECT EXISTS (SELECT 1 FROM users WHERE namespace = ?1)
                 OR EXISTS (SELECT 1 FROM buckets WHERE namespace = ?1)",
            params![name.as_str()],
        ),
        Contents::AllObjectUsers => any("SELECT EXISTS (SELECT 1 FROM users)", params![]),
        Contents::OwnedBuckets { namespace, owner } => any(
            "SELECT EXISTS (SELECT 1 FROM buckets WHERE owner = ?1 AND namespace = ?2)",
            params![owner.as_str(), namespace.as_str()],
        ),
    };
    if occupied.map_err(unavailable("look for contents"))? {
        return Err(CommitError::NotEmpty(contents.clone()));
    }
    Ok(())
}
