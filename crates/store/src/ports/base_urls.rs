//! Reading base URLs.

use async_trait::async_trait;
use keyward_identity::BaseUrl;

use crate::{Revised, StoreError};

/// The base URLs of virtual-host addressing: a handful.
#[async_trait]
pub trait BaseUrls: Send + Sync + 'static {
    /// One base URL; `None` when there is none of this id.
    async fn base_url(&self, id: &str) -> Result<Option<Revised<BaseUrl>>, StoreError>;

    /// All of them, ordered by id.
    async fn base_urls(&self) -> Result<Vec<Revised<BaseUrl>>, StoreError>;
}
