//! Checking the audit chain, record by record.

use keyward_ambient::Timestamp;
use keyward_store::{
    AuditKeyId, AuditKeys, AuditRecord, ChainError, ChainLink, ChainReport, Checkpoint, Revision, StoreError,
};
use rusqlite::{Connection, Row, params};

use crate::failure::unavailable;
use crate::ledger::{Ledger, column, revision_from};
use crate::retention;

/// How many records are read at a time.
const PIECE: u32 = 1000;

/// A row of the audit table as it lies there.
pub(crate) struct AuditRow {
    revision: i64,
    at: i64,
    namespace: Option<String>,
    key_id: Vec<u8>,
    chain: Vec<u8>,
    json: String,
}

/// Some of the log, as it was at one moment.
pub(crate) struct Piece {
    checkpoint: Option<Checkpoint>,
    rows: Vec<AuditRow>,
}

/// The next rows after `after`, in order, and the checkpoint that the log begins with.
pub(crate) fn piece(connection: &Connection, after: Revision) -> Result<Piece, StoreError> {
    // The writer asks within its own transaction, where a second cannot begin and is not needed.
    let snapshot = connection
        .is_autocommit()
        .then(|| connection.unchecked_transaction())
        .transpose()
        .map_err(unavailable("read the audit log"))?;
    let connection = snapshot.as_deref().unwrap_or(connection);
    Ok(Piece { checkpoint: retention::checkpoint(connection)?, rows: rows(connection, after)? })
}

fn rows(connection: &Connection, after: Revision) -> Result<Vec<AuditRow>, StoreError> {
    connection
        .prepare_cached(
            "SELECT revision, at, namespace, key_id, chain, record FROM audit
             WHERE revision > ?1 ORDER BY revision LIMIT ?2",
        )
        .and_then(|mut statement| {
            let rows = statement.query_map(params![column(after), PIECE], AuditRow::read)?;
            rows.collect()
        })
        .map_err(unavailable("read the audit log"))
}

/// Where the chain has to end: at the ledger's head, with no record behind it.
pub(crate) fn head(connection: &Connection) -> Result<Result<Ledger, ChainError>, StoreError> {
    let attempted = unavailable("read the audit log");
    let snapshot = connection.unchecked_transaction().map_err(&attempted)?;
    let ledger = Ledger::load(&snapshot)?;
    let last: Option<i64> =
        snapshot.query_row("SELECT max(revision) FROM audit", [], |row| row.get(0)).map_err(&attempted)?;
    let removed = retention::checkpoint(&snapshot)?.map_or(Revision::ZERO, |checkpoint| checkpoint.upto);
    Ok(match last.map_or(Revision::ZERO, revision_from) {
        last if last > ledger.revision => Err(broken(last, "was added behind the last one")),
        _ if removed > ledger.revision => Err(broken(removed, "was there once, and the log now ends before it")),
        _ => Ok(ledger),
    })
}

impl Piece {
    /// What of it comes before the first record that is not older than `before`.
    pub(crate) fn older_than(mut self, before: Timestamp) -> Self {
        let old = self.rows.iter().take_while(|row| row.at < before.as_millis()).count();
        self.rows.truncate(old);
        self
    }

    /// Whether it holds no record.
    pub(crate) fn is_empty(&self) -> bool {
        self.rows.is_empty()
    }
}

impl AuditRow {
    fn read(row: &Row<'_>) -> rusqlite::Result<Self> {
        Ok(Self {
            revision: row.get(0)?,
            at: row.get(1)?,
            namespace: row.get(2)?,
            key_id: row.get(3)?,
            chain: row.get(4)?,
            json: row.get(5)?,
        })
    }

    /// The record, if the columns that lists go by say the same as the record itself.
    fn record(&self) -> Option<AuditRecord> {
        let record: AuditRecord = serde_json::from_str(&self.json).ok()?;
        let namespace = record.namespace.as_ref().map(|name| name.as_str());
        (record.at.as_millis() == self.at && namespace == self.namespace.as_deref()).then_some(record)
    }
}

/// A check on its way from the first record to the head that the ledger named when it began.
pub(crate) struct ChainCheck {
    keys: AuditKeys,
    head: Ledger,
    reached: Revision,
    link: ChainLink,
    removed_upto: Revision,
}

impl ChainCheck {
    /// A check that has seen nothing yet and ends at `head`.
    pub(crate) fn new(keys: AuditKeys, head: Ledger) -> Self {
        let (reached, link) = (Revision::ZERO, ChainLink::START);
        Self { keys, head, reached, link, removed_upto: Revision::ZERO }
    }

    /// The last record that was found in order.
    pub(crate) fn reached(&self) -> Revision {
        self.reached
    }

    /// Its link.
    pub(crate) fn link(&self) -> ChainLink {
        self.link
    }

    /// Whether the head has been reached.
    pub(crate) fn is_complete(&self) -> bool {
        self.reached >= self.head.revision
    }

    /// Checks a piece read after [`reached`](Self::reached); it must lead further while the check is not complete.
    pub(crate) fn advance(&mut self, piece: &Piece) -> Result<(), ChainError> {
        let before = self.reached;
        if let Some(checkpoint) = &piece.checkpoint {
            self.pass(checkpoint)?;
        }
        for row in &piece.rows {
            if revision_from(row.revision) <= self.removed_upto {
                return Err(broken(revision_from(row.revision), "was added before the first one that is kept"));
            }
            if self.is_complete() {
                break;
            }
            self.check(row)?;
        }
        if self.reached == before {
            return Err(broken(before.next(), "is missing"));
        }
        if self.reached == self.head.revision && self.link != self.head.chain {
            return Err(broken(self.reached, "is not the one that was written last"));
        }
        Ok(())
    }

    /// What was found, once complete.
    pub(crate) fn report(self) -> ChainReport {
        let records = self.reached.number() - self.removed_upto.number();
        ChainReport { records, removed_upto: self.removed_upto, last: self.reached, head: self.link }
    }

    /// Accepts that the log begins after the checkpoint, and goes on from there if that is further than it has come:
    /// records may be removed while others are checked.
    fn pass(&mut self, checkpoint: &Checkpoint) -> Result<(), ChainError> {
        match self.keys.vouch_for(checkpoint) {
            Some(true) => self.removed_upto = checkpoint.upto,
            Some(false) => return Err(broken(checkpoint.upto.next(), "is not the first: its checkpoint is forged")),
            None => return Err(ChainError::UnknownKey { at: checkpoint.upto }),
        }
        if checkpoint.upto > self.reached {
            (self.reached, self.link) = (checkpoint.upto, checkpoint.link);
        }
        Ok(())
    }

    fn check(&mut self, row: &AuditRow) -> Result<(), ChainError> {
        let expected = self.reached.next();
        if revision_from(row.revision) != expected {
            return Err(broken(expected, "is missing"));
        }
        let altered = || broken(expected, "was altered, or one before it was");
        let record = row.record().ok_or_else(altered)?;
        let key: AuditKeyId = row.key_id.as_slice().try_into().map_err(|_| altered())?;
        let link =
            self.keys.link_with(key, self.link, expected, &record).ok_or(ChainError::UnknownKey { at: expected })?;
        if ChainLink::from_slice(&row.chain) != Some(link) {
            return Err(altered());
        }
        (self.reached, self.link) = (expected, link);
        Ok(())
    }
}

fn broken(at: Revision, finding: &'static str) -> ChainError {
    ChainError::Broken { at, finding }
}
