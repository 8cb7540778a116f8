//! What a provider says about credentials.

use std::error::Error;
use std::fmt;

use keyward_identity::SessionIdentity;

use crate::TooManyAttempts;

/// A provider's answer.
#[derive(Debug)]
pub enum Outcome {
    /// The name is not of this provider's kind; the next one is asked.
    NotAskedFor,
    /// The credentials are right; this is who they belong to.
    Authenticated(SessionIdentity),
    /// The credentials are certainly not acceptable.
    Refused(Refusal),
    /// Too many were refused for whoever this name stands for: nobody was asked.
    TurnedAway(TooManyAttempts),
    /// Nobody can say whether the credentials are right.
    Unavailable(Unavailable),
}

/// What a provider says of a person who logged in earlier, without their password.
#[derive(Debug)]
pub enum Presence {
    /// The person is not one of this provider's; the next one is asked.
    NotAskedFor,
    /// As far as can be told without the password, the person could log in.
    Present,
    /// The person could certainly not log in, whatever the password.
    Refused(Refusal),
    /// It could not be found out.
    Unavailable(Unavailable),
}

/// Why credentials were refused. For the audit and the log alone: the caller sees one and the same answer for all of
/// them, or it could learn which names exist.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Refusal {
    /// No such name, or no provider for its domain.
    UnknownUser,
    /// The name exists and the password is not its own.
    WrongPassword,
    /// Refused unseen, see [`Password::is_empty`](crate::Password::is_empty).
    EmptyPassword,
    /// The account is switched off.
    Disabled,
    /// The account is locked, by an administrator or after failures.
    Locked,
    /// The account's life is over.
    AccountExpired,
    /// The password is too old.
    PasswordExpired,
    /// The directory wants a new password before anything else.
    MustChangePassword,
    /// The account may not log in at this hour, or not from here.
    NotPermittedNow,
    /// The directory has more than one entry for the name, so it names nobody.
    SeveralEntries,
}

impl Refusal {
    /// The word for it in audit records and metrics.
    pub fn as_str(self) -> &'static str {
        match self {
            Refusal::UnknownUser => "unknown_user",
            Refusal::WrongPassword => "wrong_password",
            Refusal::EmptyPassword => "empty_password",
            Refusal::Disabled => "disabled",
            Refusal::Locked => "locked",
            Refusal::AccountExpired => "account_expired",
            Refusal::PasswordExpired => "password_expired",
            Refusal::MustChangePassword => "must_change_password",
            Refusal::NotPermittedNow => "not_permitted_now",
            Refusal::SeveralEntries => "several_entries",
        }
    }
}

impl fmt::Display for Refusal {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.as_str())
    }
}

/// A provider could not find out: its store or directory was out of reach, or answered nonsense. 503 on the wire.
#[derive(Debug, thiserror::Error)]
#[error("login provider {provider:?} could not find out")]
pub struct Unavailable {
    /// The provider's name, as in [`Provider::name`](crate::Provider::name).
    pub provider: String,
    /// What went wrong, without secrets.
    #[source]
    pub cause: Box<dyn Error + Send + Sync>,
}
