//! What the quotas of bucket and namespace leave for a write that stores something.

use std::collections::HashMap;
use std::sync::Arc;
use std::time::Duration;

use keyward_ambient::Timestamp;
use keyward_identity::{Bucket, NamespaceName};
use keyward_s3_wire::{Operation, S3Error};
use tokio::sync::Mutex;

use crate::endpoint::Shared;
use crate::failure;

/// How long the sum over a namespace's buckets is taken for true. Within that time writes can go beyond the quota.
const BELIEVED: Duration = Duration::from_secs(2);

/// How many bytes namespaces with a quota hold, and when that was added up.
#[derive(Debug, Default)]
pub(crate) struct Usages(Mutex<HashMap<NamespaceName, (Timestamp, u64)>>);

/// Whether the operation stores bytes. Beginning an upload does not, and what removes them always may.
fn grows(operation: Operation) -> bool {
    use Operation as O;
    matches!(operation, O::PutObject | O::CopyObject | O::UploadPart | O::UploadPartCopy | O::CompleteMultipartUpload)
}

impl Shared {
    /// How many bytes may still be stored; `None` where there is no quota, or nothing is stored.
    pub(crate) async fn room(
        &self,
        operation: Operation,
        bucket: Option<&Arc<Bucket>>,
    ) -> Result<Option<u64>, S3Error> {
        let Some(bucket) = bucket.filter(|_| grows(operation)) else { return Ok(None) };
        let mut room = None;
        if let Some(limit) = bucket.settings.quota.bytes() {
            room = Some(limit.saturating_sub(self.stored_in(bucket.id).await?));
        }
        if let Some(limit) = self.service.namespace_quota(&bucket.namespace) {
            let left = limit.saturating_sub(self.stored_in_namespace(&bucket.namespace).await?);
            room = Some(room.map_or(left, |room: u64| room.min(left)));
        }
        Ok(room)
    }

    async fn stored_in(&self, bucket_id: u64) -> Result<u64, S3Error> {
        self.backend.stored_bytes(bucket_id).await.map_err(|cause| {
            tracing::error!(%cause, "how much a bucket holds could not be found out");
            failure::unavailable()
        })
    }

    /// One request at a time adds up; the others take its sum.
    async fn stored_in_namespace(&self, namespace: &NamespaceName) -> Result<u64, S3Error> {
        let mut sums = self.usages.0.lock().await;
        let now = self.clock.now();
        if let Some((at, sum)) = sums.get(namespace)
            && now.since(*at) < BELIEVED
        {
            return Ok(*sum);
        }
        let mut sum: u64 = 0;
        let buckets = self.service.all_buckets(namespace, None).await.map_err(|error| failure::service(&error))?;
        for bucket in buckets {
            sum = sum.saturating_add(self.stored_in(bucket.id).await?);
        }
        sums.insert(namespace.clone(), (now, sum));
        Ok(sum)
    }
}
