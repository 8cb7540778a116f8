//! Buckets, as the registry above names them: by number.

use super::ids::BucketId;
use super::tables::buckets::{self, BucketState, Usage};
use super::tables::{parts, uploads};
use super::{Engine, EngineError};

/// So many uploads of a dropped bucket go in one commit, so that its neighbours need not wait long.
const UPLOADS_A_COMMIT: u32 = 16;

impl Engine {
    /// Makes a bucket take objects: a new one, or one that was closed. Fine if it is open.
    pub async fn open_bucket(&self, bucket: BucketId) -> Result<(), EngineError> {
        self.shard(bucket).writer.commit(move |commit| buckets::open(commit, bucket)).await
    }

    /// Closes a bucket that holds no objects; uploads in progress do not count. Every write that comes later is
    /// [`NoSuchBucket`](EngineError::NoSuchBucket). Fine if it is closed.
    pub async fn close_bucket(&self, bucket: BucketId) -> Result<(), EngineError> {
        self.shard(bucket).writer.commit(move |commit| buckets::close(commit, bucket)).await
    }

    /// Forgets a closed bucket and frees its uploads. Fine if there is none;
    /// [`NotEmpty`](EngineError::NotEmpty) if it is open.
    pub async fn drop_bucket(&self, bucket: BucketId) -> Result<(), EngineError> {
        let writer = &self.shard(bucket).writer;
        loop {
            let done = writer.commit(move |commit| {
                if buckets::state(commit.connection, bucket)? == Some(BucketState::Open) {
                    return Err(EngineError::NotEmpty(bucket));
                }
                let uploads = uploads::some_of(commit.connection, bucket, UPLOADS_A_COMMIT)?;
                for (row_key, id) in &uploads {
                    parts::release_set(commit, *id)?;
                    uploads::delete(commit, row_key)?;
                }
                if uploads.is_empty() {
                    buckets::forget(commit, bucket)?;
                }
                Ok(uploads.is_empty())
            });
            if done.await? {
                return Ok(());
            }
        }
    }

    /// Where a bucket stands; `None` for one that was never opened, or is dropped.
    pub async fn bucket_state(&self, bucket: BucketId) -> Result<Option<BucketState>, EngineError> {
        self.shard(bucket).readers.read(move |connection| buckets::state(connection, bucket)).await
    }

    /// Every bucket the engine knows, for the registry's comparison at a start. In no order.
    pub async fn buckets(&self) -> Result<Vec<(BucketId, BucketState)>, EngineError> {
        let mut all = Vec::new();
        for shard in &self.inner.shards {
            all.extend(shard.readers.read(buckets::all).await?);
        }
        Ok(all)
    }

    /// How much an open bucket holds.
    pub async fn usage(&self, bucket: BucketId) -> Result<Usage, EngineError> {
        self.shard(bucket).readers.read(move |connection| buckets::usage(connection, bucket)).await
    }
}
