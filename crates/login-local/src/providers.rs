//! One provider for local management users, one for the people of local domains.

mod local_people;
mod management_users;
#[cfg(test)]
mod tests;

use std::error::Error;

use keyward_login::{Outcome, Unavailable};
pub use local_people::LocalPeople;
pub use management_users::ManagementUsers;

/// The name of both providers, in logs and audit.
const NAME: &str = keyward_identity::LOCAL_PROVIDER;

fn unavailable(cause: impl Error + Send + Sync + 'static) -> Outcome {
    Outcome::Unavailable(unknown(cause))
}

fn unknown(cause: impl Error + Send + Sync + 'static) -> Unavailable {
    Unavailable { provider: NAME.to_owned(), cause: Box::new(cause) }
}
