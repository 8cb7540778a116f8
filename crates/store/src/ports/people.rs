//! Reading the people of the built-in local domain.

use async_trait::async_trait;
use keyward_identity::{ObjectUserId, Person};

use crate::{Page, PageRequest, Revised, StoreError};

/// The people of the built-in local domain.
#[async_trait]
pub trait People: Send + Sync + 'static {
    /// One person; `None` when there is none of this name.
    async fn person(&self, name: &ObjectUserId) -> Result<Option<Revised<Person>>, StoreError>;

    /// A page of the people whose names begin with `prefix` (which may be empty), ordered by name.
    async fn people(&self, prefix: &str, page: &PageRequest) -> Result<Page<Revised<Person>>, StoreError>;
}
