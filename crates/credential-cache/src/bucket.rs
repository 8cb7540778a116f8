//! Cached bucket records.

use std::hash::{Hash, Hasher};
use std::sync::Arc;

use keyward_identity::{Bucket, BucketName, NamespaceName};
use quick_cache::Equivalent;

use crate::RecordCache;
use crate::record_cache::ToOwnedKey;

/// The buckets that the S3 path knows.
pub type BucketCache = RecordCache<BucketKey, Arc<Bucket>>;

/// Names a bucket.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct BucketKey {
    /// The namespace.
    pub namespace: NamespaceName,
    /// The name, unique in the namespace.
    pub name: BucketName,
}

/// A [`BucketKey`] borrowed from a request.
#[derive(Clone, Copy, Debug)]
pub struct BucketRef<'a> {
    /// As in [`BucketKey`].
    pub namespace: &'a NamespaceName,
    /// As in [`BucketKey`].
    pub name: &'a BucketName,
}

impl Hash for BucketKey {
    fn hash<H: Hasher>(&self, state: &mut H) {
        BucketRef { namespace: &self.namespace, name: &self.name }.hash(state);
    }
}

impl Hash for BucketRef<'_> {
    fn hash<H: Hasher>(&self, state: &mut H) {
        self.namespace.hash(state);
        self.name.hash(state);
    }
}

impl Equivalent<BucketKey> for BucketRef<'_> {
    fn equivalent(&self, key: &BucketKey) -> bool {
        self.name == &key.name && self.namespace == &key.namespace
    }
}

impl ToOwnedKey<BucketKey> for BucketRef<'_> {
    fn to_owned_key(&self) -> BucketKey {
        BucketKey { namespace: self.namespace.clone(), name: self.name.clone() }
    }
}
