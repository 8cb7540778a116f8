//! Writes that are no transactions: noting uses of tokens and secrets, and clearing away what says nothing any more.

use keyward_ambient::Timestamp;
use keyward_identity::{TokenHash, TokenRules};
use keyward_store::{AuditKeys, SecretUses, StoreError};
use rusqlite::{Connection, params};

use crate::failure::unavailable;
use crate::ledger::{Ledger, revision_from};
use crate::retention;
use crate::secret_usage;

/// The most rows that one task looks at, so that no task holds up the commits behind it for long.
const AT_ONCE: u32 = 5000;

/// One such write.
#[derive(Clone, Debug)]
pub(crate) enum Task {
    /// Notes a use of a token. Not worth a sync.
    Touch {
        /// Which token.
        hash: TokenHash,
        /// When it was used.
        at: Timestamp,
    },
    /// Adds uses of secrets to what is known of them. Not worth a sync.
    NoteUses(Vec<SecretUses>),
    /// Removes dead tokens.
    SweepTokens {
        /// The present.
        now: Timestamp,
        /// Which are dead.
        rules: TokenRules,
    },
    /// Removes old changes.
    TrimChanges {
        /// Those from before this moment.
        before: Timestamp,
    },
    /// Removes old audit records.
    TrimAudit {
        /// Those from before this moment.
        before: Timestamp,
    },
    /// Writes what is there already.
    TryWrite,
}

impl Task {
    /// Does it; answers how many rows it touched.
    pub(crate) fn run(
        &self,
        connection: &Connection,
        ledger: &mut Ledger,
        keys: &AuditKeys,
    ) -> Result<u64, StoreError> {
        match self {
            Task::Touch { hash, at } => touch(connection, hash, *at).map_err(unavailable("note a use of a token")),
            Task::NoteUses(uses) => secret_usage::note(connection, uses).map_err(unavailable("note uses of secrets")),
            Task::SweepTokens { now, rules } => {
                sweep_tokens(connection, *now, rules).map_err(unavailable("sweep tokens"))
            }
            Task::TryWrite => {
                let written = connection.execute("UPDATE ledger SET trimmed = trimmed", []);
                written.map(|rows| rows as u64).map_err(unavailable("try to write"))
            }
            Task::TrimChanges { before } => {
                trim_changes(connection, ledger, *before).map_err(unavailable("trim the change feed"))
            }
            Task::TrimAudit { before } => retention::trim(connection, keys, ledger, *before),
        }
    }
}

fn touch(connection: &Connection, hash: &TokenHash, at: Timestamp) -> rusqlite::Result<u64> {
    let touched = connection
        .prepare_cached("UPDATE tokens SET last_used_at = ?2 WHERE hash = ?1 AND last_used_at < ?2")?
        .execute(params![hash.0, at.as_millis()])?;
    Ok(touched as u64)
}

/// Looks at the tokens issued first. Those among them that are still live hide dead ones behind them only until their
/// own life ends.
fn sweep_tokens(connection: &Connection, now: Timestamp, rules: &TokenRules) -> rusqlite::Result<u64> {
    let (oldest, idlest) = (now.minus(rules.life).as_millis(), now.minus(rules.idle).as_millis());
    let swept = connection
        .prepare_cached(
            "DELETE FROM tokens WHERE id IN (SELECT id FROM tokens ORDER BY id LIMIT ?3)
                AND (created_at <= ?1 OR last_used_at <= ?2)",
        )?
        .execute(params![oldest, idlest, AT_ONCE])?;
    Ok(swept as u64)
}

/// Cuts a piece off the front of the feed, up to the first change that is young enough: the clock may have stepped
/// back between two commits, and a gap in the middle would go unnoticed.
fn trim_changes(connection: &Connection, ledger: &mut Ledger, before: Timestamp) -> rusqlite::Result<u64> {
    let mut statement = connection.prepare_cached("SELECT revision, at FROM changes ORDER BY revision LIMIT ?1")?;
    let front = statement.query_map([AT_ONCE], |row| Ok((row.get::<_, i64>(0)?, row.get::<_, i64>(1)?)))?;
    let mut last = None;
    for row in front {
        let (revision, at) = row?;
        if at >= before.as_millis() {
            break;
        }
        last = Some(revision);
    }
    let Some(last) = last else { return Ok(0) };
    let trimmed = connection.prepare_cached("DELETE FROM changes WHERE revision <= ?1")?.execute([last])?;
    ledger.trimmed = revision_from(last);
    Ok(trimmed as u64)
}
