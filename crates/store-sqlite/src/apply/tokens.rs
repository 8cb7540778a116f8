//! Issuing and ending tokens.

use keyward_identity::{TokenHash, TokenRecord, TokenRules};
use keyward_store::{CommitError, Revision, StoreError};
use rusqlite::{Connection, OptionalExtension, params};

use crate::failure::{encoded, unavailable};
use crate::ledger::column;

/// Stores a token if its owner may hold another, and clears away those of the owner that are dead.
pub(super) fn issue(
    connection: &Connection,
    revision: Revision,
    token: &TokenRecord,
    rules: &TokenRules,
) -> Result<(), CommitError> {
    let (owner, now) = (token.identity.name(), token.created_at);
    let attempted = unavailable("issue a token");
    let mut clear = connection
        .prepare_cached("DELETE FROM tokens WHERE owner = ?1 AND (created_at <= ?2 OR last_used_at <= ?3)")
        .map_err(&attempted)?;
    let (oldest, idlest) = (now.minus(rules.life).as_millis(), now.minus(rules.idle).as_millis());
    clear.execute(params![owner, oldest, idlest]).map_err(&attempted)?;

    let live: i64 = connection
        .prepare_cached("SELECT count(*) FROM tokens WHERE owner = ?1")
        .and_then(|mut statement| statement.query_row([owner], |row| row.get(0)))
        .map_err(&attempted)?;
    if !rules.admits_another(usize::try_from(live).unwrap_or(usize::MAX)) {
        return Err(CommitError::TokenLimit { owner: owner.to_owned(), limit: rules.per_user });
    }
    insert(connection, revision, token)?;
    Ok(())
}

fn insert(connection: &Connection, revision: Revision, token: &TokenRecord) -> Result<(), StoreError> {
    let identity = encoded("issue a token", &token.identity)?;
    connection
        .prepare_cached(
            "INSERT INTO tokens (hash, owner, created_at, last_used_at, revision, identity)
             VALUES (?1, ?2, ?3, ?4, ?5, ?6)",
        )
        .and_then(|mut statement| {
            statement.execute(params![
                token.hash.0,
                token.identity.name(),
                token.created_at.as_millis(),
                token.last_used_at.as_millis(),
                column(revision),
                identity
            ])
        })
        .map_err(unavailable("issue a token"))?;
    Ok(())
}

/// Ends one token; answers whose it was.
pub(super) fn delete(connection: &Connection, hash: &TokenHash) -> Result<Option<String>, StoreError> {
    connection
        .prepare_cached("DELETE FROM tokens WHERE hash = ?1 RETURNING owner")
        .and_then(|mut statement| statement.query_row([hash.0], |row| row.get(0)).optional())
        .map_err(unavailable("end a token"))
}

/// Ends all tokens of an owner; answers whether there were any.
pub(super) fn delete_all(connection: &Connection, owner: &str) -> Result<bool, StoreError> {
    connection
        .prepare_cached("DELETE FROM tokens WHERE owner = ?1")
        .and_then(|mut statement| statement.execute([owner]))
        .map(|ended| ended > 0)
        .map_err(unavailable("end tokens"))
}
