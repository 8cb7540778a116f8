//! How long audit records are kept: removes old ones from the front of the log and leaves a checkpoint in their place.

use keyward_ambient::Timestamp;
use keyward_store::{AuditKeys, ChainError, ChainLink, Checkpoint, Revision, StoreError};
use rusqlite::{Connection, OptionalExtension, Row, params};

use crate::chain::{self, ChainCheck};
use crate::failure::unavailable;
use crate::ledger::{Ledger, column, revision_from};

/// The checkpoint, if records were ever removed.
pub(crate) fn checkpoint(connection: &Connection) -> Result<Option<Checkpoint>, StoreError> {
    let found: Option<Option<Checkpoint>> = connection
        .prepare_cached("SELECT upto, chain, before, key_id, seal FROM audit_checkpoint WHERE one = 1")
        .and_then(|mut statement| statement.query_row([], read).optional())
        .map_err(unavailable("read the checkpoint of the audit log"))?;
    found.map(|read| read.ok_or_else(misshapen)).transpose()
}

/// Removes the records at the front that are older than `before`, a bounded number of them, after checking them:
/// evidence of tampering is not cleared away.
pub(crate) fn trim(
    connection: &Connection,
    keys: &AuditKeys,
    ledger: &Ledger,
    before: Timestamp,
) -> Result<u64, StoreError> {
    let mut check = ChainCheck::new(keys.clone(), ledger.clone());
    let piece = chain::piece(connection, Revision::ZERO)?;
    let old = piece.older_than(before);
    if old.is_empty() {
        return Ok(0);
    }
    check.advance(&old).map_err(kept)?;
    let (upto, link) = (check.reached(), check.link());
    save(connection, &keys.checkpoint(upto, link, before))
        .and_then(|()| connection.prepare_cached("DELETE FROM audit WHERE revision <= ?1")?.execute([column(upto)]))
        .map(|removed| removed as u64)
        .map_err(unavailable("remove old audit records"))
}

fn save(connection: &Connection, checkpoint: &Checkpoint) -> rusqlite::Result<()> {
    let Checkpoint { upto, link, before, key_id, seal } = checkpoint;
    connection
        .prepare_cached("INSERT OR REPLACE INTO audit_checkpoint VALUES (1, ?1, ?2, ?3, ?4, ?5)")?
        .execute(params![column(*upto), link.as_bytes(), before.as_millis(), key_id, seal])?;
    Ok(())
}

/// The row; `None` when its columns do not have the lengths that they were written with.
fn read(row: &Row<'_>) -> rusqlite::Result<Option<Checkpoint>> {
    let [chain, key_id, seal]: [Vec<u8>; 3] = [row.get(1)?, row.get(3)?, row.get(4)?];
    let (upto, before) = (revision_from(row.get(0)?), Timestamp::from_millis(row.get(2)?));
    Ok(ChainLink::from_slice(&chain)
        .zip(key_id.as_slice().try_into().ok())
        .zip(seal.as_slice().try_into().ok())
        .map(|((link, key_id), seal)| Checkpoint { upto, link, before, key_id, seal }))
}

fn misshapen() -> StoreError {
    corrupt("a column has the wrong length".to_owned())
}

fn kept(found: ChainError) -> StoreError {
    match found {
        ChainError::Store(error) => error,
        found => corrupt(format!("{found}; old records are kept")),
    }
}

fn corrupt(damage: String) -> StoreError {
    StoreError::Corrupt { table: "audit", row: "at its front".to_owned(), damage }
}
