//! Following what changes.

use async_trait::async_trait;
use tokio::sync::watch;

use crate::{Changes, Revision, StoreError};

/// The change feed: how whoever keeps records in memory learns that they are no longer true.
#[async_trait]
pub trait ChangeFeed: Send + Sync + 'static {
    /// The newest committed revision, asked of the store itself.
    async fn latest(&self) -> Result<Revision, StoreError>;

    /// At most `limit` changes after revision `since`, in commit order. Not every revision has one: those that only
    /// wrote an audit record or a token are skipped.
    async fn changes(&self, since: Revision, limit: u32) -> Result<Changes, StoreError>;

    /// A revision up to which everything is committed, as this node knows it without asking. It never runs ahead of
    /// what a read sees, and has moved on before the transaction that moved it is answered.
    fn watch(&self) -> watch::Receiver<Revision>;
}
