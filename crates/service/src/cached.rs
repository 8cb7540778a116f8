//! Where the S3 path's caches read from on a miss: the store.

use std::sync::Arc;

use async_trait::async_trait;
use keyward_credential_cache::{BucketKey, CouldNotFindOut, Credential, CredentialKey, Source};
use keyward_identity::{Bucket, BucketName, NamespaceName};
use keyward_store::{Scope, Sealer, Store};

/// Reads credentials: an object user with its key ring opened.
#[expect(missing_debug_implementations, reason = "holds only ports")]
pub struct CredentialSource {
    store: Arc<dyn Store>,
    sealer: Arc<dyn Sealer>,
}

impl CredentialSource {
    /// Reads from `store` and opens with `sealer`.
    pub fn new(store: Arc<dyn Store>, sealer: Arc<dyn Sealer>) -> Self {
        Self { store, sealer }
    }
}

#[async_trait]
impl Source<CredentialKey, Arc<Credential>> for CredentialSource {
    async fn load(&self, key: &CredentialKey) -> Result<Option<Arc<Credential>>, CouldNotFindOut> {
        let scope = key.scope.clone().map_or(Scope::Global, Scope::Namespace);
        let found = self.store.object_user(&scope, &key.access_key_id).await.map_err(CouldNotFindOut::new)?;
        let Some(record) = found.map(|found| found.value) else { return Ok(None) };
        let ring = record.ring.open(&scope, &record.user.id, &*self.sealer).map_err(CouldNotFindOut::new)?;
        let namespace = self.store.namespace(&record.user.namespace).await.map_err(CouldNotFindOut::new)?;
        let namespace_id = namespace.and_then(|found| found.value.unique_id);
        let user = record.user;
        Ok(Some(Arc::new(Credential::new(key, user.reference(), namespace_id, user.locked, &ring))))
    }
}

/// Reads bucket records.
#[expect(missing_debug_implementations, reason = "holds only ports")]
pub struct BucketSource {
    store: Arc<dyn Store>,
}

impl BucketSource {
    /// Reads from `store`.
    pub fn new(store: Arc<dyn Store>) -> Self {
        Self { store }
    }
}

#[async_trait]
impl Source<BucketKey, Arc<Bucket>> for BucketSource {
    async fn load(&self, key: &BucketKey) -> Result<Option<Arc<Bucket>>, CouldNotFindOut> {
        let found = self.store.bucket(&key.namespace, &key.name).await.map_err(CouldNotFindOut::new)?;
        Ok(found.map(|found| Arc::new(found.value)))
    }
}

/// Reads in which namespace the only bucket of a name is.
pub(crate) struct BucketNameSource {
    store: Arc<dyn Store>,
}

impl BucketNameSource {
    /// Reads from `store`.
    pub(crate) fn new(store: Arc<dyn Store>) -> Self {
        Self { store }
    }
}

#[async_trait]
impl Source<BucketName, NamespaceName> for BucketNameSource {
    async fn load(&self, name: &BucketName) -> Result<Option<NamespaceName>, CouldNotFindOut> {
        self.store.only_namespace_with(name).await.map_err(CouldNotFindOut::new)
    }
}
