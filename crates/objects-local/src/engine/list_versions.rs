//! Listing the versions of a bucket's objects, delete markers among them.

use rusqlite::Connection;

use super::ids::{BucketId, Version};
use super::record::Which;
use super::tables::buckets;
use super::tables::objects::{self, ListedObject};
use super::walk::{After, Last, Walk};
use super::{Engine, EngineError, row_key};

/// Which versions to list, by key and, under one key, the newest first.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct VersionsQuery {
    /// Only keys that begin with this.
    pub prefix: String,
    /// Folds keys that share what lies between the prefix and the first delimiter behind it.
    pub delimiter: Option<String>,
    /// Where to begin.
    pub after: After,
    /// With [`After::Key`]: begin behind this version of that key, not behind the key.
    pub after_version: Option<Version>,
    /// At most so many versions and common prefixes together.
    pub limit: usize,
}

/// One page of versions.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct VersionsPage {
    /// Keys and versions, each with whether it is the key's newest.
    pub versions: Vec<(String, ListedObject, bool)>,
    /// Folded keys, ending in the delimiter.
    pub common_prefixes: Vec<String>,
    /// `after` and `after_version` of the next page; `None` when this is the last.
    pub next: Option<(After, Option<Version>)>,
}

impl Engine {
    /// Lists versions with all that is kept about them. Costs as many steps as the page has entries.
    pub async fn list_versions(&self, bucket: BucketId, query: VersionsQuery) -> Result<VersionsPage, EngineError> {
        let page = self.shard(bucket).readers.read(move |connection| {
            // One moment: which version is the newest must not change half-way.
            let _snapshot = connection.unchecked_transaction()?;
            buckets::require_open(connection, bucket)?;
            page(connection, bucket, &query)
        });
        page.await
    }
}

fn page(connection: &Connection, bucket: BucketId, query: &VersionsQuery) -> Result<VersionsPage, EngineError> {
    let (start, begun) = start(connection, bucket, query)?;
    let walk = Walk {
        bucket,
        prefix: &query.prefix,
        delimiter: query.delimiter.as_deref(),
        start,
        limit: query.limit,
        key_in: row_key::key_of_object,
        latest_only: false,
    };
    let walked = walk.run(connection.prepare_cached(objects::WALK)?, |row| objects::listed_in(row, true))?;
    let next = match walked.more_after {
        None => None,
        Some(Last::Row) => walked.rows.last().map(|(key, listed)| (After::Key(key.clone()), Some(listed.version))),
        Some(Last::Prefix) => walked.prefixes.last().map(|prefix| (After::Prefix(prefix.clone()), None)),
    };
    let mut versions: Vec<(String, ListedObject, bool)> = Vec::with_capacity(walked.rows.len());
    for (key, listed) in walked.rows {
        let before = versions.last().map(|(key, ..)| key.as_str()).or(begun.as_deref());
        let is_latest = before != Some(key.as_str());
        versions.push((key, listed, is_latest));
    }
    Ok(VersionsPage { versions, common_prefixes: walked.prefixes, next })
}

/// The least row key to look at, and the key whose newest version lies before it.
fn start(
    connection: &Connection,
    bucket: BucketId,
    query: &VersionsQuery,
) -> Result<(Vec<u8>, Option<String>), EngineError> {
    let (After::Key(key), Some(version)) = (&query.after, query.after_version) else {
        return Ok((query.after.start(bucket, &query.prefix), None));
    };
    // The null version may stand anywhere in time; where it is gone, nothing of the key is left to list.
    let place = match version {
        Version::NULL => objects::present(connection, bucket, key, Which::Version(version))?.map(|null| null.place),
        version => Some(version),
    };
    let behind = match place {
        Some(place) => row_key::behind_version(bucket, key, place),
        None => row_key::behind_key(bucket, key),
    };
    let newest = objects::present(connection, bucket, key, Which::Latest)?;
    let begun = newest.filter(|newest| newest.row_key < behind).map(|_| key.clone());
    Ok((behind.max(row_key::at_prefix(bucket, &query.prefix)), begun))
}
