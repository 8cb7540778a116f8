//! Carries out the lifecycle rules of all buckets while the server runs, and gives up abandoned uploads.

use std::sync::Arc;
use std::time::Duration;

use keyward_ambient::Clock;
use keyward_identity::Bucket;
use keyward_objects_local::LocalObjects;
use keyward_store::{BucketFilter, PageRequest, Store, StoreError};

/// How many buckets are read at a time.
const PAGE: u32 = 500;

/// Goes through the buckets, for ever: twenty-four times in a day of the lifecycle. What fails is tried again the next
/// time.
pub(crate) async fn run(objects: Arc<LocalObjects>, store: Arc<dyn Store>, clock: Arc<dyn Clock>) {
    let every = (objects.day() / 24).max(Duration::from_secs(1));
    loop {
        if let Err(cause) = round(&objects, &*store).await {
            tracing::warn!(%cause, "the lifecycle rules could not be read");
        }
        clock.sleep(every).await;
    }
}

async fn round(objects: &LocalObjects, store: &dyn Store) -> Result<(), StoreError> {
    let mut request = PageRequest::first(PAGE);
    loop {
        let page = store.buckets(&BucketFilter::default(), &request).await?;
        for bucket in page.items.iter().map(|row| &row.value) {
            // The page may be minutes old when its last bucket has its turn.
            match objects.carry_out_lifecycle(move || as_it_stands(store, bucket)).await {
                Ok(swept) => tracing::debug!(bucket = bucket.display_id(), ?swept, "lifecycle rules carried out"),
                Err(cause) => {
                    tracing::warn!(bucket = bucket.display_id(), %cause, "lifecycle rules could not be carried out");
                }
            }
        }
        match page.next {
            Some(next) => request = PageRequest::after(next, PAGE),
            None => return Ok(()),
        }
    }
}

/// The bucket as its owner last left it; `None` when it is gone or nobody can tell, and nothing is to be done to it.
async fn as_it_stands(store: &dyn Store, bucket: &Bucket) -> Option<Bucket> {
    match store.bucket_by_id(bucket.id).await {
        Ok(found) => found.map(|row| row.value),
        Err(cause) => {
            tracing::warn!(bucket = bucket.display_id(), %cause, "the bucket could not be read; its lifecycle rules wait");
            None
        }
    }
}
