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

/// Why a call that needs the caller's own namespace cannot go on. Both are 403 to a client (reference 2.8).
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
        SessionIdentity::Directory(_) if record.id.is_local() => false,
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
/// `group` without a domain is nobody's.
fn is_in_group(user: &DirectoryUser, group: &str) -> bool {
    let Some((bare, domain)) = group.rsplit_once('@').filter(|(_, domain)| serves(user, domain)) else {
        return false;
    };
    let of_own_domain = own_domain(user).is_some_and(|own| caseless::same(own, domain));
    user.groups.iter().any(|held| caseless::same(held, group) || of_own_domain && caseless::same(held, bare))
}
