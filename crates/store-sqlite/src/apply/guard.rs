//! What has to hold for a step to be taken.

use keyward_identity::UserRef;
use keyward_store::{CommitError, Contents, Expect, RecordKey, Scope};
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

/// The very user is there, and not another of the name.
pub(super) fn user(connection: &Connection, scope: &Scope, user: &UserRef) -> Result<(), CommitError> {
    let columns = params![user.id.as_str(), scope.as_str(), user.namespace.as_str(), user.unique_id.map(String::from)];
    let found: bool = connection
        .prepare_cached(
            "SELECT EXISTS (SELECT 1 FROM users
                 WHERE uid = ?1 AND scope = ?2 AND namespace = ?3 AND record ->> '$.user.unique_id' IS ?4)",
        )
        .and_then(|mut statement| statement.query_row(columns, |row| row.get(0)))
        .map_err(unavailable("look for an object user"))?;
    match found {
        true => Ok(()),
        false => Err(CommitError::Missing(RecordKey::User { scope: scope.clone(), id: user.id.clone() })),
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
        Contents::OwnedBuckets(owner) => any(
            "SELECT EXISTS (SELECT 1 FROM buckets
                 WHERE owner = ?1 AND namespace = ?2 AND record ->> '$.owner_unique_id' IS ?3)",
            params![owner.id.as_str(), owner.namespace.as_str(), owner.unique_id.map(String::from)],
        ),
    };
    if occupied.map_err(unavailable("look for contents"))? {
        return Err(CommitError::NotEmpty(contents.clone()));
    }
    Ok(())
}
