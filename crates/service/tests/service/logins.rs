//! Logging in: who is asked, what is said, what is noted, and how fast guesses may come.

use keyward_identity::Roles;
use keyward_service::{ListChange, NamespaceChange, ProviderChange, ServiceError};
use keyward_store::{AuditOutcome, Commit, Providers, Record, Sealed, Transaction, Write};

use crate::house::{ALICE, Entry, House, PASSWORD, namespace_name, provider};

#[tokio::test]
async fn a_session_tells_the_name_in_its_normal_form_and_how_long_it_lives() {
    let house = House::open().await;
    house.known_as(ALICE, "entry of alice");
    let session = house.log_in("  ALICE@Corp.Example").await.unwrap();
    assert_eq!((session.user.as_str(), session.max_age.as_secs()), (ALICE, 8 * 3600));
}

#[tokio::test]
async fn whatever_is_wrong_a_guesser_is_told_the_same_and_the_audit_log_the_reason() {
    let house = House::open().await;
    house.known_as(ALICE, "entry of alice");
    let wrong = [
        (ALICE, "wrong", "wrong_password"),
        ("root", "wrong", "wrong_password"),
        ("nobody@corp.example", PASSWORD, "unknown_user"),
        ("nobody@local.test", PASSWORD, "unknown_user"),
        ("nobody@nowhere.example", PASSWORD, "unknown_user"),
        ("nobody", PASSWORD, "unknown_user"),
    ];
    for (name, password, reason) in wrong {
        let (outcome, records) = house.watching(house.log_in_with(name, password)).await;
        assert_eq!(outcome.unwrap_err(), ServiceError::InvalidCredentials);
        let [record] = records.try_into().unwrap();
        assert_eq!((&*record.actor, record.outcome, &*record.details["reason"]), (name, AuditOutcome::Refused, reason));
    }
}

#[tokio::test]
async fn an_empty_password_is_refused_before_any_directory_is_asked() {
    let house = House::open().await;
    house.directories.put(ALICE, Entry::default());
    let (outcome, records) = house.watching(house.log_in_with(ALICE, "")).await;
    assert_eq!(outcome.unwrap_err(), ServiceError::InvalidCredentials);
    assert_eq!((&*records[0].details["reason"], house.directories.asked()), ("empty_password", 0));
}

#[tokio::test]
async fn what_cannot_be_a_name_is_a_wrong_name() {
    let house = House::open().await;
    for name in ["", "   ", "@corp.example", "alice@", "al\nice@corp.example", &"a".repeat(5000)] {
        assert_eq!(house.log_in(name).await.unwrap_err(), ServiceError::InvalidCredentials, "{name:?}");
    }
}

#[tokio::test]
async fn a_guesser_is_held_up_before_the_directory_is_asked_and_the_owner_is_not_locked_out() {
    let house = House::open().await;
    house.known_as(ALICE, "entry of alice");
    for _ in 0..3 {
        assert_eq!(house.log_in_with(ALICE, "wrong").await.unwrap_err(), ServiceError::InvalidCredentials);
    }
    let asked = house.directories.asked();
    let held_up = house.log_in(ALICE).await.unwrap_err();
    let ServiceError::TooManyAttempts { retry_after } = held_up else { panic!("{held_up:?}") };
    assert_eq!(house.directories.asked(), asked);
    house.clock.advance(retry_after);
    house.enter(ALICE).await;
}

#[tokio::test]
async fn a_person_of_a_directory_is_never_an_account_of_our_own() {
    let house = House::open().await;
    let impostor = house.person("root@corp.example").await;
    assert_eq!(impostor.principal().roles, Roles::NONE);
}

#[tokio::test]
async fn a_provider_is_asked_from_the_login_after_its_making_on() {
    let house = House::open().await;
    house.known_as("sam@sales.example", "entry of sam");
    assert_eq!(house.log_in("sam@sales.example").await.unwrap_err(), ServiceError::InvalidCredentials);
    house.root.create_provider(provider("sales", "sales.example")).await.unwrap();
    house.enter("sam@sales.example").await;
}

#[tokio::test]
async fn a_change_of_a_provider_holds_from_the_next_login_on() {
    let house = House::open().await;
    house.known_as("sam@sales.example", "entry of sam");
    house.known_as(ALICE, "entry of alice");
    let domains = ListChange { add: vec!["sales.example".to_owned()], ..ListChange::default() };
    house.change_corp(ProviderChange { domains, ..ProviderChange::default() }).await;
    house.enter("sam@sales.example").await;
    let domains = ListChange { remove: vec!["corp.example".to_owned()], ..ListChange::default() };
    house.change_corp(ProviderChange { domains, ..ProviderChange::default() }).await;
    assert_eq!(house.log_in(ALICE).await.unwrap_err(), ServiceError::InvalidCredentials);
}

#[tokio::test]
async fn a_disabled_provider_is_not_asked_until_it_is_enabled_again() {
    let house = House::open().await;
    house.known_as(ALICE, "entry of alice");
    house.change_corp(ProviderChange { disabled: Some(true), ..ProviderChange::default() }).await;
    assert_eq!(house.log_in(ALICE).await.unwrap_err(), ServiceError::InvalidCredentials);
    assert_eq!(house.directories.asked(), 0);
    house.change_corp(ProviderChange { disabled: Some(false), ..ProviderChange::default() }).await;
    house.enter(ALICE).await;
}

#[tokio::test]
async fn a_deleted_provider_is_asked_no_more() {
    let house = House::open().await;
    house.known_as(ALICE, "entry of alice");
    let corp = house.corp().await;
    house.root.delete_provider(&corp.id).await.unwrap();
    assert_eq!(house.log_in(ALICE).await.unwrap_err(), ServiceError::InvalidCredentials);
    assert_eq!(house.directories.asked(), 0);
}

#[tokio::test]
async fn a_provider_that_cannot_be_opened_shuts_nobody_else_out() {
    let house = House::open().await;
    house.root.create_provider(provider("a broken one", "broken.example")).await.unwrap();
    house.directories.break_provider("a broken one");
    house.service.prepare().await.unwrap();
    house.person(ALICE).await;
    house.enter("root").await;
}

#[tokio::test]
async fn a_provider_whose_password_cannot_be_opened_shuts_nobody_else_out() {
    let house = House::open().await;
    let broken = house.root.create_provider(provider("a broken one", "broken.example")).await.unwrap();
    let mut found = house.store.provider(&broken.id).await.unwrap().unwrap();
    found.value.sealed_manager_password = Some(Sealed::from_bytes(*b"altered on disk"));
    let write = Write::update(Record::Provider(found.value), found.revision);
    house.store.commit(Transaction::new(house.rival_audit()).write(write)).await.unwrap();
    house.service.prepare().await.unwrap();
    house.person(ALICE).await;
}

#[tokio::test]
async fn attributes_that_a_mapping_looks_at_are_asked_for_from_the_next_login_on() {
    let house = House::open().await;
    let attributes = [("department".to_owned(), vec!["research".to_owned()])].into();
    house.directories.put(ALICE, Entry { password: PASSWORD.to_owned(), attributes, ..Entry::default() });
    house.map_nobody_to("ns1").await;
    assert_eq!(house.enter(ALICE).await.principal().namespace, None);
    let mut mapping = crate::house::mapping("corp.example");
    mapping
        .attributes
        .push(keyward_identity::MappedAttribute { key: "department".to_owned(), values: vec!["research".to_owned()] });
    let change = NamespaceChange { user_mappings: Some(vec![mapping]), ..NamespaceChange::default() };
    house.root.create_namespace("lab", change).await.unwrap();
    assert_eq!(house.enter(ALICE).await.principal().namespace, Some(namespace_name("lab")));
}
