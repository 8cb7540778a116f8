//! Reading namespaces.

use async_trait::async_trait;
use keyward_identity::{Namespace, NamespaceName};

use crate::{Page, PageRequest, Revised, StoreError};

/// The namespaces.
#[async_trait]
pub trait Namespaces: Send + Sync + 'static {
    /// One namespace; `None` when there is none of this name.
    async fn namespace(&self, name: &NamespaceName) -> Result<Option<Revised<Namespace>>, StoreError>;

    /// A page of the namespaces whose names begin with `prefix` (which may be empty), ordered by name.
    async fn namespaces(&self, prefix: &str, page: &PageRequest) -> Result<Page<Revised<Namespace>>, StoreError>;

    /// All of them: what finding the namespace of a directory user looks through.
    async fn all_namespaces(&self) -> Result<Vec<Revised<Namespace>>, StoreError> {
        let mut request = PageRequest::default();
        let mut all = Vec::new();
        loop {
            let page = self.namespaces("", &request).await?;
            all.extend(page.items);
            match page.next {
                Some(next) => request.after = Some(next),
                None => return Ok(all),
            }
        }
    }
}
