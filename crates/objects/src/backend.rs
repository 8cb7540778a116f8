//! What an object store does.

use async_trait::async_trait;
use http::Response;
use keyward_identity::{Acl, Bucket};
use keyward_s3_wire::{ObjectKey, S3Error, VersionId};

use crate::{Checked, Feature, Granted, ObjectFacts, ResponseBody};

/// An object store. Making, listing and deleting buckets is not among its operations: the registry of buckets is the
/// identity store's, and serves every backend.
#[async_trait]
pub trait Backend: Send + Sync + 'static {
    /// Does what was granted. What is answered as done survives `kill -9` and power loss.
    ///
    /// # Errors
    /// The S3 error to answer with, `NotImplemented` for operations that this store does not have.
    async fn call(&self, request: Checked) -> Result<Response<ResponseBody>, S3Error>;

    /// Whether it honours this part of a bucket's settings.
    fn offers(&self, feature: Feature) -> bool;

    /// What a decision about access to an object may depend on; `None` where there is no such object.
    async fn object_facts(
        &self,
        bucket: &Bucket,
        key: &ObjectKey,
        version: Option<&VersionId>,
    ) -> Result<Option<ObjectFacts>, S3Error>;

    /// Gives the version of the object that was granted this access control list, if its commit check permits it. Nothing
    /// else about it changes.
    async fn put_object_acl(&self, granted: &Granted, acl: &Acl) -> Result<(), S3Error>;

    /// Makes room for the objects of a new bucket. Doing it twice is fine.
    async fn open_bucket(&self, bucket_id: u64) -> Result<(), BucketError>;

    /// Closes a bucket that holds no objects, for ever. Doing it twice is fine.
    async fn close_bucket(&self, bucket_id: u64) -> Result<(), BucketError>;

    /// Frees what is left of a closed bucket. Doing it twice is fine.
    async fn discard_bucket(&self, bucket_id: u64) -> Result<(), BucketError>;

    /// How many bytes the objects of an open bucket have together, old versions included; 0 for a bucket that is not
    /// there.
    async fn stored_bytes(&self, bucket_id: u64) -> Result<u64, BucketError>;

    /// Every bucket that was opened and not discarded.
    async fn bucket_states(&self) -> Result<Vec<(u64, BucketState)>, BucketError>;
}

/// Where a bucket stands in an object store.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum BucketState {
    /// Objects can be put into it.
    Open,
    /// Its deletion has begun.
    Closed,
}

/// Why a bucket was not opened, closed or discarded.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum BucketError {
    /// It holds objects.
    #[error("the bucket is not empty")]
    NotEmpty,
    /// The store did not do it.
    #[error("the object store failed: {0}")]
    Unavailable(String),
}
