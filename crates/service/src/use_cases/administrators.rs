//! Who decides over administrators: system administrators alone, on every way there is to become one.

use keyward_identity::{AuthnProvider, ManagementUserId, Namespace, Role, Roles, roles_by_name};
use keyward_store::{Expect, PageRequest, RecordKey, Revised, Write};

use crate::{Caller, ServiceError};

/// The roles that a name holds, and the condition that its record is still as it was read.
pub(super) struct NamedRoles {
    pub(super) roles: Roles,
    pub(super) condition: Option<Write>,
}

impl Caller {
    /// The roles that the account or person called `name` holds by that name, whether it exists yet or not.
    pub(super) async fn roles_of_name(&self, name: &str) -> Result<NamedRoles, ServiceError> {
        let namespaces: Vec<Namespace> =
            self.service.store.all_namespaces().await?.into_iter().map(|found| found.value).collect();
        let Ok(id) = ManagementUserId::parse(name) else {
            return Ok(NamedRoles { roles: roles_by_name(name, None, &namespaces), condition: None });
        };
        let found = self.service.store.management_user(&id).await?;
        let roles = roles_by_name(name, found.as_ref().map(|found| &found.value), &namespaces);
        let expect = found.map_or(Expect::Absent, |Revised { revision, .. }| Expect::Revision(revision));
        Ok(NamedRoles { roles, condition: Some(Write::RequireAt { key: RecordKey::ManagementUser(id), expect }) })
    }

    /// Whoever configures a directory decides who its people and groups are. So the directory of a system administrator
    /// is configured by system administrators.
    pub(super) async fn require_may_configure(&self, providers: &[&AuthnProvider]) -> Result<(), ServiceError> {
        if self.principal.roles.contains(Role::SystemAdmin) {
            return Ok(());
        }
        let serves = |id: &ManagementUserId| {
            id.domain().is_some_and(|domain| providers.iter().any(|provider| provider.serves(domain)))
        };
        let mut request = PageRequest::default();
        loop {
            let page = self.service.store.management_users(&request).await?;
            for user in page.items.into_iter().map(|row| row.value).filter(|user| serves(&user.id)) {
                self.principal.may_change_holder_of(user.roles())?;
            }
            match page.next {
                Some(next) => request.after = Some(next),
                None => return Ok(()),
            }
        }
    }
}
