//! The people of the built-in directory.

use keyward_identity::{ObjectUserId, PasswordPast, Person};
use keyward_login::Password;
use keyward_store::{CommitError, Page, PageRequest, Record, RecordKey, Revised, Transaction, Write};

use crate::commit::Settled;
use crate::{Caller, ServiceError, Subject};

/// A password that was made because none was given.
#[derive(Debug)]
pub struct MadePassword(pub Option<Password>);

impl Caller {
    /// Adds a person of a local domain. Without a password one is made.
    pub async fn add_person(&self, name: &str, password: Option<Password>) -> Result<MadePassword, ServiceError> {
        self.principal.may_manage_people()?;
        let name = self.local_name(name)?;
        let (hash, made) = self.password_for_person(password).await?;
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
        match self.service.commit(Transaction::new(audit).write(write)).await {
            Ok(_) => Ok(made),
            Err(CommitError::AlreadyExists(_)) => Err(ServiceError::already_exists(Subject::Person, name.as_str())),
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
        let (hash, made) = self.password_for_person(password).await?;
        self.service
            .until_settled(|| async {
                let Revised { value: mut person, revision } = self.found_person(name).await?;
                if let Some(password) = &chosen {
                    self.refuse_former(password, Some(&person.password_hash), &person.password_past).await?;
                }
                let replaced = std::mem::replace(&mut person.password_hash, hash.clone());
                person.password_past = person.password_past.after(Some(replaced), false);
                person.password_changed_at = Some(self.now());
                let audit = self.audit(self.now(), "person.password").on(person.name.as_str());
                let transaction = Transaction::new(audit)
                    .write(Write::DeleteTokensOf(person.name.to_string()))
                    .write(Write::update(Record::Person(person), revision));
                Settled::after(self.service.commit(transaction).await, ())
            })
            .await?;
        Ok(made)
    }

    /// Removes a person and ends their tokens. Their object user and its keys stay, as with any directory.
    pub async fn remove_person(&self, name: &str) -> Result<(), ServiceError> {
        self.principal.may_manage_people()?;
        self.service
            .until_settled(|| async {
                let Revised { value: person, revision } = self.found_person(name).await?;
                let audit = self.audit(self.now(), "person.remove").on(person.name.as_str());
                let transaction = Transaction::new(audit)
                    .write(Write::DeleteTokensOf(person.name.to_string()))
                    .write(Write::Delete { key: RecordKey::Person(person.name), revision });
                Settled::after(self.service.commit(transaction).await, ())
            })
            .await
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

    async fn password_for_person(&self, given: Option<Password>) -> Result<(String, MadePassword), ServiceError> {
        match given {
            Some(password) => Ok((self.acceptable(&password).await?, MadePassword(None))),
            None => {
                let made = self.made_password()?;
                Ok((self.acceptable(&made).await?, MadePassword(Some(made))))
            }
        }
    }

    pub(super) async fn found_person(&self, name: &str) -> Result<Revised<Person>, ServiceError> {
        let unknown = || ServiceError::not_found(Subject::Person, name);
        let name = ObjectUserId::parse(name).map_err(|_| unknown())?;
        self.service.store.person(&name).await?.ok_or_else(unknown)
    }
}
