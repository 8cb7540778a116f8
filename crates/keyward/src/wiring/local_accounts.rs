//! The accounts that Keyward keeps itself, read from the store for the local login providers.

use std::sync::Arc;

use async_trait::async_trait;
use keyward_identity::{DomainName, ManagementUser, ManagementUserId, ObjectUserId, Person};
use keyward_login_local::{AccountsUnavailable, LocalAccounts};
use keyward_store::{Store, StoreError};

/// Reads management users and local people from the store.
pub(crate) struct StoredAccounts {
    pub(crate) store: Arc<dyn Store>,
    pub(crate) local_domains: Vec<DomainName>,
}

#[async_trait]
impl LocalAccounts for StoredAccounts {
    async fn management_user(&self, id: &ManagementUserId) -> Result<Option<ManagementUser>, AccountsUnavailable> {
        let found = self.store.management_user(id).await.map_err(unavailable)?;
        Ok(found.map(|found| found.value))
    }

    async fn person(&self, name: &ObjectUserId) -> Result<Option<Person>, AccountsUnavailable> {
        Ok(self.store.person(name).await.map_err(unavailable)?.map(|found| found.value))
    }

    async fn is_local_domain(&self, domain: &DomainName) -> Result<bool, AccountsUnavailable> {
        Ok(self.local_domains.contains(domain))
    }
}

fn unavailable(error: StoreError) -> AccountsUnavailable {
    AccountsUnavailable(Box::new(error))
}
