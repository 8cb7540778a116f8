//! A management user and the object user of its name: only a binding makes the keys of one the other's.

use keyward_identity::Role;
use keyward_keyring::Deactivation;
use keyward_service::{Caller, ServiceError};

use crate::house::{House, operator};

fn not_bound(name: &str) -> ServiceError {
    ServiceError::NoObjectUser { user: name.to_owned() }
}

async fn no_self_service(caller: &Caller, name: &str) {
    assert_eq!(caller.own_keys().await.unwrap_err(), not_bound(name));
    assert_eq!(caller.own_keys_in_use().await.unwrap_err(), not_bound(name));
    assert_eq!(caller.issue_own_key(None).await.unwrap_err(), not_bound(name));
    assert_eq!(caller.deactivate_own_keys(&Deactivation::All).await.unwrap_err(), not_bound(name));
}

#[tokio::test]
async fn a_management_user_made_later_gets_no_keys_of_the_object_user_of_its_name() {
    let house = House::open().await;
    house.found_namespace("ns2", &[]).await;
    house.root.create_object_user("u2", "ns2", vec![]).await.unwrap();
    let key = house.root.issue_key_for("u2", None, None, None).await.unwrap();
    let sid = house.operator("sid", &[Role::SecurityAdmin]).await;
    sid.create_management_user(operator("u2", &[])).await.unwrap();
    assert_eq!(house.log_in("u2").await.unwrap_err(), ServiceError::InvalidCredentials, "there is nothing for it here");
    sid.create_management_user(operator("u3", &[Role::SystemMonitor])).await.unwrap();
    house.root.create_object_user("u3", "ns2", vec![]).await.unwrap();
    no_self_service(&house.enter("u3").await, "u3").await;
    assert_eq!(house.live_keys("u2").await, [key.secret.key.expose()]);
}

#[tokio::test]
async fn a_binding_gives_self_service_until_it_is_taken_back_and_to_that_management_user_alone() {
    let house = House::open().await;
    house.root.create_object_user("u2", "ns1", vec![]).await.unwrap();
    house.hire("u2", &[]).await;
    house.root.bind_management_user("u2", None).await.unwrap();
    let u2 = house.enter("u2").await;
    let key = u2.issue_own_key(None).await.unwrap();
    assert_eq!(house.live_keys("u2").await, [key.secret.key.expose()]);

    house.root.delete_management_user("u2").await.unwrap();
    house.pass_minutes(1);
    house.hire("u2", &[Role::SystemMonitor]).await;
    let second = house.enter("u2").await;
    no_self_service(&second, "u2").await;
    house.root.bind_management_user("u2", None).await.unwrap();
    second.own_keys().await.unwrap();

    house.root.unbind_management_user("u2", None).await.unwrap();
    no_self_service(&second, "u2").await;
    assert_eq!(house.live_keys("u2").await, [key.secret.key.expose()]);
}

#[tokio::test]
async fn only_local_management_users_that_exist_are_bound() {
    let house = House::open().await;
    house.root.create_object_user("u2", "ns1", vec![]).await.unwrap();
    house.root.create_object_user("Mona", "ns1", vec![]).await.unwrap();
    house.hire("mona", &[]).await;
    for name in ["u2", "Mona"] {
        let refused = house.root.bind_management_user(name, None).await.unwrap_err();
        assert!(matches!(refused, ServiceError::Refused { .. }), "{name}: {refused:?}");
    }
}

#[tokio::test]
async fn an_object_user_that_another_tenants_administrator_made_captures_no_administrator() {
    let house = House::open().await;
    house.found_namespace("ns2", &[]).await;
    let nora = house.namespace_admin("nora", "ns2").await;
    let mona = house.operator("mona", &[Role::SystemMonitor]).await;
    for name in ["root", "mona"] {
        nora.create_object_user(name, "ns2", vec![]).await.unwrap();
    }
    no_self_service(&house.root, "root").await;
    no_self_service(&mona, "mona").await;
}

#[tokio::test]
async fn a_person_of_a_domain_that_is_mapped_elsewhere_is_not_made_with_a_dot_at_its_end_either() {
    let house = House::open().await;
    house.found_namespace("ns2", &[]).await;
    let nora = house.namespace_admin("nora", "ns2").await;
    house.root.add_person("bob@local.test", Some(crate::house::PASSWORD.into())).await.unwrap();
    for name in ["bob@local.test", "bob@local.test.", "BOB@LOCAL.test.", "bob@local.test.."] {
        let refused = nora.create_object_user(name, "ns2", vec![]).await.unwrap_err();
        assert!(matches!(refused, ServiceError::Forbidden(_)), "{name}: {refused:?}");
    }
    let key = house.enter("bob@local.test").await.issue_own_key(None).await.unwrap();
    assert_eq!(house.stored_user("bob@local.test").await.unwrap().namespace.as_str(), "local");
    assert_eq!(house.live_keys("bob@local.test").await, [key.secret.key.expose()]);
}
