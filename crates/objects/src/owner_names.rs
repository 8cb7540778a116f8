//! How the owners of objects are shown to clients: a store keeps internal ids, and others know who still lives.

use async_trait::async_trait;
use keyward_identity::UserRef;

/// It could not be found out whether a user was deleted.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[error("an object user could not be looked up")]
pub struct OwnerUnknown;

/// Knows how object users are shown.
#[async_trait]
pub trait OwnerNames: Send + Sync + 'static {
    /// The name of the user, or the dead id when the user was deleted.
    ///
    /// # Errors
    /// When it could not be found out.
    async fn shown(&self, user: &UserRef) -> Result<String, OwnerUnknown>;
}
