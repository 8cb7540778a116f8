//! Buckets as administrators make, list, look at and delete them.

use http::Method;
use keyward_identity::{BucketName, NamespaceName};

use crate::office::{ALICE, Answered, Office};

/// A server with `root` logged in and the object users `app` and `other` of the namespace `local`.
pub async fn with_users() -> (Office, String) {
    let office = Office::open().await;
    let root = office.log_in("root").await;
    for user in ["app", "other"] {
        let order = format!(r#"{{"user":"{user}","namespace":"local"}}"#);
        office.post("/object/users").token(&root).json(&order).send().await.expect(200);
    }
    (office, root)
}

/// The same with the bucket `logs` of `app`.
pub async fn with_bucket() -> (Office, String) {
    let (office, root) = with_users().await;
    make(&office, &root, r#"{"name":"logs","namespace":"local","owner":"app"}"#).await.expect(200);
    (office, root)
}

pub async fn make(office: &Office, token: &str, order: &str) -> Answered {
    office.post("/object/bucket").token(token).json(order).send().await
}

/// A bucket of `local` as the administrators see it.
pub async fn info(office: &Office, token: &str, name: &str) -> serde_json::Value {
    let path = format!("/object/bucket/{name}/info?namespace=local");
    office.get(&path).token(token).for_json().send().await.expect(200).value()
}

#[tokio::test]
async fn a_bucket_is_made_for_its_owner_and_known_to_s3_at_once() {
    let (office, root) = with_users().await;
    let (namespace, name) = (NamespaceName::parse("local").expect("name"), BucketName::parse("logs").expect("name"));
    assert_eq!(office.service.bucket(&namespace, &name).await, Ok(None));
    let order =
        r#"{"name":"logs","namespace":"local","owner":"app","blockSize":10,"TagSet":[{"Key":"team","Value":"blue"}]}"#;
    let made = make(&office, &root, order).await.expect(200);
    assert_eq!((made.field("name"), made.field("id")), ("logs".to_owned(), "local.logs".to_owned()));
    let seen = office.service.bucket(&namespace, &name).await.expect("found out").expect("there");
    assert_eq!((seen.owner.as_str(), seen.settings.quota.block_size), ("app", 10));
    let info = info(&office, &root, "logs").await;
    assert_eq!(
        (&info["owner"], &info["block_size"], &info["notification_size"]),
        (&"app".into(), &10.into(), &(-1).into())
    );
    assert_eq!(info["TagSet"].to_string(), r#"[{"Key":"team","Value":"blue"}]"#);
    let groups = office.get("/vdc/data-service/vpools").token(&root).for_json().send().await.expect(200).value();
    assert_eq!(info["vpool"], groups["data_service_vpool"][0]["id"]);
}

#[tokio::test]
async fn a_bucket_looks_as_recorded() {
    let (office, root) = with_bucket().await;
    let info = office.get("/object/bucket/logs/info?namespace=local").token(&root).send().await.expect(200);
    assert!(info.body.contains("<bucket_info><name>logs</name><tags/><api_type>S3</api_type><block_size>-1</block_size><owner>app</owner><created>2026-03-05T17:39:13.813Z</created><default_retention>-2</default_retention>"), "{}", info.body);
}

#[tokio::test]
async fn whoever_makes_a_bucket_without_naming_an_owner_owns_it() {
    let (office, root) = with_users().await;
    let order = "<object_bucket_create><name>logs</name><namespace>local</namespace></object_bucket_create>";
    office.post("/object/bucket").token(&root).xml(order).send().await.expect(200);
    assert_eq!(info(&office, &root, "logs").await["owner"], "root");
}

#[tokio::test]
async fn a_name_that_is_taken_or_malformed_and_an_owner_who_cannot_be_are_told_apart() {
    let (office, root) = with_bucket().await;
    office.post("/object/namespaces/namespace").token(&root).json(r#"{"namespace":"far"}"#).send().await.expect(200);
    for (order, code) in [
        (r#"{"name":"logs","namespace":"local"}"#, 40008),
        (r#"{"name":"logs","namespace":"local","owner":"other"}"#, 40008),
        (r#"{"name":"a..b","namespace":"local"}"#, 40009),
        (r#"{"name":"192.0.2.1","namespace":"local"}"#, 40009),
        (r#"{"name":"new","namespace":"local","owner":"nobody"}"#, 40010),
        (r#"{"name":"new","namespace":"far","owner":"app"}"#, 40010),
        (r#"{"name":"new","namespace":"local","owner":"no body"}"#, 40010),
        (r#"{"name":"new","namespace":"nowhere"}"#, 1004),
        (r#"{"name":"new","namespace":"local","vpool":"urn:storageos:ReplicationGroupInfo:x:global"}"#, 1004),
        (r#"{"namespace":"local"}"#, 1005),
        (r#"{"name":"new"}"#, 1005),
        (r#"{"name":"new","namespace":"local","is_encryption_enabled":true}"#, 1008),
        (r#"{"name":"new","namespace":"local","retention":60}"#, 1008),
        (r#"{"name":"new","namespace":"local","blockSize":0}"#, 1008),
    ] {
        make(&office, &root, order).await.refused(400, code);
    }
    office.get("/object/bucket/new/info?namespace=local").token(&root).send().await.refused(400, 1004);
    make(&office, &root, r#"{"name":"logs","namespace":"far"}"#).await.expect(200);
}

#[tokio::test]
async fn what_a_namespace_says_about_new_buckets_holds_for_them() {
    let (office, root) = with_users().await;
    let settings = r#"{"is_stale_allowed":true,"default_bucket_block_size":5}"#;
    office.put("/object/namespaces/namespace/local").token(&root).json(settings).send().await.expect(200);
    make(&office, &root, r#"{"name":"plain","namespace":"local"}"#).await.expect(200);
    make(&office, &root, r#"{"name":"own","namespace":"local","is_stale_allowed":false,"blockSize":7}"#)
        .await
        .expect(200);
    let [plain, own] = [info(&office, &root, "plain").await, info(&office, &root, "own").await];
    assert_eq!((&plain["is_stale_allowed"], &plain["block_size"]), (&true.into(), &5.into()));
    assert_eq!((&own["is_stale_allowed"], &own["block_size"]), (&false.into(), &7.into()));
}

#[tokio::test]
async fn a_list_is_of_a_namespace_by_prefix_and_in_pages() {
    let (office, root) = with_users().await;
    for name in ["a1", "a2", "a3", "b1"] {
        make(&office, &root, &format!(r#"{{"name":"{name}","namespace":"local"}}"#)).await.expect(200);
    }
    let (mut seen, mut marker) = (Vec::new(), String::new());
    loop {
        let path = format!("/object/bucket?namespace=local&name=a*&limit=2&marker={marker}");
        let page = office.get(&path).token(&root).for_json().send().await.expect(200).value();
        assert_eq!((&page["MaxBuckets"], &page["Filter"]), (&2.into(), &"name=a*".into()));
        let buckets = page["object_bucket"].as_array().expect("a list");
        seen.extend(buckets.iter().map(|bucket| bucket["name"].as_str().expect("a name").to_owned()));
        match page["NextMarker"].as_str() {
            Some(next) => marker = next.to_owned(),
            None => break,
        }
    }
    assert_eq!(seen, ["a1", "a2", "a3"]);
    office.get("/object/bucket?namespace=nowhere").token(&root).send().await.refused(400, 1004);
    let none = office.get("/object/bucket?namespace=local&name=a").token(&root).for_json().send().await.expect(200);
    assert_eq!(none.value()["object_bucket"].to_string(), "[]");
}

#[tokio::test]
async fn only_an_empty_and_unlocked_bucket_is_deleted() {
    let (office, root) = with_bucket().await;
    let path = "/object/bucket/logs/deactivate?namespace=local";
    // Some clients send the default body of theirs encoded twice.
    let delete = |path: &'static str| office.post(path).token(&root).json(r#""{}""#).send();
    office.contents.fill_newest(true);
    assert!(delete(path).await.refused(400, 1012).field("details").starts_with("Bucket logs is not empty"));
    delete("/object/bucket/logs/deactivate?namespace=local&emptyBucket=true").await.refused(400, 1008);
    office.contents.fill_newest(false);
    office.put("/object/bucket/logs/lock/true?namespace=local").token(&root).send().await.expect(200);
    delete(path).await.refused(400, 1012);
    office.put("/object/bucket/logs/lock/false?namespace=local").token(&root).send().await.expect(200);
    assert_eq!(delete(path).await.expect(200).body, "");
    delete(path).await.refused(400, 1004);
}

#[tokio::test]
async fn a_namespace_administrator_keeps_the_buckets_of_that_namespace_and_sees_no_other() {
    let (office, root) = with_bucket().await;
    let leader = format!(r#"{{"userId":"leader","password":"{}"}}"#, crate::office::PASSWORD);
    office.post("/vdc/users").token(&root).json(&leader).send().await.expect(200);
    let team = r#"{"namespace":"team","namespace_admins":"leader"}"#;
    office.post("/object/namespaces/namespace").token(&root).json(team).send().await.expect(200);
    let leader = office.log_in("leader").await;
    // The namespace of its own is meant where none is named.
    make(&office, &leader, r#"{"name":"mine"}"#).await.expect(200);
    let shown = office.get("/object/bucket/mine/info").token(&leader).for_json().send().await.expect(200);
    assert_eq!((shown.field("namespace"), shown.field("owner")), ("team".to_owned(), "leader".to_owned()));
    let listed = office.get("/object/bucket").token(&leader).for_json().send().await.expect(200).value();
    assert_eq!(listed["object_bucket"].as_array().map(Vec::len), Some(1));
    make(&office, &leader, r#"{"name":"theirs","namespace":"local"}"#).await.refused(403, 3000);
    for (method, path) in [
        (Method::GET, "/object/bucket?namespace=local"),
        (Method::GET, "/object/bucket/logs/info?namespace=local"),
        (Method::GET, "/object/bucket/nothing/info?namespace=local"),
        (Method::PUT, "/object/bucket/logs/lock/true?namespace=local"),
        (Method::POST, "/object/bucket/logs/deactivate?namespace=local"),
    ] {
        office.ask(method, path).token(&leader).send().await.refused(403, 3000);
    }
}

#[tokio::test]
async fn a_person_without_a_role_is_not_told_which_buckets_there_are() {
    let (office, _) = Office::with_alice().await;
    let alice = office.log_in(ALICE).await;
    for path in ["/object/bucket", "/object/bucket/x/info", "/object/bucket/x/info?namespace=nowhere"] {
        office.get(path).token(&alice).send().await.refused(403, 3000);
    }
}
