//! Management users (ECS: *VDC users*).

use keyward_identity::{ManagementUser, ManagementUserId};
use keyward_login::{LoginName, Password};
use keyward_store::{CommitError, PageRequest, Record, RecordKey, Revised, Transaction, Write};

use super::passwords::account_key;
use crate::commit::Settled;
use crate::first_start::ROOT;
use crate::{Caller, ServiceError, Subject};

/// A management user to be made.
#[derive(Debug)]
pub struct NewManagementUser {
    /// A local name, or a directory user's or group's with its domain.
    pub id: String,
    /// For local names only, and required there.
    pub password: Option<Password>,
    /// SYSTEM_ADMIN.
    pub system_admin: bool,
    /// SYSTEM_MONITOR.
    pub system_monitor: bool,
    /// SECURITY_ADMIN.
    pub security_admin: bool,
    /// Whether the name is a group's.
    pub is_external_group: bool,
}

/// What to change about a management user; `None` leaves a part as it is.
#[derive(Debug, Default)]
pub struct ManagementUserChange {
    /// A new password, for local users.
    pub password: Option<Password>,
    /// SYSTEM_ADMIN.
    pub system_admin: Option<bool>,
    /// SYSTEM_MONITOR.
    pub system_monitor: Option<bool>,
    /// SECURITY_ADMIN.
    pub security_admin: Option<bool>,
}

impl Caller {
    /// Makes a management user.
    pub async fn create_management_user(&self, new: NewManagementUser) -> Result<ManagementUser, ServiceError> {
        self.principal.may_manage_management_users()?;
        let id = ManagementUserId::parse(&new.id).map_err(|why| ServiceError::invalid("userId", why))?;
        let password_hash = match (id.is_local(), &new.password) {
            (true, None) => return Err(ServiceError::Missing { field: "password" }),
            (true, Some(password)) => Some(self.acceptable(password, id.as_str()).await?),
            (false, _) => None,
        };
        if id.is_local() && new.is_external_group {
            return Err(ServiceError::invalid(
                "is_external_group",
                "a group is named with its domain, as group@domain",
            ));
        }
        let now = self.now();
        let user = ManagementUser {
            id: id.clone(),
            system_admin: new.system_admin,
            system_monitor: new.system_monitor,
            security_admin: new.security_admin,
            is_external_group: new.is_external_group,
            password_changed_at: password_hash.as_ref().map(|_| now),
            locked_until: None,
            unlocked_at: None,
            password_past: Default::default(),
            password_hash,
            locked: false,
            created_at: now,
        };
        self.principal.may_change_holder_of(user.roles())?;
        if user.password_hash.is_some() {
            // A namespace may list a name before there is such a user.
            self.principal.may_set_password_of_holder_of(self.roles_of_name(id.as_str()).await?.roles)?;
        }
        let audit = self.audit(now, "management_user.create").on(id.as_str()).detail("roles", roles(&user));
        let write = Write::create(Record::ManagementUser(user.clone()));
        match self.service.commit(Transaction::new(audit).write(write)).await {
            Ok(_) => Ok(user),
            Err(CommitError::AlreadyExists(_)) => {
                Err(ServiceError::already_exists(Subject::ManagementUser, id.as_str()))
            }
            Err(error) => Err(error.into()),
        }
    }

    /// Changes a management user and ends its tokens.
    pub async fn update_management_user(&self, id: &str, change: ManagementUserChange) -> Result<(), ServiceError> {
        self.principal.may_manage_management_users()?;
        let hash = match &change.password {
            Some(password) => Some((self.acceptable(password, id).await?, false)),
            None => None,
        };
        self.service
            .until_settled(|| async {
                let Revised { value: mut user, revision } = self.found_management_user(id).await?;
                if hash.is_some() && !user.id.is_local() {
                    return Err(ServiceError::invalid("password", "the password of a directory user is kept there"));
                }
                if let Some(password) = &change.password {
                    self.refuse_former(password, user.password_hash.as_deref(), &user.password_past).await?;
                }
                let before = user.roles();
                user.system_admin = change.system_admin.unwrap_or(user.system_admin);
                user.system_monitor = change.system_monitor.unwrap_or(user.system_monitor);
                user.security_admin = change.security_admin.unwrap_or(user.security_admin);
                self.principal.may_change_holder_of(before.union(user.roles()))?;
                if hash.is_some() {
                    self.require_may_set_password_of(user.id.as_str()).await?;
                }
                if user.id.as_str() == ROOT && before.iter().any(|role| !user.roles().contains(role)) {
                    return Err(ServiceError::Refused { why: "root keeps the roles that it has".to_owned() });
                }
                let audit =
                    self.audit(self.now(), "management_user.update").on(user.id.as_str()).detail("roles", roles(&user));
                self.put_management_user(user, hash.clone(), revision, audit).await
            })
            .await
    }

    /// Opens a management user, or a person of the built-in directory, to logins again, and forgets the failed ones; with
    /// a password, that is the new one of a management user.
    pub async fn unlock_account(&self, name: &str, password: Option<&Password>) -> Result<(), ServiceError> {
        self.principal.may_manage_management_users()?;
        let typed = LoginName::parse(name).map_err(|_| ServiceError::not_found(Subject::ManagementUser, name))?;
        match account_key(&typed) {
            Some(RecordKey::Person(_)) => self.unlock_person(name, password).await?,
            _ => self.unlock_management_user(name, password).await?,
        }
        self.service.forget_failures(&typed);
        Ok(())
    }

    async fn unlock_management_user(&self, name: &str, password: Option<&Password>) -> Result<(), ServiceError> {
        let hash = match password {
            Some(password) => Some((self.acceptable(password, name).await?, false)),
            None => None,
        };
        self.service
            .until_settled(|| async {
                let Revised { value: mut user, revision } = self.found_management_user(name).await?;
                if user.locked {
                    // An administrator's lock takes the roles away, so lifting it gives them.
                    self.principal.may_change_holder_of(user.roles())?;
                }
                if hash.is_some() {
                    self.require_may_set_password_of(user.id.as_str()).await?;
                }
                let now = self.now();
                user.unlock(now);
                let audit = self.audit(now, "management_user.unlock").on(user.id.as_str());
                if hash.is_some() {
                    return self.put_management_user(user, hash.clone(), revision, audit).await;
                }
                let write = Write::update(Record::ManagementUser(user), revision);
                Settled::after(self.service.commit(Transaction::new(audit).write(write)).await, ())
            })
            .await
    }

    async fn unlock_person(&self, name: &str, password: Option<&Password>) -> Result<(), ServiceError> {
        if password.is_some() {
            let why = "the password of this user is not one of a management user; leave it out";
            return Err(ServiceError::invalid("password", why));
        }
        self.service
            .until_settled(|| async {
                let Revised { value: mut person, revision } = self.found_person(name).await?;
                person.unlocked_at = Some(self.now());
                let audit = self.audit(self.now(), "person.unlock").on(person.name.as_str());
                let write = Write::update(Record::Person(person), revision);
                Settled::after(self.service.commit(Transaction::new(audit).write(write)).await, ())
            })
            .await
    }

    /// Locks a management user: its tokens end, and nobody logs in as it until it is unlocked.
    pub async fn lock_management_user(&self, id: &str) -> Result<(), ServiceError> {
        self.principal.may_manage_management_users()?;
        self.service
            .until_settled(|| async {
                let Revised { value: mut user, revision } = self.found_management_user(id).await?;
                if user.id.as_str() == ROOT || user.id.as_str() == self.principal.name || !user.id.is_local() {
                    let why =
                        format!("{} cannot be locked: neither root, nor oneself, nor who is of a directory", user.id);
                    return Err(ServiceError::Refused { why });
                }
                self.principal.may_change_holder_of(user.roles())?;
                user.locked = true;
                let audit = self.audit(self.now(), "management_user.lock").on(user.id.as_str());
                self.put_management_user(user, None, revision, audit).await
            })
            .await
    }

    /// Deletes a management user and ends its tokens.
    pub async fn delete_management_user(&self, id: &str) -> Result<(), ServiceError> {
        self.principal.may_manage_management_users()?;
        self.service
            .until_settled(|| async {
                let found = self.found_management_user(id).await?;
                self.principal.may_change_holder_of(found.value.roles())?;
                let id = found.value.id;
                if id.as_str() == "root" || id.as_str() == self.principal.name {
                    let why = format!("{id} cannot be deleted: neither root nor oneself can");
                    return Err(ServiceError::Refused { why });
                }
                let audit = self.audit(self.now(), "management_user.delete").on(id.as_str());
                let transaction = Transaction::new(audit)
                    .write(Write::DeleteTokensOf(id.to_string()))
                    .write(Write::Delete { key: RecordKey::ManagementUser(id), revision: found.revision });
                Settled::after(self.service.commit(transaction).await, ())
            })
            .await
    }

    /// One management user.
    pub async fn management_user(&self, id: &str) -> Result<ManagementUser, ServiceError> {
        self.principal.may_read_management_users()?;
        Ok(self.found_management_user(id).await?.value)
    }

    /// All management users.
    pub async fn management_users(&self) -> Result<Vec<ManagementUser>, ServiceError> {
        self.principal.may_read_management_users()?;
        let (mut all, mut request) = (Vec::new(), PageRequest::default());
        loop {
            let page = self.service.store.management_users(&request).await?;
            all.extend(page.items.into_iter().map(|row| row.value));
            match page.next {
                Some(next) => request.after = Some(next),
                None => return Ok(all),
            }
        }
    }

    async fn require_may_set_password_of(&self, name: &str) -> Result<(), ServiceError> {
        Ok(self.principal.may_set_password_of_holder_of(self.roles_of_name(name).await?.roles)?)
    }

    /// How many tokens a management user has.
    pub async fn token_count(&self, id: &str) -> Result<u64, ServiceError> {
        self.principal.may_read_management_users()?;
        let user = self.found_management_user(id).await?.value;
        Ok(self.service.store.token_count(user.id.as_str()).await?)
    }

    /// Stores a changed user and ends its tokens; a new password comes as its hash and whether its owner chose it.
    pub(super) async fn put_management_user(
        &self,
        mut user: ManagementUser,
        password: Option<(String, bool)>,
        revision: keyward_store::Revision,
        audit: keyward_store::AuditRecord,
    ) -> Result<Settled<()>, ServiceError> {
        let sets_password = password.is_some();
        if let Some((hash, own_choice)) = password {
            let replaced = user.password_hash.replace(hash);
            user.password_past = user.password_past.after(replaced, own_choice);
            user.password_changed_at = Some(self.now());
        }
        let is_root = user.id.as_str() == "root";
        let transaction = Transaction::new(audit)
            .write(Write::DeleteTokensOf(user.id.to_string()))
            .write(Write::update(Record::ManagementUser(user), revision));
        let settled = Settled::after(self.service.commit(transaction).await, ())?;
        if sets_password && is_root && matches!(settled, Settled::Done(())) {
            self.service.first_password.forget().await;
        }
        Ok(settled)
    }

    pub(super) async fn found_management_user(&self, id: &str) -> Result<Revised<ManagementUser>, ServiceError> {
        let unknown = || ServiceError::not_found(Subject::ManagementUser, id);
        let id = ManagementUserId::parse(id).map_err(|_| unknown())?;
        self.service.store.management_user(&id).await?.ok_or_else(unknown)
    }
}

fn roles(user: &ManagementUser) -> String {
    user.roles().iter().map(|role| role.to_string()).collect::<Vec<_>>().join(",")
}
