//! Checking the audit chain, record by record.

use keyward_store::{AuditKeyId, AuditKeys, AuditRecord, ChainError, ChainLink, ChainReport, Revision, StoreError};
use rusqlite::{Connection, Row, params};

use crate::failure::unavailable;
use crate::ledger::{Ledger, column, revision_from};

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

/// The next rows after `after`, in order.
pub(crate) fn rows(connection: &Connection, after: Revision) -> Result<Vec<AuditRow>, StoreError> {
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
    Ok(match last.map_or(Revision::ZERO, revision_from) {
        last if last > ledger.revision => Err(broken(last, "was added behind the last one")),
        _ => Ok(ledger),
    })
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
}

impl ChainCheck {
    /// A check that has seen nothing yet and ends at `head`.
    pub(crate) fn new(keys: AuditKeys, head: Ledger) -> Self {
        Self { keys, head, reached: Revision::ZERO, link: ChainLink::START }
    }

    /// The last record that was found in order.
    pub(crate) fn reached(&self) -> Revision {
        self.reached
    }

    /// Whether the head has been reached.
    pub(crate) fn is_complete(&self) -> bool {
        self.reached >= self.head.revision
    }

    /// Checks the rows that follow [`reached`](Self::reached); there must be some while the check is not complete.
    pub(crate) fn advance(&mut self, rows: &[AuditRow]) -> Result<(), ChainError> {
        if rows.is_empty() {
            return Err(broken(self.reached.next(), "is missing"));
        }
        for row in rows {
            if self.is_complete() {
                break;
            }
            self.check(row)?;
        }
        if self.is_complete() && self.link != self.head.chain {
            return Err(broken(self.reached, "is not the one that was written last"));
        }
        Ok(())
    }

    /// What was found, once complete.
    pub(crate) fn report(self) -> ChainReport {
        ChainReport { records: self.reached.number(), last: self.reached, head: self.link }
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
