//! Noting that secrets were used, and reading it.

use async_trait::async_trait;
use keyward_identity::ObjectUserId;

use crate::{Scope, SecretUsage, SecretUses, StoreError};

/// The uses of secrets, known as long as the secret is in its owner's key ring.
#[async_trait]
pub trait SecretUsages: Send + Sync + 'static {
    /// Adds uses to what is known. As [`touch_token`](crate::Tokens::touch_token) this is neither audited nor in the
    /// change feed nor synced. Uses of a secret that its owner's ring no longer holds are passed over.
    async fn note_uses(&self, uses: &[SecretUses]) -> Result<(), StoreError>;

    /// What is known about the secrets of one user that were ever used.
    async fn usages_of(&self, scope: &Scope, user: &ObjectUserId) -> Result<Vec<SecretUsage>, StoreError>;
}
