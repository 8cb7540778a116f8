//! Tokens: how long they live, how many there may be, what ends them.

use std::time::Duration;

use keyward_identity::{ManagementUser, ManagementUserId, Role};
use keyward_login::Password;
use keyward_service::{ManagementUserChange, ServiceError, Session};
use keyward_store::{AuditOutcome, Commit, ManagementUsers, Record, Revised, Transaction, Write};

use crate::house::{ALICE, BOB, Entry, HERE, House, PASSWORD, namespace_name, operator};

const A_MOMENT: Duration = Duration::from_millis(1);

/// Whether the session's token opens anything; anything but yes and "this token is not valid" is a surprise.
async fn is_live(house: &House, session: &Session) -> bool {
    match house.caller(session).await {
        Ok(_) => true,
        Err(error) => {
            assert_eq!(error, ServiceError::InvalidToken);
            false
        }
    }
}

#[tokio::test]
async fn a_token_that_is_in_use_lives_eight_hours() {
    let house = House::open().await;
    let session = house.log_in("root").await.unwrap();
    for _ in 1..8 {
        house.pass_minutes(60);
        assert!(is_live(&house, &session).await);
    }
    house.clock.advance(Duration::from_secs(3600) - A_MOMENT);
    assert!(is_live(&house, &session).await);
    house.clock.advance(A_MOMENT);
    assert!(!is_live(&house, &session).await);
}

#[tokio::test]
async fn a_token_that_is_not_used_for_two_hours_is_dead() {
    let house = House::open().await;
    let session = house.log_in("root").await.unwrap();
    for _ in 0..2 {
        house.clock.advance(Duration::from_secs(7200) - A_MOMENT);
        assert!(is_live(&house, &session).await);
    }
    house.pass_minutes(120);
    assert!(!is_live(&house, &session).await);
}

#[tokio::test]
async fn nobody_has_more_than_a_hundred_live_tokens() {
    let house = House::open().await;
    house.known_as(ALICE, "entry of alice");
    let first = house.log_in(ALICE).await.unwrap();
    for _ in 1..100 {
        house.log_in(ALICE).await.unwrap();
    }
    let refused = house.log_in(ALICE).await.unwrap_err();
    assert_eq!(refused, ServiceError::TokenLimit { user: ALICE.to_owned(), limit: 100 });
    house.enter("root").await;
    house.caller(&first).await.unwrap().log_out(false).await.unwrap();
    house.log_in(ALICE).await.unwrap();
    house.pass_minutes(120);
    house.log_in(ALICE).await.unwrap();
}

#[tokio::test]
async fn a_logout_ends_the_token_at_once_and_no_other() {
    let house = House::open().await;
    let (one, other) = (house.log_in("root").await.unwrap(), house.log_in("root").await.unwrap());
    house.caller(&one).await.unwrap().log_out(false).await.unwrap();
    assert!(!is_live(&house, &one).await);
    assert!(is_live(&house, &other).await);
}

#[tokio::test]
async fn a_forced_logout_ends_all_tokens_of_the_caller_and_nobody_elses() {
    let house = House::open().await;
    house.known_as(ALICE, "entry of alice");
    house.known_as(BOB, "entry of bob");
    let alices = [house.log_in(ALICE).await.unwrap(), house.log_in(ALICE).await.unwrap()];
    let bobs = house.log_in(BOB).await.unwrap();
    house.caller(&alices[0]).await.unwrap().log_out(true).await.unwrap();
    assert!(!is_live(&house, &alices[0]).await && !is_live(&house, &alices[1]).await);
    assert!(is_live(&house, &bobs).await);
}

#[tokio::test]
async fn an_administrator_ends_the_tokens_of_others_and_anybody_their_own_by_name() {
    let house = House::open().await;
    house.known_as(ALICE, "entry of alice");
    let session = house.log_in(ALICE).await.unwrap();
    house.root.log_out_other("nobody@corp.example").await.unwrap();
    house.root.log_out_other(" Alice@corp.example ").await.unwrap();
    assert!(!is_live(&house, &session).await);
    let session = house.log_in(ALICE).await.unwrap();
    house.caller(&session).await.unwrap().log_out_other("ALICE@corp.example").await.unwrap();
    assert!(!is_live(&house, &session).await);
}

#[tokio::test]
async fn what_is_no_token_is_told_from_a_token_that_is_not_valid() {
    let house = House::open().await;
    for text in ["", "short", &"!".repeat(44), &"A".repeat(45)] {
        let refused = house.service.caller(text, HERE).await.unwrap_err();
        assert_eq!(refused, ServiceError::MalformedToken, "{text}");
    }
    let refused = house.service.caller(&"A".repeat(44), HERE).await.unwrap_err();
    assert_eq!(refused, ServiceError::InvalidToken);
}

#[tokio::test]
async fn deleting_a_management_user_ends_its_tokens() {
    let house = House::open().await;
    house.hire("mona", &[Role::SystemMonitor]).await;
    let session = house.log_in("mona").await.unwrap();
    house.root.delete_management_user("mona").await.unwrap();
    assert!(!is_live(&house, &session).await);
    assert_eq!(house.log_in("mona").await.unwrap_err(), ServiceError::InvalidCredentials);
    house.hire("mona", &[Role::SystemMonitor]).await;
    assert!(!is_live(&house, &session).await);
}

#[tokio::test]
async fn changing_a_management_user_ends_its_tokens() {
    let house = House::open().await;
    house.hire("mona", &[Role::SystemMonitor]).await;
    let password = Some(Password::from("another-password"));
    let new_password = ManagementUserChange { password, ..ManagementUserChange::default() };
    let new_role = ManagementUserChange { system_admin: Some(true), ..ManagementUserChange::default() };
    for change in [new_role, new_password] {
        let session = house.log_in("mona").await.unwrap();
        house.root.update_management_user("mona", change).await.unwrap();
        assert!(!is_live(&house, &session).await);
    }
    assert_eq!(house.log_in("mona").await.unwrap_err(), ServiceError::InvalidCredentials);
    house.log_in_with("mona", "another-password").await.unwrap();
}

#[tokio::test]
async fn changing_ones_own_password_ends_all_of_ones_tokens() {
    let house = House::open().await;
    house.hire("mona", &[Role::SystemMonitor]).await;
    let (one, other) = (house.log_in("mona").await.unwrap(), house.log_in("mona").await.unwrap());
    let mona = house.caller(&one).await.unwrap();
    mona.change_own_password(&Password::from(PASSWORD), &Password::from("another-password")).await.unwrap();
    assert!(!is_live(&house, &one).await && !is_live(&house, &other).await);
    house.log_in_with("mona", "another-password").await.unwrap();
}

#[tokio::test]
async fn a_new_password_or_the_removal_of_a_person_ends_their_tokens() {
    let (house, lena) = (House::open().await, "lena@local.test");
    house.root.add_person(lena, Some(Password::from(PASSWORD))).await.unwrap();
    let session = house.log_in(lena).await.unwrap();
    house.root.set_person_password(lena, Some(Password::from("another-password"))).await.unwrap();
    assert!(!is_live(&house, &session).await);
    let session = house.log_in_with(lena, "another-password").await.unwrap();
    house.root.remove_person(lena).await.unwrap();
    assert!(!is_live(&house, &session).await);
}

#[tokio::test]
async fn a_login_under_way_does_not_outlive_the_password_that_it_was_made_with() {
    let (house, lena) = (House::open().await, "lena@local.test");
    house.root.add_person(lena, Some(Password::from(PASSWORD))).await.unwrap();
    for name in [lena, "mona"] {
        if name == "mona" {
            house.hire("mona", &[Role::SystemMonitor]).await;
        }
        let (commit, service) = (house.store.commits.close(), house.service.clone());
        let login = tokio::spawn(async move { service.log_in(name, Password::from(PASSWORD), HERE).await });
        commit.reached().await;
        set_password(&house, name).await;
        commit.open();
        let outcome = login.await.unwrap();
        assert!(matches!(outcome, Err(ServiceError::Unavailable { .. })), "{name}: {outcome:?}");
    }
}

async fn set_password(house: &House, name: &str) {
    let password = Some(Password::from("another-password"));
    if name.contains('@') {
        house.root.set_person_password(name, password).await.unwrap();
    } else {
        let change = ManagementUserChange { password, ..ManagementUserChange::default() };
        house.root.update_management_user(name, change).await.unwrap();
    }
}

#[tokio::test]
async fn a_role_taken_from_a_group_is_gone_at_the_next_request_of_its_members() {
    let house = House::open().await;
    let groups = vec!["watchers".to_owned()];
    house.directories.put(ALICE, Entry { password: PASSWORD.to_owned(), groups, ..Entry::default() });
    let mut group = operator("watchers@corp.example", &[Role::SystemMonitor]);
    group.is_external_group = true;
    house.root.create_management_user(group).await.unwrap();
    let session = house.log_in(ALICE).await.unwrap();
    house.caller(&session).await.unwrap().management_users().await.unwrap();
    house.root.delete_management_user("watchers@corp.example").await.unwrap();
    let refused = house.caller(&session).await.unwrap().management_users().await.unwrap_err();
    assert!(matches!(refused, ServiceError::Forbidden(_)), "{refused:?}");
}

#[tokio::test]
async fn a_namespace_taken_from_its_administrator_is_gone_at_the_next_request() {
    let house = House::open().await;
    house.root.create_object_user("app1", "ns1", vec![]).await.unwrap();
    house.namespace_admin("nora", "ns1").await.keys_of("app1", None).await.unwrap();
    let session = house.log_in("nora").await.unwrap();
    house.namespace_admin("other", "ns1").await;
    let refused = house.caller(&session).await.unwrap().keys_of("app1", None).await.unwrap_err();
    assert!(matches!(refused, ServiceError::Forbidden(_)), "{refused:?}");
}

#[tokio::test]
async fn a_new_mapping_holds_from_the_next_request_on() {
    let house = House::open().await;
    house.known_as(ALICE, "entry of alice");
    let session = house.log_in(ALICE).await.unwrap();
    house.map_nobody_to("ns1").await;
    assert_eq!(house.caller(&session).await.unwrap().principal().namespace, None);
    house.found_namespace("ns2", &["corp.example"]).await;
    let alice = house.caller(&session).await.unwrap();
    assert_eq!(alice.principal().namespace, Some(namespace_name("ns2")));
}

#[tokio::test]
async fn the_tokens_of_a_locked_management_user_are_dead() {
    let house = House::open().await;
    house.hire("mona", &[Role::SystemMonitor]).await;
    let session = house.log_in("mona").await.unwrap();
    let id = ManagementUserId::parse("mona").unwrap();
    let Revised { value, revision } = house.store.management_user(&id).await.unwrap().unwrap();
    let locked = Record::ManagementUser(ManagementUser { locked: true, ..value });
    house.store.commit(Transaction::new(house.rival_audit()).write(Write::update(locked, revision))).await.unwrap();
    assert!(!is_live(&house, &session).await);
    assert_eq!(house.log_in("mona").await.unwrap_err(), ServiceError::InvalidCredentials);
}

#[tokio::test]
async fn a_management_user_without_role_and_bound_object_user_has_nothing_to_log_in_for() {
    let house = House::open().await;
    house.hire("idle", &[]).await;
    let (outcome, records) = house.watching(house.log_in("idle")).await;
    assert_eq!(outcome.unwrap_err(), ServiceError::InvalidCredentials);
    assert_eq!(
        (records.len(), records[0].outcome, &*records[0].details["reason"]),
        (1, AuditOutcome::Refused, "no_role")
    );
    house.root.create_object_user("idle", "ns1", vec![]).await.unwrap();
    assert_eq!(house.log_in("idle").await.unwrap_err(), ServiceError::InvalidCredentials);
    house.root.bind_management_user("idle", None).await.unwrap();
    house.enter("idle").await;
}
