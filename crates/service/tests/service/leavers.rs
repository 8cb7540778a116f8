//! People who leave: their sessions make no more keys, and a removal ends what they have.

use keyward_keyring::SecretId;
use keyward_login::Password;
use keyward_service::{Caller, OwnKeyOrder, ProviderChange, RemovedPerson, ServiceError};

use crate::house::{ALICE, House, PASSWORD};

const LENA: &str = "lena@local.test";

fn gone(name: &str) -> ServiceError {
    ServiceError::NoLongerAdmitted { user: name.to_owned() }
}

/// Everything that makes a key or lets one last longer.
async fn attempts(caller: &Caller, id: SecretId) -> [Result<(), ServiceError>; 4] {
    [
        caller.issue_own_key(None).await.map(drop),
        caller.order_own_key(OwnKeyOrder { label: "laptop".to_owned(), ..OwnKeyOrder::default() }).await.map(drop),
        caller.set_own_grace_end(id, None).await,
        caller.set_own_grace_end(id, Some(600)).await,
    ]
}

/// Alice with a key that ends in an hour.
async fn alice(house: &House) -> (Caller, SecretId) {
    let alice = house.person(ALICE).await;
    let id = alice.issue_own_key(None).await.unwrap().secret.id;
    alice.set_own_grace_end(id, Some(60)).await.unwrap();
    (alice, id)
}

#[tokio::test]
async fn who_is_deleted_from_the_directory_makes_and_prolongs_no_key() {
    let house = House::open().await;
    let (alice, id) = alice(&house).await;
    house.directories.remove(ALICE);
    let before = house.live_keys(ALICE).await;
    for outcome in attempts(&alice, id).await {
        assert_eq!(outcome, Err(gone(ALICE)));
    }
    assert_eq!(house.live_keys(ALICE).await, before);
}

#[tokio::test]
async fn who_is_disabled_in_the_directory_or_replaced_by_a_namesake_makes_no_key() {
    let house = House::open().await;
    let (alice, id) = alice(&house).await;
    house.known_as(ALICE, "another entry");
    for outcome in attempts(&alice, id).await {
        assert_eq!(outcome, Err(gone(ALICE)));
    }
    let house = House::open().await;
    let (alice, id) = self::alice(&house).await;
    house.directories.disable(ALICE);
    for outcome in attempts(&alice, id).await {
        assert_eq!(outcome, Err(gone(ALICE)));
    }
}

#[tokio::test]
async fn the_sessions_of_somebody_who_is_gone_end_with_the_first_attempt() {
    let house = House::open().await;
    let (alice, _) = alice(&house).await;
    let sessions = [house.log_in(ALICE).await.unwrap(), house.log_in(ALICE).await.unwrap()];
    house.directories.remove(ALICE);
    house.caller(&sessions[0]).await.unwrap();
    let (outcome, records) = house.watching(alice.issue_own_key(None)).await;
    assert_eq!(outcome.unwrap_err(), gone(ALICE));
    assert_eq!((&*records[0].action, &*records[0].details["reason"]), ("logout", "unknown_user"));
    for session in &sessions {
        assert_eq!(house.caller(session).await.unwrap_err(), ServiceError::InvalidToken);
    }
}

#[tokio::test]
async fn a_directory_that_does_not_answer_refuses_nobody_and_ends_no_session() {
    let house = House::open().await;
    let (alice, id) = alice(&house).await;
    let session = house.log_in(ALICE).await.unwrap();
    house.directories.set_down(true);
    for outcome in attempts(&alice, id).await {
        assert!(matches!(outcome, Err(ServiceError::Unavailable { .. })), "{outcome:?}");
    }
    alice.set_own_grace_end(id, Some(1)).await.unwrap();
    house.caller(&session).await.unwrap();
    house.directories.set_down(false);
    alice.issue_own_key(None).await.unwrap();
}

#[tokio::test]
async fn the_directory_is_asked_once_for_a_key_and_not_for_anything_else() {
    let house = House::open().await;
    let alice = house.person(ALICE).await;
    let id = alice.issue_own_key(None).await.unwrap().secret.id;
    assert_eq!(house.directories.looked_up(), 1);
    alice.own_keys().await.unwrap();
    alice.own_keys_in_use().await.unwrap();
    alice.set_own_grace_end(id, Some(60)).await.unwrap();
    alice.set_own_grace_end(id, Some(30)).await.unwrap();
    house.live_keys(ALICE).await;
    assert_eq!(house.directories.looked_up(), 1);
    alice.set_own_grace_end(id, None).await.unwrap();
    assert_eq!(house.directories.looked_up(), 2);
}

#[tokio::test]
async fn who_was_identified_before_the_directory_was_disabled_makes_no_key_after_it() {
    let house = House::open().await;
    let (alice, id) = alice(&house).await;
    house.change_corp(ProviderChange { disabled: Some(true), ..ProviderChange::default() }).await;
    for outcome in attempts(&alice, id).await {
        assert_eq!(outcome, Err(gone(ALICE)));
    }
}

#[tokio::test]
async fn a_directory_that_cannot_be_opened_is_no_reason_to_end_sessions() {
    let house = House::open().await;
    let (alice, _) = alice(&house).await;
    let session = house.log_in(ALICE).await.unwrap();
    house.directories.break_provider("corp");
    house.change_corp(ProviderChange { description: Some("broken".to_owned()), ..ProviderChange::default() }).await;
    let outcome = alice.issue_own_key(None).await;
    assert!(matches!(outcome, Err(ServiceError::Unavailable { .. })), "{outcome:?}");
    house.caller(&session).await.unwrap();
}

#[tokio::test]
async fn removing_a_person_ends_their_keys_and_sessions_and_keeps_the_object_user() {
    let house = House::open().await;
    house.root.add_person(LENA, Some(Password::from(PASSWORD))).await.unwrap();
    let session = house.log_in(LENA).await.unwrap();
    let lena = house.caller(&session).await.unwrap();
    lena.issue_own_key(None).await.unwrap();
    lena.issue_own_key(None).await.unwrap();
    assert_eq!(house.live_keys(LENA).await.len(), 2);
    let (removed, records) = house.watching(house.root.remove_person(LENA)).await;
    assert_eq!(removed.unwrap(), RemovedPerson { ended_keys: 2, ended_sessions: 1, has_object_user: true });
    assert_eq!(records.len(), 1, "one transaction, one record");
    assert_eq!((&*records[0].action, &*records[0].details["ended_keys"]), ("person.remove", "2"));
    assert_eq!(house.live_keys(LENA).await, [""; 0]);
    assert!(house.stored_user(LENA).await.is_some());
    assert_eq!(house.caller(&session).await.unwrap_err(), ServiceError::InvalidToken);
    assert_eq!(lena.issue_own_key(None).await.unwrap_err(), gone(LENA));
}

#[tokio::test]
async fn keys_that_an_administrator_made_in_a_persons_name_end_with_the_person() {
    let house = House::open().await;
    house.root.add_person(LENA, None).await.unwrap();
    house.root.create_object_user(LENA, "local", vec![]).await.unwrap();
    house.root.issue_key_for(LENA, None, None, None).await.unwrap();
    let removed = house.root.remove_person(LENA).await.unwrap();
    assert_eq!(removed, RemovedPerson { ended_keys: 1, ended_sessions: 0, has_object_user: true });
    assert_eq!(house.live_keys(LENA).await, [""; 0]);
}

#[tokio::test]
async fn a_key_under_way_is_not_made_for_a_person_who_is_removed_meanwhile() {
    let house = House::open().await;
    house.root.add_person(LENA, Some(Password::from(PASSWORD))).await.unwrap();
    let lena = house.enter(LENA).await;
    let commit = house.store.commits.close();
    let order = tokio::spawn(async move { lena.issue_own_key(None).await });
    commit.reached().await;
    let removed = house.root.remove_person(LENA).await.unwrap();
    commit.open();
    let outcome = order.await.unwrap();
    assert_eq!(outcome.unwrap_err(), ServiceError::InvalidToken);
    assert_eq!((removed.has_object_user, house.stored_user(LENA).await), (false, None));
}
