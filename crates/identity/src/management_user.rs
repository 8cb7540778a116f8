//! Management users as they are persisted: who may use the management API with which roles.

use std::fmt;

use keyward_ambient::Timestamp;
use serde::{Deserialize, Serialize};

use crate::redacted::Redacted;
use crate::{ManagementUserId, PasswordPast, Role, Roles};

/// An account of our own, or a person or group of a directory, with management roles (ECS REST API, *Management
/// users*). Its `Debug` does not show the password hash.
#[derive(Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct ManagementUser {
    /// The name; with `@` it is a person or group of a directory.
    pub id: ManagementUserId,
    /// Holds [`Role::SystemAdmin`].
    #[serde(default)]
    pub system_admin: bool,
    /// Holds [`Role::SystemMonitor`].
    #[serde(default)]
    pub system_monitor: bool,
    /// Holds [`Role::SecurityAdmin`].
    #[serde(default)]
    pub security_admin: bool,
    /// Whether the name is that of a group, whose members then hold the roles.
    #[serde(default)]
    pub is_external_group: bool,
    /// Argon2id hash in PHC form; `None` for people and groups of a directory, whose passwords live there.
    #[serde(default)]
    pub password_hash: Option<String>,
    /// Whether an administrator has locked it: logins are refused and sessions stand for nobody, until it is unlocked.
    #[serde(default)]
    pub locked: bool,
    /// Until when logins are refused after too many failures. Sessions that exist go on, or anybody could end an
    /// administrator's by guessing passwords.
    #[serde(default)]
    pub locked_until: Option<Timestamp>,
    /// When it was last unlocked: failures before that count no longer.
    #[serde(default)]
    pub unlocked_at: Option<Timestamp>,
    /// When it was made.
    pub created_at: Timestamp,
    /// When the password was last set.
    #[serde(default)]
    pub password_changed_at: Option<Timestamp>,
    /// What is remembered of its passwords.
    #[serde(default)]
    pub password_past: PasswordPast,
}

impl ManagementUser {
    /// The roles its flags stand for. That of a namespace administrator is not among them: it follows from the
    /// namespaces.
    pub fn roles(&self) -> Roles {
        [
            (self.system_admin, Role::SystemAdmin),
            (self.system_monitor, Role::SystemMonitor),
            (self.security_admin, Role::SecurityAdmin),
        ]
        .into_iter()
        .filter_map(|(held, role)| held.then_some(role))
        .collect()
    }

    /// Whether logins are refused at `now`.
    pub fn is_locked_at(&self, now: Timestamp) -> bool {
        self.locked || self.locked_until.is_some_and(|until| now < until)
    }

    /// Opens it to logins again.
    pub fn unlock(&mut self, now: Timestamp) {
        (self.locked, self.locked_until, self.unlocked_at) = (false, None, Some(now));
    }
}

impl fmt::Debug for ManagementUser {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("ManagementUser")
            .field("id", &self.id)
            .field("roles", &self.roles())
            .field("is_external_group", &self.is_external_group)
            .field("password_hash", &self.password_hash.as_ref().map(|_| Redacted))
            .field("locked", &self.locked)
            .field("locked_until", &self.locked_until)
            .field("created_at", &self.created_at)
            .field("password_changed_at", &self.password_changed_at)
            .finish()
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::examples::{NOW, account};

    #[test]
    fn roles_are_those_of_the_flags() {
        assert!(account("dana").roles().is_empty());
        let both = ManagementUser { system_monitor: true, security_admin: true, ..account("dana") };
        assert_eq!(both.roles().iter().collect::<Vec<_>>(), [Role::SystemMonitor, Role::SecurityAdmin]);
        assert!(ManagementUser { system_admin: true, ..account("dana") }.roles().contains(Role::SystemAdmin));
    }

    #[test]
    fn a_lock_after_failures_ends_by_itself_and_an_administrators_does_not() {
        let mut dana = ManagementUser { locked_until: Some(NOW), ..account("dana") };
        assert!(dana.is_locked_at(Timestamp::EPOCH) && !dana.is_locked_at(NOW));
        dana.locked = true;
        assert!(dana.is_locked_at(NOW));
        dana.unlock(NOW);
        assert!(!dana.is_locked_at(NOW) && !dana.is_locked_at(Timestamp::EPOCH));
    }

    #[test]
    fn debug_does_not_show_the_password_hash() {
        let root = ManagementUser { password_hash: Some("$argon2id$v=19$abc".to_owned()), ..account("root") };
        let shown = format!("{root:?}");
        assert!(shown.contains("root") && !shown.contains("argon2id"), "{shown}");
        let stored = serde_json::to_string(&root).unwrap();
        assert_eq!(serde_json::from_str::<ManagementUser>(&stored).unwrap(), root);
    }
}
