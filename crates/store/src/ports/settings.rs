//! Reading settings.

use async_trait::async_trait;

use crate::{Revised, Setting, StoreError};

/// The small settings that live with the data.
#[async_trait]
pub trait Settings: Send + Sync + 'static {
    /// One setting; `None` when it was never set.
    async fn setting(&self, name: &str) -> Result<Option<Revised<Setting>>, StoreError>;

    /// All of them, ordered by name.
    async fn settings(&self) -> Result<Vec<Revised<Setting>>, StoreError>;
}
