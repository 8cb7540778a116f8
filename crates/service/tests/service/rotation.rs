//! The second key: how long the older one is still accepted, and why there is no third.

use keyward_ambient::Clock;
use keyward_keyring::{Deactivation, FirstKeyRule, Secret};
use keyward_service::{KeyTime, ServiceError, Subject};

use crate::house::{ALICE, House};

fn key(secret: &Secret) -> &str {
    secret.key.expose()
}

#[tokio::test]
async fn both_keys_verify_until_the_minute_that_the_second_one_set_for_the_first() {
    let house = House::open().await;
    let alice = house.person(ALICE).await;
    let old = alice.issue_own_key(None).await.unwrap().secret;
    let new = alice.issue_own_key(Some(60)).await.unwrap().secret;
    house.clock.advance(std::time::Duration::from_millis(60 * 60_000 - 1));
    assert_eq!(house.live_keys(ALICE).await, [key(&old), key(&new)]);
    house.clock.advance(std::time::Duration::from_millis(1));
    assert_eq!(house.live_keys(ALICE).await, [key(&new)]);
    assert_eq!(alice.own_keys().await.unwrap(), [Some(new), None]);
}

#[tokio::test]
async fn a_job_that_always_sends_an_expiry_rotates_for_ever_under_both_rules() {
    for rule in [FirstKeyRule::Lenient, FirstKeyRule::Strict] {
        let house = House::with_rule(rule).await;
        let alice = house.person(ALICE).await;
        alice.issue_own_key(None).await.unwrap();
        for _ in 0..5 {
            house.pass_minutes(30);
            let newest = alice.issue_own_key(Some(29)).await.unwrap().secret;
            assert_eq!(house.live_keys(ALICE).await.last().unwrap(), key(&newest));
        }
    }
}

#[tokio::test]
async fn a_second_key_without_expiry_leaves_the_first_without_end() {
    let house = House::open().await;
    let alice = house.person(ALICE).await;
    let first = alice.issue_own_key(None).await.unwrap().secret;
    let second = alice.issue_own_key(None).await.unwrap().secret;
    house.pass_minutes(525_600 * 99);
    assert_eq!(house.live_keys(ALICE).await, [key(&first), key(&second)]);
}

#[tokio::test]
async fn an_expiry_of_zero_ends_the_older_key_at_once() {
    let house = House::open().await;
    let alice = house.person(ALICE).await;
    alice.issue_own_key(None).await.unwrap();
    let new = alice.issue_own_key(Some(0)).await.unwrap().secret;
    assert_eq!(house.live_keys(ALICE).await, [key(&new)]);
}

#[tokio::test]
async fn a_third_key_is_refused_with_the_time_when_one_becomes_possible_and_nothing_changed() {
    let house = House::open().await;
    let alice = house.person(ALICE).await;
    alice.issue_own_key(None).await.unwrap();
    alice.issue_own_key(Some(60)).await.unwrap();
    let (before, keys) = (house.revision().await, house.live_keys(ALICE).await);
    let next_expiry = Some(KeyTime(house.clock.now().plus(std::time::Duration::from_secs(3600))));
    for expiry in [None, Some(0), Some(5)] {
        let refused = alice.issue_own_key(expiry).await.unwrap_err();
        assert!(refused.to_string().ends_with("expires at 2026-03-05 18:39:13 UTC"), "{refused}");
        assert_eq!(refused, ServiceError::TwoSecretKeys { user: ALICE.to_owned(), next_expiry });
    }
    assert_eq!((house.revision().await, house.live_keys(ALICE).await), (before, keys));
    house.pass_minutes(60);
    alice.issue_own_key(None).await.unwrap();
}

#[tokio::test]
async fn no_rotation_lengthens_the_life_of_a_key() {
    let house = House::open().await;
    let alice = house.person(ALICE).await;
    let old = alice.issue_own_key(None).await.unwrap().secret;
    let middle = alice.issue_own_key(Some(10)).await.unwrap().secret;
    alice.deactivate_own_keys(&Deactivation::Id(middle.id)).await.unwrap();
    let new = alice.issue_own_key(Some(600)).await.unwrap().secret;
    assert_eq!(house.live_keys(ALICE).await, [key(&old), key(&new)]);
    house.pass_minutes(10);
    assert_eq!(house.live_keys(ALICE).await, [key(&new)]);
}

#[tokio::test]
async fn the_owner_may_lengthen_shorten_and_take_away_the_end_of_a_key() {
    let house = House::open().await;
    let alice = house.person(ALICE).await;
    let old = alice.issue_own_key(None).await.unwrap().secret;
    alice.issue_own_key(Some(10)).await.unwrap();
    for (end, alive_for) in [(Some(60), 59), (Some(1), 0)] {
        alice.set_own_grace_end(old.id, end).await.unwrap();
        house.pass_minutes(alive_for);
        assert_eq!(house.live_keys(ALICE).await.len(), 2);
    }
    alice.set_own_grace_end(old.id, None).await.unwrap();
    house.pass_minutes(525_600);
    assert_eq!(house.live_keys(ALICE).await.len(), 2);
}

#[tokio::test]
async fn a_key_that_has_ended_stays_ended() {
    let house = House::open().await;
    let alice = house.person(ALICE).await;
    let old = alice.issue_own_key(None).await.unwrap().secret;
    let new = alice.issue_own_key(None).await.unwrap().secret;
    alice.set_own_grace_end(old.id, Some(0)).await.unwrap();
    let refused = alice.set_own_grace_end(old.id, Some(60)).await.unwrap_err();
    assert_eq!(refused, ServiceError::NotFound { subject: Subject::SecretKeyId, id: old.id.to_string() });
    assert_eq!(house.live_keys(ALICE).await, [key(&new)]);
}

#[tokio::test]
async fn an_administrator_makes_keys_for_others_with_a_chosen_or_a_made_value() {
    let house = House::open().await;
    house.root.create_object_user("app1", "ns1", vec![]).await.unwrap();
    let chosen = house.root.issue_key_for("app1", Some("ns1"), None, Some("chosen-by-hand")).await.unwrap();
    let made = house.root.issue_key_for("app1", None, Some(60), None).await.unwrap();
    assert_eq!((chosen.user.as_str(), key(&chosen.secret)), ("app1", "chosen-by-hand"));
    assert_eq!(house.live_keys("app1").await, ["chosen-by-hand", key(&made.secret)]);
    let [first, second] = house.root.keys_of("app1", None).await.unwrap().map(Option::unwrap);
    assert_eq!((first.made_by.as_str(), first.expires_at), ("root", Some(made.secret.created_at.plus(HOUR))));
    assert_eq!(second, made.secret);
}

#[tokio::test]
async fn the_grace_of_the_old_key_counts_from_the_instant_at_which_the_new_one_was_made() {
    let house = House::open().await;
    house.root.create_object_user("app1", "ns1", vec![]).await.unwrap();
    house.root.issue_key_for("app1", None, None, None).await.unwrap();
    house.clock.tick_at_each_reading();
    let new = house.root.issue_key_for("app1", None, Some(60), None).await.unwrap().secret;
    let [old, _] = house.root.keys_of("app1", None).await.unwrap().map(Option::unwrap);
    assert_eq!(old.expires_at, Some(new.created_at.plus(HOUR)));
}

const HOUR: std::time::Duration = std::time::Duration::from_secs(3600);

#[tokio::test]
async fn a_chosen_value_that_is_taken_or_unusable_is_refused_and_nothing_changed() {
    let house = House::open().await;
    house.root.create_object_user("app1", "ns1", vec![]).await.unwrap();
    house.root.issue_key_for("app1", None, None, Some("chosen-by-hand")).await.unwrap();
    let before = house.revision().await;
    let refused = house.root.issue_key_for("app1", None, Some(0), Some("chosen-by-hand")).await.unwrap_err();
    assert_eq!(refused, ServiceError::DuplicateSecretKey);
    for value in ["", "two words", "umläut", &"x".repeat(257)] {
        let refused = house.root.issue_key_for("app1", None, None, Some(value)).await.unwrap_err();
        assert!(matches!(refused, ServiceError::Invalid { field: "secretkey", .. }), "{value}: {refused:?}");
    }
    assert_eq!(house.revision().await, before);
}

#[tokio::test]
async fn an_administrator_who_names_an_unknown_user_or_a_wrong_namespace_is_told_so() {
    let house = House::open().await;
    house.found_namespace("ns2", &[]).await;
    house.root.create_object_user("app1", "ns1", vec![]).await.unwrap();
    let issue = async |user: &str, namespace| house.root.issue_key_for(user, namespace, None, None).await.unwrap_err();
    assert_eq!(issue("app2", None).await, not_found(Subject::ObjectUser, "app2"));
    assert_eq!(issue("no such name", None).await, not_found(Subject::ObjectUser, "no such name"));
    assert_eq!(issue("app1", Some("ns9")).await, not_found(Subject::Namespace, "ns9"));
    assert!(matches!(issue("app1", Some("ns2")).await, ServiceError::Invalid { field: "namespace", .. }));
    assert_eq!(house.live_keys("app1").await, [""; 0]);
}

fn not_found(subject: Subject, id: &str) -> ServiceError {
    ServiceError::NotFound { subject, id: id.to_owned() }
}
