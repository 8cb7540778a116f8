//! Listing the objects of a bucket.

use rusqlite::Connection;

use super::ids::BucketId;
use super::tables::buckets;
use super::tables::objects::{self, ListedObject};
use super::walk::{After, Last, Walk};
use super::{Engine, EngineError, row_key};

/// Which objects to list, in the binary order of their UTF-8 keys.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct ListQuery {
    /// Only keys that begin with this.
    pub prefix: String,
    /// Folds keys that share what lies between the prefix and the first delimiter behind it.
    pub delimiter: Option<String>,
    /// Where to begin.
    pub after: After,
    /// At most so many keys and common prefixes together.
    pub limit: usize,
    /// Whether to read what the objects' writers said about them.
    pub with_heads: bool,
}

/// One page of a listing. Entries and common prefixes are each in order, to be merged by who wants one order.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Page {
    /// Keys and objects.
    pub entries: Vec<(String, ListedObject)>,
    /// Folded keys, ending in the delimiter.
    pub common_prefixes: Vec<String>,
    /// Where the next page begins; `None` when this is the last.
    pub next: Option<After>,
}

impl Engine {
    /// Lists objects. Costs as many steps as the page has entries, whatever the bucket holds.
    pub async fn list(&self, bucket: BucketId, query: ListQuery) -> Result<Page, EngineError> {
        self.shard(bucket)
            .readers
            .read(move |connection| {
                buckets::require_open(connection, bucket)?;
                page(connection, bucket, &query)
            })
            .await
    }
}

fn page(connection: &Connection, bucket: BucketId, query: &ListQuery) -> Result<Page, EngineError> {
    let walk = Walk {
        bucket,
        prefix: &query.prefix,
        delimiter: query.delimiter.as_deref(),
        start: query.after.start(bucket, &query.prefix),
        limit: query.limit,
        key_in: row_key::key_of_object,
        latest_only: true,
    };
    let statement = connection.prepare_cached(objects::WALK)?;
    let walked = walk.run(statement, |row| objects::listed_in(row, query.with_heads))?;
    let next = match walked.more_after {
        None => None,
        Some(Last::Row) => walked.rows.last().map(|(key, _)| After::Key(key.clone())),
        Some(Last::Prefix) => walked.prefixes.last().cloned().map(After::Prefix),
    };
    Ok(Page { entries: walked.rows, common_prefixes: walked.prefixes, next })
}

#[cfg(test)]
mod tests {
    use std::sync::Arc;

    use keyward_testkit::{FrozenClock, SeededEntropy};
    use rusqlite::StatementStatus;

    use super::*;
    use crate::engine::Settings;
    use crate::engine::etag::Etag;
    use crate::engine::head::ObjectHead;
    use crate::engine::record::Versioning;
    use crate::engine::tables::bodies::StoredBytes;
    use crate::engine::tables::object_writes::{self, NewObject};
    use crate::engine::tables::objects::StoredBody;

    const BUCKET: BucketId = BucketId(1);

    /// A bucket of 100,000 keys, 100 under each of 1,000 prefixes.
    async fn full_bucket() -> (tempfile::TempDir, Engine) {
        let home = tempfile::tempdir().unwrap();
        let entropy = Arc::new(SeededEntropy::new(1));
        let engine = Engine::open(home.path(), Arc::new(FrozenClock::default()), entropy, Settings::default()).unwrap();
        engine.open_bucket(BUCKET).await.unwrap();
        let numbering = engine.numbering(Versioning::Off);
        let filled = engine.shard(BUCKET).writer.commit(move |commit| {
            let body = StoredBody::Bytes(StoredBytes::Nothing);
            let (etag, head) = (Etag::of_body([0; 16]), ObjectHead::default());
            let object = NewObject { size: 0, etag, checksum: None, head: &head, body };
            for number in 0..100_000 {
                let key = format!("{:04}/{:02}", number / 100, number % 100);
                object_writes::put(commit, BUCKET, &key, &object, numbering)?;
            }
            Ok(())
        });
        filled.await.unwrap();
        (home, engine)
    }

    /// Lists, and counts the instructions that SQLite needed.
    async fn steps(engine: &Engine, query: ListQuery) -> (Page, i32) {
        let counted = engine.shard(BUCKET).readers.read(move |connection| {
            connection.prepare_cached(objects::WALK)?.reset_status(StatementStatus::VmStep);
            let page = page(connection, BUCKET, &query)?;
            Ok((page, connection.prepare_cached(objects::WALK)?.get_status(StatementStatus::VmStep)))
        });
        counted.await.unwrap()
    }

    #[tokio::test]
    async fn a_page_costs_its_entries_and_not_the_bucket() {
        let (_home, engine) = full_bucket().await;
        let folded = ListQuery { delimiter: Some("/".into()), limit: 1000, ..ListQuery::default() };
        let (page, cost) = steps(&engine, folded.clone()).await;
        assert_eq!((page.common_prefixes.len(), page.next), (1000, None));
        assert!(cost < 50 * 1000, "{cost} steps for 1,000 common prefixes over 100,000 keys");

        let behind = ListQuery { after: After::Key("0998/50".into()), ..folded };
        let (page, cost) = steps(&engine, behind).await;
        assert_eq!(page.common_prefixes, ["0998/", "0999/"]);
        assert!(cost < 200, "{cost} steps for two common prefixes");

        let flat = ListQuery { prefix: "05".into(), limit: 10, ..ListQuery::default() };
        let (page, cost) = steps(&engine, flat).await;
        assert_eq!((page.entries.len(), page.entries[0].0.as_str()), (10, "0500/00"));
        assert!(cost < 500, "{cost} steps for ten keys");
    }
}
