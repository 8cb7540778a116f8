//! Who is calling: a session's identity together with what the records say about it now.

use crate::{
    DirectoryUser, ManagementUser, Namespace, NamespaceName, Role, Roles, SessionIdentity, SeveralNamespaces, caseless,
    namespace_for,
};

/// The caller of the management API. Permissions are methods of it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Principal {
    /// The login name.
    pub name: String,
    /// The roles held now.
    pub roles: Roles,
    /// The namespace that calls are about when they name none: the one the caller is mapped to or, failing that,
    /// administers.
    pub namespace: Option<NamespaceName>,
    /// The namespaces that the caller administers, in order of their names. ECS allows one.
    pub administered: Vec<NamespaceName>,
    /// Set when mappings of several namespaces match the caller.
    pub several_namespaces: Option<SeveralNamespaces>,
    /// The session's identity.
    pub identity: SessionIdentity,
}

/// Why a call that needs the caller's own namespace cannot go on. Both are 403 to a client (ECS REST API,
/// *Authentication*).
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum NoNamespace {
    /// No mapping matches the caller.
    #[error("user {name} does not belong to any namespace; a user mapping of a namespace has to match")]
    NotMapped {
        /// The caller's name.
        name: String,
    },
    /// Mappings of several namespaces match the caller.
    #[error(transparent)]
    Several(#[from] SeveralNamespaces),
}

/// What the records say about `identity` now. `management_users` and `namespaces` may hold more than concerns the
/// caller; all records of groups and all namespaces have to be among them.
///
/// `None` when the identity is an account of our own that no longer exists: the session is over.
pub fn principal_of<'a>(
    identity: &SessionIdentity,
    management_users: impl IntoIterator<Item = &'a ManagementUser>,
    namespaces: impl IntoIterator<Item = &'a Namespace>,
) -> Option<Principal> {
    let mut records = management_users.into_iter().filter(|record| is_about(record, identity)).peekable();
    if matches!(identity, SessionIdentity::Management(_)) {
        records.peek()?;
    }
    let mut roles = records.map(ManagementUser::roles).fold(Roles::NONE, Roles::union);

    let namespaces: Vec<&Namespace> = namespaces.into_iter().collect();
    let mut administered: Vec<NamespaceName> = namespaces
        .iter()
        .filter(|namespace| is_administered_by(namespace, identity))
        .map(|namespace| namespace.name.clone())
        .collect();
    administered.sort();
    administered.dedup();
    if !administered.is_empty() {
        roles = roles.with(Role::NamespaceAdmin);
    }

    let mapped = match identity {
        SessionIdentity::Management(_) => Ok(None),
        SessionIdentity::Directory(user) => namespace_for(user, namespaces),
    };
    let (mapped, several_namespaces) = match mapped {
        Ok(mapped) => (mapped, None),
        Err(several) => (None, Some(several)),
    };
    Some(Principal {
        name: identity.name().to_owned(),
        roles,
        namespace: mapped.or_else(|| administered.first().cloned()),
        administered,
        several_namespaces,
        identity: identity.clone(),
    })
}

/// The roles that the account or person called `name` holds by that name: those of `record`, the management user of that
/// name, and that of a namespace administrator if one of `namespaces` lists it. Roles by groups are not among them.
pub fn roles_by_name<'a>(
    name: &str,
    record: Option<&ManagementUser>,
    namespaces: impl IntoIterator<Item = &'a Namespace>,
) -> Roles {
    let record = record.filter(|record| !record.is_external_group && caseless::same(record.id.as_str(), name));
    let roles = record.map_or(Roles::NONE, ManagementUser::roles);
    let lists =
        |namespace: &Namespace| namespace.namespace_admins.iter().any(|admin| caseless::same(admin.trim(), name));
    if namespaces.into_iter().any(lists) { roles.with(Role::NamespaceAdmin) } else { roles }
}

impl Principal {
    /// The namespace of the caller's own object user, for calls that name none.
    ///
    /// # Errors
    /// [`NoNamespace`] when there is none, or more than one to choose from.
    pub fn own_namespace(&self) -> Result<&NamespaceName, NoNamespace> {
        match (&self.namespace, &self.several_namespaces) {
            (_, Some(several)) => Err(several.clone().into()),
            (Some(namespace), None) => Ok(namespace),
            (None, None) => Err(NoNamespace::NotMapped { name: self.name.clone() }),
        }
    }

    /// Whether the caller administers `namespace`.
    pub fn administers(&self, namespace: &NamespaceName) -> bool {
        self.administered.contains(namespace)
    }
}

/// Whether a management record speaks of this identity: by its name, or by a group it is in. An account of our own is
/// never a person of a directory, whatever a directory calls its people.
fn is_about(record: &ManagementUser, identity: &SessionIdentity) -> bool {
    match identity {
        SessionIdentity::Management(id) => !record.is_external_group && record.id == *id,
        SessionIdentity::Directory(user) if record.is_external_group => is_in_group(user, record.id.as_str()),
        SessionIdentity::Directory(user) => is_called(user, record.id.as_str()),
    }
}

fn is_administered_by(namespace: &Namespace, identity: &SessionIdentity) -> bool {
    let mut admins = namespace.namespace_admins.iter().map(|admin| admin.trim());
    let mut groups = namespace.external_group_admins.iter().map(|group| group.trim());
    match identity {
        SessionIdentity::Management(id) => admins.any(|admin| caseless::same(admin, id.as_str())),
        SessionIdentity::Directory(user) => {
            admins.any(|admin| is_called(user, admin)) || groups.any(|group| is_in_group(user, group))
        }
    }
}

/// Whether `user` is the person called `name`, which is written `name@domain`. The domain has to be one of those of the
/// user's own provider: a directory speaks for its own people alone, and never for an account of ours.
fn is_called(user: &DirectoryUser, name: &str) -> bool {
    own_domain(user).is_some() && caseless::same(&user.name, name)
}

/// The domain that `user` logged in to, when the user's provider serves it.
fn own_domain(user: &DirectoryUser) -> Option<&str> {
    user.domain().filter(|domain| serves(user, domain))
}

fn serves(user: &DirectoryUser, domain: &str) -> bool {
    user.domains.iter().any(|served| caseless::same(served, domain))
}

/// Whether `user` is a member of `group`, which is written `name@domain`.
///
/// The domain has to be one of those of the user's own provider: otherwise whoever runs one directory could make a
/// group there that reads like another's. A bare group of the user is of the domain that the user logged in to. A
/// `group` that lacks either part is nobody's.
fn is_in_group(user: &DirectoryUser, group: &str) -> bool {
    let Some((bare, domain)) = group.rsplit_once('@') else { return false };
    if bare.is_empty() || !serves(user, domain) {
        return false;
    }
    let of_own_domain = own_domain(user).is_some_and(|own| caseless::same(own, domain));
    user.groups.iter().any(|held| caseless::same(held, group) || of_own_domain && caseless::same(held, bare))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::examples::{account, logged_in, member, named, namespace, namespace_of_domain, person};

    fn with_admins(name: &str, admins: &[&str], groups: &[&str]) -> Namespace {
        let owned = |names: &[&str]| names.iter().map(|name| (*name).to_owned()).collect();
        Namespace { namespace_admins: owned(admins), external_group_admins: owned(groups), ..namespace(name) }
    }

    fn of(user: DirectoryUser, records: &[ManagementUser], namespaces: &[Namespace]) -> Principal {
        principal_of(&SessionIdentity::Directory(user), records, namespaces).unwrap()
    }

    fn monitors(id: &str, is_external_group: bool) -> ManagementUser {
        ManagementUser { system_monitor: true, is_external_group, ..account(id) }
    }

    #[test]
    fn a_plain_person_has_no_roles_and_the_namespace_of_the_mapping() {
        let alice = of(person("alice@corp.example"), &[], &[namespace_of_domain("ns1", "corp.example")]);
        assert!(alice.roles.is_empty());
        assert_eq!(alice.own_namespace(), Ok(&named("ns1")));
        assert_eq!(alice.name, "alice@corp.example");
    }

    #[test]
    fn an_account_has_the_roles_of_its_flags() {
        let root = ManagementUser { system_admin: true, security_admin: true, ..account("root") };
        let root = principal_of(&logged_in("ROOT"), &[account("other"), root], &[]).unwrap();
        assert_eq!(root.roles, Roles::from_iter([Role::SystemAdmin, Role::SecurityAdmin]));
        assert_eq!(root.own_namespace(), Err(NoNamespace::NotMapped { name: "root".to_owned() }));
    }

    #[test]
    fn an_account_that_is_gone_has_no_session_even_if_a_namespace_still_lists_it() {
        let namespaces = [with_admins("ns1", &["dana"], &[])];
        assert_eq!(principal_of(&logged_in("dana"), &[account("root")], &namespaces), None);
    }

    #[test]
    fn a_lock_stops_logins_and_not_sessions() {
        let root = ManagementUser { system_admin: true, locked: true, ..account("root") };
        assert!(principal_of(&logged_in("root"), &[root], &[]).is_some());
    }

    #[test]
    fn a_listed_account_administers_the_namespace_and_acts_in_it() {
        let namespaces = [namespace("ns1"), with_admins("ns2", &["noadmin", " Dana "], &[])];
        let dana = principal_of(&logged_in("dana"), &[account("dana")], &namespaces).unwrap();
        assert_eq!(dana.roles, Roles::NONE.with(Role::NamespaceAdmin));
        assert_eq!(dana.own_namespace(), Ok(&named("ns2")));
        assert!(dana.administers(&named("ns2")) && !dana.administers(&named("ns1")));
    }

    #[test]
    fn a_listed_person_administers_the_namespace() {
        let namespaces = [with_admins("ns1", &["Dana@Corp.Example"], &[])];
        assert!(of(person("dana@corp.example"), &[], &namespaces).administers(&named("ns1")));
        assert!(!of(person("dan@corp.example"), &[], &namespaces).administers(&named("ns1")));
    }

    #[test]
    fn a_member_of_a_listed_group_administers_the_namespace() {
        let namespaces = [with_admins("ns1", &[], &["Admins@corp.example"])];
        for held in ["admins", "ADMINS", "admins@corp.example"] {
            let dana = of(member("dana@corp.example", &["others", held]), &[], &namespaces);
            assert_eq!(dana.roles, Roles::NONE.with(Role::NamespaceAdmin), "{held:?}");
        }
        assert!(of(member("dana@corp.example", &["admins2"]), &[], &namespaces).roles.is_empty());
    }

    #[test]
    fn a_directory_cannot_make_groups_or_names_that_read_like_anothers() {
        let namespaces = [with_admins("ns1", &["dana@corp.example"], &["admins@corp.example"])];
        let records = [monitors("admins@corp.example", true), monitors("dana@corp.example", false)];
        let mut mallory = member("mallory@evil.example", &["admins", "admins@corp.example"]);
        assert!(of(mallory.clone(), &records, &namespaces).roles.is_empty());
        mallory.name = "dana@corp.example".to_owned();
        assert!(of(mallory, &records, &namespaces).roles.is_empty());
    }

    #[test]
    fn a_bare_group_is_of_the_domain_that_was_logged_in_to() {
        let namespaces = [with_admins("ns1", &[], &["admins@sales.example"])];
        assert!(of(member("dana@corp.example", &["admins"]), &[], &namespaces).roles.is_empty());
        assert!(!of(member("dana@sales.example", &["admins"]), &[], &namespaces).roles.is_empty());
        assert!(!of(member("dana@corp.example", &["admins@sales.example"]), &[], &namespaces).roles.is_empty());
    }

    #[test]
    fn a_listed_group_without_a_domain_is_nobodys() {
        let namespaces = [with_admins("ns1", &[], &["admins", "", "@", "@corp.example"])];
        assert!(of(member("dana@corp.example", &["admins", ""]), &[], &namespaces).roles.is_empty());
    }

    #[test]
    fn a_person_is_never_taken_for_an_account_of_ours() {
        let root = ManagementUser { system_admin: true, ..account("root") };
        let namespaces = [with_admins("ns1", &["root"], &[])];
        let impostor = DirectoryUser { domains: vec!["corp.example".to_owned()], ..person("root") };
        assert!(of(impostor, std::slice::from_ref(&root), &namespaces).roles.is_empty());
        assert!(of(member("x@corp.example", &["root"]), &[root], &namespaces).roles.is_empty());
    }

    #[test]
    fn people_and_groups_of_a_directory_may_hold_management_roles() {
        let admin = ManagementUser { system_admin: true, ..account("dana@corp.example") };
        let records = [admin, monitors("Watchers@corp.example", true)];
        let dana = of(member("dana@corp.example", &["watchers"]), &records, &[]);
        assert_eq!(dana.roles, Roles::from_iter([Role::SystemAdmin, Role::SystemMonitor]));
        let eve = of(member("eve@corp.example", &["watchers@corp.example"]), &records, &[]);
        assert_eq!(eve.roles, Roles::NONE.with(Role::SystemMonitor));
    }

    #[test]
    fn roles_by_name_are_those_of_the_record_and_of_the_lists_of_namespaces() {
        let admin = ManagementUser { system_admin: true, ..account("dana@corp.example") };
        let namespaces = [with_admins("ns1", &[" Eve@Corp.Example "], &["dana@corp.example"])];
        assert_eq!(roles_by_name("Dana@corp.example", Some(&admin), &namespaces), Roles::NONE.with(Role::SystemAdmin));
        assert_eq!(roles_by_name("eve@corp.example", None, &namespaces), Roles::NONE.with(Role::NamespaceAdmin));
        let group = ManagementUser { is_external_group: true, ..admin };
        assert_eq!(roles_by_name("dana@corp.example", Some(&group), &namespaces), Roles::NONE);
    }

    #[test]
    fn a_groups_record_is_not_a_persons() {
        let group = [monitors("watchers@corp.example", true)];
        assert!(of(person("watchers@corp.example"), &group, &[]).roles.is_empty());
        let person_record = [monitors("watchers@corp.example", false)];
        assert!(of(member("eve@corp.example", &["watchers"]), &person_record, &[]).roles.is_empty());
        assert_eq!(principal_of(&logged_in("watchers@corp.example"), &group, &[]), None);
    }

    #[test]
    fn a_person_of_several_namespaces_keeps_roles_but_has_no_own_namespace() {
        let namespaces = [
            namespace_of_domain("ns1", "corp.example"),
            namespace_of_domain("ns2", "corp.example"),
            with_admins("ns3", &["dana@corp.example"], &[]),
        ];
        let dana = of(person("dana@corp.example"), &[], &namespaces);
        assert!(matches!(dana.own_namespace(), Err(NoNamespace::Several(_))));
        assert_eq!(dana.namespace, Some(named("ns3")), "what whoami shows and lists begin with");
    }

    #[test]
    fn the_mapped_namespace_comes_before_an_administered_one() {
        let namespaces = [with_admins("ns1", &["dana@corp.example"], &[]), namespace_of_domain("ns2", "corp.example")];
        let dana = of(person("dana@corp.example"), &[], &namespaces);
        assert_eq!(dana.own_namespace(), Ok(&named("ns2")));
        assert!(dana.administers(&named("ns1")));
    }
}
