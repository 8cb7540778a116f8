//! A person's first key: whose it is, where it belongs, and who gets none.

use keyward_ambient::Clock;
use keyward_identity::{Namespace, NoNamespace};
use keyward_keyring::{Deactivation, FirstKeyRule};
use keyward_login::Password;
use keyward_service::ServiceError;
use keyward_store::{Commit, Record, Transaction, Write};

use crate::house::{ALICE, BOB, House, PASSWORD, mapping, namespace_name, provider};

#[tokio::test]
async fn the_first_key_makes_the_object_user_in_the_namespace_that_the_domain_maps_to() {
    let house = House::open().await;
    let issued = house.person(ALICE).await.issue_own_key(None).await.unwrap();
    let user = house.stored_user(ALICE).await.unwrap();
    assert_eq!((user.id.as_str(), user.namespace), (ALICE, namespace_name("ns1")));
    assert_eq!((issued.user.as_str(), issued.secret.expires_at), (ALICE, None));
    assert_eq!(house.live_keys(ALICE).await, [issued.secret.key.expose()]);
}

#[tokio::test]
async fn nobody_has_keys_before_the_first_and_looking_makes_no_user() {
    let house = House::open().await;
    let alice = house.person(ALICE).await;
    assert_eq!(alice.own_keys().await.unwrap(), [None, None]);
    alice.deactivate_own_keys(&Deactivation::All).await.unwrap();
    assert_eq!(house.stored_user(ALICE).await, None);
}

#[tokio::test]
async fn however_the_name_is_typed_it_is_the_same_user() {
    let house = House::open().await;
    let issued = house.person(ALICE).await.issue_own_key(None).await.unwrap();
    let again = house.enter(" Alice@CORP.example ").await;
    assert_eq!(again.own_keys().await.unwrap(), [Some(issued.secret), None]);
}

#[tokio::test]
async fn an_id_that_was_asked_for_before_it_existed_is_known_with_its_first_key() {
    let house = House::open().await;
    let alice = house.person(ALICE).await;
    assert_eq!(house.seen_as_locked(ALICE).await, None);
    let issued = alice.issue_own_key(None).await.unwrap();
    assert_eq!(house.live_keys(ALICE).await, [issued.secret.key.expose()]);
}

#[tokio::test]
async fn an_expiry_on_a_first_key_is_ignored() {
    let house = House::open().await;
    let issued = house.person(ALICE).await.issue_own_key(Some(60)).await.unwrap();
    assert_eq!(issued.secret.expires_at, None);
    house.pass_minutes(61);
    assert_eq!(house.live_keys(ALICE).await, [issued.secret.key.expose()]);
}

#[tokio::test]
async fn an_expiry_on_a_first_key_is_refused_under_the_strict_rule_and_no_user_is_made() {
    let house = House::with_rule(FirstKeyRule::Strict).await;
    let alice = house.person(ALICE).await;
    let before = house.revision().await;
    let refused = alice.issue_own_key(Some(60)).await.unwrap_err();
    assert_eq!(refused, ServiceError::NoSecretKey { user: ALICE.to_owned() });
    assert_eq!((house.stored_user(ALICE).await, house.revision().await), (None, before));
    alice.issue_own_key(None).await.unwrap();
}

#[tokio::test]
async fn an_expiry_out_of_range_is_refused_and_nothing_changed() {
    let house = House::open().await;
    let alice = house.person(ALICE).await;
    let before = house.revision().await;
    for minutes in [-1, i64::MIN, 52_560_001, i64::MAX] {
        let refused = alice.issue_own_key(Some(minutes)).await.unwrap_err();
        let field = "existing_key_expiry_time_mins";
        assert_eq!(refused, ServiceError::OutOfRange { field, given: minutes, min: 0, max: 52_560_000 });
    }
    assert_eq!(house.revision().await, before);
}

#[tokio::test]
async fn who_is_mapped_to_no_namespace_gets_no_key() {
    let house = House::open().await;
    house.root.create_provider(provider("elsewhere", "elsewhere.example")).await.unwrap();
    let stranger = house.person("sam@elsewhere.example").await;
    let name = "sam@elsewhere.example".to_owned();
    let refused = stranger.issue_own_key(None).await.unwrap_err();
    assert_eq!(refused, NoNamespace::NotMapped { name }.into());
    assert_eq!(house.stored_user("sam@elsewhere.example").await, None);
}

#[tokio::test]
async fn who_is_mapped_to_two_namespaces_gets_no_key_and_is_told_so() {
    let house = House::open().await;
    // As release 0.1.0 accepted it.
    let namespace = Namespace {
        user_mappings: vec![mapping("corp.example")],
        ..Namespace::new(namespace_name("ns2"), house.clock.now())
    };
    let write = Write::create(Record::Namespace(namespace));
    house.store.commit(Transaction::new(house.rival_audit()).write(write)).await.unwrap();
    let refused = house.person(ALICE).await.issue_own_key(None).await.unwrap_err();
    let ServiceError::NoNamespace(NoNamespace::Several(several)) = refused else { panic!("{refused:?}") };
    assert_eq!(several.namespaces, [namespace_name("ns1"), namespace_name("ns2")]);
    assert_eq!(house.stored_user(ALICE).await, None);
}

#[tokio::test]
async fn who_is_no_longer_mapped_has_lost_self_service_and_keeps_the_keys() {
    let house = House::open().await;
    let alice = house.person(ALICE).await;
    let issued = alice.issue_own_key(None).await.unwrap();
    house.map_nobody_to("ns1").await;
    let alice = house.enter(ALICE).await;
    let not_mapped = ServiceError::from(NoNamespace::NotMapped { name: ALICE.to_owned() });
    assert_eq!(alice.issue_own_key(None).await.unwrap_err(), not_mapped);
    assert_eq!(alice.own_keys().await.unwrap_err(), not_mapped);
    assert_eq!(house.live_keys(ALICE).await, [issued.secret.key.expose()]);
}

#[tokio::test]
async fn who_is_mapped_elsewhere_now_gets_no_more_keys_for_the_former_namespace() {
    let house = House::open().await;
    house.person(ALICE).await.issue_own_key(None).await.unwrap();
    house.map_nobody_to("ns1").await;
    house.found_namespace("ns2", &["corp.example"]).await;
    let before = house.live_keys(ALICE).await;
    let refused = house.enter(ALICE).await.issue_own_key(None).await.unwrap_err();
    assert!(
        matches!(&refused, ServiceError::Refused { why } if why.contains("ns1") && why.contains("ns2")),
        "{refused:?}"
    );
    assert_eq!(house.live_keys(ALICE).await, before);
}

#[tokio::test]
async fn another_namespaces_administrator_cannot_take_a_persons_keys_into_theirs() {
    let house = House::open().await;
    house.found_namespace("ns2", &[]).await;
    let thief = house.namespace_admin("thief", "ns2").await;
    let refused = thief.create_object_user(ALICE, "ns2", vec![]).await.unwrap_err();
    assert!(matches!(refused, ServiceError::Forbidden(_)), "{refused:?}");
    // Nor does one that a system administrator put there.
    house.root.create_object_user(ALICE, "ns2", vec![]).await.unwrap();
    let refused = house.person(ALICE).await.issue_own_key(None).await.unwrap_err();
    assert!(matches!(refused, ServiceError::Refused { .. }), "{refused:?}");
    assert_eq!(house.live_keys(ALICE).await, [""; 0]);
}

#[tokio::test]
async fn a_locked_user_has_no_self_service_and_keeps_the_keys() {
    let house = House::open().await;
    let alice = house.person(ALICE).await;
    let issued = alice.issue_own_key(None).await.unwrap();
    house.root.set_object_user_lock(ALICE, None, true).await.unwrap();
    let locked = ServiceError::Locked { user: ALICE.to_owned() };
    assert_eq!(alice.issue_own_key(None).await.unwrap_err(), locked);
    assert_eq!(alice.own_keys().await.unwrap_err(), locked);
    assert_eq!(alice.set_own_grace_end(issued.secret.id, None).await.unwrap_err(), locked);
    house.root.set_object_user_lock(ALICE, None, false).await.unwrap();
    assert_eq!(alice.own_keys().await.unwrap(), [Some(issued.secret), None]);
}

#[tokio::test]
async fn a_newcomer_with_a_leavers_name_gets_neither_the_leavers_keys_nor_new_ones() {
    let house = House::open().await;
    let leavers = house.person(ALICE).await.issue_own_key(None).await.unwrap();
    house.known_as(ALICE, "another entry");
    let newcomer = house.enter(ALICE).await;
    let reused = ServiceError::NameReused { user: ALICE.to_owned() };
    assert_eq!(newcomer.own_keys().await.unwrap_err(), reused);
    assert_eq!(newcomer.issue_own_key(Some(0)).await.unwrap_err(), reused);
    assert_eq!(newcomer.deactivate_own_keys(&Deactivation::All).await.unwrap_err(), reused);
    assert_eq!(newcomer.set_own_grace_end(leavers.secret.id, Some(0)).await.unwrap_err(), reused);
    assert_eq!(house.live_keys(ALICE).await, [leavers.secret.key.expose()]);
}

#[tokio::test]
async fn a_newcomer_gets_a_key_once_the_leavers_user_is_deleted() {
    let house = House::open().await;
    house.person(ALICE).await.issue_own_key(None).await.unwrap();
    house.known_as(ALICE, "another entry");
    house.root.delete_object_user(ALICE, None).await.unwrap();
    let issued = house.enter(ALICE).await.issue_own_key(None).await.unwrap();
    assert_eq!(house.live_keys(ALICE).await, [issued.secret.key.expose()]);
}

#[tokio::test]
async fn the_same_name_in_another_directory_is_another_person() {
    let house = House::open().await;
    house.person(ALICE).await.issue_own_key(None).await.unwrap();
    let [corp] = house.root.providers().await.unwrap().try_into().unwrap();
    house.root.delete_provider(&corp.id).await.unwrap();
    house.root.create_provider(provider("another corp", "corp.example")).await.unwrap();
    let refused = house.enter(ALICE).await.own_keys().await.unwrap_err();
    assert_eq!(refused, ServiceError::NameReused { user: ALICE.to_owned() });
}

#[tokio::test]
async fn an_object_user_made_by_an_administrator_belongs_to_the_first_entry_that_uses_it() {
    let house = House::open().await;
    house.root.create_object_user(ALICE, "ns1", vec![]).await.unwrap();
    house.person(ALICE).await.issue_own_key(None).await.unwrap();
    house.known_as(ALICE, "another entry");
    let refused = house.enter(ALICE).await.issue_own_key(None).await.unwrap_err();
    assert_eq!(refused, ServiceError::NameReused { user: ALICE.to_owned() });
}

#[tokio::test]
async fn a_person_of_the_built_in_directory_who_was_removed_and_added_again_is_somebody_else() {
    let (house, lena) = (House::open().await, "lena@local.test");
    house.root.add_person(lena, Some(Password::from(PASSWORD))).await.unwrap();
    house.enter(lena).await.issue_own_key(None).await.unwrap();
    assert_eq!(house.stored_user(lena).await.unwrap().namespace, namespace_name("local"));
    house.root.remove_person(lena).await.unwrap();
    house.root.add_person(lena, Some(Password::from(PASSWORD))).await.unwrap();
    let refused = house.enter(lena).await.own_keys().await.unwrap_err();
    assert_eq!(refused, ServiceError::NameReused { user: lena.to_owned() });
}

#[tokio::test]
async fn a_management_user_has_keys_of_their_own_only_with_an_object_user_of_that_name() {
    let house = House::open().await;
    let refused = house.root.issue_own_key(None).await.unwrap_err();
    assert_eq!(refused, ServiceError::NoObjectUser { user: "root".to_owned() });
    house.root.create_object_user("root", "ns1", vec![]).await.unwrap();
    let issued = house.root.issue_own_key(None).await.unwrap();
    assert_eq!(house.live_keys("root").await, [issued.secret.key.expose()]);
}

#[tokio::test]
async fn a_namespace_administrators_own_key_is_in_that_namespace() {
    let house = House::open().await;
    let nora = house.namespace_admin("nora", "ns1").await;
    nora.issue_own_key(None).await.unwrap();
    assert_eq!(house.stored_user("nora").await.unwrap().namespace, namespace_name("ns1"));
}

#[tokio::test]
async fn one_persons_key_is_nobody_elses() {
    let house = House::open().await;
    let alices = house.person(ALICE).await.issue_own_key(None).await.unwrap();
    let bob = house.person(BOB).await;
    bob.issue_own_key(None).await.unwrap();
    assert!(bob.deactivate_own_keys(&Deactivation::Id(alices.secret.id)).await.is_err());
    bob.deactivate_own_keys(&Deactivation::All).await.unwrap();
    assert_eq!(house.live_keys(ALICE).await, [alices.secret.key.expose()]);
}
