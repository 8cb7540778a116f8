//! The ledger: the one row that every transaction moves on.

use keyward_store::{ChainLink, Revision, StoreError};
use rusqlite::Connection;

use crate::failure::unavailable;

/// Where the store stands.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Ledger {
    /// The last revision.
    pub revision: Revision,
    /// The link of the last audit record.
    pub chain: ChainLink,
    /// The last bucket id that was given out.
    pub bucket_id: u64,
    /// The last revision that the change feed no longer has.
    pub trimmed: Revision,
}

impl Ledger {
    /// Reads it. Within a transaction that is to write, so that it is true even if something else wrote before.
    pub(crate) fn load(connection: &Connection) -> Result<Self, StoreError> {
        let attempted = unavailable("read the ledger");
        let mut statement = connection
            .prepare_cached("SELECT revision, chain, bucket_id, trimmed FROM ledger WHERE one = 1")
            .map_err(&attempted)?;
        let (revision, chain, bucket_id, trimmed) = statement
            .query_row([], |row| {
                Ok((row.get::<_, i64>(0)?, row.get::<_, Vec<u8>>(1)?, row.get::<_, i64>(2)?, row.get::<_, i64>(3)?))
            })
            .map_err(&attempted)?;
        let chain = ChainLink::from_slice(&chain).ok_or_else(|| StoreError::Corrupt {
            table: "ledger",
            row: "1".to_owned(),
            damage: "the head of the audit chain is not 32 bytes".to_owned(),
        })?;
        Ok(Self {
            revision: revision_from(revision),
            chain,
            bucket_id: bucket_id.cast_unsigned(),
            trimmed: revision_from(trimmed),
        })
    }

    /// Writes it.
    pub(crate) fn save(&self, connection: &Connection) -> Result<(), StoreError> {
        let attempted = unavailable("write the ledger");
        let mut statement = connection
            .prepare_cached("UPDATE ledger SET revision = ?1, chain = ?2, bucket_id = ?3, trimmed = ?4 WHERE one = 1")
            .map_err(&attempted)?;
        let values = (column(self.revision), self.chain.as_bytes(), self.bucket_id.cast_signed(), column(self.trimmed));
        statement.execute(values).map_err(&attempted)?;
        Ok(())
    }
}

/// A revision as SQLite's integers hold it; they count to 2^63.
pub(crate) const fn column(revision: Revision) -> i64 {
    revision.number().cast_signed()
}

/// A revision as it was read.
pub(crate) const fn revision_from(column: i64) -> Revision {
    Revision::new(column.cast_unsigned())
}
