//! What an administrator is told about a provider that does not work.

use keyward_identity::AuthnProvider;
use keyward_testkit::FrozenClock;

use crate::fixture::{MANAGER_PASSWORD, Slapd, free_port};
use crate::house::{provider, provider_with, settings, settings_for};

#[tokio::test]
async fn working_settings_pass() {
    let slapd = Slapd::start().await;
    provider(settings(&slapd)).check().await.unwrap();
}

#[tokio::test]
async fn a_wrong_manager_password_is_named_and_not_shown() {
    let slapd = Slapd::start().await;
    let provider = provider_with(settings(&slapd), "outdated-secret", FrozenClock::default());
    let failure = provider.check().await.unwrap_err();
    assert_eq!(failure.explain(), "the directory does not accept manager_dn with manager_password (LDAP result 49)");
    assert!(!format!("{failure:?} {provider:?}").contains("outdated-secret"));
}

#[tokio::test]
async fn a_wrong_search_base_is_named() {
    let slapd = Slapd::start().await;
    let settings = AuthnProvider { search_base: "ou=gone,dc=corp,dc=example".to_owned(), ..settings(&slapd) };
    let failure = provider(settings).check().await.unwrap_err();
    let expected = r#"search_base "ou=gone,dc=corp,dc=example" does not exist, or manager_dn may not read it"#;
    assert_eq!(failure.explain(), expected);
}

#[tokio::test]
async fn an_unreachable_server_is_named_with_its_trouble() {
    let url = format!("ldap://127.0.0.1:{}", free_port());
    let failure = provider(settings_for([url.clone()])).check().await.unwrap_err();
    let explanation = failure.explain();
    assert!(explanation.starts_with(&format!("no server of the directory could be used: {url}: ")), "{explanation}");
    assert!(explanation.contains("Connection refused"), "{explanation}");
    assert!(!explanation.contains(MANAGER_PASSWORD));
}
