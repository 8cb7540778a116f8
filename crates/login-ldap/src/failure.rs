//! Why a directory could not be asked. None of this is ever the fault of the person who logs in.

use std::error::Error;
use std::fmt;
use std::time::Duration;

use keyward_login::Refusal;
use ldap3::{LdapError, LdapResult};

use crate::ad::{SubCode, sub_code};
use crate::bind::{BUSY, CONFIDENTIALITY_REQUIRED, INVALID_CREDENTIALS, STRONGER_AUTH_REQUIRED, UNAVAILABLE};

/// The directory gave no answer that could be used.
#[derive(Debug, thiserror::Error)]
pub enum LdapFailure {
    /// No server could be reached, or none accepted work.
    #[error("no server of the directory could be used: {}", Attempt::list(tried))]
    NoServer {
        /// Every server, in the order in which they were tried.
        tried: Vec<Attempt>,
    },
    /// The account that searches cannot log in itself.
    #[error("the directory does not accept manager_dn with manager_password (LDAP result {code}{})", told(*reason))]
    ManagerRefused {
        /// LDAP result code.
        code: u32,
        /// What Active Directory said about the account, beyond a wrong name or password.
        reason: Option<Refusal>,
    },
    /// The manager was refused a moment ago. Trying the password at every login would lock the manager's account.
    #[error("the directory did not accept manager_password; it is tried again in {} s", retry_after.as_secs() + 1)]
    ManagerHeldBack {
        /// When it is tried again.
        retry_after: Duration,
    },
    /// Active Directory where it demands signing, and other directories that want no password in clear.
    #[error(
        "the directory takes passwords over encrypted connections only (LDAP result {code} to the {operation}): use an \
         ldaps:// address in server_urls or set start_tls to required; the server needs a certificate for either"
    )]
    EncryptionDemanded {
        /// What was asked.
        operation: &'static str,
        /// LDAP result code: 8 or 13.
        code: u32,
    },
    /// LDAP result 10: the place to search in belongs to another server. Referrals are not followed, they would send
    /// the manager's password to servers that nobody configured.
    #[error(
        "the server does not hold {base:?} and refers to another one; name a server of that domain in server_urls, or \
         a global catalogue (port 3269 of a domain controller, 3268 without TLS)"
    )]
    Elsewhere {
        /// The DN of that place.
        base: String,
    },
    /// Reading all their names would take too long; some of them would be less than the truth.
    #[error("the entry {dn:?} is in {count} groups, {most} are the most that are read")]
    TooManyGroups {
        /// The entry.
        dn: String,
        /// Its groups.
        count: usize,
        /// How many are read.
        most: usize,
    },
    /// LDAP result 32 for the place to search in.
    #[error("search_base {base:?} does not exist, or manager_dn may not read it")]
    NoSearchBase {
        /// The DN of that place.
        base: String,
    },
    /// A server took the request and did not answer.
    #[error("the {operation} took longer than {} ms", limit.as_millis())]
    TimedOut {
        /// What was asked.
        operation: &'static str,
        /// How long was waited.
        limit: Duration,
    },
    /// The connection ended before the answer came.
    #[error("the connection broke during the {operation}")]
    Broken {
        /// What was asked.
        operation: &'static str,
        /// What the client library met.
        #[source]
        cause: LdapError,
    },
    /// An answer that says nothing about the person.
    #[error("the directory answered the {operation} with LDAP result {code}{}", in_parentheses(text))]
    Answer {
        /// What was asked.
        operation: &'static str,
        /// LDAP result code (RFC 4511, appendix A).
        code: u32,
        /// The directory's own words, shortened.
        text: String,
    },
    /// The answer breaks the protocol.
    #[error("the directory's answer could not be understood")]
    Nonsense,
    /// The password is right and nobody knows whose it is.
    #[error("the entry {dn:?} has no value in {attributes} that could name the person")]
    NoName {
        /// The entry.
        dn: String,
        /// Where a name was looked for.
        attributes: String,
    },
    /// The person had a unique id when they logged in, so whether this is still the same person cannot be told.
    #[error("the entry {dn:?} has no unique id any more, or manager_dn may not read it")]
    NoUniqueId {
        /// The entry.
        dn: String,
    },
    /// The whole login took too long, in a queue or at slow servers.
    #[error("the login took longer than {} s", limit.as_secs())]
    LoginTimedOut {
        /// How long was waited.
        limit: Duration,
    },
}

/// What happened at one server.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Attempt {
    /// The server, as configured.
    pub url: String,
    /// The whole chain of causes.
    pub reason: String,
}

impl LdapFailure {
    /// The answer to `operation` was this result.
    pub(crate) fn answer(operation: &'static str, result: &LdapResult) -> Self {
        Self::Answer { operation, code: result.rc, text: printable(&result.text) }
    }

    /// The answer to the bind `operation` was this result, which refuses nobody.
    pub(crate) fn unclear_bind(operation: &'static str, result: &LdapResult, encrypted: bool) -> Self {
        match result.rc {
            code @ (STRONGER_AUTH_REQUIRED | CONFIDENTIALITY_REQUIRED) if !encrypted => {
                Self::EncryptionDemanded { operation, code }
            }
            _ => Self::answer(operation, result),
        }
    }

    /// The answer to the manager's bind was this result, which is no success.
    pub(crate) fn manager_bind(operation: &'static str, result: &LdapResult, encrypted: bool) -> Self {
        let reason = match (result.rc, sub_code(&result.text)) {
            (INVALID_CREDENTIALS, Some(SubCode::Refusal(Refusal::UnknownUser | Refusal::WrongPassword)) | None) => None,
            (INVALID_CREDENTIALS, Some(SubCode::Refusal(refusal))) => Some(refusal),
            _ => return Self::unclear_bind(operation, result, encrypted),
        };
        Self::ManagerRefused { code: result.rc, reason }
    }

    /// `operation` met an error of the client library.
    pub(crate) fn broken(operation: &'static str, limit: Duration, cause: LdapError) -> Self {
        match cause {
            LdapError::Timeout { .. } => Self::TimedOut { operation, limit },
            cause => Self::Broken { operation, cause },
        }
    }

    /// Whether another connection might do better.
    pub(crate) fn is_of_the_connection(&self) -> bool {
        match self {
            Self::TimedOut { .. } | Self::Broken { .. } => true,
            Self::Answer { code, .. } => matches!(*code, BUSY | UNAVAILABLE),
            _ => false,
        }
    }

    /// The failure with its causes on one line, for the answer to whoever configures the provider.
    pub fn explain(&self) -> String {
        explain(self)
    }
}

impl Attempt {
    fn list(tried: &[Attempt]) -> String {
        tried.iter().map(Attempt::to_string).collect::<Vec<_>>().join("; ")
    }
}

impl fmt::Display for Attempt {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}: {}", self.url, self.reason)
    }
}

/// An error and its causes on one line.
pub(crate) fn explain(error: &dyn Error) -> String {
    let mut text = error.to_string();
    let mut cause = error.source();
    while let Some(error) = cause {
        let next = error.to_string();
        // The client library's errors repeat their sources in their own text.
        if !text.contains(&next) {
            text.push_str(": ");
            text.push_str(&next);
        }
        cause = error.source();
    }
    text
}

/// A directory's diagnostic text, fit for a log line.
pub(crate) fn printable(text: &str) -> String {
    text.chars().filter(|c| !c.is_control()).take(200).collect()
}

fn told(reason: Option<Refusal>) -> String {
    reason.map(|reason| format!(", {}", reason.as_str().replace('_', " "))).unwrap_or_default()
}

fn in_parentheses(text: &str) -> String {
    if text.is_empty() { String::new() } else { format!(" ({text})") }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_explanation_names_every_server_and_its_trouble() {
        let tried = ["ldap://a", "ldap://b"].map(|url| Attempt { url: url.to_owned(), reason: "refused".to_owned() });
        let failure = LdapFailure::NoServer { tried: tried.to_vec() };
        assert_eq!(failure.explain(), "no server of the directory could be used: ldap://a: refused; ldap://b: refused");
    }

    fn result(rc: u32, text: String) -> LdapResult {
        LdapResult { rc, matched: String::new(), text, refs: Vec::new(), ctrls: Vec::new() }
    }

    #[test]
    fn a_refused_manager_is_told_why_as_far_as_the_directory_says_it() {
        let ad = |code: &str| result(49, format!("80090308: AcceptSecurityContext error, data {code}, v1db1"));
        let told = |result: LdapResult| LdapFailure::manager_bind("manager's bind", &result, true).to_string();
        let refused = "the directory does not accept manager_dn with manager_password (LDAP result 49";
        assert_eq!(told(ad("532")), format!("{refused}, password expired)"));
        assert_eq!(told(ad("775")), format!("{refused}, locked)"));
        assert_eq!(told(ad("52e")), format!("{refused})"));
        assert_eq!(told(result(49, String::new())), format!("{refused})"));
        let outage = LdapFailure::manager_bind("manager's bind", &ad("51f"), true);
        assert!(matches!(outage, LdapFailure::Answer { code: 49, .. }), "{outage:?}");
    }

    #[test]
    fn encryption_is_the_remedy_only_where_there_is_none() {
        for code in [8, 13] {
            let clear = LdapFailure::unclear_bind("bind", &result(code, String::new()), false);
            assert!(clear.explain().contains("set start_tls to required"), "{clear}");
            let encrypted = LdapFailure::unclear_bind("bind", &result(code, String::new()), true);
            assert!(matches!(encrypted, LdapFailure::Answer { .. }), "{encrypted:?}");
        }
    }

    #[test]
    fn diagnostic_texts_cannot_break_a_log_line() {
        let result = result(80, format!("bad\r\nnews\0{}", "x".repeat(999)));
        let text = LdapFailure::answer("search", &result).to_string();
        assert!(text.starts_with("the directory answered the search with LDAP result 80 (badnewsxxx"), "{text}");
        assert!(text.len() < 300);
    }
}
