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

    /// Writes something that changes nothing, all the way to the disk: whether a change could be made now.
    async fn try_write(&self) -> Result<u64, StoreError>;

    /// Takes what was overwritten or deleted so far, such as the sealed bytes of erased secrets, out of the store's files,
    /// logs included; answers 1 when something kept it from that, and 0 when it is done. Copies that the file system or
    /// the device keeps are beyond it.
    async fn wipe_overwritten(&self) -> Result<u64, StoreError>;

    /// Removes audit records older than `before` from the front of the log, after checking that they are as they were
    /// written, and leaves a [`Checkpoint`](crate::Checkpoint) in their place; answers how many. A record behind one
    /// that is young enough stays, whatever its own time says.
    ///
    /// # Errors
    /// [`StoreError::Corrupt`] when the chain is broken there: evidence is not removed.
    async fn trim_audit(&self, before: Timestamp) -> Result<u64, StoreError>;
}
