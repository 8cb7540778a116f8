//! What the local providers read, as a port of their own.

use std::error::Error;

use async_trait::async_trait;
use keyward_identity::{DomainName, ManagementUser, ManagementUserId, ObjectUserId, Person};

/// The accounts could not be read. Logins are *unavailable* then, never refused.
#[derive(Debug, thiserror::Error)]
#[error("local accounts could not be read")]
pub struct AccountsUnavailable(#[source] pub Box<dyn Error + Send + Sync>);

/// Reads accounts as they are at the moment of the call.
#[async_trait]
pub trait LocalAccounts: Send + Sync {
    /// The management user of that name.
    async fn management_user(&self, id: &ManagementUserId) -> Result<Option<ManagementUser>, AccountsUnavailable>;

    /// The person of that name in a local domain.
    async fn person(&self, name: &ObjectUserId) -> Result<Option<Person>, AccountsUnavailable>;

    /// Whether the people of `domain` are ours. True for a configured domain even while nobody is in it.
    async fn is_local_domain(&self, domain: &DomainName) -> Result<bool, AccountsUnavailable>;
}
