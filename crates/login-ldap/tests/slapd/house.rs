//! Providers for test servers.

use std::sync::Arc;
use std::time::Duration;

use keyward_ambient::Timestamp;
use keyward_identity::{AuthnProvider, ProviderMode, SearchScope, StartTls};
use keyward_login::Password;
use keyward_login_ldap::{EntryBrake, LdapProvider, Limits, Surroundings, SystemRoots};
use keyward_testkit::FrozenClock;

use crate::fixture::{BASE, MANAGER, MANAGER_PASSWORD, Slapd};

/// The settings that suit `slapd`: plain LDAP, people by `uid`, everything below the base.
pub fn settings(slapd: &Slapd) -> AuthnProvider {
    settings_for([slapd.url()])
}

/// The same for servers at `urls`.
pub fn settings_for(urls: impl IntoIterator<Item = String>) -> AuthnProvider {
    AuthnProvider {
        id: "urn:AuthProvider:test".to_owned(),
        mode: ProviderMode::Ldap,
        name: "corp".to_owned(),
        description: String::new(),
        server_urls: urls.into_iter().collect(),
        domains: vec!["corp.example".parse().unwrap(), "corp.test".parse().unwrap()],
        manager_dn: MANAGER.to_owned(),
        search_base: BASE.to_owned(),
        search_filter: "(&(objectClass=person)(uid=%U))".to_owned(),
        search_scope: SearchScope::Subtree,
        group_attribute: "CN".to_owned(),
        group_whitelist: Vec::new(),
        group_object_classes: Vec::new(),
        group_member_attributes: Vec::new(),
        max_page_size: 0,
        validate_certificates: true,
        start_tls: StartTls::Off,
        disabled: false,
        tags: Vec::new(),
        server_cert: None,
        created_at: Timestamp::EPOCH,
    }
}

pub fn provider(settings: AuthnProvider) -> LdapProvider {
    provider_with(settings, MANAGER_PASSWORD, FrozenClock::default())
}

pub fn provider_with(settings: AuthnProvider, manager_password: &str, clock: FrozenClock) -> LdapProvider {
    let surroundings = Surroundings { clock: Arc::new(clock), ..surroundings() };
    LdapProvider::new(settings, Password::from(manager_password), Vec::new(), &surroundings).unwrap()
}

/// Surroundings in which time stands still.
pub fn surroundings() -> Surroundings {
    Surroundings {
        clock: Arc::new(FrozenClock::default()),
        roots: SystemRoots::none(),
        limits: Limits::default(),
        brake: EntryBrake::default(),
    }
}

/// A provider that gives up on a silent server after moments instead of seconds.
pub fn impatient_provider(settings: AuthnProvider) -> LdapProvider {
    let short = Duration::from_millis(300);
    let limits = Limits { connect: short, operation: short, ..Limits::default() };
    let surroundings = Surroundings { limits, ..surroundings() };
    LdapProvider::new(settings, Password::from(MANAGER_PASSWORD), Vec::new(), &surroundings).unwrap()
}
