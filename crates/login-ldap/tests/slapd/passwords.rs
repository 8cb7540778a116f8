//! Who gets in and who does not.

use std::time::Duration;

use keyward_identity::AuthnProvider;
use keyward_login::{Outcome, Refusal};
use keyward_login_ldap::LdapProvider;
use keyward_testkit::FrozenClock;

use crate::fixture::{BASE, MANAGER_PASSWORD, Slapd};
use crate::house::{provider, provider_with, settings, surroundings};
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

#[tokio::test]
async fn guesses_at_one_entry_count_together_by_whatever_name_it_is_found() {
    let slapd = Slapd::start().await;
    let search_filter = "(&(objectClass=person)(|(uid=%U)(mail=%u)))".to_owned();
    let clock = FrozenClock::default();
    let settings = AuthnProvider { search_filter, ..settings(&slapd) };
    let provider = provider_with(settings, MANAGER_PASSWORD, clock.clone());
    let names = ["alice@corp.example", "alice.example@corp.example"];
    for guess in 0..3 {
        assert_eq!(refusal(&provider, names[guess % 2], "guess").await, Refusal::WrongPassword);
    }
    for name in names {
        let outcome = log_in(&provider, name, "Passw0rd-alice").await;
        assert!(matches!(outcome, Outcome::TurnedAway(_)), "{name}: {outcome:?}");
    }
    person(&provider, "bob@corp.example", "Passw0rd-bob").await;
    clock.advance(Duration::from_secs(1));
    for name in names {
        person(&provider, name, "Passw0rd-alice").await;
    }
}

#[tokio::test]
async fn the_brake_outlives_a_change_of_the_provider_and_holds_nobody_of_another() {
    let (slapd, other) = (Slapd::start().await, Slapd::start().await);
    let (surroundings, id) = (surroundings(), "urn:AuthProvider:other".to_owned());
    let open = |settings| LdapProvider::new(settings, MANAGER_PASSWORD.into(), Vec::new(), &surroundings).unwrap();
    let (one, two) = (open(settings(&slapd)), open(AuthnProvider { id, ..settings(&other) }));
    for _ in 0..3 {
        refusal(&one, "alice@corp.example", "guess").await;
    }
    assert!(matches!(log_in(&one, "alice@corp.example", "Passw0rd-alice").await, Outcome::TurnedAway(_)));
    person(&two, "alice@corp.example", "Passw0rd-alice").await;
    let again = open(settings(&slapd));
    assert!(matches!(log_in(&again, "alice@corp.example", "Passw0rd-alice").await, Outcome::TurnedAway(_)));
}
