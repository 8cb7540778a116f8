//! The user scope: within what an object user's id is unique.

use std::fmt;

use keyward_identity::NamespaceName;
use serde::{Deserialize, Deserializer, Serialize, Serializer, de};

/// Within what an object user id names one user: the first half of every key of a user, a credential or a sealed
/// secret (ECS "user scope").
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Scope {
    /// GLOBAL user scope, the default: an id is unique in the whole system. Printed `*`.
    Global,
    /// NAMESPACE user scope: an id is unique in its namespace. Printed as the namespace's name.
    Namespace(NamespaceName),
}

impl Scope {
    /// `*`, or the namespace's name; no namespace can be called `*`.
    pub fn as_str(&self) -> &str {
        match self {
            Scope::Global => "*",
            Scope::Namespace(name) => name.as_str(),
        }
    }

    /// Reads what [`as_str`](Self::as_str) gives; `None` when it is neither `*` nor the name of a namespace.
    pub fn parse(text: &str) -> Option<Self> {
        if text == "*" {
            return Some(Scope::Global);
        }
        NamespaceName::parse(text).ok().map(Scope::Namespace)
    }
}

impl fmt::Display for Scope {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.as_str())
    }
}

impl Serialize for Scope {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.serialize_str(self.as_str())
    }
}

impl<'de> Deserialize<'de> for Scope {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        let text = String::deserialize(deserializer)?;
        Scope::parse(&text).ok_or_else(|| de::Error::custom("a user scope is `*` or the name of a namespace"))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_global_scope_is_never_taken_for_a_namespace() {
        assert!(NamespaceName::parse("*").is_err());
        assert_eq!(Scope::parse("*"), Some(Scope::Global));
    }

    #[test]
    fn a_scope_survives_being_written_down() {
        for scope in [Scope::Global, Scope::parse("sales").expect("a namespace")] {
            let text = serde_json::to_string(&scope).expect("serialises");
            assert_eq!(serde_json::from_str::<Scope>(&text).expect("reads back"), scope);
        }
    }
}
