//! Which namespace a person of a directory belongs to.

use serde::{Deserialize, Serialize};

use crate::{DirectoryUser, DomainName, Namespace, NamespaceName, caseless};

/// People of a domain who belong to a namespace: all of them, or those with certain attributes and groups
/// (ECS REST API, *Namespaces*). Alternatives are several mappings.
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

    /// Whether this mapping asks for nothing that `other` does not ask for too: then everybody of a domain whom `other`
    /// means is meant by this one. Names and values are compared as [`matches`](Self::matches) does.
    pub fn takes_in(&self, other: &UserMapping) -> bool {
        let asks_for = |key: &str, wanted: &str| {
            let of_key = other.attributes.iter().filter(|attribute| caseless::same(&attribute.key, key));
            of_key.flat_map(|attribute| &attribute.values).any(|value| caseless::same(value, wanted))
        };
        let same_group =
            |one: &str, two: &str| caseless::same(caseless::without_domain(one), caseless::without_domain(two));
        self.attributes.iter().all(|attribute| attribute.values.iter().all(|value| asks_for(&attribute.key, value)))
            && self.groups.iter().all(|group| other.groups.iter().any(|theirs| same_group(group, theirs)))
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

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;
    use crate::examples::{mapping, member, named, namespace, namespace_of_domain, person};

    fn having(values: &[(&str, &str)]) -> DirectoryUser {
        let mut user = person("alice@corp.example");
        for (key, value) in values {
            user.attributes.entry((*key).to_owned()).or_default().push((*value).to_owned());
        }
        user
    }

    fn attribute(key: &str, values: &[&str]) -> MappedAttribute {
        MappedAttribute { key: key.to_owned(), values: values.iter().map(|value| (*value).to_owned()).collect() }
    }

    fn with_attributes(attributes: &[MappedAttribute]) -> UserMapping {
        UserMapping { attributes: attributes.to_vec(), ..mapping("corp.example") }
    }

    fn with_groups(groups: &[&str]) -> UserMapping {
        UserMapping { groups: groups.iter().map(|group| (*group).to_owned()).collect(), ..mapping("corp.example") }
    }

    #[test]
    fn everybody_of_the_domain_is_meant_when_nothing_else_is_asked() {
        assert!(mapping("CORP.example").matches(&person("alice@corp.example")));
        assert!(!mapping("corp.example").matches(&person("alice@evil.example")));
    }

    #[test]
    fn any_domain_of_the_users_provider_will_do() {
        assert!(mapping("sales.example").matches(&person("alice@corp.example")));
        let upper = DirectoryUser { domains: vec!["CORP.EXAMPLE".to_owned()], ..person("alice@corp.example") };
        assert!(mapping("corp.example").matches(&upper));
    }

    #[test]
    fn all_values_of_all_attributes_are_needed() {
        let engineers =
            with_attributes(&[attribute("Department", &["engineering", "research"]), attribute("l", &["Bonn"])]);
        let all = [("department", "Research"), ("department", "Engineering"), ("L", "bonn")];
        assert!(engineers.matches(&having(&all)));
        for missing in 0..all.len() {
            let some: Vec<_> = all.iter().enumerate().filter(|(at, _)| *at != missing).map(|(_, held)| *held).collect();
            assert!(!engineers.matches(&having(&some)), "without {:?}", all[missing]);
        }
    }

    #[test]
    fn all_groups_are_needed_and_compared_without_domain_and_case() {
        let builders = with_groups(&["S3Users@corp.example", "Builders"]);
        assert!(builders.matches(&member("alice@corp.example", &["builders@corp.example", "s3users", "others"])));
        assert!(!builders.matches(&member("alice@corp.example", &["s3users"])));
        assert!(!builders.matches(&member("alice@corp.example", &["s3users", "builders2"])));
    }

    #[test]
    fn a_mapping_takes_in_those_that_ask_for_as_much_or_more() {
        let (everybody, builders) = (mapping("corp.example"), with_groups(&["Builders"]));
        let night = with_groups(&["BUILDERS@corp.example", "night"]);
        let bonn = with_attributes(&[attribute("l", &["Bonn"])]);
        let engineers_in_bonn =
            with_attributes(&[attribute("L", &["BONN"]), attribute("department", &["engineering"])]);
        for (wider, narrower) in
            [(&everybody, &builders), (&everybody, &bonn), (&builders, &night), (&bonn, &engineers_in_bonn)]
        {
            assert!(wider.takes_in(narrower) && wider.takes_in(wider), "{wider:?} {narrower:?}");
            assert!(!narrower.takes_in(wider), "{narrower:?} {wider:?}");
        }
        assert!(!builders.takes_in(&bonn) && !bonn.takes_in(&builders));
    }

    #[test]
    fn a_condition_that_says_nothing_is_refused() {
        let domain = || DomainName::parse("corp.example").unwrap();
        let refusal = |attributes: &[MappedAttribute], groups: &[&str]| {
            let groups = groups.iter().map(|group| (*group).to_owned()).collect();
            UserMapping::new(domain(), attributes.to_vec(), groups).unwrap_err()
        };
        let empty_value = MappingError::EmptyValue { domain: domain(), key: "l".to_owned() };
        assert_eq!(refusal(&[attribute("l", &[])], &[]), empty_value);
        assert_eq!(refusal(&[attribute("l", &["Bonn", " "])], &[]), empty_value);
        assert_eq!(refusal(&[attribute(" ", &["Bonn"])], &[]), MappingError::EmptyKey { domain: domain() });
        for group in ["", " ", "@corp.example"] {
            assert_eq!(refusal(&[], &[group]), MappingError::EmptyGroup { domain: domain() });
        }
    }

    #[test]
    fn a_stored_condition_that_says_nothing_means_nobody() {
        let user = DirectoryUser { groups: vec![String::new()], ..having(&[("l", "")]) };
        for broken in
            [with_attributes(&[attribute("l", &[])]), with_attributes(&[attribute("l", &[""])]), with_groups(&[""])]
        {
            assert!(!broken.matches(&user), "{broken:?}");
        }
    }

    #[test]
    fn alternatives_are_several_mappings() {
        let either =
            Namespace { user_mappings: vec![with_groups(&["red"]), with_groups(&["blue"])], ..namespace("ns1") };
        for (groups, found) in [(&["red"][..], true), (&["blue"], true), (&["red", "blue"], true), (&["green"], false)]
        {
            let user = member("alice@corp.example", groups);
            assert_eq!(namespace_for(&user, [&either]), Ok(found.then(|| named("ns1"))));
        }
    }

    #[test]
    fn a_person_whom_no_mapping_means_has_no_namespace() {
        assert_eq!(namespace_for(&person("alice@corp.example"), []), Ok(None));
        let other = namespace_of_domain("ns1", "evil.example");
        assert_eq!(namespace_for(&person("alice@corp.example"), [&other, &namespace("ns2")]), Ok(None));
    }

    #[test]
    fn a_person_of_two_namespaces_is_told_apart_from_a_person_of_none() {
        let namespaces = [namespace_of_domain("ns2", "corp.example"), namespace_of_domain("ns1", "sales.example")];
        let error = namespace_for(&person("alice@corp.example"), &namespaces).unwrap_err();
        assert_eq!(error.name, "alice@corp.example");
        assert_eq!(error.namespaces, [named("ns1"), named("ns2")]);
    }

    /// Few names, so that conditions are met and missed about as often.
    fn any_mapping() -> impl Strategy<Value = UserMapping> {
        let domain = prop_oneof!["corp\\.example", "evil\\.example"];
        let values = prop::collection::vec("[ab]", 1..3);
        let attributes = prop::collection::vec(("[kl]", values), 0..2);
        (domain, attributes, prop::collection::vec("[gh]", 0..2)).prop_map(|(domain, attributes, groups)| UserMapping {
            domain: DomainName::parse(&domain).unwrap(),
            attributes: attributes.into_iter().map(|(key, values)| MappedAttribute { key, values }).collect(),
            groups,
        })
    }

    fn any_namespaces() -> impl Strategy<Value = Vec<Namespace>> {
        prop::collection::vec(prop::collection::vec(any_mapping(), 0..3), 0..4).prop_map(|all| {
            let namespaces = all.into_iter().enumerate();
            namespaces.map(|(at, user_mappings)| Namespace { user_mappings, ..namespace(&format!("ns{at}")) }).collect()
        })
    }

    fn any_user() -> impl Strategy<Value = DirectoryUser> {
        let attributes = prop::collection::btree_map("[klKL]", prop::collection::vec("[abAB]", 0..3), 0..3);
        let groups = prop::collection::vec("[gh](@corp\\.example)?", 0..3);
        (attributes, groups).prop_map(|(attributes, groups)| DirectoryUser {
            attributes,
            groups,
            ..person("alice@corp.example")
        })
    }

    proptest! {
        #[test]
        fn no_order_of_anything_changes_who_belongs_where(
            user in any_user(),
            namespaces in any_namespaces(),
        ) {
            let mut turned = namespaces.clone();
            turned.reverse();
            for namespace in &mut turned {
                namespace.user_mappings.reverse();
                for mapping in &mut namespace.user_mappings {
                    mapping.attributes.reverse();
                    mapping.groups.reverse();
                    mapping.attributes.iter_mut().for_each(|attribute| attribute.values.reverse());
                }
            }
            let mut same_user = user.clone();
            same_user.groups.reverse();
            same_user.domains.reverse();
            prop_assert_eq!(namespace_for(&user, &namespaces), namespace_for(&same_user, &turned));
        }

        #[test]
        fn more_groups_and_values_never_take_a_person_out_of_a_mapping(
            user in any_user(),
            more in any_user(),
            mapping in any_mapping(),
        ) {
            let mut richer = user.clone();
            richer.groups.extend(more.groups);
            for (key, values) in more.attributes {
                richer.attributes.entry(key).or_default().extend(values);
            }
            prop_assert!(!mapping.matches(&user) || mapping.matches(&richer));
        }
    }
}
