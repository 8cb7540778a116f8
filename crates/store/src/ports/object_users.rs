//! Reading object users and their key rings.

use async_trait::async_trait;
use keyward_identity::{NamespaceName, ObjectUserId};

use crate::{Page, PageRequest, Revised, Scope, StoreError, UserRecord};

/// The object users, each with its sealed key ring.
#[async_trait]
pub trait ObjectUsers: Send + Sync + 'static {
    /// One user; `None` when there is none of this id in this scope.
    ///
    /// Whoever keeps the answer, `None` included, takes [`ChangeFeed::watch`](crate::ChangeFeed::watch)'s value
    /// *before* asking as the revision up to which the answer is known to be true.
    async fn object_user(&self, scope: &Scope, id: &ObjectUserId) -> Result<Option<Revised<UserRecord>>, StoreError>;

    /// A page of users, ordered by id (by its bytes), then by scope. What a page costs depends on its own length
    /// only, whatever the filter and however many users there are.
    async fn object_users(
        &self,
        filter: &ObjectUserFilter,
        page: &PageRequest,
    ) -> Result<Page<Revised<UserRecord>>, StoreError>;
}

/// Which object users to list; by default all.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct ObjectUserFilter {
    /// Only those of this namespace.
    pub namespace: Option<NamespaceName>,
    /// Only those whose id begins with this.
    pub prefix: String,
}
