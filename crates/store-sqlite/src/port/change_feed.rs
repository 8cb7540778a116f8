//! The change feed.

use async_trait::async_trait;
use keyward_store::{Change, ChangeFeed, Changes, Revision, StoreError};
use rusqlite::{Connection, params};
use tokio::sync::watch;

use crate::failure::{decoded, unavailable};
use crate::ledger::{Ledger, column, revision_from};
use crate::store::SqliteStore;

#[async_trait]
impl ChangeFeed for SqliteStore {
    async fn latest(&self) -> Result<Revision, StoreError> {
        self.readers.ask(|connection| Ledger::load(connection).map(|ledger| ledger.revision)).await
    }

    async fn changes(&self, since: Revision, limit: u32) -> Result<Changes, StoreError> {
        self.readers.ask(move |connection| changes(connection, since, limit)).await
    }

    fn watch(&self) -> watch::Receiver<Revision> {
        self.writer.news()
    }
}

fn changes(connection: &Connection, since: Revision, limit: u32) -> Result<Changes, StoreError> {
    let attempted = unavailable("read the change feed");
    // One snapshot for both questions, or a trim between them would leave a gap that nobody is told of.
    let snapshot = connection.unchecked_transaction().map_err(&attempted)?;
    let ledger = Ledger::load(&snapshot)?;
    if since < ledger.trimmed {
        return Ok(Changes::Trimmed { latest: ledger.revision });
    }
    let rows: Vec<(i64, String)> = snapshot
        .prepare_cached("SELECT revision, changed FROM changes WHERE revision > ?1 ORDER BY revision LIMIT ?2")
        .and_then(|mut statement| {
            let rows = statement.query_map(params![column(since), limit], |row| Ok((row.get(0)?, row.get(1)?)))?;
            rows.collect()
        })
        .map_err(&attempted)?;
    let entry = |(revision, json): (i64, String)| {
        let changed = decoded("changes", &revision.to_string(), &json)?;
        Ok(Change { revision: revision_from(revision), changed })
    };
    rows.into_iter().map(entry).collect::<Result<_, _>>().map(Changes::Entries)
}
