//! The servers of a directory as one: fail-over, the shared connection for searches, fresh ones for passwords.

use std::fmt;
use std::sync::Arc;

use keyward_ambient::{Clock, Timestamp};
use keyward_login::Password;
use ldap3::Ldap;
use tokio::sync::Mutex;
use tokio::time::timeout;

use crate::Limits;
use crate::bind::SUCCESS;
use crate::connection::{Connector, Opened, Server};
use crate::entry::Entry;
use crate::failure::{Attempt, LdapFailure, explain};
use crate::search::Search;
use crate::server_list::ServerList;

/// A directory and the account we read it with.
pub(crate) struct Directory {
    pub(crate) servers: Vec<Server>,
    pub(crate) order: ServerList,
    pub(crate) connector: Connector,
    pub(crate) clock: Arc<dyn Clock>,
    pub(crate) manager: Manager,
    pub(crate) shared: Mutex<Shared>,
}

/// The account that searches.
pub(crate) struct Manager {
    pub(crate) dn: String,
    pub(crate) password: Password,
}

/// The connection on which the manager is bound. All searches share it: they do not wait for each other on it.
#[derive(Default)]
pub(crate) struct Shared {
    connection: Option<SharedConnection>,
    /// Counts connections, to tell whether one that failed is still the shared one.
    generation: u64,
    /// Until when a refused manager's password is not tried again.
    held_back_until: Option<Timestamp>,
    /// The last time that no server could be used. Who was already waiting then is told the same, instead of waiting
    /// out the same time-outs one after the other.
    nobody_answered: Option<(Timestamp, Vec<Attempt>)>,
}

struct SharedConnection {
    ldap: Ldap,
    server: usize,
    used_at: Timestamp,
}

/// A connection on which a person's password is to be tried.
pub(crate) struct Door {
    pub(crate) ldap: Ldap,
    pub(crate) encrypted: bool,
    pub(crate) server: usize,
}

struct Handle {
    ldap: Ldap,
    server: usize,
    generation: u64,
}

impl Directory {
    /// A connection on which nobody is bound, to the first server that can be reached.
    pub(crate) async fn open(&self) -> Result<Door, LdapFailure> {
        let mut tried = Vec::new();
        for server in self.order.order(self.clock.now()) {
            match self.connector.open(&self.servers[server]).await {
                Ok(Opened { ldap, encrypted }) => {
                    return Ok(Door { ldap, encrypted, server });
                }
                Err(failure) => tried.push(self.failed(server, explain(&failure))),
            }
        }
        Err(LdapFailure::NoServer { tried })
    }

    /// The same door, or one to another server when this one's has failed since: a server that hangs still accepts
    /// connections.
    pub(crate) async fn reopen_if_failed(&self, door: Door) -> Result<Door, LdapFailure> {
        if self.order.is_resting(door.server, self.clock.now()) { self.open().await } else { Ok(door) }
    }

    /// Remembers that the server behind `door` did not do its work.
    pub(crate) fn door_failed(&self, server: usize, failure: &LdapFailure) {
        self.failed(server, explain(failure));
    }

    /// Searches as the manager. A connection that turns out to be dead is replaced once, by one to another server where
    /// there is one.
    pub(crate) async fn search(&self, search: &Search) -> Result<Vec<Entry>, LdapFailure> {
        let first = self.shared_connection().await?;
        let failure = match search.run(first.ldap.clone(), self.limits().operation).await {
            Err(failure) if failure.is_of_the_connection() => failure,
            answered => return answered,
        };
        self.discard(&first, &failure).await;
        let second = self.shared_connection().await?;
        let answered = search.run(second.ldap.clone(), self.limits().operation).await;
        if let Err(failure) = &answered
            && failure.is_of_the_connection()
        {
            self.discard(&second, failure).await;
        }
        answered
    }

    pub(crate) fn limits(&self) -> Limits {
        self.connector.limits
    }

    async fn shared_connection(&self) -> Result<Handle, LdapFailure> {
        let asked_at = self.clock.now();
        let mut shared = self.shared.lock().await;
        let now = self.clock.now();
        let idle = self.limits().idle;
        shared.connection.take_if(|connection| connection.ldap.is_closed() || now.since(connection.used_at) >= idle);
        if shared.connection.is_none() {
            if let Some(until) = shared.held_back_until.filter(|until| *until > now) {
                return Err(LdapFailure::ManagerHeldBack { retry_after: until.since(now) });
            }
            if let Some((at, tried)) = &shared.nobody_answered
                && *at > asked_at
            {
                return Err(LdapFailure::NoServer { tried: tried.clone() });
            }
            let opened = self.open_as_manager().await;
            match &opened {
                Err(LdapFailure::ManagerRefused { .. }) => {
                    shared.held_back_until = Some(self.clock.now().plus(self.limits().rest));
                }
                Err(LdapFailure::NoServer { tried }) => {
                    shared.nobody_answered = Some((self.clock.now(), tried.clone()));
                }
                _ => {}
            }
            shared.connection = Some(opened?);
            shared.generation += 1;
        }
        let generation = shared.generation;
        let connection = shared.connection.as_mut().expect("the connection was made above when there was none");
        connection.used_at = now;
        Ok(Handle { ldap: connection.ldap.clone(), server: connection.server, generation })
    }

    async fn discard(&self, handle: &Handle, failure: &LdapFailure) {
        self.failed(handle.server, explain(failure));
        let mut shared = self.shared.lock().await;
        if shared.generation == handle.generation {
            shared.connection = None;
        }
    }

    async fn open_as_manager(&self) -> Result<SharedConnection, LdapFailure> {
        let mut tried = Vec::new();
        for server in self.order.order(self.clock.now()) {
            let opened = match self.connector.open(&self.servers[server]).await {
                Ok(opened) => opened,
                Err(failure) => {
                    tried.push(self.failed(server, explain(&failure)));
                    continue;
                }
            };
            match self.bind_manager(opened).await {
                Ok(ldap) => {
                    self.order.worked(server);
                    return Ok(SharedConnection { ldap, server, used_at: self.clock.now() });
                }
                // Another server would say the same, and count it as one more failure of the manager's account.
                Err(refused @ LdapFailure::ManagerRefused { .. }) => return Err(refused),
                Err(failure) => tried.push(self.failed(server, explain(&failure))),
            }
        }
        Err(LdapFailure::NoServer { tried })
    }

    async fn bind_manager(&self, opened: Opened) -> Result<Ldap, LdapFailure> {
        const OPERATION: &str = "manager's bind";
        let Opened { mut ldap, encrypted } = opened;
        let limit = self.limits().operation;
        let result = timeout(limit, ldap.simple_bind(&self.manager.dn, self.manager.password.expose()))
            .await
            .map_err(|_| LdapFailure::TimedOut { operation: OPERATION, limit })?
            .map_err(|cause| LdapFailure::broken(OPERATION, limit, cause))?;
        match result.rc {
            SUCCESS => Ok(ldap),
            _ => Err(LdapFailure::manager_bind(OPERATION, &result, encrypted)),
        }
    }

    fn failed(&self, server: usize, reason: String) -> Attempt {
        let url = self.servers[server].url.clone();
        if self.order.failed(server, self.clock.now()) {
            tracing::warn!(server = %url, reason, "directory server failed");
        }
        Attempt { url, reason }
    }
}

impl fmt::Debug for Directory {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let urls: Vec<_> = self.servers.iter().map(|server| &server.url).collect();
        f.debug_struct("Directory").field("servers", &urls).field("manager", &self.manager.dn).finish_non_exhaustive()
    }
}
