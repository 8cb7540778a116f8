//! People, accounts and namespaces that the tests of this crate speak of.

use keyward_ambient::Timestamp;

use crate::{
    DirectoryUser, DomainName, ManagementUser, ManagementUserId, Namespace, NamespaceName, SessionIdentity, UserMapping,
};

/// 2026-03-05T17:39:13.813Z.
pub(crate) const NOW: Timestamp = Timestamp::from_millis(1_772_732_353_813);

pub(crate) fn named(name: &str) -> NamespaceName {
    NamespaceName::parse(name).unwrap()
}

pub(crate) fn namespace(name: &str) -> Namespace {
    Namespace::new(named(name), NOW)
}

/// A namespace that everybody of `domain` belongs to.
pub(crate) fn namespace_of_domain(name: &str, domain: &str) -> Namespace {
    Namespace { user_mappings: vec![mapping(domain)], ..namespace(name) }
}

/// A mapping of everybody of `domain`.
pub(crate) fn mapping(domain: &str) -> UserMapping {
    UserMapping::new(DomainName::parse(domain).unwrap(), Vec::new(), Vec::new()).unwrap()
}

/// A person of the directory that serves `corp.example` and `sales.example`, unless the name is of another domain:
/// then of the one that serves that domain alone.
pub(crate) fn person(name: &str) -> DirectoryUser {
    let domain = name.rsplit_once('@').map_or("", |(_, domain)| domain).to_owned();
    let corp = ["corp.example".to_owned(), "sales.example".to_owned()];
    let (provider, domains) = if corp.contains(&domain) {
        ("urn:AuthProvider:1", corp.to_vec())
    } else {
        ("urn:AuthProvider:2", vec![domain])
    };
    DirectoryUser {
        name: name.to_owned(),
        provider: provider.to_owned(),
        domains,
        unique_id: None,
        attributes: Default::default(),
        groups: Vec::new(),
    }
}

pub(crate) fn member(name: &str, groups: &[&str]) -> DirectoryUser {
    DirectoryUser { groups: groups.iter().map(|group| (*group).to_owned()).collect(), ..person(name) }
}

pub(crate) fn account(id: &str) -> ManagementUser {
    ManagementUser {
        id: ManagementUserId::parse(id).unwrap(),
        system_admin: false,
        system_monitor: false,
        security_admin: false,
        is_external_group: false,
        password_hash: None,
        locked: false,
        created_at: NOW,
        password_changed_at: None,
        locked_until: None,
        unlocked_at: None,
        password_past: Default::default(),
    }
}

pub(crate) fn logged_in(id: &str) -> SessionIdentity {
    SessionIdentity::Management(ManagementUserId::parse(id).unwrap())
}
