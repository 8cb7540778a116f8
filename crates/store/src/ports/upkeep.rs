//! Clearing away what no longer says anything.

use async_trait::async_trait;
use keyward_ambient::Timestamp;
use keyward_identity::TokenRules;

use crate::StoreError;

/// Upkeep, to be called now and then by the binary. What is removed can no longer change any answer, so it is neither
/// audited nor in the change feed. One call does a bounded amount of work; the answer 0 says that nothing is left.
#[async_trait]
pub trait Upkeep: Send + Sync + 'static {
    /// Removes tokens that `rules` call dead at `now`, the oldest first; answers how many.
    async fn sweep_tokens(&self, now: Timestamp, rules: &TokenRules) -> Result<u64, StoreError>;

    /// Removes changes older than `before` from the change feed, never from the audit log; answers how many. Who
    /// follows the feed from further back is told [`Changes::Trimmed`](crate::Changes::Trimmed).
    async fn trim_changes(&self, before: Timestamp) -> Result<u64, StoreError>;
}
