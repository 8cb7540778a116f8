//! Which passwords may be chosen, and whose password is too old.

use base64::Engine;
use base64::prelude::BASE64_URL_SAFE_NO_PAD;
use keyward_ambient::Timestamp;
use keyward_identity::{LOCAL_PROVIDER, ManagementUserId, ObjectUserId, PasswordPast, SessionIdentity};
use keyward_login::{LoginName, Password};
use keyward_store::{Record, RecordKey, Revised, Transaction, Write};

use crate::commit::Settled;
use crate::{Caller, Service, ServiceError, Subject};

/// Where the caller's own password is kept.
enum OwnAccount {
    Management(ManagementUserId),
    Person(ObjectUserId),
}

impl Caller {
    /// Hashes a password that may be set for the user called `name`.
    pub(crate) async fn acceptable(&self, password: &Password, name: &str) -> Result<String, ServiceError> {
        if password.is_empty() {
            return Err(ServiceError::Missing { field: "password" });
        }
        let security = &self.service.governing().security;
        security.admits(password.expose(), name).map_err(|why| ServiceError::invalid("password", why))?;
        self.service.passwords.hash(password).await
    }

    /// A random password that the rules admit for the user called `name`.
    pub(crate) fn made_password(&self, name: &str) -> Result<Password, ServiceError> {
        let security = &self.service.governing().security;
        let mut text = BASE64_URL_SAFE_NO_PAD.encode(self.service.entropy.array::<15>());
        for filler in "Aa7-".chars().cycle().take(256) {
            if security.admits(&text, name).is_ok() {
                return Ok(Password::new(text));
            }
            text.push(filler);
        }
        let why = "no password can be made under the present rules; give one";
        Err(ServiceError::invalid("password", why))
    }

    /// A password that was used lately is no new one.
    pub(crate) async fn refuse_former(
        &self,
        password: &Password,
        present: Option<&str>,
        past: &PasswordPast,
    ) -> Result<(), ServiceError> {
        let governing = self.service.governing();
        let kept = usize::try_from(governing.security.history).unwrap_or(usize::MAX);
        if !governing.security.password_rules || kept == 0 {
            return Ok(());
        }
        for hash in present.into_iter().chain(past.former.iter().map(String::as_str)).take(kept) {
            if self.service.passwords.verify(password, hash).await? {
                let why = format!("it is one of the last {kept} passwords of this account; choose another");
                return Err(ServiceError::invalid("password", why));
            }
        }
        Ok(())
    }

    /// Changes the caller's own password, and ends the caller's tokens, this one too.
    ///
    /// # Errors
    /// [`ServiceError::Invalid`] for a wrong old password and for one that the rules do not admit, and for people whose
    /// password is kept by a directory.
    pub async fn change_own_password(&self, old: &Password, new: &Password) -> Result<(), ServiceError> {
        match self.own_account()? {
            OwnAccount::Management(id) => {
                let user = self.found_management_user(id.as_str()).await?.value;
                let (hash, past) = (user.password_hash.unwrap_or_default(), user.password_past);
                let hash = self.chosen(old, new, &hash, user.password_changed_at, past).await?;
                self.put_own_management_password(&id, hash).await
            }
            OwnAccount::Person(name) => {
                let person = self.found_person(name.as_str()).await?.value;
                let changed_at = person.password_changed_at;
                let hash = self.chosen(old, new, &person.password_hash, changed_at, person.password_past).await?;
                self.put_own_person_password(&name, hash).await
            }
        }
    }

    fn own_account(&self) -> Result<OwnAccount, ServiceError> {
        match &self.principal.identity {
            SessionIdentity::Management(id) => Ok(OwnAccount::Management(id.clone())),
            SessionIdentity::Directory(user) if user.provider == LOCAL_PROVIDER => {
                let name = ObjectUserId::parse(&user.name);
                name.map(OwnAccount::Person).map_err(|_| ServiceError::not_found(Subject::Person, user.name.as_str()))
            }
            SessionIdentity::Directory(_) => {
                Err(ServiceError::invalid("password", "the password of a directory user is changed there"))
            }
        }
    }

    /// The hash of a password that somebody chose who knows the present one.
    async fn chosen(
        &self,
        old: &Password,
        new: &Password,
        present: &str,
        changed_at: Option<Timestamp>,
        past: PasswordPast,
    ) -> Result<String, ServiceError> {
        self.require_own_password(old, present).await?;
        let security = &self.service.governing().security;
        security.tells_apart(old.expose(), new.expose()).map_err(|why| ServiceError::invalid("password", why))?;
        let rested = changed_at.is_none_or(|at| self.now().since(at) >= security.password_rest());
        if past.own_choice && !rested {
            let why = format!(
                "you changed it less than {} hours ago; wait, or ask an administrator",
                security.min_life_hours
            );
            return Err(ServiceError::invalid("password", why));
        }
        let hash = self.acceptable(new, &self.principal.name).await?;
        self.refuse_former(new, Some(present), &past).await?;
        Ok(hash)
    }

    /// A stolen token must not be a way to guess the password fast: the brake is that of logging in.
    async fn require_own_password(&self, given: &Password, stored: &str) -> Result<(), ServiceError> {
        let service = &self.service;
        let name = LoginName::parse(&self.principal.name).map_err(|why| ServiceError::invalid("oldPassword", why))?;
        let admission = service.throttle.enter(&*service.clock, &name, self.origin.address).await;
        let admission = admission.map_err(|busy| ServiceError::TooManyAttempts { retry_after: busy.retry_after })?;
        if service.passwords.verify(given, stored).await? {
            admission.succeeded(service.clock.now());
            return Ok(());
        }
        admission.failed(service.clock.now());
        Err(ServiceError::invalid("oldPassword", "this is not the current password"))
    }

    async fn put_own_management_password(&self, id: &ManagementUserId, hash: String) -> Result<(), ServiceError> {
        self.service
            .until_settled(|| async {
                let Revised { value: user, revision } = self.found_management_user(id.as_str()).await?;
                let audit = self.audit(self.now(), "management_user.password").on(id.as_str());
                self.put_management_user(user, Some((hash.clone(), true)), revision, audit).await
            })
            .await
    }

    async fn put_own_person_password(&self, name: &ObjectUserId, hash: String) -> Result<(), ServiceError> {
        self.service
            .until_settled(|| async {
                let Revised { value: mut person, revision } = self.found_person(name.as_str()).await?;
                let replaced = std::mem::replace(&mut person.password_hash, hash.clone());
                person.password_past = person.password_past.after(Some(replaced), true);
                person.password_changed_at = Some(self.now());
                let audit = self.audit(self.now(), "person.password").on(name.as_str());
                let transaction = Transaction::new(audit)
                    .write(Write::DeleteTokensOf(name.to_string()))
                    .write(Write::update(Record::Person(person), revision));
                Settled::after(self.service.commit(transaction).await, ())
            })
            .await
    }

    /// What has to be settled before anything else can be done with this token.
    ///
    /// # Errors
    /// [`ServiceError::PasswordExpired`] when the caller's password is too old: then they may change it, ask who they
    /// are, and log out.
    pub fn require_fresh_password(&self) -> Result<(), ServiceError> {
        match self.password_is_fresh {
            true => Ok(()),
            false => Err(ServiceError::PasswordExpired { user: self.principal.name.clone() }),
        }
    }
}

impl Service {
    /// Whether the password of an account of ours is young enough; a directory looks after its own.
    pub(crate) async fn has_fresh_password(&self, identity: &SessionIdentity) -> Result<bool, ServiceError> {
        let Some(life) = self.governing().security.password_life() else { return Ok(true) };
        let set_at = match identity {
            SessionIdentity::Management(id) => {
                let found = self.store.management_user(id).await?;
                found.map(|found| found.value.password_changed_at.unwrap_or(found.value.created_at))
            }
            SessionIdentity::Directory(user) if user.provider == LOCAL_PROVIDER => {
                let Ok(name) = ObjectUserId::parse(&user.name) else { return Ok(true) };
                let found = self.store.person(&name).await?;
                found.map(|found| found.value.password_changed_at.unwrap_or(found.value.created_at))
            }
            SessionIdentity::Directory(_) => None,
        };
        Ok(set_at.is_none_or(|at| self.clock.now().since(at) < life))
    }

    /// Forgets the failures of a name that was unlocked since: here, or by a command on this machine, which can tell
    /// us by the store alone.
    pub(crate) async fn notice_unlocking(&self, name: &LoginName) -> Result<(), ServiceError> {
        let unlocked_at = match account_key(name) {
            Some(RecordKey::ManagementUser(id)) => {
                self.store.management_user(&id).await?.and_then(|found| found.value.unlocked_at)
            }
            Some(RecordKey::Person(id)) => self.store.person(&id).await?.and_then(|found| found.value.unlocked_at),
            _ => None,
        };
        if unlocked_at.is_some_and(|at| self.lockouts.is_news(name, at)) {
            self.forget_failures(name);
        }
        Ok(())
    }

    /// Begins the count of failures anew, from everywhere.
    pub(crate) fn forget_failures(&self, name: &LoginName) {
        self.lockouts.forget(name);
        self.throttle.pardon(name);
    }
}

/// Where the account of ours of this name would be kept.
pub(crate) fn account_key(name: &LoginName) -> Option<RecordKey> {
    match (ManagementUserId::parse(name.as_str()), ObjectUserId::parse(name.as_str())) {
        (Ok(id), _) if id.is_local() => Some(RecordKey::ManagementUser(id)),
        (_, Ok(id)) => Some(RecordKey::Person(id)),
        _ => None,
    }
}
