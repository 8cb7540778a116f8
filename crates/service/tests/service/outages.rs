//! Could not find out: a store or directory that is down refuses nobody, and nothing is said that is not known.

use keyward_credential_cache::CredentialRef;
use keyward_identity::BucketSettings;
use keyward_login::Password;
use keyward_service::ServiceError;
use keyward_store::AuditOutcome;

use crate::house::{ALICE, HERE, House, PASSWORD, bucket_name, namespace_name, user_id};
use crate::rights;

fn is_unavailable<T: std::fmt::Debug>(outcome: Result<T, ServiceError>) {
    assert!(matches!(outcome, Err(ServiceError::Unavailable { .. })), "{outcome:?}");
}

#[tokio::test]
async fn while_the_store_is_down_no_login_and_no_token_is_refused() {
    let house = House::open().await;
    let session = house.log_in("root").await.unwrap();
    house.known_as(ALICE, "entry of alice");
    house.store.set_down(true);
    is_unavailable(house.caller(&session).await);
    for (name, password) in [("root", PASSWORD), ("root", "wrong"), ("nobody", PASSWORD), (ALICE, PASSWORD)] {
        is_unavailable(house.log_in_with(name, password).await);
    }
    house.store.set_down(false);
    house.caller(&session).await.unwrap();
    house.enter(ALICE).await;
}

#[tokio::test]
async fn while_the_store_is_down_no_call_says_that_something_is_not_there() {
    let house = House::open().await;
    let objects = house.furnish().await;
    house.store.set_down(true);
    // These are in memory, or have nothing to look up.
    let at_hand =
        |call: &&str| call.contains("user_scope") || ["node", "login_security", "secret_keys_hidden"].contains(call);
    for call in rights::calls().filter(|call| !at_hand(call)) {
        let outcome = objects.attempt(&house.root, call).await;
        assert!(matches!(outcome, Err(ServiceError::Unavailable { .. })), "{call}: {outcome:?}");
    }
}

#[tokio::test]
async fn while_the_store_is_down_self_service_says_so() {
    let house = House::open().await;
    let alice = house.person(ALICE).await;
    house.store.set_down(true);
    is_unavailable(alice.own_keys().await);
    is_unavailable(alice.issue_own_key(None).await);
    is_unavailable(alice.deactivate_own_keys(&keyward_keyring::Deactivation::All).await);
    is_unavailable(alice.log_out(true).await);
    let (old, new) = (Password::from(PASSWORD), Password::from("another"));
    is_unavailable(house.root.change_own_password(&old, &new).await);
}

#[tokio::test]
async fn while_the_store_is_down_the_s3_path_cannot_find_out_what_is_not_cached() {
    let house = House::open().await;
    house.person(ALICE).await.issue_own_key(None).await.unwrap();
    house.store.set_down(true);
    let id = user_id(ALICE);
    let key = CredentialRef { scope: None, access_key_id: &id };
    assert!(house.service.credentials().find(&key).await.is_err());
    is_unavailable(house.service.bucket(&namespace_name("ns1"), &bucket_name("b")).await);
    house.store.set_down(false);
    assert_eq!(house.live_keys(ALICE).await.len(), 1);
}

#[tokio::test]
async fn what_the_s3_path_has_cached_outlives_an_outage() {
    let house = House::open().await;
    house.person(ALICE).await.issue_own_key(None).await.unwrap();
    let before = house.live_keys(ALICE).await;
    house.store.set_down(true);
    assert_eq!(house.live_keys(ALICE).await, before);
}

#[tokio::test]
async fn while_the_store_is_down_buckets_and_the_start_say_so() {
    let house = House::open().await;
    let (bucket, owner) = (bucket_name("b"), house.user(ALICE).await);
    house.store.set_down(true);
    is_unavailable(house.service.create_bucket(&bucket, &owner, BucketSettings::default(), HERE).await);
    is_unavailable(house.service.buckets_of(&owner).await);
    is_unavailable(house.service.settle_buckets(0).await);
    is_unavailable(house.service.prepare().await);
    is_unavailable(house.service.first_start(&Password::from(PASSWORD)).await);
    assert!(!house.service.is_answering().await);
    house.store.set_down(false);
    assert!(house.service.is_answering().await);
}

#[tokio::test]
async fn a_store_that_takes_no_changes_is_not_ready_and_is_tried_again_soon() {
    let house = House::open().await;
    house.store.set_full(true);
    assert!(!house.service.is_answering().await);
    house.store.set_full(false);
    assert!(!house.service.is_answering().await, "a try is worth a few seconds");
    house.pass_minutes(1);
    assert!(house.service.is_answering().await);
}

#[tokio::test]
async fn a_directory_that_is_down_is_not_a_wrong_password_and_is_audited() {
    let house = House::open().await;
    house.known_as(ALICE, "entry of alice");
    house.directories.set_down(true);
    let (outcome, records) = house.watching(house.log_in(ALICE)).await;
    is_unavailable(outcome);
    let [record] = records.try_into().unwrap();
    assert_eq!((&*record.actor, &*record.action, record.outcome), (ALICE, "login", AuditOutcome::Unavailable));
    assert!(record.details["provider"].starts_with("urn:AuthProvider:"), "{:?}", record.details);
}

#[tokio::test]
async fn logins_that_no_directory_answered_count_for_nothing() {
    let house = House::open().await;
    house.known_as(ALICE, "entry of alice");
    house.directories.set_down(true);
    for _ in 0..50 {
        is_unavailable(house.log_in_with(ALICE, "wrong").await);
    }
    house.directories.set_down(false);
    house.enter(ALICE).await;
}

#[tokio::test]
async fn while_a_directory_is_down_the_accounts_of_our_own_log_in() {
    let house = House::open().await;
    house.furnish().await;
    house.directories.set_down(true);
    house.enter("root").await;
    house.log_in_with("lena@local.test", "lenas-own-password").await.unwrap();
}
