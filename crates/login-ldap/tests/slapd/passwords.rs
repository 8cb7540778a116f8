//! Who gets in and who does not.

use keyward_login::{Outcome, Refusal};

use crate::fixture::{BASE, Slapd};
use crate::house::{provider, settings};
use crate::logins::{log_in, person, refusal};

#[tokio::test]
async fn the_right_password_is_accepted_and_a_wrong_one_refused() {
    let slapd = Slapd::start().await;
    let provider = provider(settings(&slapd));
    assert_eq!(person(&provider, "alice@corp.example", "Passw0rd-alice").await.name, "alice@corp.example");
    assert_eq!(refusal(&provider, "alice@corp.example", "Passw0rd-bob").await, Refusal::WrongPassword);
    assert_eq!(refusal(&provider, "alice@corp.example", " Passw0rd-alice").await, Refusal::WrongPassword);
}

#[tokio::test]
async fn an_empty_password_is_refused_unseen() {
    let slapd = Slapd::start().await;
    let provider = provider(settings(&slapd));
    drop(slapd);
    assert_eq!(refusal(&provider, "alice@corp.example", "").await, Refusal::EmptyPassword);
}

#[tokio::test]
async fn an_unknown_name_is_refused_and_a_foreign_one_left_to_others() {
    let slapd = Slapd::start().await;
    let provider = provider(settings(&slapd));
    assert_eq!(refusal(&provider, "mallory@corp.example", "x").await, Refusal::UnknownUser);
    assert!(matches!(log_in(&provider, "alice@other.example", "Passw0rd-alice").await, Outcome::NotAskedFor));
    assert!(matches!(log_in(&provider, "alice", "Passw0rd-alice").await, Outcome::NotAskedFor));
}

#[tokio::test]
async fn a_name_that_looks_like_a_filter_finds_nobody() {
    let slapd = Slapd::start().await;
    let provider = provider(settings(&slapd));
    for name in ["*@corp.example", "*)(uid=*@corp.example", "a*@corp.example", "alice)(|(uid=*@corp.example"] {
        assert_eq!(refusal(&provider, name, "Passw0rd-alice").await, Refusal::UnknownUser, "{name}");
    }
}

#[tokio::test]
async fn a_name_with_two_entries_is_nobodys() {
    let slapd = Slapd::start().await;
    let provider = provider(settings(&slapd));
    assert_eq!(refusal(&provider, "twin@corp.example", "Passw0rd-twin").await, Refusal::SeveralEntries);
}

#[tokio::test]
async fn somebody_without_a_password_cannot_log_in() {
    let slapd = Slapd::start().await;
    let dn = format!("uid=robot,ou=people,{BASE}");
    slapd.add(&dn, &["objectClass: inetOrgPerson", "uid: robot", "cn: r", "sn: r"]).await;
    assert_eq!(refusal(&provider(settings(&slapd)), "robot@corp.example", "x").await, Refusal::WrongPassword);
}

#[tokio::test]
async fn somebody_removed_from_the_directory_cannot_log_in_any_more() {
    let slapd = Slapd::start().await;
    let provider = provider(settings(&slapd));
    person(&provider, "carol@corp.example", "Passw0rd-carol").await;
    slapd.delete(&format!("uid=carol,ou=people,{BASE}")).await;
    assert_eq!(refusal(&provider, "carol@corp.example", "Passw0rd-carol").await, Refusal::UnknownUser);
}

#[tokio::test]
async fn the_managers_rights_survive_logins_on_the_same_provider() {
    let slapd = Slapd::start().await;
    let provider = provider(settings(&slapd));
    let bob = log_in(&provider, "bob@corp.example", "Passw0rd-bob");
    let (alice, bob) = tokio::join!(person(&provider, "alice@corp.example", "Passw0rd-alice"), bob);
    assert!(matches!(bob, Outcome::Authenticated(_)));
    assert!(!alice.groups.is_empty());
    provider.check().await.unwrap();
}

#[tokio::test]
async fn a_disabled_provider_is_not_asked() {
    let slapd = Slapd::start().await;
    let provider = provider(keyward_identity::AuthnProvider { disabled: true, ..settings(&slapd) });
    assert!(matches!(log_in(&provider, "alice@corp.example", "Passw0rd-alice").await, Outcome::NotAskedFor));
}
