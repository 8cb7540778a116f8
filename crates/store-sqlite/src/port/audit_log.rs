//! The audit log and its chain.

use async_trait::async_trait;
use keyward_ambient::Timestamp;
use keyward_store::{
    AuditEntry, AuditLog, AuditQuery, ChainError, ChainHead, ChainReport, Marker, Page, PageRequest, StoreError,
};
use rusqlite::{Connection, ToSql, named_params};

use crate::chain::{self, ChainCheck};
use crate::failure::{decoded, unavailable};
use crate::ledger::{Ledger, revision_from};
use crate::store::SqliteStore;

// An index ends in the row's own number, the revision. Reading begins at the marker's moment and steps over what else
// was written in that millisecond.
const ALL: &str = "SELECT revision, record FROM audit INDEXED BY audit_by_time
     WHERE (at, revision) > (:at, :revision) AND at < :until ORDER BY at, revision LIMIT :limit";
const OF_NAMESPACE: &str = "SELECT revision, record FROM audit INDEXED BY audit_by_namespace
     WHERE namespace = :namespace AND (at, revision) > (:at, :revision) AND at < :until
     ORDER BY at, revision LIMIT :limit";

#[async_trait]
impl AuditLog for SqliteStore {
    async fn audit_entries(&self, query: &AuditQuery, page: &PageRequest) -> Result<Page<AuditEntry>, StoreError> {
        let (query, page) = (query.clone(), page.clone());
        self.readers.ask(move |connection| list(connection, &query, &page)).await
    }

    async fn verify_chain(&self) -> Result<ChainReport, ChainError> {
        let head = self.readers.ask(chain::head).await??;
        let mut check = ChainCheck::new(self.audit_keys.clone(), head);
        // A piece at a time, so that no snapshot is held for long: an open one keeps the write-ahead log from being
        // reset. Pieces fit together because the log only grows, and shrinks at its front behind a checkpoint.
        while !check.is_complete() {
            let after = check.reached();
            let piece = self.readers.ask(move |connection| chain::piece(connection, after)).await?;
            check.advance(&piece)?;
        }
        Ok(check.report())
    }

    async fn chain_head(&self) -> Result<ChainHead, StoreError> {
        let ledger = self.readers.ask(Ledger::load).await?;
        Ok(ChainHead { last: ledger.revision, link: ledger.chain })
    }
}

fn list(connection: &Connection, query: &AuditQuery, page: &PageRequest) -> Result<Page<AuditEntry>, StoreError> {
    let attempted = unavailable("read the audit log");
    // Revisions begin with 1, so "after revision 0 of a moment" is "from that moment on".
    let from = (query.from.unwrap_or(Timestamp::EPOCH).as_millis(), 0);
    let (at, revision) = page.after.as_ref().map_or(from, |marker| from.max(place(marker)));
    let until = query.until.map_or(i64::MAX, Timestamp::as_millis);
    let limit = page.limit() + 1;
    let namespace = query.namespace.as_ref().map(|namespace| namespace.as_str());
    let mut values: Vec<(&str, &dyn ToSql)> =
        named_params! { ":at": at, ":revision": revision, ":until": until, ":limit": limit }.to_vec();
    if namespace.is_some() {
        values.push((":namespace", &namespace));
    }
    let sql = if namespace.is_some() { OF_NAMESPACE } else { ALL };
    let rows: Vec<(i64, String)> = connection
        .prepare_cached(sql)
        .and_then(|mut statement| {
            let rows = statement.query_map(values.as_slice(), |row| Ok((row.get(0)?, row.get(1)?)))?;
            rows.collect()
        })
        .map_err(&attempted)?;
    let entries = rows.into_iter().map(|(revision, json)| {
        let record = decoded("audit", &revision.to_string(), &json)?;
        Ok(AuditEntry { revision: revision_from(revision), record })
    });
    Ok(Page::cut(entries.collect::<Result<_, StoreError>>()?, page.limit(), marker))
}

/// The place of an entry in the order of the log.
fn marker(entry: &AuditEntry) -> Marker {
    Marker::of(&[&entry.record.at.as_millis().to_string(), &entry.revision.to_string()])
}

/// Reads a place back; a marker that is none starts from the front.
fn place(marker: &Marker) -> (i64, i64) {
    let [at, revision] = marker.columns();
    (at.parse().unwrap_or(0), revision.parse().unwrap_or(0))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::plan::assert_is_one_search;

    #[test]
    fn a_page_starts_where_it_starts_and_needs_no_sorting() {
        assert_is_one_search(ALL, "audit_by_time (at>? AND at<?)");
        assert_is_one_search(OF_NAMESPACE, "audit_by_namespace (namespace=? AND at>? AND at<?)");
    }
}
