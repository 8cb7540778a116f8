//! Who may do what in the management API (ECS REST API, *Authentication*).
//!
//! Two things hold throughout. A system administrator may do everything but is never needed for what a namespace's own
//! administrator may do. A monitor reads what an administrator reads, except secrets.

use Role::{SecurityAdmin, SystemAdmin, SystemMonitor};

use crate::{NamespaceName, Principal, Role, Roles};

/// The caller lacks a role. The message is for the client.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("Insufficient permissions for user {name}.")]
pub struct Forbidden {
    /// The caller's name.
    pub name: String,
}

/// How far a right to list reaches.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Reach<'a> {
    /// All namespaces.
    Everything,
    /// These and no others.
    Only(&'a [NamespaceName]),
}

impl Reach<'_> {
    /// Whether things of `namespace` are within reach.
    pub fn includes(&self, namespace: &NamespaceName) -> bool {
        match self {
            Self::Everything => true,
            Self::Only(namespaces) => namespaces.contains(namespace),
        }
    }
}

/// Namespaces.
impl Principal {
    /// Create and delete namespaces, set their quotas and retention classes.
    pub fn may_manage_namespaces(&self) -> Result<(), Forbidden> {
        self.holds_any(&[SystemAdmin])
    }

    /// List the namespaces.
    pub fn may_read_namespaces(&self) -> Result<(), Forbidden> {
        self.holds_any(&[SystemAdmin, SystemMonitor])
    }

    /// Change the settings, mappings and administrators of `namespace`.
    pub fn may_update_namespace(&self, namespace: &NamespaceName) -> Result<(), Forbidden> {
        self.holds_any_or_administers(&[SystemAdmin], namespace)
    }

    /// See `namespace`, its quota, retention classes and billing.
    pub fn may_read_namespace(&self, namespace: &NamespaceName) -> Result<(), Forbidden> {
        self.holds_any_or_administers(&[SystemAdmin, SystemMonitor], namespace)
    }
}

/// Object users, their keys, and buckets.
impl Principal {
    /// Create, delete, lock and tag object users of `namespace`.
    pub fn may_manage_users_in(&self, namespace: &NamespaceName) -> Result<(), Forbidden> {
        self.holds_any_or_administers(&[SystemAdmin], namespace)
    }

    /// See object users of `namespace`, their lock state and tags; never their keys.
    pub fn may_read_users_in(&self, namespace: &NamespaceName) -> Result<(), Forbidden> {
        self.holds_any_or_administers(&[SystemAdmin, SystemMonitor], namespace)
    }

    /// List object users without naming a namespace: those within the reach that comes back.
    pub fn may_list_users(&self) -> Result<Reach<'_>, Forbidden> {
        self.reach()
    }

    /// Issue, see and revoke secret keys of other users of `namespace`. Never a monitor's.
    pub fn may_manage_keys_in(&self, namespace: &NamespaceName) -> Result<(), Forbidden> {
        self.holds_any_or_administers(&[SystemAdmin], namespace)
    }

    /// Create, change and delete buckets of `namespace` whoever owns them.
    pub fn may_manage_buckets_in(&self, namespace: &NamespaceName) -> Result<(), Forbidden> {
        self.holds_any_or_administers(&[SystemAdmin], namespace)
    }

    /// See buckets of `namespace` and their settings; not what is in them.
    pub fn may_read_buckets_in(&self, namespace: &NamespaceName) -> Result<(), Forbidden> {
        self.holds_any_or_administers(&[SystemAdmin, SystemMonitor], namespace)
    }

    /// List buckets without naming a namespace: those within the reach that comes back.
    pub fn may_list_buckets(&self) -> Result<Reach<'_>, Forbidden> {
        self.reach()
    }
}

/// Who may log in, and how.
impl Principal {
    /// Create, change, unlock and delete management users.
    pub fn may_manage_management_users(&self) -> Result<(), Forbidden> {
        self.holds_any(&[SystemAdmin, SecurityAdmin])
    }

    /// See management users and their roles.
    pub fn may_read_management_users(&self) -> Result<(), Forbidden> {
        self.holds_any(&[SystemAdmin, SecurityAdmin, SystemMonitor])
    }

    /// Give, take or change an account that holds `roles`, whether it holds them before or after the change. Only a
    /// system administrator decides who is one.
    pub fn may_change_holder_of(&self, roles: Roles) -> Result<(), Forbidden> {
        if roles.contains(SystemAdmin) { self.holds_any(&[SystemAdmin]) } else { Ok(()) }
    }

    /// Set the password of an account that holds `roles`. Whoever knows it holds them too, so it takes the right to give
    /// them: system and namespace administrators are appointed by system administrators.
    pub fn may_set_password_of_holder_of(&self, roles: Roles) -> Result<(), Forbidden> {
        if roles.contains_any(&[SystemAdmin, Role::NamespaceAdmin]) { self.holds_any(&[SystemAdmin]) } else { Ok(()) }
    }

    /// Open an object user's keys to the management user of the same name, or close them to it.
    pub fn may_bind_management_users(&self) -> Result<(), Forbidden> {
        self.holds_any(&[SystemAdmin])
    }

    /// Create, change and delete authentication providers.
    pub fn may_manage_providers(&self) -> Result<(), Forbidden> {
        self.holds_any(&[SystemAdmin, SecurityAdmin])
    }

    /// See authentication providers; never the manager's password.
    pub fn may_read_providers(&self) -> Result<(), Forbidden> {
        self.holds_any(&[SystemAdmin, SecurityAdmin, SystemMonitor])
    }

    /// Add and remove people of the built-in local domain and set their passwords.
    pub fn may_manage_people(&self) -> Result<(), Forbidden> {
        self.holds_any(&[SystemAdmin, SecurityAdmin])
    }

    /// See the people of the built-in local domain.
    pub fn may_read_people(&self) -> Result<(), Forbidden> {
        self.holds_any(&[SystemAdmin, SecurityAdmin, SystemMonitor])
    }

    /// Change password rules, login limits and session lengths.
    pub fn may_manage_login_security(&self) -> Result<(), Forbidden> {
        self.holds_any(&[SystemAdmin, SecurityAdmin])
    }

    /// See password rules, login limits and session lengths.
    pub fn may_read_login_security(&self) -> Result<(), Forbidden> {
        self.holds_any(&[SystemAdmin, SecurityAdmin, SystemMonitor])
    }

    /// End the sessions of somebody else.
    pub fn may_end_sessions_of_others(&self) -> Result<(), Forbidden> {
        self.holds_any(&[SystemAdmin, SecurityAdmin])
    }
}

/// The system as a whole.
impl Principal {
    /// Create, change and delete base URLs.
    pub fn may_manage_base_urls(&self) -> Result<(), Forbidden> {
        self.holds_any(&[SystemAdmin])
    }

    /// See base URLs.
    pub fn may_read_base_urls(&self) -> Result<(), Forbidden> {
        self.holds_any(&[SystemAdmin, SystemMonitor])
    }

    /// Change system properties such as the user scope.
    pub fn may_manage_properties(&self) -> Result<(), Forbidden> {
        self.holds_any(&[SystemAdmin])
    }

    /// See system properties.
    pub fn may_read_properties(&self) -> Result<(), Forbidden> {
        self.holds_any(&[SystemAdmin, SystemMonitor])
    }

    /// See the node and the replication group, which whoever makes buckets has to name.
    pub fn may_read_site(&self) -> Result<(), Forbidden> {
        self.reach().map(drop)
    }

    /// See capacity, the virtual data center and metrics.
    pub fn may_read_system(&self) -> Result<(), Forbidden> {
        self.holds_any(&[SystemAdmin, SystemMonitor])
    }

    /// See the audit records within the reach that comes back.
    pub fn may_read_audit(&self) -> Result<Reach<'_>, Forbidden> {
        self.reach()
    }

    /// Have the chain of the audit records checked.
    pub fn may_verify_audit(&self) -> Result<(), Forbidden> {
        self.holds_any(&[SystemAdmin, SystemMonitor])
    }
}

impl Principal {
    fn holds_any(&self, roles: &[Role]) -> Result<(), Forbidden> {
        if self.roles.contains_any(roles) { Ok(()) } else { Err(self.forbidden()) }
    }

    fn holds_any_or_administers(&self, roles: &[Role], namespace: &NamespaceName) -> Result<(), Forbidden> {
        if self.administers(namespace) { Ok(()) } else { self.holds_any(roles) }
    }

    fn reach(&self) -> Result<Reach<'_>, Forbidden> {
        if self.roles.contains_any(&[SystemAdmin, SystemMonitor]) {
            Ok(Reach::Everything)
        } else if self.administered.is_empty() {
            Err(self.forbidden())
        } else {
            Ok(Reach::Only(&self.administered))
        }
    }

    /// The refusal in this caller's name.
    pub fn forbidden(&self) -> Forbidden {
        Forbidden { name: self.name.clone() }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::examples::{logged_in, named};

    fn holding(roles: Roles, administered: &[&str]) -> Principal {
        Principal {
            name: "dana".to_owned(),
            roles,
            namespace: None,
            administered: administered.iter().map(|name| named(name)).collect(),
            several_namespaces: None,
            identity: logged_in("dana"),
        }
    }

    /// A permission, asked of a principal about namespace `ns1`.
    type Question = fn(&Principal, &NamespaceName) -> Result<(), Forbidden>;

    /// Permission by role: system admin, system monitor, security admin, admin of `ns1`, admin of `ns2`.
    const TABLE: &[(&str, Question, [u8; 5])] = &[
        ("manage namespaces", |p, _| p.may_manage_namespaces(), [1, 0, 0, 0, 0]),
        ("read namespaces", |p, _| p.may_read_namespaces(), [1, 1, 0, 0, 0]),
        ("update namespace", |p, ns| p.may_update_namespace(ns), [1, 0, 0, 1, 0]),
        ("read namespace", |p, ns| p.may_read_namespace(ns), [1, 1, 0, 1, 0]),
        ("manage users", |p, ns| p.may_manage_users_in(ns), [1, 0, 0, 1, 0]),
        ("read users", |p, ns| p.may_read_users_in(ns), [1, 1, 0, 1, 0]),
        ("list users", |p, _| p.may_list_users().map(drop), [1, 1, 0, 1, 1]),
        ("manage keys", |p, ns| p.may_manage_keys_in(ns), [1, 0, 0, 1, 0]),
        ("manage buckets", |p, ns| p.may_manage_buckets_in(ns), [1, 0, 0, 1, 0]),
        ("read buckets", |p, ns| p.may_read_buckets_in(ns), [1, 1, 0, 1, 0]),
        ("list buckets", |p, _| p.may_list_buckets().map(drop), [1, 1, 0, 1, 1]),
        ("manage management users", |p, _| p.may_manage_management_users(), [1, 0, 1, 0, 0]),
        (
            "change a system administrator",
            |p, _| p.may_change_holder_of(Roles::NONE.with(SystemAdmin)),
            [1, 0, 0, 0, 0],
        ),
        (
            "set a system administrator's password",
            |p, _| p.may_set_password_of_holder_of(Roles::from_iter([SystemMonitor, SystemAdmin])),
            [1, 0, 0, 0, 0],
        ),
        (
            "set a namespace administrator's password",
            |p, _| p.may_set_password_of_holder_of(Roles::NONE.with(Role::NamespaceAdmin)),
            [1, 0, 0, 0, 0],
        ),
        ("bind management users", |p, _| p.may_bind_management_users(), [1, 0, 0, 0, 0]),
        ("read management users", |p, _| p.may_read_management_users(), [1, 1, 1, 0, 0]),
        ("manage providers", |p, _| p.may_manage_providers(), [1, 0, 1, 0, 0]),
        ("read providers", |p, _| p.may_read_providers(), [1, 1, 1, 0, 0]),
        ("manage people", |p, _| p.may_manage_people(), [1, 0, 1, 0, 0]),
        ("read people", |p, _| p.may_read_people(), [1, 1, 1, 0, 0]),
        ("manage login security", |p, _| p.may_manage_login_security(), [1, 0, 1, 0, 0]),
        ("read login security", |p, _| p.may_read_login_security(), [1, 1, 1, 0, 0]),
        ("end sessions of others", |p, _| p.may_end_sessions_of_others(), [1, 0, 1, 0, 0]),
        ("manage base URLs", |p, _| p.may_manage_base_urls(), [1, 0, 0, 0, 0]),
        ("read base URLs", |p, _| p.may_read_base_urls(), [1, 1, 0, 0, 0]),
        ("manage properties", |p, _| p.may_manage_properties(), [1, 0, 0, 0, 0]),
        ("read properties", |p, _| p.may_read_properties(), [1, 1, 0, 0, 0]),
        ("read the site", |p, _| p.may_read_site(), [1, 1, 0, 1, 1]),
        ("read the system", |p, _| p.may_read_system(), [1, 1, 0, 0, 0]),
        ("read audit", |p, _| p.may_read_audit().map(drop), [1, 1, 0, 1, 1]),
        ("verify audit", |p, _| p.may_verify_audit(), [1, 1, 0, 0, 0]),
    ];

    fn columns() -> [Principal; 5] {
        let of_namespace = Roles::NONE.with(Role::NamespaceAdmin);
        [
            holding(Roles::NONE.with(SystemAdmin), &[]),
            holding(Roles::NONE.with(SystemMonitor), &[]),
            holding(Roles::NONE.with(SecurityAdmin), &[]),
            holding(of_namespace, &["ns1"]),
            holding(of_namespace, &["ns2"]),
        ]
    }

    #[test]
    fn every_role_may_do_what_the_table_says_and_nothing_else() {
        let ns1 = named("ns1");
        for (what, allowed, expected) in TABLE {
            let actual = columns().map(|principal| u8::from(allowed(&principal, &ns1).is_ok()));
            assert_eq!(actual, *expected, "{what}");
        }
    }

    #[test]
    fn without_a_role_nothing_is_allowed() {
        let nobody = holding(Roles::NONE, &[]);
        for (what, allowed, _) in TABLE {
            assert!(allowed(&nobody, &named("ns1")).is_err(), "{what}");
        }
    }

    #[test]
    fn roles_add_up() {
        let both = holding(Roles::from_iter([SystemMonitor, Role::NamespaceAdmin]), &["ns1"]);
        for (what, allowed, [_, monitor, _, admin, _]) in TABLE {
            assert_eq!(allowed(&both, &named("ns1")).is_ok(), monitor + admin > 0, "{what}");
        }
    }

    #[test]
    fn lists_reach_as_far_as_the_role() {
        let [admin, monitor, security, of_ns1, _] = columns();
        assert_eq!(admin.may_list_users(), Ok(Reach::Everything));
        assert_eq!(monitor.may_list_buckets(), Ok(Reach::Everything));
        let reach = of_ns1.may_list_users().unwrap();
        assert!(reach.includes(&named("ns1")) && !reach.includes(&named("ns2")));
        assert!(security.may_list_users().is_err());
    }

    #[test]
    fn a_refusal_names_the_caller() {
        let error = holding(Roles::NONE, &[]).may_manage_namespaces().unwrap_err();
        assert_eq!(error.to_string(), "Insufficient permissions for user dana.");
    }
}
