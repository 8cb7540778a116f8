//! Reading the bucket registry.

use async_trait::async_trait;
use keyward_identity::{Bucket, BucketName, NamespaceName, ObjectUserId};

use crate::{Page, PageRequest, Revised, StoreError};

/// The registry of buckets.
#[async_trait]
pub trait Buckets: Send + Sync + 'static {
    /// One bucket; `None` when there is none of this name in this namespace.
    async fn bucket(&self, namespace: &NamespaceName, name: &BucketName)
    -> Result<Option<Revised<Bucket>>, StoreError>;

    /// The namespace of the bucket of this name, where exactly one namespace has such a bucket; `None` where none has,
    /// or several have. Costs the same however many buckets and namespaces there are.
    async fn only_namespace_with(&self, name: &BucketName) -> Result<Option<NamespaceName>, StoreError>;

    /// The bucket with this id. An id is never given to a second bucket, so `None` for one that existed means that
    /// the bucket was deleted.
    async fn bucket_by_id(&self, id: u64) -> Result<Option<Revised<Bucket>>, StoreError>;

    /// A page of buckets, ordered by namespace, then by name (by its bytes).
    async fn buckets(&self, filter: &BucketFilter, page: &PageRequest) -> Result<Page<Revised<Bucket>>, StoreError>;
}

/// Which buckets to list; by default all. Any choice of namespace, and of namespace and owner, costs no more than the
/// rows that it answers.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct BucketFilter {
    /// Only those of this namespace.
    pub namespace: Option<NamespaceName>,
    /// Only those of this owner.
    pub owner: Option<ObjectUserId>,
    /// Only those whose name begins with this.
    pub prefix: String,
}
