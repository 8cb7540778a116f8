//! Providers for the domain.

use std::sync::Arc;

use keyward_ambient::Timestamp;
use keyward_identity::{AuthnProvider, ProviderMode, SearchScope, StartTls};
use keyward_login::Password;
use keyward_login_ldap::{EntryBrake, LdapProvider, Limits, Surroundings, SystemRoots};
use keyward_testkit::FrozenClock;

use crate::company::{MANAGER, password_of};
use crate::domain_controller::{BASE, DOMAIN, domain_controller};

/// The settings that an administrator of the domain would give: LDAPS, people by account name, everything below the
/// domain.
pub fn settings() -> AuthnProvider {
    let controller = domain_controller();
    AuthnProvider {
        id: "urn:AuthProvider:test".to_owned(),
        mode: ProviderMode::Ad,
        name: "corp".to_owned(),
        description: String::new(),
        server_urls: vec![controller.ldaps(636)],
        domains: vec![DOMAIN.parse().unwrap()],
        manager_dn: format!("{MANAGER}@{DOMAIN}"),
        search_base: BASE.to_owned(),
        search_filter: "sAMAccountName=%U".to_owned(),
        search_scope: SearchScope::Subtree,
        group_attribute: "CN".to_owned(),
        group_whitelist: Vec::new(),
        group_object_classes: Vec::new(),
        group_member_attributes: Vec::new(),
        max_page_size: 0,
        validate_certificates: true,
        start_tls: StartTls::IfOffered,
        disabled: false,
        tags: Vec::new(),
        server_cert: Some(controller.authority.clone()),
        created_at: Timestamp::EPOCH,
    }
}

pub fn provider(settings: AuthnProvider) -> LdapProvider {
    provider_with(settings, &password_of(MANAGER))
}

pub fn provider_with(settings: AuthnProvider, manager_password: &str) -> LdapProvider {
    let clock = Arc::new(FrozenClock::default());
    let surroundings =
        Surroundings { clock, roots: SystemRoots::none(), limits: Limits::default(), brake: EntryBrake::default() };
    LdapProvider::new(settings, Password::from(manager_password), Vec::new(), &surroundings).unwrap()
}
