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
async fn an_access_control_list_is_shown_as_it_was_put() {
    let (office, root) = with_bucket().await;
    let listed = |lists: &str| {
        format!(r#"{{"bucket":"logs","namespace":"local","acl":{{"owner":"app","default_group":{lists}}}}}"#)
    };
    let own = r#"{"user":"app","permission":["full_control"]}"#;
    let untouched = listed(&format!(r#"null,"user_acl":[{own}],"group_acl":[],"customgroup_acl":[]"#));
    assert_eq!(ask(&office, &root, Method::GET, "acl", "").await.expect(200).body, untouched);
    let shared = listed(
        r#""staff","user_acl":[{"user":"other","permission":["read"]}],"group_acl":[{"group":"public","permission":["read"]}],"customgroup_acl":[{"customgroup":"builders","permission":["read","write"]}]"#,
    );
    let cleared = listed(r#"null,"user_acl":[],"group_acl":[],"customgroup_acl":[]"#);
    for (put, shown) in [(shared.as_str(), &shared), (r#"{"acl":{}}"#, &cleared), (untouched.as_str(), &untouched)] {
        assert_eq!(ask(&office, &root, Method::PUT, "acl", put).await.expect(200).body, "");
        assert_eq!(ask(&office, &root, Method::GET, "acl", "").await.expect(200).body, *shown);
    }
}

#[tokio::test]
async fn a_request_without_an_access_control_list_takes_none_away() {
    let (office, root) = with_bucket().await;
    let before = ask(&office, &root, Method::GET, "acl", "").await.expect(200).body;
    for without in ["", "{}", r#"{"Acl":{"user_acl":[]}}"#, r#"{"quota":1}"#] {
        ask(&office, &root, Method::PUT, "acl", without).await.refused(400, 1005);
    }
    assert_eq!(ask(&office, &root, Method::GET, "acl", "").await.expect(200).body, before);
}

#[tokio::test]
async fn a_bucket_is_not_deleted_in_another_namespace_than_the_body_names() {
    let (office, root) = with_bucket().await;
    let delete = |path: &'static str, body: &'static str| office.post(path).token(&root).json(body).send();
    let here = "/object/bucket/logs/deactivate?namespace=local";
    delete(here, r#"{"namespace":"elsewhere"}"#).await.refused(400, 1008);
    delete("/object/bucket/logs/deactivate", r#"{"namespace":"elsewhere"}"#).await.refused(400, 1004);
    delete("/object/bucket/logs/deactivate", r#"{"namespace":"local"}"#).await.expect(200);
}

#[tokio::test]
async fn an_access_control_list_of_strangers_and_unknown_words_is_refused() {
    let (office, root) = with_bucket().await;
    for refused in [
        r#"{"acl":{"user_acl":[{"user":"nobody-here","permission":["read"]}]}}"#,
        r#"{"acl":{"user_acl":[{"user":"app","permission":["everything"]}]}}"#,
        r#"{"acl":{"user_acl":[{"user":"app","permission":[]}]}}"#,
        r#"{"acl":{"group_acl":[{"group":"strangers","permission":["read"]}]}}"#,
        r#"{"acl":{"owner":"other"}}"#,
    ] {
        ask(&office, &root, Method::PUT, "acl", refused).await.refused(400, 1008);
    }
    for (words, count) in [("permissions", 9), ("groups", 4)] {
        let path = format!("/object/bucket/acl/{words}");
        let listed = office.get(&path).token(&root).for_json().send().await.expect(200).value();
        assert_eq!(listed[words.trim_end_matches('s')].as_array().map(Vec::len), Some(count));
    }
}

#[tokio::test]
async fn metadata_is_kept_by_protocol_until_it_is_removed() {
    let (office, root) = with_bucket().await;
    let put = async |order: &str| ask(&office, &root, Method::PUT, "metadata", order).await;
    let show = async |head: &str| {
        let path = format!("/object/bucket/logs/metadata?namespace=local&headType={head}");
        office.get(&path).token(&root).for_json().send().await
    };
    put(r#"{"head_type":"S3","metadata":[{"name":"a","value":"1"},{"name":"b","value":"2"}]}"#).await.expect(200);
    put(r#"{"head_type":"s3","metadata":[{"name":"a","value":"3"}]}"#).await.expect(200);
    let kept = r#"{"head_type":"S3","metadata":[{"name":"a","value":"3"},{"name":"b","value":"2"}]}"#;
    assert_eq!(show("S3").await.expect(200).body, kept);
    show("HDFS").await.refused(400, 1004);
    show("").await.refused(400, 1005);
    put(r#"{"head_type":"not a word","metadata":[{"name":"a","value":"1"}]}"#).await.refused(400, 1008);
    let path = "/object/bucket/logs/metadata?namespace=local&headType=S3";
    for _ in 0..2 {
        office.ask(Method::DELETE, path).token(&root).send().await.expect(200);
    }
    show("S3").await.refused(400, 1004);
    let keys = office.get("/object/bucket/searchmetadata").token(&root).for_json().send().await.expect(200).value();
    assert_eq!((&keys["max_keys"], &keys["metadata"][0]["type"]), (&0.into(), &"System".into()));
    ask(&office, &root, Method::DELETE, "searchmetadata", "").await.expect(200);
}

#[tokio::test]
async fn a_policy_is_kept_as_it_was_put_and_none_that_would_not_be_evaluated() {
    let (office, root) = with_bucket().await;
    assert_eq!(ask(&office, &root, Method::GET, "policy", "").await.expect(200).body, "");
    let policy = r#"{"Version":"2012-10-17", "Statement":[{"Effect":"Deny","Principal":"*","Action":"s3:DeleteObject","Resource":"arn:aws:s3:::logs/*"}]}"#;
    ask(&office, &root, Method::PUT, "policy", policy).await.expect(200);
    assert_eq!(ask(&office, &root, Method::GET, "policy", "").await.expect(200).body, policy);
    for (other, why) in [
        (r#"{"Version":"2012-10-17","Statement":[]}"#, "Statement has to be"),
        (&policy.replace("DeleteObject", "BakeCake"), "statement 1: "),
        (&policy.replace(":::logs", ":::other"), "statement 1: "),
        ("", "not JSON"),
        ("<policy/>", "not JSON"),
    ] {
        let refused = ask(&office, &root, Method::PUT, "policy", other).await.refused(400, 1008);
        assert!(refused.field("details").contains(why), "{other}: {}", refused.field("details"));
    }
    assert_eq!(ask(&office, &root, Method::GET, "policy", "").await.expect(200).body, policy);
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
