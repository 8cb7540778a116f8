//! People of the built-in local domain, for those who have no directory.

use std::fmt;

use keyward_ambient::Timestamp;
use serde::{Deserialize, Serialize};

use crate::redacted::Redacted;
use crate::{ObjectUserId, PasswordPast};

/// A person whom we know ourselves. Its `Debug` does not show the password hash.
#[derive(Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Person {
    /// Login name with its domain: `alice@local.test`.
    pub name: ObjectUserId,
    /// Argon2id hash in PHC form.
    pub password_hash: String,
    /// When the person was added.
    pub created_at: Timestamp,
    /// Random; a person who is removed and added again is somebody else.
    pub unique_id: String,
    /// When the password was last set; `None` for people whom an earlier release added.
    #[serde(default)]
    pub password_changed_at: Option<Timestamp>,
    /// What is remembered of their passwords.
    #[serde(default)]
    pub password_past: PasswordPast,
    /// When an administrator last made the failed logins before it count no longer.
    #[serde(default)]
    pub unlocked_at: Option<Timestamp>,
}

impl fmt::Debug for Person {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Person")
            .field("name", &self.name)
            .field("password_hash", &Redacted)
            .field("created_at", &self.created_at)
            .field("unique_id", &self.unique_id)
            .finish()
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::examples::NOW;

    #[test]
    fn debug_does_not_show_the_password_hash() {
        let alice = Person {
            name: ObjectUserId::parse("alice@local.test").unwrap(),
            password_hash: "$argon2id$v=19$abc".to_owned(),
            created_at: NOW,
            unique_id: "1".to_owned(),
            password_changed_at: None,
            password_past: PasswordPast::default(),
            unlocked_at: None,
        };
        let shown = format!("{alice:?}");
        assert!(shown.contains("alice@local.test") && !shown.contains("argon2id"), "{shown}");
    }
}
