//! Single settings of a bucket: changed, shown, kept, and refused where nothing would come of them.

use http::Method;

use crate::buckets::{info, with_bucket};
use crate::office::{Answered, Office};

/// Asks for a part of the bucket `logs`.
async fn ask(office: &Office, token: &str, method: Method, part: &str, body: &str) -> Answered {
    let path = format!("/object/bucket/logs/{part}?namespace=local");
    office.ask(method, &path).token(token).json(body).send().await
}

#[tokio::test]
async fn a_bucket_is_given_to_another_user_of_its_namespace_only() {
    let (office, root) = with_bucket().await;
    let give = async |owner: &str| {
        let order = format!(r#"{{"new_owner":"{owner}","namespace":"local","reset_previous_owners":"true"}}"#);
        office.post("/object/bucket/logs/owner").token(&root).json(&order).send().await
    };
    assert_eq!(give("other").await.expect(200).body, "");
    assert_eq!(info(&office, &root, "logs").await["owner"], "other");
    give("nobody").await.refused(400, 40010);
    let kept = r#"{"user":"other","namespace":"local"}"#;
    office.post("/object/users/deactivate").token(&root).json(kept).send().await.refused(400, 1012);
    let free = r#"{"user":"app","namespace":"local"}"#;
    office.post("/object/users/deactivate").token(&root).json(free).send().await.expect(200);
}

#[tokio::test]
async fn lock_stale_reads_and_quota_are_changed_and_shown() {
    let (office, root) = with_bucket().await;
    ask(&office, &root, Method::PUT, "lock/true", "{}").await.expect(200);
    let lock = ask(&office, &root, Method::GET, "lock", "").await.expect(200);
    assert_eq!(lock.body, r#"{"bucket_name":"logs","isLocked":true}"#);
    ask(&office, &root, Method::PUT, "lock/maybe", "{}").await.refused(400, 1008);
    ask(&office, &root, Method::POST, "isstaleallowed", r#"{"is_stale_allowed":true}"#).await.expect(200);
    ask(&office, &root, Method::PUT, "quota", r#"{"blockSize":10,"notificationSize":1}"#).await.expect(200);
    let shown = info(&office, &root, "logs").await;
    assert_eq!(
        (&shown["locked"], &shown["is_stale_allowed"], &shown["block_size"]),
        (&true.into(), &true.into(), &10.into())
    );
    for refused in [r#"{"blockSize":-1,"notificationSize":-1}"#, "{}", r#"{"blockSize":0}"#, r#"{"blockSize":-2}"#] {
        ask(&office, &root, Method::PUT, "quota", refused).await.refused(400, 1008);
    }
    let quota = r#"{"blockSize":10,"bucketname":"logs","namespace":"local","notificationSize":1}"#;
    assert_eq!(ask(&office, &root, Method::GET, "quota", "").await.expect(200).body, quota);
    ask(&office, &root, Method::DELETE, "quota", "").await.expect(200);
    assert_eq!(info(&office, &root, "logs").await["block_size"], -1);
}

#[tokio::test]
async fn tags_are_added_given_new_values_and_removed_by_their_names() {
    let (office, root) = with_bucket().await;
    let tags = |pairs: &[(&str, &str)]| {
        let tags: Vec<_> = pairs.iter().map(|(key, value)| serde_json::json!({"Key": key, "Value": value})).collect();
        serde_json::json!({ "TagSet": tags, "namespace": "local" }).to_string()
    };
    ask(&office, &root, Method::POST, "tags", &tags(&[("team", "blue"), ("cost", "1")])).await.expect(200);
    ask(&office, &root, Method::PUT, "tags", &tags(&[("cost", "2")])).await.expect(200);
    let shown = info(&office, &root, "logs").await["TagSet"].to_string();
    assert_eq!(shown, r#"[{"Key":"team","Value":"blue"},{"Key":"cost","Value":"2"}]"#);
    ask(&office, &root, Method::DELETE, "tags", &tags(&[("team", "")])).await.expect(200);
    assert_eq!(info(&office, &root, "logs").await["TagSet"].to_string(), r#"[{"Key":"cost","Value":"2"}]"#);
    let many: Vec<(String, &str)> = (0..50).map(|number| (format!("k{number}"), "v")).collect();
    let many: Vec<(&str, &str)> = many.iter().map(|(key, value)| (key.as_str(), *value)).collect();
    ask(&office, &root, Method::POST, "tags", &tags(&many)).await.refused(400, 1008);
    ask(&office, &root, Method::POST, "tags", &tags(&[("k", &"v".repeat(257))])).await.refused(400, 1008);
}

#[tokio::test]
async fn no_retention_is_promised_that_would_not_be_kept() {
    let (office, root) = with_bucket().await;
    ask(&office, &root, Method::PUT, "retention", r#"{"period":0}"#).await.expect(200);
    ask(&office, &root, Method::PUT, "retention", r#"{"period":60}"#).await.refused(400, 1008);
    assert_eq!(ask(&office, &root, Method::GET, "retention", "").await.expect(200).body, r#"{"period":0}"#);
}

#[tokio::test]
async fn an_access_control_list_names_the_owner_alone() {
    let (office, root) = with_bucket().await;
    let own = r#"{"user":"app","permission":["full_control"]}"#;
    let shown = format!(
        r#"{{"bucket":"logs","namespace":"local","acl":{{"owner":"app","default_group":null,"user_acl":[{own}],"group_acl":[],"customgroup_acl":[]}}}}"#
    );
    for accepted in ["{}".to_owned(), shown.clone(), format!(r#"{{"acl":{{"user_acl":[{own}]}}}}"#)] {
        assert_eq!(ask(&office, &root, Method::PUT, "acl", &accepted).await.expect(200).body, "");
    }
    for refused in [
        r#"{"acl":{"user_acl":[{"user":"other","permission":["read"]}]}}"#,
        r#"{"acl":{"user_acl":[{"user":"app","permission":["full_control"]},{"user":"other","permission":["full_control"]}]}}"#,
        r#"{"acl":{"user_acl":[{"user":"app","permission":["read"]}]}}"#,
        r#"{"acl":{"user_acl":[{"user":"app","permission":[]}]}}"#,
        r#"{"acl":{"group_acl":[{"group":"public","permission":["read"]}]}}"#,
        r#"{"acl":{"customgroup_acl":[{"customgroup":"staff","permission":["read"]}]}}"#,
        r#"{"acl":{"default_group":"staff"}}"#,
        r#"{"acl":{"owner":"other"}}"#,
    ] {
        ask(&office, &root, Method::PUT, "acl", refused).await.refused(400, 1008);
    }
    assert_eq!(ask(&office, &root, Method::GET, "acl", "").await.expect(200).body, shown);
    for (words, count) in [("permissions", 9), ("groups", 4)] {
        let path = format!("/object/bucket/acl/{words}");
        let listed = office.get(&path).token(&root).for_json().send().await.expect(200).value();
        assert_eq!(listed[words.trim_end_matches('s')].as_array().map(Vec::len), Some(count));
    }
}

#[tokio::test]
async fn no_policy_is_kept_that_would_not_be_evaluated() {
    let (office, root) = with_bucket().await;
    assert_eq!(ask(&office, &root, Method::GET, "policy", "").await.expect(200).body, "");
    let policy = r#"{"Version":"2012-10-17","Statement":[]}"#;
    ask(&office, &root, Method::PUT, "policy", policy).await.refused(400, 1008);
    ask(&office, &root, Method::DELETE, "policy", "").await.expect(200);
    assert_eq!(ask(&office, &root, Method::GET, "policy", "").await.expect(200).body, "");
}

#[tokio::test]
async fn a_bucket_that_is_not_there_is_missing_to_every_call() {
    let (office, root) = with_bucket().await;
    for part in ["info", "lock", "quota", "retention", "acl", "policy"] {
        let path = format!("/object/bucket/gone/{part}?namespace=local");
        let missing = office.get(&path).token(&root).for_json().send().await.refused(400, 1004);
        assert_eq!(missing.field("details"), "Unable to find entity with the given id gone");
    }
    office.put("/object/bucket/gone/lock/true?namespace=local").token(&root).send().await.refused(400, 1004);
    office.get("/object/bucket/logs/info").token(&root).send().await.refused(400, 1005);
}
