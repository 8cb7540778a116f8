//! Who may do what in the management API (reference 2.8 and the role columns of 4 to 9).
//!
//! Two things hold throughout. A system administrator may do everything but is never needed for what a namespace's own
//! administrator may do. A monitor reads what an administrator reads, except secrets.

use Role::{SecurityAdmin, SystemAdmin, SystemMonitor};

use crate::{NamespaceName, Principal, Role};

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

    /// See capacity, nodes and metrics.
    pub fn may_read_system(&self) -> Result<(), Forbidden> {
        self.holds_any(&[SystemAdmin, SystemMonitor])
    }

    /// See the audit records.
    pub fn may_read_audit(&self) -> Result<(), Forbidden> {
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
