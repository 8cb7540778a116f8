//! The roles of the management API.

use std::fmt;

use serde::{Deserialize, Serialize};

/// What a principal may be (ECS REST API, *Authentication*). Serialises and prints as ECS spells it.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "SCREAMING_SNAKE_CASE")]
pub enum Role {
    /// The whole of the system.
    SystemAdmin,
    /// Reads the whole of the system, but no secrets.
    SystemMonitor,
    /// Management users, authentication providers and login security.
    SecurityAdmin,
    /// One namespace: its object users, keys and buckets.
    NamespaceAdmin,
}

impl Role {
    /// Every role, in the order in which they are listed to clients.
    pub const ALL: [Role; 4] = [Role::SystemAdmin, Role::SystemMonitor, Role::SecurityAdmin, Role::NamespaceAdmin];

    /// The spelling on the wire.
    pub const fn as_str(self) -> &'static str {
        match self {
            Role::SystemAdmin => "SYSTEM_ADMIN",
            Role::SystemMonitor => "SYSTEM_MONITOR",
            Role::SecurityAdmin => "SECURITY_ADMIN",
            Role::NamespaceAdmin => "NAMESPACE_ADMIN",
        }
    }

    const fn bit(self) -> u8 {
        1 << self as u8
    }
}

impl fmt::Display for Role {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.as_str())
    }
}

/// A set of roles.
#[derive(Clone, Copy, Default, PartialEq, Eq, Hash)]
pub struct Roles(u8);

impl Roles {
    /// No role at all: a plain person of a directory.
    pub const NONE: Roles = Roles(0);

    /// Whether `role` is among them.
    pub const fn contains(self, role: Role) -> bool {
        self.0 & role.bit() != 0
    }

    /// Whether at least one of `roles` is among them.
    pub fn contains_any(self, roles: &[Role]) -> bool {
        roles.iter().any(|role| self.contains(*role))
    }

    /// Whether there is none.
    pub const fn is_empty(self) -> bool {
        self.0 == 0
    }

    /// These and `role`.
    #[must_use]
    pub const fn with(self, role: Role) -> Self {
        Roles(self.0 | role.bit())
    }

    /// These and those.
    #[must_use]
    pub const fn union(self, other: Roles) -> Self {
        Roles(self.0 | other.0)
    }

    /// The roles, in the order in which they are listed to clients.
    pub fn iter(self) -> impl Iterator<Item = Role> {
        Role::ALL.into_iter().filter(move |role| self.contains(*role))
    }
}

impl FromIterator<Role> for Roles {
    fn from_iter<T: IntoIterator<Item = Role>>(roles: T) -> Self {
        roles.into_iter().fold(Roles::NONE, Roles::with)
    }
}

impl fmt::Debug for Roles {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_set().entries(self.iter()).finish()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_set_holds_what_was_put_in_and_nothing_else() {
        for role in Role::ALL {
            let only = Roles::NONE.with(role);
            assert_eq!(only.iter().collect::<Vec<_>>(), [role]);
            assert!(only.contains_any(&Role::ALL) && !only.is_empty());
        }
        assert!(Roles::NONE.is_empty() && !Roles::NONE.contains_any(&Role::ALL));
    }

    #[test]
    fn roles_are_listed_in_one_order_whatever_the_order_they_came_in() {
        let set: Roles = Role::ALL.into_iter().rev().collect();
        assert_eq!(set.iter().collect::<Vec<_>>(), Role::ALL);
        assert_eq!(set.union(Roles::NONE), set);
    }

    #[test]
    fn roles_are_spelled_as_ecs_spells_them() {
        for role in Role::ALL {
            assert_eq!(serde_json::to_string(&role).unwrap(), format!("\"{role}\""));
        }
        assert_eq!(Role::NamespaceAdmin.to_string(), "NAMESPACE_ADMIN");
    }
}
