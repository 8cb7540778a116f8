//! What went wrong, for a person who has never seen an API: the one place that says it.

use http::StatusCode;
use keyward_identity::NoNamespace;
use keyward_service::{ServiceError, Subject};

use crate::spans::in_words;

/// Something that went wrong, ready to be shown.
#[derive(Debug, PartialEq, Eq)]
pub(crate) struct Trouble {
    pub(crate) status: StatusCode,
    pub(crate) text: String,
    /// When to try again, in seconds.
    pub(crate) retry_after: Option<u64>,
    /// Whether the session has ended with it.
    pub(crate) ends_session: bool,
}

impl Trouble {
    pub(crate) fn new(status: StatusCode, text: impl Into<String>) -> Self {
        Self { status, text: text.into(), retry_after: None, ends_session: false }
    }

    /// The form came from somebody else's page, or does not say from where.
    pub(crate) fn of_another_page() -> Self {
        let text = "Your browser says that another website sent this. Nothing was changed. \
                    If it was you, open this page anew and try again.";
        Self::new(StatusCode::FORBIDDEN, text)
    }

    /// The form did not arrive whole.
    pub(crate) fn of_form() -> Self {
        Self::new(StatusCode::BAD_REQUEST, "The form did not arrive. Nothing was changed. Please try again.")
    }

    /// A number and a unit that make no span of time.
    pub(crate) fn of_span() -> Self {
        let text = "Give a whole number of minutes, hours or days, such as 7 days. Nothing was changed.";
        Self::new(StatusCode::BAD_REQUEST, text)
    }
}

impl From<ServiceError> for Trouble {
    fn from(error: ServiceError) -> Self {
        let text = sentence(&error);
        let retry_after = match &error {
            ServiceError::TooManyAttempts { retry_after } => Some(retry_after.as_secs().max(1)),
            ServiceError::Unavailable { .. } => Some(30),
            _ => None,
        };
        let ends_session = matches!(
            error,
            ServiceError::NoLongerAdmitted { .. } | ServiceError::InvalidToken | ServiceError::MalformedToken
        );
        Self { status: status(&error), text, retry_after, ends_session }
    }
}

fn status(error: &ServiceError) -> StatusCode {
    match error {
        ServiceError::TooManyAttempts { .. } => StatusCode::TOO_MANY_REQUESTS,
        ServiceError::Unavailable { .. } => StatusCode::SERVICE_UNAVAILABLE,
        ServiceError::Internal => StatusCode::INTERNAL_SERVER_ERROR,
        ServiceError::NotFound { .. } => StatusCode::NOT_FOUND,
        ServiceError::KeysChanged { .. } | ServiceError::TwoSecretKeys { .. } => StatusCode::CONFLICT,
        ServiceError::Missing { .. } | ServiceError::Invalid { .. } | ServiceError::OutOfRange { .. } => {
            StatusCode::BAD_REQUEST
        }
        _ => StatusCode::FORBIDDEN,
    }
}

fn sentence(error: &ServiceError) -> String {
    match error {
        ServiceError::InvalidCredentials => {
            "The user name or the password is wrong, or the user is locked. Give your user name with its domain, and check the Caps Lock key. After several wrong passwords a user is locked for some minutes: wait, or ask the administrators of Keyward to unlock yours."
                .to_owned()
        }
        ServiceError::InvalidToken | ServiceError::MalformedToken => {
            "Your session has ended. Log in again; nothing was changed.".to_owned()
        }
        ServiceError::TooManyAttempts { retry_after } => {
            format!("Too many logins with a wrong password lately. Try again in {}.", in_words(*retry_after))
        }
        ServiceError::TokenLimit { .. } => {
            "You are logged in in too many places. Log out somewhere else first, or wait until those sessions end.".to_owned()
        }
        ServiceError::NoNamespace(NoNamespace::NotMapped { .. }) => {
            "Your account has no storage yet: it belongs to no namespace. Ask the administrators of Keyward to map your account to one."
                .to_owned()
        }
        ServiceError::NoNamespace(NoNamespace::Several(_)) => {
            "Your account belongs to several namespaces, so it is not clear whose storage is meant. Ask the administrators of Keyward to settle that."
                .to_owned()
        }
        ServiceError::NameReused { .. } => {
            "Somebody else had your user name before you, and their keys are still here. Ask the administrators of Keyward to remove the old user."
                .to_owned()
        }
        ServiceError::NoLongerAdmitted { .. } => {
            "Your directory has no enabled account for you any more, so no key was made and your sessions have ended. Ask the administrators of your directory to restore your account, then log in again."
                .to_owned()
        }
        ServiceError::Locked { .. } => {
            "Your keys are locked by an administrator. Ask the administrators of Keyward to unlock them.".to_owned()
        }
        ServiceError::KeysChanged { .. } => {
            "Your keys have changed since this form was shown, so nothing was done. Here they are as they are now.".to_owned()
        }
        ServiceError::TwoSecretKeys { .. } => {
            "You have two keys already, which is the most there can be. End one of them first.".to_owned()
        }
        ServiceError::NotFound { subject: Subject::SecretKey | Subject::SecretKeyId, .. } => {
            "This key has ended already.".to_owned()
        }
        ServiceError::OutOfRange { .. } => "That is too long. 100 years is the most.".to_owned(),
        ServiceError::Invalid { field: "label", why } => format!("What the key is for: {why}."),
        ServiceError::Unavailable { what } => {
            format!("{} cannot be reached at the moment. Nothing is wrong with your account; try again soon.", capital(what))
        }
        ServiceError::Internal => {
            "Something went wrong on the server. The administrators of Keyward find more in its log.".to_owned()
        }
        other => format!("{}.", capital(&other.to_string())),
    }
}

/// The same with a capital first.
fn capital(clause: &str) -> String {
    let mut letters = clause.chars();
    letters.next().into_iter().flat_map(char::to_uppercase).chain(letters).collect()
}

#[cfg(test)]
mod tests {
    use std::time::Duration;

    use super::*;

    #[test]
    fn a_directory_that_is_down_is_nobodys_wrong_password() {
        let down = Trouble::from(ServiceError::Unavailable { what: "the directory of this user" });
        assert_eq!((down.status.as_u16(), down.retry_after), (503, Some(30)));
        assert!(down.text.starts_with("The directory of this user cannot be reached"), "{}", down.text);
    }

    #[test]
    fn who_has_to_wait_is_told_how_long() {
        let wait = Trouble::from(ServiceError::TooManyAttempts { retry_after: Duration::from_secs(600) });
        assert_eq!((wait.status.as_u16(), wait.retry_after), (429, Some(600)));
        assert!(wait.text.ends_with("Try again in 10 minutes."), "{}", wait.text);
    }
}
