//! An administrator's view of secret keys (ECS: *User secret keys*).

use keyward_identity::{Principal, Role, Roles};
use keyward_keyring::{Deactivation, Secret};
use keyward_store::{Revised, UserRecord};

use super::own_keys::IssuedKey;
use super::rings::{KeyOrder, RingOwner};
use crate::{Caller, ServiceError};

impl Caller {
    /// The live keys of a user, slot 1 first.
    pub async fn keys_of(&self, user: &str, namespace: Option<&str>) -> Result<[Option<Secret>; 2], ServiceError> {
        let found = self.manageable_keys_of(user, namespace).await?;
        Ok(self.ring_of(&found.value)?.slots(self.now()).map(|slot| slot.cloned()))
    }

    /// Makes a key for a user; `value` is the caller's own, else one is generated.
    pub async fn issue_key_for(
        &self,
        user: &str,
        namespace: Option<&str>,
        existing_expiry_minutes: Option<i64>,
        value: Option<&str>,
    ) -> Result<IssuedKey, ServiceError> {
        let order = KeyOrder::new(existing_expiry_minutes, value)?;
        self.service
            .until_settled(|| async {
                let found = self.manageable_keys_of(user, namespace).await?;
                let id = found.value.user.id.clone();
                let settled = self.issue(RingOwner::Existing(found), &order, "key.issue_for", None).await?;
                Ok(settled.map(|secret| IssuedKey { user: id.clone(), secret }))
            })
            .await
    }

    /// Ends one key of a user, or all.
    pub async fn deactivate_keys_of(
        &self,
        user: &str,
        namespace: Option<&str>,
        which: &Deactivation<'_>,
    ) -> Result<(), ServiceError> {
        self.service
            .until_settled(|| async {
                let found = self.manageable_keys_of(user, namespace).await?;
                self.deactivate(found, which, "key.deactivate_for").await
            })
            .await
    }

    /// The user, if the caller may manage its keys. Who may manage nobody's learns nothing about who exists.
    pub(super) async fn manageable_keys_of(
        &self,
        user: &str,
        namespace: Option<&str>,
    ) -> Result<Revised<UserRecord>, ServiceError> {
        self.require_some_role(&[Role::SystemAdmin, Role::NamespaceAdmin])?;
        self.user_within_reach(user, namespace, Principal::may_manage_keys_in).await
    }

    /// Whether the caller has one of these roles at all, before anything is known of what the call is about.
    ///
    /// # Errors
    /// [`ServiceError::Forbidden`] without any of them.
    pub fn require_some_role(&self, roles: &[Role]) -> Result<(), ServiceError> {
        let held: Roles = self.principal.roles;
        if held.contains_any(roles) { Ok(()) } else { Err(self.principal.forbidden().into()) }
    }
}
