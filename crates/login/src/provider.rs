//! The port: what a login provider can do.

use async_trait::async_trait;
use keyward_identity::DirectoryUser;

use crate::{Credentials, Outcome, Presence};

/// One source of identities: the built-in accounts, a directory.
#[async_trait]
pub trait Provider: Send + Sync {
    /// A name for logs and audit: the id of a configured provider, `local` for the built-in ones.
    fn name(&self) -> &str;

    /// Says who these credentials belong to. Never refuses because something was out of reach, and never accepts an
    /// empty password.
    async fn authenticate(&self, credentials: &Credentials) -> Outcome;

    /// Says whether a person who logged in with this provider could still do so, as far as can be told without their
    /// password. Never refuses because something was out of reach.
    async fn look_up(&self, user: &DirectoryUser) -> Presence;
}

/// Takes as long as verifying a password takes, and finds out nothing: what the chain does when it has nobody to ask,
/// so that the time of a refusal does not tell which names exist.
#[async_trait]
pub trait Decoy: Send + Sync {
    /// Spends the cost of verifying these.
    async fn verify_nothing(&self, credentials: &Credentials);
}
