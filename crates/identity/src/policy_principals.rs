//! Whom the principals of a bucket policy stand for: the users and namespaces who had these names when it was put.

use serde::{Deserialize, Serialize};

use crate::{NamespaceName, ObjectUserId, UniqueId, UserRef};

/// One namespace: those who had a name one after the other are told apart by their internal id.
#[derive(Clone, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
pub struct NamespaceRef {
    /// The name.
    pub name: NamespaceName,
    /// The internal id; `None` for a namespace that release 0.1.0 created.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub unique_id: Option<UniqueId>,
}

/// A user or namespace as a policy names it.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum NamedPrincipal {
    /// One object user.
    User {
        /// The user's own namespace.
        namespace: NamespaceName,
        /// The user's name.
        id: ObjectUserId,
    },
    /// Every object user of a namespace.
    Namespace(NamespaceName),
}

/// The principals of a policy, looked up when it was put.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default)]
pub struct PolicyPrincipals {
    /// The users.
    pub users: Vec<UserRef>,
    /// The namespaces whose every user is meant.
    pub namespaces: Vec<NamespaceRef>,
}

/// What is shown in the place of the name of a user or namespace that is gone. No name has brackets in it.
fn dead_id(name: &str, unique_id: Option<UniqueId>) -> String {
    match unique_id {
        Some(id) => format!("{name}[deleted:{id}]"),
        None => format!("{name}[deleted]"),
    }
}

impl UserRef {
    /// What a grant to this user shows once the user is gone; never the name of a user.
    pub fn dead_id(&self) -> String {
        dead_id(self.id.as_str(), self.unique_id)
    }
}

impl NamespaceRef {
    /// What a policy shows in the place of this namespace once it is gone; never the name of a namespace.
    pub fn dead_id(&self) -> String {
        dead_id(self.name.as_str(), self.unique_id)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::examples::named;

    #[test]
    fn a_dead_id_is_no_name() {
        for unique_id in [None, Some(UniqueId::from_bytes([0xab; 16]))] {
            let user = UserRef { namespace: named("ns1"), id: ObjectUserId::parse("bob").unwrap(), unique_id };
            assert!(user.dead_id().starts_with("bob[deleted"), "{}", user.dead_id());
            assert!(ObjectUserId::parse(&user.dead_id()).is_err());
            assert!(NamespaceName::parse(&NamespaceRef { name: named("ns1"), unique_id }.dead_id()).is_err());
        }
    }
}
