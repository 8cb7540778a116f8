//! The login provider: one configured directory.

use std::fmt;
use std::panic::AssertUnwindSafe;
use std::sync::Arc;

use arc_swap::ArcSwap;
use async_trait::async_trait;
use futures_util::FutureExt;
use keyward_ambient::Clock;
use keyward_identity::{AuthnProvider, DirectoryUser, SessionIdentity};
use keyward_login::{
    Credentials, LoginName, Outcome, Password, Presence, Provider, Refusal, TooManyAttempts, Unavailable,
};
use tokio::sync::{Mutex, OnceCell, Semaphore};
use tokio::time::timeout;

use crate::bind::{BindAnswer, bind_answer};
use crate::brake::EntryBrake;
use crate::configuration::ConfigurationError;
use crate::connection::{Connector, Server};
use crate::directory::{Directory, Door, Manager, Shared};
use crate::failure::LdapFailure;
use crate::filter::FilterTemplate;
use crate::groups::Groups;
use crate::limits::Limits;
use crate::lookup::Lookup;
use crate::person;
use crate::search::Search;
use crate::server_list::ServerList;
use crate::standing;
use crate::tls::SystemRoots;

/// What all directories of this process share.
#[derive(Clone)]
pub struct Surroundings {
    /// Tells how long a failed server has rested.
    pub clock: Arc<dyn Clock>,
    /// Who may vouch for a server, beside the provider's own `server_cert`.
    pub roots: SystemRoots,
    /// Time-outs and bounds, per provider.
    pub limits: Limits,
    /// Slows down guessing at one entry.
    pub brake: EntryBrake,
}

/// A directory that people log in against.
pub struct LdapProvider {
    record: AuthnProvider,
    filter: FilterTemplate,
    directory: Directory,
    wanted: ArcSwap<Vec<String>>,
    turns: Semaphore,
    brake: EntryBrake,
    group_base: OnceCell<String>,
}

impl LdapProvider {
    /// Reads the settings; reaches out to nothing. `wanted_attributes` are those that namespace mappings ask for: only
    /// they are kept of an entry.
    pub fn new(
        record: AuthnProvider,
        manager_password: Password,
        wanted_attributes: Vec<String>,
        surroundings: &Surroundings,
    ) -> Result<Self, ConfigurationError> {
        record.check()?;
        if manager_password.is_empty() {
            return Err(ConfigurationError::EmptyManagerPassword);
        }
        let limits = surroundings.limits;
        let servers = record.server_urls.iter().map(|url| Server::new(url, &record, &surroundings.roots));
        let servers: Vec<Server> = servers.collect::<Result<_, _>>()?;
        let directory = Directory {
            order: ServerList::new(servers.len(), limits.rest),
            servers,
            connector: Connector { start_tls: record.start_tls, limits },
            clock: surroundings.clock.clone(),
            manager: Manager { dn: record.manager_dn.clone(), password: manager_password },
            shared: Mutex::new(Shared::default()),
        };
        Ok(Self {
            filter: FilterTemplate::parse(&record.search_filter)?,
            directory,
            wanted: ArcSwap::from_pointee(wanted_attributes),
            turns: Semaphore::new(limits.at_once),
            brake: surroundings.brake.clone(),
            group_base: OnceCell::new(),
            record,
        })
    }

    /// The settings it was made from.
    pub fn record(&self) -> &AuthnProvider {
        &self.record
    }

    /// Keeps other attributes from the next login on: call it when a namespace's mappings change.
    pub fn set_wanted_attributes(&self, attributes: Vec<String>) {
        self.wanted.store(Arc::new(attributes));
    }

    /// Whether the directory can be used as configured: reaches a server, binds as the manager, reads the search base.
    /// The failure's [`explain`](LdapFailure::explain) is fit for whoever configures the provider.
    pub async fn check(&self) -> Result<(), LdapFailure> {
        self.guarded(async {
            let base = &self.record.search_base;
            let found = self.directory.search(&Search::entry("search for search_base", base, no_attributes())).await?;
            // Some directories hide what the manager may not read instead of refusing it.
            if found.is_empty() { Err(LdapFailure::NoSearchBase { base: base.clone() }) } else { Ok(()) }
        })
        .await
    }

    async fn log_in(&self, credentials: &Credentials) -> Result<Result<DirectoryUser, No>, LdapFailure> {
        let name = &credentials.name;
        let people = Lookup { directory: &self.directory, provider: &self.record, filter: &self.filter };
        let wanted = self.wanted.load();
        // Both at once: it saves time, and an unknown name costs the directory and the clock what a known one costs.
        let (found, door) = tokio::join!(people.find(name, &wanted), self.directory.open());
        let (mut found, door) = (found?.into_iter(), self.directory.reopen_if_failed(door?).await?);
        let entry = match (found.next(), found.next()) {
            (Some(entry), None) => entry,
            (None, _) => {
                let round_trip = Search::entry("round trip", "", no_attributes());
                let _ = round_trip.run(door.ldap, self.directory.limits().operation).await;
                return Ok(Err(No::Refused(Refusal::UnknownUser)));
            }
            (Some(_), Some(_)) => return Ok(Err(No::Refused(Refusal::SeveralEntries))),
        };
        let clock = &*self.directory.clock;
        let admission = match self.brake.enter(clock, &self.record.id, &entry.dn, credentials.from).await {
            Ok(admission) => admission,
            Err(busy) => return Ok(Err(No::TurnedAway(busy))),
        };
        if let Some(refusal) = self.bind(door, &entry.dn, &credentials.password).await? {
            admission.failed(clock.now());
            return Ok(Err(No::Refused(refusal)));
        }
        admission.succeeded(clock.now());
        let sources = self.filter.sources();
        let Some(own_name) = person::name_of(&entry, sources, name, &self.record) else {
            let attributes: Vec<_> = sources.iter().map(|source| &*source.attribute).collect();
            return Err(LdapFailure::NoName { dn: entry.dn, attributes: attributes.join(", ") });
        };
        let groups = Groups { directory: &self.directory, provider: &self.record };
        let group_base = self.group_base.get_or_try_init(|| groups.base()).await?;
        let groups = groups.of(&entry, &own_name, group_base).await?;
        Ok(Ok(DirectoryUser {
            name: own_name.as_str().to_owned(),
            provider: self.record.id.clone(),
            domains: self.record.domains.iter().map(|domain| domain.as_str().to_owned()).collect(),
            unique_id: person::unique_id(&entry),
            attributes: person::attributes(&entry, &wanted),
            groups,
        }))
    }

    /// Why the person who logged in as `user` could not log in now; `None` when nothing speaks against it. One search
    /// as the manager, with the filter and by the name of a login; the entry has to be the one of the login.
    async fn refusal_of(&self, user: &DirectoryUser, name: &LoginName) -> Result<Option<Refusal>, LdapFailure> {
        let people = Lookup { directory: &self.directory, provider: &self.record, filter: &self.filter };
        let mut found = people.find(name, &standing::TELLING.map(str::to_owned)).await?.into_iter();
        let entry = match (found.next(), found.next()) {
            (Some(entry), None) => entry,
            (None, _) => return Ok(Some(Refusal::UnknownUser)),
            (Some(_), Some(_)) => return Ok(Some(Refusal::SeveralEntries)),
        };
        if person::name_of(&entry, self.filter.sources(), name, &self.record).as_ref() != Some(name) {
            return Ok(Some(Refusal::UnknownUser));
        }
        match (&user.unique_id, person::unique_id(&entry)) {
            (Some(expected), Some(found)) if *expected != found => return Ok(Some(Refusal::UnknownUser)),
            (Some(_), None) => return Err(LdapFailure::NoUniqueId { dn: entry.dn }),
            _ => {}
        }
        Ok(standing::refusal_of(&entry, self.record.mode, self.directory.clock.now()))
    }

    /// Binds as `dn` on a connection that nothing else uses. Not retried: a directory that counts failures may have
    /// counted this one although its answer was lost.
    async fn bind(&self, mut door: Door, dn: &str, password: &Password) -> Result<Option<Refusal>, LdapFailure> {
        const OPERATION: &str = "person's bind";
        let limit = self.directory.limits().operation;
        if dn.is_empty() || password.is_empty() {
            // Either makes it an anonymous bind, which succeeds and proves nothing (RFC 4513, 5.1).
            return Ok(Some(Refusal::EmptyPassword));
        }
        let answered = match timeout(limit, door.ldap.simple_bind(dn, password.expose())).await {
            Ok(Ok(result)) => Ok(result),
            Ok(Err(cause)) => Err(LdapFailure::broken(OPERATION, limit, cause)),
            Err(_) => Err(LdapFailure::TimedOut { operation: OPERATION, limit }),
        };
        let result = answered.inspect_err(|failure| self.directory.door_failed(door.server, failure))?;
        // A courtesy to the server's log; the connection is closed in any case.
        let _ = timeout(limit, door.ldap.unbind()).await;
        match bind_answer(self.record.mode, result.rc, &result.text) {
            BindAnswer::Accepted => Ok(None),
            BindAnswer::Refused(refusal) => Ok(Some(refusal)),
            BindAnswer::Unclear => {
                let failure = LdapFailure::unclear_bind(OPERATION, &result, door.encrypted);
                if failure.is_of_the_connection() {
                    self.directory.door_failed(door.server, &failure);
                }
                Err(failure)
            }
        }
    }

    fn unavailable(&self, failure: LdapFailure) -> Unavailable {
        Unavailable { provider: self.record.id.clone(), cause: Box::new(failure) }
    }

    /// Bounds the work in number and time, and catches what the client library does with answers that break the
    /// protocol: it panics.
    async fn guarded<T>(&self, work: impl Future<Output = Result<T, LdapFailure>> + Send) -> Result<T, LdapFailure> {
        let limit = self.directory.limits().login;
        let bounded = async {
            let _turn = self.turns.acquire().await;
            work.await
        };
        match timeout(limit, AssertUnwindSafe(bounded).catch_unwind()).await {
            Ok(Ok(done)) => done,
            Ok(Err(_)) => Err(LdapFailure::Nonsense),
            Err(_) => Err(LdapFailure::LoginTimedOut { limit }),
        }
    }
}

/// Why somebody is not let in.
enum No {
    Refused(Refusal),
    TurnedAway(TooManyAttempts),
}

/// Asks for an entry without its attributes (RFC 4511, 4.5.1.8).
fn no_attributes() -> Vec<String> {
    vec!["1.1".to_owned()]
}

#[async_trait]
impl Provider for LdapProvider {
    #[expect(clippy::misnamed_getters, reason = "ids are unique, the names that administrators choose need not be")]
    fn name(&self) -> &str {
        &self.record.id
    }

    async fn authenticate(&self, credentials: &Credentials) -> Outcome {
        let asked_for = credentials.name.domain().is_some_and(|domain| self.record.serves(domain));
        if self.record.disabled || !asked_for {
            return Outcome::NotAskedFor;
        }
        if credentials.password.is_empty() {
            return Outcome::Refused(Refusal::EmptyPassword);
        }
        match self.guarded(self.log_in(credentials)).await {
            Ok(Ok(user)) => Outcome::Authenticated(SessionIdentity::Directory(user)),
            Ok(Err(No::Refused(refusal))) => Outcome::Refused(refusal),
            Ok(Err(No::TurnedAway(busy))) => Outcome::TurnedAway(busy),
            Err(failure) => Outcome::Unavailable(self.unavailable(failure)),
        }
    }

    async fn look_up(&self, user: &DirectoryUser) -> Presence {
        if user.provider != self.record.id {
            return Presence::NotAskedFor;
        }
        if self.record.disabled {
            return Presence::Refused(Refusal::Disabled);
        }
        let name = LoginName::parse(&user.name).ok();
        let served = name.filter(|name| name.domain().is_some_and(|domain| self.record.serves(domain)));
        let Some(name) = served else { return Presence::Refused(Refusal::UnknownUser) };
        match self.guarded(self.refusal_of(user, &name)).await {
            Ok(None) => Presence::Present,
            Ok(Some(refusal)) => Presence::Refused(refusal),
            Err(failure) => Presence::Unavailable(self.unavailable(failure)),
        }
    }
}

impl fmt::Debug for LdapProvider {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("LdapProvider")
            .field("id", &self.record.id)
            .field("directory", &self.directory)
            .finish_non_exhaustive()
    }
}
