//! Whether somebody who logged in earlier is still there, asked without their password.

use keyward_identity::{AuthnProvider, DirectoryUser};
use keyward_login::{Presence, Provider, Refusal};
use keyward_login_ldap::LdapProvider;

use crate::fixture::{BASE, Slapd, free_port};
use crate::house::{provider, settings, settings_for};
use crate::logins::person;

const BOB: &str = "bob@corp.example";

async fn bob(provider: &LdapProvider) -> DirectoryUser {
    person(provider, BOB, "Passw0rd-bob").await
}

async fn refusal(provider: &LdapProvider, user: &DirectoryUser) -> Refusal {
    match provider.look_up(user).await {
        Presence::Refused(refusal) => refusal,
        other => panic!("{} should have been refused: {other:?}", user.name),
    }
}

fn bobs_entry() -> String {
    format!("uid=bob,ou=people,{BASE}")
}

#[tokio::test]
async fn who_logged_in_is_there_under_every_filter_that_finds_them() {
    let slapd = Slapd::start().await;
    for filter in ["uid=%U", "(|(uid=%U)(mail=%u))"] {
        let provider = provider(AuthnProvider { search_filter: filter.to_owned(), ..settings(&slapd) });
        for (name, password) in [(BOB, "Passw0rd-bob"), ("alice@corp.test", "Passw0rd-alice")] {
            let user = person(&provider, name, password).await;
            let presence = provider.look_up(&user).await;
            assert!(matches!(presence, Presence::Present), "{filter} {name}: {presence:?}");
        }
    }
}

#[tokio::test]
async fn who_was_deleted_is_gone_and_a_newcomer_with_the_name_is_not_them() {
    let slapd = Slapd::start().await;
    let provider = provider(settings(&slapd));
    let user = bob(&provider).await;
    slapd.delete(&bobs_entry()).await;
    assert_eq!(refusal(&provider, &user).await, Refusal::UnknownUser);
    let newcomer = ["objectClass: inetOrgPerson", "uid: bob", "cn: Bob", "sn: B", "userPassword: Passw0rd-bob"];
    slapd.add(&bobs_entry(), &newcomer).await;
    assert_eq!(refusal(&provider, &user).await, Refusal::UnknownUser);
    let user = bob(&provider).await;
    assert!(matches!(provider.look_up(&user).await, Presence::Present));
}

#[tokio::test]
async fn who_the_filter_finds_no_longer_is_gone() {
    let slapd = Slapd::start().await;
    let user = bob(&provider(settings(&slapd))).await;
    let narrower = "(&(uid=%U)(!(departmentNumber=7)))".to_owned();
    let provider = provider(AuthnProvider { search_filter: narrower, ..settings(&slapd) });
    assert_eq!(refusal(&provider, &user).await, Refusal::UnknownUser);
}

#[tokio::test]
async fn who_the_directory_locked_for_good_is_refused() {
    let slapd = Slapd::start().await;
    let provider = provider(settings(&slapd));
    let user = bob(&provider).await;
    slapd.change(&bobs_entry(), "pwdAccountLockedTime", "000001010000Z").await;
    assert_eq!(refusal(&provider, &user).await, Refusal::Locked);
}

#[tokio::test]
async fn a_name_that_two_entries_have_is_nobodys() {
    let slapd = Slapd::start().await;
    let provider = provider(settings(&slapd));
    let user = bob(&provider).await;
    let second = ["objectClass: inetOrgPerson", "uid: bob", "cn: Bob", "sn: B"];
    slapd.add(&format!("cn=Bob,ou=two,{BASE}"), &second).await;
    assert_eq!(refusal(&provider, &user).await, Refusal::SeveralEntries);
}

#[tokio::test]
async fn people_of_another_provider_are_not_asked_for_and_a_disabled_provider_has_nobody() {
    let slapd = Slapd::start().await;
    let user = bob(&provider(settings(&slapd))).await;
    let other = provider(AuthnProvider { id: "urn:AuthProvider:other".to_owned(), ..settings(&slapd) });
    assert!(matches!(other.look_up(&user).await, Presence::NotAskedFor));
    let disabled = provider(AuthnProvider { disabled: true, ..settings(&slapd) });
    assert_eq!(refusal(&disabled, &user).await, Refusal::Disabled);
    let elsewhere = AuthnProvider { domains: vec!["corp.test".parse().unwrap()], ..settings(&slapd) };
    assert_eq!(refusal(&provider(elsewhere), &user).await, Refusal::UnknownUser);
}

#[tokio::test]
async fn a_directory_that_is_away_or_configured_wrongly_says_nothing_of_anybody() {
    let mut slapd = Slapd::start().await;
    let used = provider(settings(&slapd));
    let user = bob(&used).await;
    let wrong_base = AuthnProvider { search_base: "ou=gone,dc=corp,dc=example".to_owned(), ..settings(&slapd) };
    slapd.kill();
    let away = provider(settings_for([format!("ldap://127.0.0.1:{}", free_port())]));
    for provider in [used, away] {
        let presence = provider.look_up(&user).await;
        assert!(matches!(presence, Presence::Unavailable(_)), "{presence:?}");
    }
    slapd.run();
    let presence = provider(wrong_base).look_up(&user).await;
    assert!(matches!(presence, Presence::Unavailable(_)), "{presence:?}");
}
