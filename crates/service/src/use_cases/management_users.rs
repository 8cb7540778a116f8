//! Management users (ECS: *VDC users*).

use keyward_identity::{ManagementUser, ManagementUserId, SessionIdentity};
use keyward_login::{LoginName, Password};
use keyward_store::{CommitError, PageRequest, Record, RecordKey, Revised, Transaction, Write};

use crate::commit::Settled;
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
            (true, Some(password)) => Some(self.acceptable(password).await?),
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
            password_hash,
            locked: false,
            created_at: now,
        };
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
            Some(password) => Some(self.acceptable(password).await?),
            None => None,
        };
        self.service
            .until_settled(|| async {
                let Revised { value: mut user, revision } = self.found_management_user(id).await?;
                if hash.is_some() && !user.id.is_local() {
                    return Err(ServiceError::invalid("password", "the password of a directory user is kept there"));
                }
                user.system_admin = change.system_admin.unwrap_or(user.system_admin);
                user.system_monitor = change.system_monitor.unwrap_or(user.system_monitor);
                user.security_admin = change.security_admin.unwrap_or(user.security_admin);
                if user.id.as_str() == "root" && !user.system_admin {
                    return Err(ServiceError::Refused { why: "root stays a system administrator".to_owned() });
                }
                let audit =
                    self.audit(self.now(), "management_user.update").on(user.id.as_str()).detail("roles", roles(&user));
                self.put_management_user(user, hash.clone(), revision, audit).await
            })
            .await
    }

    /// Changes the caller's own password, and ends the caller's other tokens with this one.
    pub async fn change_own_password(&self, old: &Password, new: &Password) -> Result<(), ServiceError> {
        let SessionIdentity::Management(id) = &self.principal.identity else {
            return Err(ServiceError::invalid("password", "the password of a directory user is changed there"));
        };
        self.require_own_password(id, old).await?;
        let hash = self.acceptable(new).await?;
        self.service
            .until_settled(|| async {
                let Revised { value: user, revision } = self.found_management_user(id.as_str()).await?;
                let audit = self.audit(self.now(), "management_user.password").on(id.as_str());
                self.put_management_user(user, Some(hash.clone()), revision, audit).await
            })
            .await
    }

    /// A stolen token must not be a way to guess the password fast: the brake is that of logging in.
    async fn require_own_password(&self, id: &ManagementUserId, password: &Password) -> Result<(), ServiceError> {
        let service = &self.service;
        let name = LoginName::parse(id.as_str()).map_err(|why| ServiceError::invalid("oldPassword", why))?;
        let admission = service.throttle.enter(&*service.clock, &name, self.origin.address).await;
        let admission = admission.map_err(|busy| ServiceError::TooManyAttempts { retry_after: busy.retry_after })?;
        let user = self.found_management_user(id.as_str()).await?.value;
        let is_right = service.passwords.verify(password, &user.password_hash.unwrap_or_default()).await?;
        if is_right {
            admission.succeeded(service.clock.now());
            return Ok(());
        }
        admission.failed(service.clock.now());
        Err(ServiceError::invalid("oldPassword", "this is not the current password"))
    }

    /// Deletes a management user and ends its tokens.
    pub async fn delete_management_user(&self, id: &str) -> Result<(), ServiceError> {
        self.principal.may_manage_management_users()?;
        self.service
            .until_settled(|| async {
                let found = self.found_management_user(id).await?;
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

    /// How many tokens a management user has.
    pub async fn token_count(&self, id: &str) -> Result<u64, ServiceError> {
        self.principal.may_read_management_users()?;
        let user = self.found_management_user(id).await?.value;
        Ok(self.service.store.token_count(user.id.as_str()).await?)
    }

    async fn put_management_user(
        &self,
        mut user: ManagementUser,
        hash: Option<String>,
        revision: keyward_store::Revision,
        audit: keyward_store::AuditRecord,
    ) -> Result<Settled<()>, ServiceError> {
        let sets_password = hash.is_some();
        if let Some(hash) = hash {
            user.password_hash = Some(hash);
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

    async fn found_management_user(&self, id: &str) -> Result<Revised<ManagementUser>, ServiceError> {
        let unknown = || ServiceError::not_found(Subject::ManagementUser, id);
        let id = ManagementUserId::parse(id).map_err(|_| unknown())?;
        self.service.store.management_user(&id).await?.ok_or_else(unknown)
    }

    /// Hashes a password that may be used.
    pub(crate) async fn acceptable(&self, password: &Password) -> Result<String, ServiceError> {
        match password.expose().chars().count() {
            0 => Err(ServiceError::Missing { field: "password" }),
            1..=256 => self.service.passwords.hash(password).await,
            _ => Err(ServiceError::invalid("password", "a password has at most 256 characters")),
        }
    }
}

fn roles(user: &ManagementUser) -> String {
    user.roles().iter().map(|role| role.to_string()).collect::<Vec<_>>().join(",")
}
