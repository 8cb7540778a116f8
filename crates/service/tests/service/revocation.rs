//! Revocation: from the answer on, the S3 path knows the secret no more. Also when there is no answer.

use keyward_keyring::Deactivation;
use keyward_service::{ServiceError, Subject};

use crate::house::{ALICE, House};

/// Alice with two keys, both cached for the S3 path.
async fn alice_with_two_keys(house: &House) -> (keyward_service::Caller, [keyward_keyring::Secret; 2]) {
    let alice = house.person(ALICE).await;
    let old = alice.issue_own_key(None).await.unwrap().secret;
    let new = alice.issue_own_key(None).await.unwrap().secret;
    assert_eq!(house.live_keys(ALICE).await.len(), 2);
    (alice, [old, new])
}

#[tokio::test]
async fn a_key_revoked_by_its_value_is_gone_when_the_answer_comes() {
    let house = House::open().await;
    let (alice, [old, new]) = alice_with_two_keys(&house).await;
    alice.deactivate_own_keys(&Deactivation::Key(old.key.expose())).await.unwrap();
    assert_eq!(house.live_keys(ALICE).await, [new.key.expose()]);
    assert_eq!(alice.own_keys().await.unwrap(), [Some(new), None]);
}

#[tokio::test]
async fn a_key_revoked_by_its_id_is_gone_when_the_answer_comes() {
    let house = House::open().await;
    let (alice, [old, new]) = alice_with_two_keys(&house).await;
    alice.deactivate_own_keys(&Deactivation::Id(new.id)).await.unwrap();
    assert_eq!(house.live_keys(ALICE).await, [old.key.expose()]);
}

#[tokio::test]
async fn all_keys_revoked_are_gone_when_the_answer_comes() {
    let house = House::open().await;
    let (alice, _) = alice_with_two_keys(&house).await;
    alice.deactivate_own_keys(&Deactivation::All).await.unwrap();
    assert_eq!(house.live_keys(ALICE).await, [""; 0]);
}

#[tokio::test]
async fn an_administrators_revocation_is_seen_when_the_answer_comes() {
    let house = House::open().await;
    let (_, [old, new]) = alice_with_two_keys(&house).await;
    house.root.deactivate_keys_of(ALICE, Some("ns1"), &Deactivation::Key(old.key.expose())).await.unwrap();
    assert_eq!(house.live_keys(ALICE).await, [new.key.expose()]);
    house.root.deactivate_keys_of(ALICE, None, &Deactivation::All).await.unwrap();
    assert_eq!(house.live_keys(ALICE).await, [""; 0]);
}

#[tokio::test]
async fn an_older_key_that_a_rotation_ends_at_once_is_gone_when_the_answer_comes() {
    let house = House::open().await;
    let (alice, [old, _]) = alice_with_two_keys(&house).await;
    alice.set_own_grace_end(old.id, Some(0)).await.unwrap();
    assert!(!house.live_keys(ALICE).await.contains(&old.key.expose().to_owned()));
}

#[tokio::test]
async fn a_key_that_is_not_there_cannot_be_revoked_and_nothing_changed() {
    let house = House::open().await;
    let (alice, [old, _]) = alice_with_two_keys(&house).await;
    alice.deactivate_own_keys(&Deactivation::Id(old.id)).await.unwrap();
    let before = house.revision().await;
    for which in [Deactivation::Id(old.id), Deactivation::Key(old.key.expose()), Deactivation::Key("")] {
        let refused = alice.deactivate_own_keys(&which).await.unwrap_err();
        assert_eq!(refused, ServiceError::NotFound { subject: Subject::SecretKey, id: ALICE.to_owned() });
    }
    assert_eq!(house.revision().await, before);
}

#[tokio::test]
async fn a_revocation_takes_effect_although_its_caller_hangs_up() {
    let house = House::open().await;
    let (alice, _) = alice_with_two_keys(&house).await;
    let commit = house.store.commits.close();
    let call = tokio::spawn(async move { alice.deactivate_own_keys(&Deactivation::All).await });
    commit.reached().await;
    call.abort();
    assert!(call.await.unwrap_err().is_cancelled());
    assert_eq!(house.live_keys(ALICE).await.len(), 2);
    commit.open_and_wait().await;
    assert_eq!(house.live_keys(ALICE).await, [""; 0]);
}

#[tokio::test]
async fn a_revocation_whose_answer_gets_lost_is_in_no_cache() {
    let house = House::open().await;
    let (alice, _) = alice_with_two_keys(&house).await;
    house.store.lose_answers();
    let lost = alice.deactivate_own_keys(&Deactivation::All).await.unwrap_err();
    assert!(matches!(lost, ServiceError::Unavailable { .. }), "{lost:?}");
    assert_eq!(house.live_keys(ALICE).await, [""; 0]);
}

#[tokio::test]
async fn a_lock_and_its_end_are_seen_when_the_answer_comes() {
    let house = House::open().await;
    alice_with_two_keys(&house).await;
    for locked in [true, false] {
        house.root.set_object_user_lock(ALICE, Some("ns1"), locked).await.unwrap();
        assert_eq!(house.seen_as_locked(ALICE).await, Some(locked));
    }
    assert_eq!(house.live_keys(ALICE).await.len(), 2);
}

#[tokio::test]
async fn a_deleted_user_is_unknown_when_the_answer_comes() {
    let house = House::open().await;
    alice_with_two_keys(&house).await;
    house.root.delete_object_user(ALICE, None).await.unwrap();
    assert_eq!(house.seen_as_locked(ALICE).await, None);
}
