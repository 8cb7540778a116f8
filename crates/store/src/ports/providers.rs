//! Reading authentication providers.

use async_trait::async_trait;

use crate::{ProviderRecord, Revised, StoreError};

/// The authentication providers: a handful.
#[async_trait]
pub trait Providers: Send + Sync + 'static {
    /// One provider; `None` when there is none of this id.
    async fn provider(&self, id: &str) -> Result<Option<Revised<ProviderRecord>>, StoreError>;

    /// All of them, ordered by id.
    async fn providers(&self) -> Result<Vec<Revised<ProviderRecord>>, StoreError>;
}
