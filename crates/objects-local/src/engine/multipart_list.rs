//! Listing multipart uploads in progress and their parts.

use rusqlite::Connection;

use super::ids::{BucketId, UploadId};
use super::record::Which;
use super::tables::buckets;
use super::tables::objects::{self, StoredBody};
use super::tables::parts::{self, PartRecord};
use super::tables::uploads::{self, UploadRecord};
use super::walk::{After, Last, Walk};
use super::{Engine, EngineError, row_key};

/// Which uploads to list, by key and, under one key, in the order they were begun.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct UploadsQuery {
    /// Only keys that begin with this.
    pub prefix: String,
    /// Folds keys that share what lies between the prefix and the first delimiter behind it.
    pub delimiter: Option<String>,
    /// Where to begin.
    pub after: After,
    /// With [`After::Key`]: begin behind this upload of that key, not behind the key.
    pub after_upload: Option<UploadId>,
    /// At most so many uploads and common prefixes together.
    pub limit: usize,
}

/// One page of uploads.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct UploadsPage {
    /// Keys and uploads.
    pub uploads: Vec<(String, UploadRecord)>,
    /// Folded keys, ending in the delimiter.
    pub common_prefixes: Vec<String>,
    /// `after` and `after_upload` of the next page; `None` when this is the last.
    pub next: Option<(After, Option<UploadId>)>,
}

/// One page of an upload's parts.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct PartsPage {
    /// The upload.
    pub upload: UploadRecord,
    /// Its parts, by number.
    pub parts: Vec<PartRecord>,
    /// The number to list after for the next page; `None` when this is the last.
    pub next: Option<u16>,
}

impl Engine {
    /// Lists the uploads in progress.
    pub async fn list_uploads(&self, bucket: BucketId, query: UploadsQuery) -> Result<UploadsPage, EngineError> {
        let page = self.shard(bucket).readers.read(move |connection| {
            buckets::require_open(connection, bucket)?;
            page(connection, bucket, &query)
        });
        page.await
    }

    /// An upload in progress, without its parts.
    pub async fn find_upload(
        &self,
        bucket: BucketId,
        key: &str,
        upload: UploadId,
    ) -> Result<UploadRecord, EngineError> {
        let key = key.to_owned();
        let readers = &self.shard(bucket).readers;
        readers.read(move |connection| uploads::find(connection, bucket, &key, upload)).await
    }

    /// Lists at most `limit` parts of an upload whose numbers are greater than `after`.
    pub async fn list_parts(
        &self,
        bucket: BucketId,
        key: &str,
        upload: UploadId,
        after: u16,
        limit: usize,
    ) -> Result<PartsPage, EngineError> {
        let key = key.to_owned();
        let page = self.shard(bucket).readers.read(move |connection| {
            let upload = uploads::find(connection, bucket, &key, upload)?;
            let one_more = u32::try_from(limit.saturating_add(1)).unwrap_or(u32::MAX);
            let stored = parts::of_set(connection, upload.id, after, one_more)?;
            let more = stored.len() > limit;
            let parts: Vec<_> = stored.into_iter().take(limit).map(|part| part.record).collect();
            let next = parts.last().map(|part| part.number).filter(|_| more);
            Ok(PartsPage { upload, parts, next })
        });
        page.await
    }

    /// The parts of an object that was completed from parts; none of any other.
    pub async fn object_parts(
        &self,
        bucket: BucketId,
        key: &str,
        which: Which,
    ) -> Result<Vec<PartRecord>, EngineError> {
        let key = key.to_owned();
        let parts = self.shard(bucket).readers.read(move |connection| {
            // The row and the parts must be of one moment: a set goes with its object.
            let _snapshot = connection.unchecked_transaction()?;
            match objects::find(connection, bucket, &key, which)?.body {
                StoredBody::Bytes(_) => Ok(Vec::new()),
                StoredBody::Parts(set) => {
                    Ok(parts::all_of_set(connection, set)?.into_iter().map(|part| part.record).collect())
                }
            }
        });
        parts.await
    }
}

fn page(connection: &Connection, bucket: BucketId, query: &UploadsQuery) -> Result<UploadsPage, EngineError> {
    let start = match (&query.after, query.after_upload) {
        (After::Key(key), Some(upload)) => {
            row_key::at_prefix(bucket, &query.prefix).max(row_key::behind_upload(bucket, key, upload))
        }
        (after, _) => after.start(bucket, &query.prefix),
    };
    let walk = Walk {
        bucket,
        prefix: &query.prefix,
        delimiter: query.delimiter.as_deref(),
        start,
        limit: query.limit,
        key_in: row_key::key_of_upload,
        latest_only: false,
    };
    let walked = walk.run(connection.prepare_cached(uploads::WALK)?, uploads::record_in)?;
    let next = match walked.more_after {
        None => None,
        Some(Last::Row) => walked.rows.last().map(|(key, upload)| (After::Key(key.clone()), Some(upload.id))),
        Some(Last::Prefix) => walked.prefixes.last().map(|prefix| (After::Prefix(prefix.clone()), None)),
    };
    Ok(UploadsPage { uploads: walked.rows, common_prefixes: walked.prefixes, next })
}
