//! The backend: opens the engine, and leads each granted request to its operation.

use std::fmt;
use std::future::ready;
use std::path::Path;
use std::sync::Arc;
use std::time::Duration;

use async_trait::async_trait;
use futures_util::future::BoxFuture;
use http::Response;
use keyward_ambient::{Clock, Entropy};
use keyward_identity::{Acl, Bucket};
use keyward_objects::{
    Backend, BucketError, BucketState, Checked, Feature, Granted, KeySealer, ObjectFacts, OwnerNames, ResponseBody,
};
use keyward_s3_wire::{ObjectKey, Operation, S3Error, VersionId};
use tokio::task::{AbortHandle, spawn_blocking};

use crate::access;
use crate::call::Call;
use crate::encryption::Keys;
use crate::engine::{self, BucketId, Engine, EngineError, Resealed, Settings};
use crate::error::bucket_error;
use crate::lifecycle::{self, Swept};
use crate::not_offered;
use crate::operations as op;
use crate::owners::NamesAlone;
use crate::turns::Turns;

/// A day of the lifecycle.
const DAY: Duration = Duration::from_secs(24 * 60 * 60);

/// The built-in object store.
pub struct LocalObjects {
    engine: Engine,
    keys: Keys,
    turns: Turns,
    names: Arc<dyn OwnerNames>,
    day: Duration,
    abandoned_after: Option<u32>,
    /// The search for what a crash left behind, while it goes on.
    sweep: Option<AbortHandle>,
}

impl LocalObjects {
    /// Opens the store in `dir`, creating it if there is none, and keeps about `cache` bytes of objects that were read in
    /// memory. When it was not closed in order, the search for what
    /// the crash left behind goes on in the background.
    ///
    /// # Errors
    /// [`InUse`](EngineError::InUse) when it is open already, and whatever keeps the directory from being read.
    pub async fn open(
        dir: impl AsRef<Path>,
        clock: Arc<dyn Clock>,
        entropy: Arc<dyn Entropy>,
        sealer: Arc<dyn KeySealer>,
        cache: u64,
    ) -> Result<Self, EngineError> {
        let settings = Settings { cache, ..Settings::default() };
        let dir = dir.as_ref().to_owned();
        let keys = Keys { sealer, entropy: Arc::clone(&entropy) };
        let opening = spawn_blocking(move || Engine::open(&dir, clock, entropy, settings));
        let engine = opening.await.unwrap_or(Err(EngineError::Unavailable))?;
        let sweep = engine.may_hold_orphans().then(|| tokio::spawn(sweep(engine.clone())).abort_handle());
        let (turns, names) = (Turns::default(), Arc::new(NamesAlone));
        Ok(Self { engine, keys, turns, names, day: DAY, abandoned_after: None, sweep })
    }

    /// The store on an engine that is open.
    pub fn on(engine: Engine, sealer: Arc<dyn KeySealer>, entropy: Arc<dyn Entropy>) -> Self {
        Self {
            engine,
            keys: Keys { sealer, entropy },
            turns: Turns::default(),
            names: Arc::new(NamesAlone),
            day: DAY,
            abandoned_after: None,
            sweep: None,
        }
    }

    /// The same with days of the lifecycle that last so long; for tests, which do not wait for real ones.
    #[must_use]
    pub fn with_days_of(mut self, day: Duration) -> Self {
        self.day = day;
        self
    }

    /// The same, giving up uploads in parts for which nothing came in so many days, where no lifecycle rule speaks of
    /// them; `None`: never.
    #[must_use]
    pub fn with_uploads_abandoned_after(mut self, days: Option<u32>) -> Self {
        self.abandoned_after = days;
        self
    }

    /// What tells this store from all others, in hexadecimal digits.
    pub fn store_id(&self) -> String {
        self.engine.store_id().iter().map(|byte| format!("{byte:02x}")).collect()
    }

    /// The same, showing owners as `names` says.
    #[must_use]
    pub fn with_owner_names(mut self, names: Arc<dyn OwnerNames>) -> Self {
        self.names = names;
        self
    }

    /// How long a day of the lifecycle lasts.
    pub fn day(&self) -> Duration {
        self.day
    }

    /// Carries out the lifecycle rules of a bucket, and gives up abandoned uploads. `bucket_now` reads the bucket as it
    /// stands at that moment; `None` when it is gone or could not be read. It is asked first and again before each batch
    /// of deletions, and what has not been done by the time its answer changes is left to the next pass. Nothing is done
    /// in a locked bucket.
    ///
    /// # Errors
    /// What kept the store from looking through the bucket; what was done until then is done.
    pub async fn carry_out_lifecycle<F>(&self, bucket_now: impl Fn() -> F) -> Result<Swept, EngineError>
    where
        F: Future<Output = Option<Bucket>>,
    {
        lifecycle::sweep(&self.engine, bucket_now, self.day, self.abandoned_after).await
    }

    /// Seals the store's own keys under the present master key, those that are not yet. Doing it again is fine, also
    /// after it was cut short.
    ///
    /// # Errors
    /// What kept the store from going through all of them; those done until then are done.
    pub async fn rewrap_keys(&self) -> Result<Resealed, EngineError> {
        let sealer = Arc::clone(&self.keys.sealer);
        self.engine.reseal_keys(Arc::new(move |sealed| sealer.rewrap(sealed).map_err(|why| why.to_string()))).await
    }

    /// Finishes the writes queued so far and closes the store; later calls are answered 503.
    pub async fn close(&self) {
        self.sweep.iter().for_each(AbortHandle::abort);
        self.engine.close().await;
    }
}

async fn sweep(engine: Engine) {
    if let Err(error) = engine.sweep().await {
        let error: &(dyn std::error::Error + 'static) = &error;
        tracing::warn!(error, "the search for orphaned bodies was cut short; the next start takes it up again");
    }
}

#[async_trait]
impl Backend for LocalObjects {
    async fn call(&self, request: Checked) -> Result<Response<ResponseBody>, S3Error> {
        let (granted, payload) = request.into_parts();
        let call = Call {
            engine: &self.engine,
            keys: &self.keys,
            turns: &self.turns,
            names: &*self.names,
            day: self.day,
            head: granted.head(),
            access: granted.access(),
            allowed: granted.allowed(),
            granted: &granted,
        };
        call.expect_owners()?;
        // Each operation has a place of its own: the small ones would carry the room that the large ones need.
        let answering: BoxFuture<'_, op::Answer> = match call.access.operation {
            Operation::PutObject => Box::pin(op::put_object(call, payload)),
            Operation::GetObject => Box::pin(op::get_object(call)),
            Operation::HeadObject => Box::pin(op::head_object(call)),
            Operation::DeleteObject => Box::pin(op::delete_object(call)),
            Operation::DeleteObjects => Box::pin(op::delete_objects(call)),
            Operation::CopyObject => Box::pin(op::copy_object(call)),
            Operation::ListObjects => Box::pin(op::list_objects(call)),
            Operation::ListObjectsV2 => Box::pin(op::list_objects_v2(call)),
            Operation::CreateMultipartUpload => Box::pin(op::create_multipart_upload(call)),
            Operation::UploadPart => Box::pin(op::upload_part(call, payload)),
            Operation::UploadPartCopy => Box::pin(op::upload_part_copy(call)),
            Operation::CompleteMultipartUpload => Box::pin(op::complete_multipart_upload(call, payload)),
            Operation::AbortMultipartUpload => Box::pin(op::abort_multipart_upload(call)),
            Operation::ListParts => Box::pin(op::list_parts(call)),
            Operation::ListMultipartUploads => Box::pin(op::list_multipart_uploads(call)),
            Operation::ListObjectVersions => Box::pin(op::list_object_versions(call)),
            Operation::GetObjectAttributes => Box::pin(op::get_object_attributes(call)),
            Operation::GetObjectTagging => Box::pin(op::object_tagging(call)),
            Operation::PutObjectTagging => Box::pin(op::put_object_tagging(call)),
            Operation::DeleteObjectTagging => Box::pin(op::delete_object_tagging(call)),
            Operation::GetObjectRetention => Box::pin(op::object_retention(call)),
            Operation::PutObjectRetention => Box::pin(op::put_object_retention(call)),
            Operation::ExtendObjectRetention => Box::pin(op::extend_object_retention(call)),
            Operation::GetObjectLegalHold => Box::pin(op::object_legal_hold(call)),
            Operation::PutObjectLegalHold => Box::pin(op::put_object_legal_hold(call)),
            other => Box::pin(ready(Err(not_offered::operation(other)))),
        };
        answering.await.map_err(|error| call.name_what_is_missing(error))
    }

    fn offers(&self, feature: Feature) -> bool {
        match feature {
            Feature::Versioning | Feature::ObjectLock | Feature::Lifecycle | Feature::Encryption => true,
        }
    }

    async fn object_facts(
        &self,
        bucket: &Bucket,
        key: &ObjectKey,
        version: Option<&VersionId>,
    ) -> Result<Option<ObjectFacts>, S3Error> {
        access::facts(&self.engine, bucket, key, version).await
    }

    async fn put_object_acl(&self, granted: &Granted, acl: &Acl) -> Result<(), S3Error> {
        access::put_acl(&self.engine, granted, acl).await
    }

    async fn open_bucket(&self, bucket_id: u64) -> Result<(), BucketError> {
        self.engine.open_bucket(BucketId(bucket_id)).await.map_err(bucket_error)
    }

    async fn close_bucket(&self, bucket_id: u64) -> Result<(), BucketError> {
        self.engine.close_bucket(BucketId(bucket_id)).await.map_err(bucket_error)
    }

    async fn discard_bucket(&self, bucket_id: u64) -> Result<(), BucketError> {
        self.engine.drop_bucket(BucketId(bucket_id)).await.map_err(bucket_error)
    }

    async fn stored_bytes(&self, bucket_id: u64) -> Result<u64, BucketError> {
        match self.engine.usage(BucketId(bucket_id)).await {
            Ok(usage) => Ok(usage.bytes),
            Err(EngineError::NoSuchBucket(_)) => Ok(0),
            Err(error) => Err(bucket_error(error)),
        }
    }

    async fn bucket_states(&self) -> Result<Vec<(u64, BucketState)>, BucketError> {
        let states = self.engine.buckets().await.map_err(bucket_error)?;
        let state = |state| match state {
            engine::BucketState::Open => BucketState::Open,
            engine::BucketState::Closed => BucketState::Closed,
        };
        Ok(states.into_iter().map(|(bucket, found)| (bucket.0, state(found))).collect())
    }
}

impl Drop for LocalObjects {
    fn drop(&mut self) {
        self.sweep.iter().for_each(AbortHandle::abort);
    }
}

impl fmt::Debug for LocalObjects {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("LocalObjects").finish_non_exhaustive()
    }
}
