//! Which namespace a person of a directory belongs to.

use serde::{Deserialize, Serialize};

use crate::{DirectoryUser, DomainName, Namespace, NamespaceName, caseless};

/// People of a domain who belong to a namespace: all of them, or those with certain attributes and groups
/// (reference 6.3). Alternatives are several mappings.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct UserMapping {
    /// A domain of the provider that authenticates them.
    pub domain: DomainName,
    /// Attributes of which they have every value.
    #[serde(default)]
    pub attributes: Vec<MappedAttribute>,
    /// Groups of which they are all members.
    #[serde(default)]
    pub groups: Vec<String>,
}

/// An attribute and the values that a person has to have, all of them.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct MappedAttribute {
    /// Name of the attribute in the directory.
    pub key: String,
    /// The values, at least one.
    #[serde(default)]
    pub values: Vec<String>,
}

/// What is wrong with a mapping: a condition that is empty would hold for everybody, or for nobody.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum MappingError {
    /// An attribute has no name.
    #[error("user mapping for domain {domain}: an attribute has no key")]
    EmptyKey {
        /// The domain of the mapping.
        domain: DomainName,
    },
    /// An attribute has no values, or a blank one.
    #[error("user mapping for domain {domain}: attribute {key:?} has an empty value; name the value or leave it out")]
    EmptyValue {
        /// The domain of the mapping.
        domain: DomainName,
        /// The attribute.
        key: String,
    },
    /// A group has no name.
    #[error("user mapping for domain {domain}: a group has no name; name it or leave it out")]
    EmptyGroup {
        /// The domain of the mapping.
        domain: DomainName,
    },
}

/// A person is mapped to more than one namespace, so that none can be chosen.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("user {name} is mapped to several namespaces")]
pub struct SeveralNamespaces {
    /// The person's login name.
    pub name: String,
    /// Those namespaces, in order of their names.
    pub namespaces: Vec<NamespaceName>,
}

impl UserMapping {
    /// A mapping whose conditions all say something.
    ///
    /// # Errors
    /// As [`check`](Self::check).
    pub fn new(
        domain: DomainName,
        attributes: Vec<MappedAttribute>,
        groups: Vec<String>,
    ) -> Result<Self, MappingError> {
        let mapping = Self { domain, attributes, groups };
        mapping.check()?;
        Ok(mapping)
    }

    /// Looks for conditions that say nothing.
    ///
    /// # Errors
    /// The first [`MappingError`] found.
    pub fn check(&self) -> Result<(), MappingError> {
        for attribute in &self.attributes {
            if attribute.key.trim().is_empty() {
                return Err(MappingError::EmptyKey { domain: self.domain.clone() });
            }
            if attribute.values.is_empty() || attribute.values.iter().any(|value| value.trim().is_empty()) {
                return Err(MappingError::EmptyValue { domain: self.domain.clone(), key: attribute.key.clone() });
            }
        }
        if self.groups.iter().any(|group| caseless::without_domain(group).trim().is_empty()) {
            return Err(MappingError::EmptyGroup { domain: self.domain.clone() });
        }
        Ok(())
    }

    /// Whether `user` is one of the people meant. Names and values are compared without regard to case, groups also
    /// without their `@domain`. A mapping that does not pass [`check`](Self::check) means nobody.
    pub fn matches(&self, user: &DirectoryUser) -> bool {
        self.check().is_ok()
            && user.domains.iter().any(|domain| caseless::same(domain, self.domain.as_str()))
            && self.attributes.iter().all(|attribute| attribute.is_held_by(user))
            && self.groups.iter().all(|group| has_group(user, group))
    }
}

impl MappedAttribute {
    fn is_held_by(&self, user: &DirectoryUser) -> bool {
        self.values.iter().all(|wanted| {
            user.attributes
                .iter()
                .filter(|(key, _)| caseless::same(key, &self.key))
                .flat_map(|(_, values)| values)
                .any(|value| caseless::same(value, wanted))
        })
    }
}

fn has_group(user: &DirectoryUser, wanted: &str) -> bool {
    let wanted = caseless::without_domain(wanted);
    user.groups.iter().any(|group| caseless::same(caseless::without_domain(group), wanted))
}

/// The one namespace that `user` is mapped to; `Ok(None)` when there is none. The order of the namespaces and of their
/// mappings does not matter.
///
/// # Errors
/// [`SeveralNamespaces`] when mappings of more than one namespace match: to choose one would be to guess.
pub fn namespace_for<'a>(
    user: &DirectoryUser,
    namespaces: impl IntoIterator<Item = &'a Namespace>,
) -> Result<Option<NamespaceName>, SeveralNamespaces> {
    let mut matching: Vec<NamespaceName> = namespaces
        .into_iter()
        .filter(|namespace| namespace.user_mappings.iter().any(|mapping| mapping.matches(user)))
        .map(|namespace| namespace.name.clone())
        .collect();
    matching.sort();
    matching.dedup();
    if matching.len() > 1 {
        return Err(SeveralNamespaces { name: user.name.clone(), namespaces: matching });
    }
    Ok(matching.pop())
}
