//! Which management users get secret keys by self-service: those that a system administrator bound to the object user
//! of their name, and those that made it themselves.

use keyward_identity::{ManagementAccess, ManagementUserId, ObjectUserId, Principal, SessionIdentity};
use keyward_store::{Expect, Record, RecordKey, Revised, Scope, Transaction, UserRecord, Write};

use crate::commit::Settled;
use crate::{Caller, Service, ServiceError, UserScope};

impl Caller {
    /// Opens the keys of an object user to the management user of the same name, as it is now: one of that name that is
    /// made later gets nothing.
    ///
    /// # Errors
    /// [`ServiceError::Refused`] when there is no local management user of that name.
    pub async fn bind_management_user(&self, user: &str, namespace: Option<&str>) -> Result<(), ServiceError> {
        self.principal.may_bind_management_users()?;
        self.service
            .until_settled(|| async {
                let found = self.user_within_reach(user, namespace, Principal::may_manage_users_in).await?;
                let id = found.value.user.id.clone();
                let no_such_user = || ServiceError::Refused {
                    why: format!("there is no local management user {id}; create it with POST /vdc/users first"),
                };
                let name = ManagementUserId::parse(id.as_str()).map_err(|_| no_such_user())?;
                let holder = self.service.store.management_user(&name).await?;
                let holder = holder.filter(|_| name.is_local() && name.as_str() == id.as_str());
                let Revised { value: holder, revision } = holder.ok_or_else(no_such_user)?;
                let condition =
                    Write::RequireAt { key: RecordKey::ManagementUser(name), expect: Expect::Revision(revision) };
                let access = ManagementAccess::Bound { created_at: holder.created_at };
                self.put_management_access(found, access, "user.bind_management_user", Some(condition)).await
            })
            .await
    }

    /// Closes the keys of an object user to the management user of the same name. The keys stay.
    pub async fn unbind_management_user(&self, user: &str, namespace: Option<&str>) -> Result<(), ServiceError> {
        self.principal.may_bind_management_users()?;
        self.service
            .until_settled(|| async {
                let found = self.user_within_reach(user, namespace, Principal::may_manage_users_in).await?;
                self.put_management_access(found, ManagementAccess::Nobody, "user.unbind_management_user", None).await
            })
            .await
    }

    async fn put_management_access(
        &self,
        found: Revised<UserRecord>,
        access: ManagementAccess,
        action: &'static str,
        condition: Option<Write>,
    ) -> Result<Settled<()>, ServiceError> {
        let Revised { value: mut record, revision } = found;
        if record.user.management_access == access {
            return Ok(Settled::Done(()));
        }
        record.user.management_access = access;
        let namespace = record.user.namespace.clone();
        let audit = self.audit(self.now(), action).in_namespace(namespace.clone()).on(record.user.id.as_str());
        let scope = self.service.user_scope().of(&namespace);
        let write = Write::update(Record::User { scope, record }, revision);
        let transaction = Transaction::new(audit).writes(condition).write(write);
        Settled::after(self.service.commit(transaction).await, ())
    }
}

impl Service {
    /// The object users of this name: one at most, or one in each namespace where names are unique in those.
    pub(crate) async fn object_users_named(
        &self,
        id: &ObjectUserId,
    ) -> Result<Vec<(Scope, Option<Revised<UserRecord>>)>, ServiceError> {
        let scopes = match self.user_scope() {
            UserScope::Global => vec![Scope::Global],
            UserScope::Namespace => {
                let namespaces = self.store.all_namespaces().await?;
                namespaces.into_iter().map(|found| Scope::Namespace(found.value.name)).collect()
            }
        };
        let mut users = Vec::new();
        for scope in scopes {
            let found = self.store.object_user(&scope, id).await?;
            users.push((scope, found));
        }
        Ok(users)
    }

    /// Whether a management user gets keys by self-service, so that a login without any role is of use.
    pub(crate) async fn has_self_service(&self, identity: &SessionIdentity) -> Result<bool, ServiceError> {
        let SessionIdentity::Management(name) = identity else { return Ok(false) };
        let Some(Revised { value: holder, .. }) = self.store.management_user(name).await? else { return Ok(false) };
        let Ok(id) = ObjectUserId::parse(name.as_str()) else { return Ok(false) };
        let named = self.object_users_named(&id).await?;
        Ok(named.iter().filter_map(|(_, found)| found.as_ref()).any(|found| found.value.user.is_open_to(&holder)))
    }
}
