//! Object users as administrators see to them.

use keyward_identity::{BucketSettings, Tag};
use keyward_service::{PageRequest, ServiceError, Subject, page_request};
use keyward_store::{Record, Scope, SealedKeyRing, Transaction, UserRecord, Write};

use crate::house::{ALICE, HERE, House, bucket_name, namespace_name, user_id};

#[tokio::test]
async fn a_user_is_made_without_keys_under_its_name_in_normal_form() {
    let house = House::open().await;
    let tags = vec![Tag { name: "team".to_owned(), value: "red".to_owned() }];
    let id = house.root.create_object_user("Alice@Corp.example", "ns1", tags.clone()).await.unwrap();
    let user = house.root.object_user(ALICE, Some("ns1")).await.unwrap();
    assert_eq!((id.as_str(), user.tags, user.locked, user.created_by.as_str()), (ALICE, tags, false, "root"));
    assert_eq!(house.root.keys_of(ALICE, None).await.unwrap(), [None, None]);
}

#[tokio::test]
async fn a_user_cannot_be_made_twice_under_no_name_or_in_no_namespace() {
    let house = House::open().await;
    house.found_namespace("ns2", &[]).await;
    house.root.create_object_user("app1", "ns1", vec![]).await.unwrap();
    let before = house.revision().await;
    let create = async |user: &str, home: &str| house.root.create_object_user(user, home, vec![]).await.unwrap_err();
    let taken = ServiceError::AlreadyExists { subject: Subject::ObjectUser, id: "app1".to_owned() };
    assert_eq!(create("app1", "ns1").await, taken);
    assert_eq!(create("app1", "ns2").await, taken);
    assert!(matches!(create("", "ns1").await, ServiceError::Invalid { field: "user", .. }));
    assert!(matches!(create("a b", "ns1").await, ServiceError::Invalid { field: "user", .. }));
    assert_eq!(create("app2", "").await, ServiceError::Missing { field: "namespace" });
    let unknown = ServiceError::NotFound { subject: Subject::Namespace, id: "ns9".to_owned() };
    assert_eq!(create("app2", "ns9").await, unknown);
    assert_eq!(house.revision().await, before);
}

#[tokio::test]
async fn a_user_whose_namespace_goes_meanwhile_is_not_made() {
    let house = House::open().await;
    house.found_namespace("ns2", &[]).await;
    let (commit, root) = (house.store.commits.close(), house.root.clone());
    let call = tokio::spawn(async move { root.create_object_user("app1", "ns2", vec![]).await });
    commit.reached().await;
    house.root.delete_namespace("ns2").await.unwrap();
    commit.open();
    let gone = ServiceError::NotFound { subject: Subject::Namespace, id: "ns2".to_owned() };
    assert_eq!(call.await.unwrap().unwrap_err(), gone);
}

#[tokio::test]
async fn a_change_that_changes_nothing_writes_nothing() {
    let house = House::open().await;
    house.root.create_object_user("app1", "ns1", vec![]).await.unwrap();
    let before = house.revision().await;
    house.root.set_object_user_lock("app1", None, false).await.unwrap();
    house.root.change_object_user_tags("app1", None, |_| Ok(())).await.unwrap();
    assert_eq!(house.revision().await, before);
}

#[tokio::test]
async fn a_change_of_tags_that_is_overtaken_keeps_what_the_other_changed() {
    let house = House::open().await;
    house.root.create_object_user("app1", "ns1", vec![]).await.unwrap();
    let mut user = house.stored_user("app1").await.unwrap();
    user.tags.push(Tag { name: "rivals".to_owned(), value: String::new() });
    let record = Record::User { scope: Scope::Global, record: UserRecord { user, ring: SealedKeyRing::default() } };
    let write = Write::update(record, house.revision().await);
    let rival = Transaction::new(house.rival_audit()).write(write);
    house.store.overtake_the_next_commit_by(rival);
    let add = |tags: &mut Vec<Tag>| {
        tags.push(Tag { name: "ours".to_owned(), value: String::new() });
        Ok(())
    };
    house.root.change_object_user_tags("app1", None, add).await.unwrap();
    let tags: Vec<String> = house.stored_user("app1").await.unwrap().tags.into_iter().map(|tag| tag.name).collect();
    assert_eq!(tags, ["rivals", "ours"]);
}

#[tokio::test]
async fn a_user_that_owns_a_bucket_is_not_deleted() {
    let house = House::open().await;
    house.root.create_object_user("app1", "ns1", vec![]).await.unwrap();
    house.root.issue_key_for("app1", None, None, None).await.unwrap();
    let (namespace, name) = (namespace_name("ns1"), bucket_name("b"));
    house.service.create_bucket(&name, &house.user("app1").await, BucketSettings::default(), HERE).await.unwrap();
    let refused = house.root.delete_object_user("app1", None).await.unwrap_err();
    assert!(matches!(refused, ServiceError::NotEmpty { .. }), "{refused:?}");
    assert_eq!(house.live_keys("app1").await.len(), 1);
    let bucket = house.service.bucket(&namespace, &name).await.unwrap().unwrap();
    house.service.delete_bucket(&bucket, &user_id("app1"), HERE).await.unwrap();
    house.root.delete_object_user("app1", Some("ns1")).await.unwrap();
    assert_eq!(house.stored_user("app1").await, None);
}

#[tokio::test]
async fn a_user_made_anew_has_none_of_the_former_ones_keys() {
    let house = House::open().await;
    house.root.create_object_user("app1", "ns1", vec![]).await.unwrap();
    house.root.issue_key_for("app1", None, None, None).await.unwrap();
    house.root.delete_object_user("app1", None).await.unwrap();
    house.root.create_object_user("app1", "ns1", vec![]).await.unwrap();
    assert_eq!(house.live_keys("app1").await, [""; 0]);
}

#[tokio::test]
async fn users_are_listed_by_name_page_by_page() {
    let house = House::open().await;
    house.found_namespace("ns2", &[]).await;
    for (user, home) in [("app2", "ns1"), ("app1", "ns2"), ("job1", "ns1"), ("app3", "ns1")] {
        house.root.create_object_user(user, home, vec![]).await.unwrap();
    }
    let list = async |home: Option<&str>, prefix: &str, page: PageRequest| {
        let page = house.root.object_users(home, prefix, page).await.unwrap();
        let ids: Vec<String> = page.items.into_iter().map(|user| user.id.to_string()).collect();
        (ids.join(" "), page.next.map(|marker| marker.to_string()))
    };
    let (ids, next) = list(None, "", page_request(None, 3)).await;
    assert_eq!(ids, "app1 app2 app3");
    assert_eq!(list(None, "", page_request(next.as_deref(), 3)).await, ("job1".to_owned(), None));
    assert_eq!(list(Some("ns1"), "app", PageRequest::default()).await, ("app2 app3".to_owned(), None));
}

#[tokio::test]
async fn a_list_of_a_namespace_that_does_not_exist_is_refused() {
    let house = House::open().await;
    let refused = house.root.object_users(Some("ns9"), "", PageRequest::default()).await.unwrap_err();
    assert_eq!(refused, ServiceError::NotFound { subject: Subject::Namespace, id: "ns9".to_owned() });
}
