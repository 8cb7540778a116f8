//! Asks the providers in order and stops at the first that was asked for.

use std::fmt;
use std::sync::Arc;

use arc_swap::ArcSwap;
use keyward_identity::{DirectoryUser, SessionIdentity};

use crate::{Credentials, Decoy, Outcome, Presence, Provider, Refusal, TooManyAttempts, Unavailable};

/// The configured providers, in the order in which they are asked. They can be exchanged while logins are under way:
/// a login that has begun finishes with the providers it began with.
pub struct Chain {
    providers: ArcSwap<Vec<Arc<dyn Provider>>>,
    decoy: Arc<dyn Decoy>,
}

/// What became of a login.
#[derive(Debug)]
pub enum Verdict {
    /// 200 on the wire, with a token for this identity.
    Authenticated(SessionIdentity),
    /// 401 on the wire, one answer for all reasons.
    Refused(Refusal),
    /// 429 on the wire.
    TurnedAway(TooManyAttempts),
    /// 503 on the wire.
    Unavailable(Unavailable),
}

impl Chain {
    /// A chain of `providers`; `decoy` spends the time of a check on names that belong to none of them.
    pub fn new(providers: Vec<Arc<dyn Provider>>, decoy: Arc<dyn Decoy>) -> Self {
        Self { providers: ArcSwap::from_pointee(providers), decoy }
    }

    /// Exchanges all providers, from the next login on.
    pub fn replace(&self, providers: Vec<Arc<dyn Provider>>) {
        self.providers.store(Arc::new(providers));
    }

    /// Asks each provider in turn. The first that was asked for decides: a name that one provider refuses is not
    /// tried on another, or a removed person of a directory could live on in a second one of the same domain.
    pub async fn authenticate(&self, credentials: &Credentials) -> Verdict {
        if credentials.password.is_empty() {
            return Verdict::Refused(Refusal::EmptyPassword);
        }
        let providers = self.providers.load_full();
        for provider in providers.iter() {
            match provider.authenticate(credentials).await {
                Outcome::NotAskedFor => {}
                Outcome::Authenticated(identity) => return Verdict::Authenticated(identity),
                Outcome::Refused(refusal) => return Verdict::Refused(refusal),
                Outcome::TurnedAway(busy) => return Verdict::TurnedAway(busy),
                Outcome::Unavailable(unavailable) => return Verdict::Unavailable(unavailable),
            }
        }
        self.decoy.verify_nothing(credentials).await;
        Verdict::Refused(Refusal::UnknownUser)
    }

    /// Asks the provider that a person logged in with whether they are still there. [`Presence::NotAskedFor`] when it is
    /// not one of this chain any more.
    pub async fn look_up(&self, user: &DirectoryUser) -> Presence {
        let providers = self.providers.load_full();
        for provider in providers.iter().filter(|provider| provider.name() == user.provider) {
            match provider.look_up(user).await {
                Presence::NotAskedFor => {}
                answer => return answer,
            }
        }
        Presence::NotAskedFor
    }
}

impl fmt::Debug for Chain {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let providers = self.providers.load();
        f.debug_list().entries(providers.iter().map(|provider| provider.name())).finish()
    }
}

#[cfg(test)]
mod tests;
