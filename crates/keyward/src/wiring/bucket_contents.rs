//! The object store, as far as making and deleting buckets concerns it.

use std::sync::Arc;

use async_trait::async_trait;
use keyward_objects::{Backend, BucketError, BucketState};
use keyward_service::{BucketContents, ContentsError, ContentsState};

/// Passes on to the backend.
pub(crate) struct BackendContents(pub(crate) Arc<dyn Backend>);

#[async_trait]
impl BucketContents for BackendContents {
    async fn open(&self, bucket_id: u64) -> Result<(), ContentsError> {
        self.0.open_bucket(bucket_id).await.map_err(failed)
    }

    async fn close(&self, bucket_id: u64) -> Result<(), ContentsError> {
        self.0.close_bucket(bucket_id).await.map_err(failed)
    }

    async fn discard(&self, bucket_id: u64) -> Result<(), ContentsError> {
        self.0.discard_bucket(bucket_id).await.map_err(failed)
    }

    async fn states(&self) -> Result<Vec<(u64, ContentsState)>, ContentsError> {
        let states = self.0.bucket_states().await.map_err(failed)?;
        Ok(states.into_iter().map(|(id, state)| (id, translated(state))).collect())
    }
}

fn translated(state: BucketState) -> ContentsState {
    match state {
        BucketState::Open => ContentsState::Open,
        BucketState::Closed => ContentsState::Closed,
    }
}

fn failed(error: BucketError) -> ContentsError {
    match error {
        BucketError::NotEmpty => ContentsError::NotEmpty,
        BucketError::Unavailable(cause) => ContentsError::Unavailable(cause),
    }
}
