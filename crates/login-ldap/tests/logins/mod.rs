//! Logins, each with the outcome that a test expects.

use keyward_identity::{DirectoryUser, SessionIdentity};
use keyward_login::{Credentials, LoginName, Outcome, Password, Provider, Refusal};
use keyward_login_ldap::{LdapFailure, LdapProvider};

pub async fn log_in(provider: &LdapProvider, name: &str, password: &str) -> Outcome {
    let name = LoginName::parse(name).unwrap();
    provider.authenticate(&Credentials { name, password: Password::from(password), from: None }).await
}

/// The person that a login is expected to find.
pub async fn person(provider: &LdapProvider, name: &str, password: &str) -> DirectoryUser {
    match log_in(provider, name, password).await {
        Outcome::Authenticated(SessionIdentity::Directory(user)) => user,
        other => panic!("{name} should have been let in: {other:?}"),
    }
}

pub async fn refusal(provider: &LdapProvider, name: &str, password: &str) -> Refusal {
    match log_in(provider, name, password).await {
        Outcome::Refused(refusal) => refusal,
        other => panic!("{name} should have been refused: {other:?}"),
    }
}

/// The failure of a login that nobody could decide.
pub async fn failure(provider: &LdapProvider, name: &str, password: &str) -> LdapFailure {
    match log_in(provider, name, password).await {
        Outcome::Unavailable(unavailable) => {
            *unavailable.cause.downcast().expect("the provider's causes are its failures")
        }
        other => panic!("nobody should have been able to tell: {other:?}"),
    }
}
