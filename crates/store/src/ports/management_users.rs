//! Reading management users.

use async_trait::async_trait;
use keyward_identity::{ManagementUser, ManagementUserId};

use crate::{Page, PageRequest, Revised, StoreError};

/// The management users and external groups with management roles: few.
#[async_trait]
pub trait ManagementUsers: Send + Sync + 'static {
    /// One of them; `None` when there is none of this id.
    async fn management_user(&self, id: &ManagementUserId) -> Result<Option<Revised<ManagementUser>>, StoreError>;

    /// A page of them, ordered by id.
    async fn management_users(&self, page: &PageRequest) -> Result<Page<Revised<ManagementUser>>, StoreError>;

    /// Those that are external groups, ordered by id: what the groups of a directory user are compared with.
    async fn external_groups(&self) -> Result<Vec<Revised<ManagementUser>>, StoreError>;
}
