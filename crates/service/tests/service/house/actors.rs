//! Who is in the house: people of directories, operators, administrators of namespaces.

use keyward_ambient::Clock;
use keyward_identity::{AuthnProvider, DomainName, ProviderMode, Role, UserMapping};
use keyward_login::Password;
use keyward_service::{Caller, ListChange, NamespaceChange, NewManagementUser, ProviderChange, ServiceError, Session};
use keyward_store::AuditRecord;

use super::{Entry, HERE, House};

/// Two people of the directory.
pub(crate) const ALICE: &str = "alice@corp.example";
pub(crate) const BOB: &str = "bob@corp.example";

/// Everybody's password.
pub(crate) const PASSWORD: &str = "correct-horse-battery-7";

impl House {
    /// Tries to log in with everybody's password.
    pub(crate) async fn log_in(&self, name: &str) -> Result<Session, ServiceError> {
        self.log_in_with(name, PASSWORD).await
    }

    /// Tries to log in.
    pub(crate) async fn log_in_with(&self, name: &str, password: &str) -> Result<Session, ServiceError> {
        self.service.log_in(name, Password::from(password), HERE).await
    }

    /// Who a session is now.
    pub(crate) async fn caller(&self, session: &Session) -> Result<Caller, ServiceError> {
        self.service.caller(session.token.expose(), HERE).await
    }

    /// Somebody who is known, logged in.
    pub(crate) async fn enter(&self, name: &str) -> Caller {
        let session = self.log_in(name).await.unwrap();
        self.caller(&session).await.unwrap()
    }

    /// Puts a person into the directory, in the place of whoever had the name.
    pub(crate) fn known_as(&self, name: &str, unique_id: &str) {
        let unique_id = Some(unique_id.to_owned());
        self.directories.put(name, Entry { password: PASSWORD.to_owned(), unique_id, ..Entry::default() });
    }

    /// A person of the directory, logged in.
    pub(crate) async fn person(&self, name: &str) -> Caller {
        self.known_as(name, &format!("entry of {name}"));
        self.enter(name).await
    }

    /// A new local management user.
    pub(crate) async fn hire(&self, id: &str, roles: &[Role]) {
        self.root.create_management_user(operator(id, roles)).await.unwrap();
    }

    /// A new local management user, logged in.
    pub(crate) async fn operator(&self, id: &str, roles: &[Role]) -> Caller {
        self.hire(id, roles).await;
        self.enter(id).await
    }

    /// A new local management user who administers `namespace`, logged in.
    pub(crate) async fn namespace_admin(&self, id: &str, namespace: &str) -> Caller {
        self.hire(id, &[]).await;
        let change = NamespaceChange { namespace_admins: Some(vec![id.to_owned()]), ..NamespaceChange::default() };
        self.root.update_namespace(namespace, change, |_| {}).await.unwrap();
        self.enter(id).await
    }

    /// A new namespace that everybody of these domains belongs to.
    pub(crate) async fn found_namespace(&self, name: &str, domains: &[&str]) {
        let mappings = domains.iter().map(|domain| mapping(domain)).collect();
        let change = NamespaceChange { user_mappings: Some(mappings), ..NamespaceChange::default() };
        self.root.create_namespace(name, change).await.unwrap();
    }

    /// The directory of `corp.example`.
    pub(crate) async fn corp(&self) -> AuthnProvider {
        let providers = self.root.providers().await.unwrap();
        providers.into_iter().find(|provider| provider.name == "corp").unwrap()
    }

    /// Changes the directory of `corp.example`.
    pub(crate) async fn change_corp(&self, change: ProviderChange) {
        let id = self.corp().await.id;
        self.root.update_provider(&id, change, false).await.unwrap();
    }

    /// An audit record of somebody who writes past the service.
    pub(crate) fn rival_audit(&self) -> AuditRecord {
        AuditRecord::new(self.clock.now(), "rival", "rival.change")
    }

    /// Takes the user mappings of a namespace away.
    pub(crate) async fn map_nobody_to(&self, name: &str) {
        let change = NamespaceChange { user_mappings: Some(Vec::new()), ..NamespaceChange::default() };
        self.root.update_namespace(name, change, |_| {}).await.unwrap();
    }
}

/// Everybody of a domain.
pub(crate) fn mapping(domain: &str) -> UserMapping {
    UserMapping::new(DomainName::parse(domain).unwrap(), Vec::new(), Vec::new()).unwrap()
}

/// A management user with everybody's password when the name is local.
pub(crate) fn operator(id: &str, roles: &[Role]) -> NewManagementUser {
    NewManagementUser {
        id: id.to_owned(),
        password: (!id.contains('@')).then(|| Password::from(PASSWORD)),
        system_admin: roles.contains(&Role::SystemAdmin),
        system_monitor: roles.contains(&Role::SystemMonitor),
        security_admin: roles.contains(&Role::SecurityAdmin),
        is_external_group: false,
    }
}

/// A directory that serves one domain.
pub(crate) fn provider(name: &str, domain: &str) -> ProviderChange {
    ProviderChange {
        mode: Some(ProviderMode::Ldap),
        name: Some(name.to_owned()),
        server_urls: ListChange {
            replace: Some(vec!["ldaps://ldap.corp.example".to_owned()]),
            ..ListChange::default()
        },
        domains: ListChange { replace: Some(vec![domain.to_owned()]), ..ListChange::default() },
        manager_dn: Some("cn=keyward,dc=corp,dc=example".to_owned()),
        manager_password: Some(Password::from("managers-own-secret")),
        search_base: Some("ou=people,dc=corp,dc=example".to_owned()),
        search_filter: Some("uid=%U".to_owned()),
        ..ProviderChange::default()
    }
}
