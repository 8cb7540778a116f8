//! The user scope: within what an object user's id is one user.

use keyward_credential_cache::CredentialRef;
use keyward_service::{ServiceError, Subject, UserScope};

use crate::house::{House, namespace_name, user_id};

/// A house in NAMESPACE scope with two namespaces.
async fn of_namespaces() -> House {
    let house = House::open().await;
    house.found_namespace("ns2", &["sales.example"]).await;
    house.root.choose_user_scope("NAMESPACE").await.unwrap();
    house
}

#[tokio::test]
async fn the_scope_is_chosen_before_the_first_object_user_and_not_after() {
    let house = House::open().await;
    assert_eq!(house.root.user_scope().unwrap(), UserScope::Global);
    house.root.choose_user_scope("NAMESPACE").await.unwrap();
    assert_eq!(house.root.user_scope().unwrap(), UserScope::Namespace);
    house.root.choose_user_scope("GLOBAL").await.unwrap();
    house.root.create_object_user("app", "ns1", vec![]).await.unwrap();
    house.root.choose_user_scope("GLOBAL").await.unwrap();
    for refused in ["NAMESPACE", "global", ""] {
        let error = house.root.choose_user_scope(refused).await.unwrap_err();
        assert!(matches!(error, ServiceError::Refused { .. }), "{error:?}");
    }
    house.service.prepare().await.unwrap();
    assert_eq!(house.root.user_scope().unwrap(), UserScope::Global);
}

#[tokio::test]
async fn the_same_id_is_another_user_with_other_keys_in_another_namespace() {
    let house = of_namespaces().await;
    for namespace in ["ns1", "ns2"] {
        house.root.create_object_user("app", namespace, vec![]).await.unwrap();
        house.root.issue_key_for("app", Some(namespace), None, None).await.unwrap();
    }
    let [one, other] = [house.root.keys_of("app", Some("ns1")).await, house.root.keys_of("app", Some("ns2")).await];
    assert_ne!(one.unwrap()[0].as_ref().unwrap().id, other.unwrap()[0].as_ref().unwrap().id);
    house.root.delete_object_user("app", Some("ns1")).await.unwrap();
    house.root.object_user("app", Some("ns2")).await.unwrap();
}

#[tokio::test]
async fn a_call_that_names_no_namespace_names_no_user() {
    let house = of_namespaces().await;
    house.root.create_object_user("app", "ns1", vec![]).await.unwrap();
    let missing = ServiceError::Missing { field: "namespace" };
    assert_eq!(house.root.keys_of("app", None).await.unwrap_err(), missing);
    assert_eq!(house.root.object_user("app", Some("")).await.unwrap_err(), missing);
    let unknown = ServiceError::NotFound { subject: Subject::ObjectUser, id: "app".to_owned() };
    assert_eq!(house.root.object_user("app", Some("ns2")).await.unwrap_err(), unknown);
}

#[tokio::test]
async fn a_credential_is_found_by_its_namespace_and_a_revocation_reaches_it() {
    let house = of_namespaces().await;
    house.root.create_object_user("app", "ns1", vec![]).await.unwrap();
    house.root.issue_key_for("app", Some("ns1"), None, None).await.unwrap();
    let (app, ns1, ns2) = (user_id("app"), namespace_name("ns1"), namespace_name("ns2"));
    let find = async |scope| {
        let key = CredentialRef { scope, access_key_id: &app };
        house.service.credentials().find(&key).await.unwrap()
    };
    assert!(find(None).await.is_none() && find(Some(&ns2)).await.is_none());
    assert_eq!(find(Some(&ns1)).await.unwrap().namespace, ns1);
    house.root.set_object_user_lock("app", Some("ns1"), true).await.unwrap();
    assert!(find(Some(&ns1)).await.unwrap().locked);
}

#[tokio::test]
async fn people_help_themselves_in_their_own_namespace() {
    let house = of_namespaces().await;
    let alice = house.person("alice@corp.example").await;
    let issued = alice.issue_own_key(None).await.unwrap();
    let listed = house.root.keys_of("alice@corp.example", Some("ns1")).await.unwrap();
    assert_eq!(listed[0].as_ref().unwrap().id, issued.secret.id);
    assert_eq!(alice.own_keys().await.unwrap().iter().flatten().count(), 1);
}

#[tokio::test]
async fn a_user_made_while_the_scope_changes_is_found_under_the_scope_that_won() {
    let house = House::open().await;
    let (made, chosen) =
        tokio::join!(house.root.create_object_user("app", "ns1", vec![]), house.root.choose_user_scope("NAMESPACE"),);
    assert!(made.is_ok() != chosen.is_ok() || house.root.object_user("app", Some("ns1")).await.is_ok());
    if made.is_ok() {
        house.root.object_user("app", Some("ns1")).await.unwrap();
    }
}

#[tokio::test]
async fn who_administers_one_namespace_cannot_tell_a_foreign_user_from_none() {
    let house = House::open().await;
    house.found_namespace("ns2", &["sales.example"]).await;
    house.root.create_object_user("stranger", "ns2", vec![]).await.unwrap();
    let nora = house.namespace_admin("nora", "ns1").await;
    for namespace in [None, Some("ns1"), Some("ns2"), Some("ns9")] {
        let stranger = nora.object_user("stranger", namespace).await.unwrap_err();
        let nobody = nora.object_user("nobody", namespace).await.unwrap_err();
        let renamed = format!("{nobody:?}").replace("nobody", "stranger");
        assert_eq!(format!("{stranger:?}"), renamed, "{namespace:?}");
        let stranger = nora.keys_of("stranger", namespace).await.unwrap_err();
        assert_eq!(format!("{stranger:?}"), renamed, "{namespace:?}");
        nora.set_object_user_lock("stranger", namespace, true).await.unwrap_err();
    }
}
