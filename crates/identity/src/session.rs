//! Who a session belongs to, as it is persisted with a token.

use serde::{Deserialize, Serialize};

use crate::{DirectoryUser, ManagementUserId};

/// Who logged in. What they may do is found out anew on every call, from the records as they are then.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum SessionIdentity {
    /// An account of our own.
    Management(ManagementUserId),
    /// A person of a directory, or of the built-in local domain
    /// (provider [`LOCAL_PROVIDER`](crate::LOCAL_PROVIDER)), as known at login.
    Directory(DirectoryUser),
}

impl SessionIdentity {
    /// The login name, in lower case: what tokens are counted by and audit records show.
    pub fn name(&self) -> &str {
        match self {
            Self::Management(id) => id.as_str(),
            Self::Directory(user) => &user.name,
        }
    }

    /// The person of a directory, when it is one.
    pub fn directory_user(&self) -> Option<&DirectoryUser> {
        match self {
            Self::Management(_) => None,
            Self::Directory(user) => Some(user),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::examples::{logged_in, member};

    #[test]
    fn an_identity_is_read_as_it_was_written() {
        let alice = SessionIdentity::Directory(member("alice@corp.example", &["builders"]));
        for (identity, name) in [(alice, "alice@corp.example"), (logged_in("root"), "root")] {
            let stored = serde_json::to_string(&identity).unwrap();
            assert_eq!(serde_json::from_str::<SessionIdentity>(&stored).unwrap(), identity);
            assert_eq!(identity.name(), name);
            assert_eq!(identity.directory_user().is_some(), name.contains('@'));
        }
    }
}
