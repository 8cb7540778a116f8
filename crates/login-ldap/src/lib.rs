//! Logs people in against an LDAP directory; Active Directory is a dialect of it.
//!
//! ```text
//! alice@corp.example ──▶ search as the manager: exactly one entry, or refused
//!                    ──▶ bind as that entry, on a connection of its own, with the password
//!                    ──▶ groups, read as the manager
//!                    ──▶ name, unique id and attributes, all from the entry and none from what was typed
//! ```
//!
//! Only a clear answer about this person refuses a login. A server that is away, slow or confused, or that does not
//! accept the manager's own password, makes the provider *unavailable*.

mod ad;
mod bind;
mod brake;
mod configuration;
mod connection;
mod directory;
mod dn;
mod entry;
mod failure;
mod filter;
mod groups;
mod limits;
mod lookup;
mod person;
mod provider;
mod search;
mod server_list;
mod standing;
mod tls;

pub use brake::EntryBrake;
pub use configuration::ConfigurationError;
pub use failure::{Attempt, LdapFailure};
pub use limits::Limits;
pub use provider::{LdapProvider, Surroundings};
pub use tls::SystemRoots;
