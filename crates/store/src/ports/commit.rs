//! Writing.

use async_trait::async_trait;

use crate::{CommitError, Committed, Transaction};

/// The one way to write.
#[async_trait]
pub trait Commit: Send + Sync + 'static {
    /// Applies all of a transaction or nothing. Once this answers, the change is durable, every later read on this
    /// node sees it, and [`ChangeFeed::watch`](crate::ChangeFeed::watch) shows it. A caller that stops waiting does
    /// not take the transaction back.
    async fn commit(&self, transaction: Transaction) -> Result<Committed, CommitError>;
}
