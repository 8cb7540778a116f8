//! Logs in local management users: names without `@`, such as `root`.

use std::fmt;
use std::sync::Arc;

use async_trait::async_trait;
use keyward_identity::{DirectoryUser, ManagementUser, ManagementUserId, SessionIdentity};
use keyward_login::{Credentials, Outcome, Presence, Provider, Refusal};

use super::{NAME, unavailable};
use crate::{LocalAccounts, Passwords};

/// The provider of local management users.
pub struct ManagementUsers {
    accounts: Arc<dyn LocalAccounts>,
    passwords: Passwords,
}

impl ManagementUsers {
    /// A provider that reads `accounts`.
    pub fn new(accounts: Arc<dyn LocalAccounts>, passwords: Passwords) -> Self {
        Self { accounts, passwords }
    }

    async fn check(&self, credentials: &Credentials, user: Option<ManagementUser>) -> Outcome {
        let stored = user.as_ref().and_then(|user| user.password_hash.as_deref());
        let verified = match stored {
            Some(stored) => self.passwords.verify_from(credentials.from, &credentials.password, stored).await,
            None => self.passwords.verify_decoy(credentials).await,
        };
        match (verified, user) {
            (Err(error), _) => unavailable(error),
            (Ok(_), None) => Outcome::Refused(Refusal::UnknownUser),
            (Ok(false), Some(_)) => Outcome::Refused(Refusal::WrongPassword),
            (Ok(true), Some(user)) if user.locked => Outcome::Refused(Refusal::Locked),
            (Ok(true), Some(user)) => Outcome::Authenticated(SessionIdentity::Management(user.id)),
        }
    }
}

#[async_trait]
impl Provider for ManagementUsers {
    fn name(&self) -> &str {
        NAME
    }

    async fn authenticate(&self, credentials: &Credentials) -> Outcome {
        if credentials.name.domain().is_some() {
            return Outcome::NotAskedFor;
        }
        if credentials.password.is_empty() {
            return Outcome::Refused(Refusal::EmptyPassword);
        }
        let user = match ManagementUserId::parse(credentials.name.as_str()) {
            Ok(id) => self.accounts.management_user(&id).await,
            // A name that no user can have is unknown like any other, at the same cost.
            Err(_) => Ok(None),
        };
        match user {
            Ok(user) => self.check(credentials, user).await,
            Err(error) => unavailable(error),
        }
    }

    /// A management user is no person of a directory.
    async fn look_up(&self, _: &DirectoryUser) -> Presence {
        Presence::NotAskedFor
    }
}

impl fmt::Debug for ManagementUsers {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("ManagementUsers").finish_non_exhaustive()
    }
}
