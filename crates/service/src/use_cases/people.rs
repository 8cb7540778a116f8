//! The people of the built-in directory.

use keyward_identity::{ObjectUserId, PasswordPast, Person};
use keyward_keyring::Deactivation;
use keyward_login::Password;
use keyward_store::{
    CommitError, Expect, Page, PageRequest, Record, RecordKey, Revised, Scope, SealedKeyRing, Transaction, UserRecord,
    Write,
};

use super::administrators::NamedRoles;
use crate::commit::Settled;
use crate::{Caller, ServiceError, Subject};

/// A password that was made because none was given.
#[derive(Debug)]
pub struct MadePassword(pub Option<Password>);

/// What ended when a person was removed. Their object users and buckets stay.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct RemovedPerson {
    /// How many secret keys.
    pub ended_keys: usize,
    /// How many sessions.
    pub ended_sessions: u64,
    /// Whether there is an object user of the name, which stays.
    pub has_object_user: bool,
}

impl Caller {
    /// Adds a person of a local domain. Without a password one is made.
    pub async fn add_person(&self, name: &str, password: Option<Password>) -> Result<MadePassword, ServiceError> {
        self.principal.may_manage_people()?;
        let name = self.local_name(name)?;
        let NamedRoles { roles, condition } = self.roles_of_name(name.as_str()).await?;
        self.principal.may_set_password_of_holder_of(roles)?;
        let (hash, made) = self.password_for_person(password, name.as_str()).await?;
        let person = Person {
            name: name.clone(),
            password_hash: hash,
            created_at: self.now(),
            unique_id: self.service.uuid(),
            password_changed_at: Some(self.now()),
            password_past: PasswordPast::default(),
            unlocked_at: None,
        };
        let audit = self.audit(self.now(), "person.add").on(name.as_str());
        let write = Write::create(Record::Person(person));
        match self.service.commit(Transaction::new(audit).writes(condition).write(write)).await {
            Ok(_) => Ok(made),
            Err(CommitError::AlreadyExists(RecordKey::Person(_))) => {
                Err(ServiceError::already_exists(Subject::Person, name.as_str()))
            }
            Err(error) => Err(error.into()),
        }
    }

    /// Sets a person's password and ends their tokens. Without a password one is made.
    pub async fn set_person_password(
        &self,
        name: &str,
        password: Option<Password>,
    ) -> Result<MadePassword, ServiceError> {
        self.principal.may_manage_people()?;
        let chosen = password.clone();
        let (hash, made) = self.password_for_person(password, name).await?;
        self.service
            .until_settled(|| async {
                let Revised { value: mut person, revision } = self.found_person(name).await?;
                let NamedRoles { roles, condition } = self.roles_of_name(person.name.as_str()).await?;
                self.principal.may_set_password_of_holder_of(roles)?;
                if let Some(password) = &chosen {
                    self.refuse_former(password, Some(&person.password_hash), &person.password_past).await?;
                }
                let replaced = std::mem::replace(&mut person.password_hash, hash.clone());
                person.password_past = person.password_past.after(Some(replaced), false);
                person.password_changed_at = Some(self.now());
                let audit = self.audit(self.now(), "person.password").on(person.name.as_str());
                let transaction = Transaction::new(audit)
                    .writes(condition)
                    .write(Write::DeleteTokensOf(person.name.to_string()))
                    .write(Write::update(Record::Person(person), revision));
                Settled::after(self.service.commit(transaction).await, ())
            })
            .await?;
        Ok(made)
    }

    /// Removes a person, and ends their sessions and the keys of their object user, in one transaction. The object user
    /// and its buckets stay.
    pub async fn remove_person(&self, name: &str) -> Result<RemovedPerson, ServiceError> {
        self.principal.may_manage_people()?;
        self.service
            .until_settled(|| async {
                let Revised { value: person, revision } = self.found_person(name).await?;
                let NamedRoles { roles, condition } = self.roles_of_name(person.name.as_str()).await?;
                self.principal.may_change_holder_of(roles)?;
                let ended_sessions = self.service.store.token_count(person.name.as_str()).await?;
                let mut removed = RemovedPerson { ended_sessions, ..RemovedPerson::default() };
                let mut writes = Vec::new();
                for (scope, found) in self.service.object_users_named(&person.name).await? {
                    writes.push(self.without_keys(scope, &person.name, found, &mut removed)?);
                }
                let audit = self.audit(self.now(), "person.remove").on(person.name.as_str());
                let audit = audit.detail("ended_keys", removed.ended_keys.to_string());
                let transaction = Transaction::new(audit.detail("ended_sessions", ended_sessions.to_string()))
                    .writes(condition)
                    .writes(writes)
                    .write(Write::DeleteTokensOf(person.name.to_string()))
                    .write(Write::Delete { key: RecordKey::Person(person.name), revision });
                Settled::after(self.service.commit(transaction).await, removed)
            })
            .await
    }

    /// The write that ends all keys of an object user; where there is none, the condition that none is made meanwhile.
    fn without_keys(
        &self,
        scope: Scope,
        id: &ObjectUserId,
        found: Option<Revised<UserRecord>>,
        removed: &mut RemovedPerson,
    ) -> Result<Write, ServiceError> {
        let Some(Revised { value: UserRecord { user, ring }, revision }) = found else {
            let key = RecordKey::User { scope, id: id.clone() };
            return Ok(Write::RequireAt { key, expect: Expect::Absent });
        };
        let (now, sealer) = (self.now(), &*self.service.sealer);
        let ring = ring.open(&scope, id, sealer)?;
        let empty = ring.deactivate(now, &Deactivation::All).map_err(|_| ServiceError::Internal)?;
        removed.ended_keys += ring.live(now).count();
        removed.has_object_user = true;
        let ring = SealedKeyRing::seal(&empty, &scope, id, sealer)?;
        Ok(Write::update(Record::User { scope, record: UserRecord { user, ring } }, revision))
    }

    /// A page of the people whose names begin with `prefix`.
    pub async fn people(&self, prefix: &str, page: PageRequest) -> Result<Page<Person>, ServiceError> {
        self.principal.may_read_people()?;
        Ok(self.service.store.people(prefix, &page).await?.map(|row| row.value))
    }

    fn local_name(&self, name: &str) -> Result<ObjectUserId, ServiceError> {
        let name = ObjectUserId::parse(name).map_err(|why| ServiceError::invalid("name", why))?;
        let domains = &self.service.settings.local_domains;
        let local = name.domain().is_some_and(|domain| domains.iter().any(|own| own.as_str() == domain));
        if local && !name.as_str().starts_with('@') {
            return Ok(name);
        }
        let example = domains.first().map_or("nobody: no local domain is configured".to_owned(), |domain| {
            format!("a name such as alice@{domain}")
        });
        Err(ServiceError::invalid(
            "name",
            format!("{name} is not in a domain of the built-in directory; give {example}"),
        ))
    }

    async fn password_for_person(
        &self,
        given: Option<Password>,
        name: &str,
    ) -> Result<(String, MadePassword), ServiceError> {
        match given {
            Some(password) => Ok((self.acceptable(&password, name).await?, MadePassword(None))),
            None => {
                let made = self.made_password(name)?;
                Ok((self.acceptable(&made, name).await?, MadePassword(Some(made))))
            }
        }
    }

    pub(super) async fn found_person(&self, name: &str) -> Result<Revised<Person>, ServiceError> {
        let unknown = || ServiceError::not_found(Subject::Person, name);
        let name = ObjectUserId::parse(name).map_err(|_| unknown())?;
        self.service.store.person(&name).await?.ok_or_else(unknown)
    }
}
