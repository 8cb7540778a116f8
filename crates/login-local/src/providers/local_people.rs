//! Logs in the people of built-in local domains: `alice@local.test`.

use std::collections::BTreeMap;
use std::fmt;
use std::sync::Arc;

use async_trait::async_trait;
use keyward_identity::{DirectoryUser, DomainName, LOCAL_PROVIDER, ObjectUserId, Person, SessionIdentity};
use keyward_login::{Credentials, Outcome, Presence, Provider, Refusal};

use super::{NAME, unavailable, unknown};
use crate::{AccountsUnavailable, LocalAccounts, Passwords};

/// The provider of the people in local domains. It is asked for every name of such a domain, known or not.
pub struct LocalPeople {
    accounts: Arc<dyn LocalAccounts>,
    passwords: Passwords,
}

impl LocalPeople {
    /// A provider that reads `accounts`.
    pub fn new(accounts: Arc<dyn LocalAccounts>, passwords: Passwords) -> Self {
        Self { accounts, passwords }
    }

    /// The domain of the name, when it is a local one.
    async fn local_domain(&self, credentials: &Credentials) -> Result<Option<DomainName>, AccountsUnavailable> {
        let Some(domain) = credentials.name.domain().and_then(|domain| DomainName::parse(domain).ok()) else {
            return Ok(None);
        };
        Ok(self.accounts.is_local_domain(&domain).await?.then_some(domain))
    }

    async fn check(&self, credentials: &Credentials, domain: DomainName, person: Option<Person>) -> Outcome {
        let verified = match &person {
            Some(person) => {
                self.passwords.verify_from(credentials.from, &credentials.password, &person.password_hash).await
            }
            None => self.passwords.verify_decoy(credentials).await,
        };
        match (verified, person) {
            (Err(error), _) => unavailable(error),
            (Ok(_), None) => Outcome::Refused(Refusal::UnknownUser),
            (Ok(false), Some(_)) => Outcome::Refused(Refusal::WrongPassword),
            (Ok(true), Some(person)) => Outcome::Authenticated(SessionIdentity::Directory(DirectoryUser {
                name: person.name.as_str().to_owned(),
                provider: LOCAL_PROVIDER.to_owned(),
                domains: vec![domain.as_str().to_owned()],
                unique_id: Some(person.unique_id),
                attributes: BTreeMap::new(),
                groups: Vec::new(),
            })),
        }
    }
}

#[async_trait]
impl Provider for LocalPeople {
    fn name(&self) -> &str {
        NAME
    }

    async fn authenticate(&self, credentials: &Credentials) -> Outcome {
        let domain = match self.local_domain(credentials).await {
            Ok(Some(domain)) => domain,
            Ok(None) => return Outcome::NotAskedFor,
            Err(error) => return unavailable(error),
        };
        if credentials.password.is_empty() {
            return Outcome::Refused(Refusal::EmptyPassword);
        }
        let person = match ObjectUserId::parse(credentials.name.as_str()) {
            Ok(name) => self.accounts.person(&name).await,
            Err(_) => Ok(None),
        };
        match person {
            Ok(person) => self.check(credentials, domain, person).await,
            Err(error) => unavailable(error),
        }
    }

    async fn look_up(&self, user: &DirectoryUser) -> Presence {
        if user.provider != NAME {
            return Presence::NotAskedFor;
        }
        let person = match ObjectUserId::parse(&user.name) {
            Ok(name) => self.accounts.person(&name).await,
            Err(_) => Ok(None),
        };
        match person {
            Ok(Some(person)) if Some(&person.unique_id) == user.unique_id.as_ref() => Presence::Present,
            Ok(_) => Presence::Refused(Refusal::UnknownUser),
            Err(error) => Presence::Unavailable(unknown(error)),
        }
    }
}

impl fmt::Debug for LocalPeople {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("LocalPeople").finish_non_exhaustive()
    }
}
