//! Carries out the lifecycle rules of all buckets while the server runs, and gives up abandoned uploads.

use std::sync::Arc;
use std::time::Duration;

use keyward_ambient::Clock;
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
        // What an administrator has locked stays as it is.
        for bucket in page.items.iter().map(|row| &row.value) {
            if bucket.settings.locked {
                continue;
            }
            match objects.carry_out_lifecycle(bucket).await {
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
