//! The self-service walk of the ECS guide, in XML and in JSON, to the letter of the recorded documents.

use std::time::Duration;

use keyward_keyring::FirstKeyRule;

use crate::office::{ALICE, NOW, Office, PASSWORD, Rules};

const KEYS: &str = "/object/secret-keys";
const PROLOG: &str = r#"<?xml version="1.0" encoding="UTF-8" standalone="yes"?>"#;

/// A document as ECS records it: the ids of keys are ObjectScale's.
fn without_ids(body: &str) -> String {
    let mut rest = body.to_owned();
    for name in ["secret_key_id", "secret_key_1_id", "secret_key_2_id"] {
        for (before, after) in
            [(format!("<{name}>"), format!("</{name}>")), (format!("\"{name}\":\""), "\",".to_owned())]
        {
            let Some(at) = rest.find(&before) else { continue };
            rest.replace_range(at..at + before.len() + 64 + after.len(), "");
        }
    }
    rest
}

#[tokio::test]
async fn the_walk_in_xml() {
    let (office, _) = Office::with_alice().await;
    let login = office.get("/login").basic(ALICE, PASSWORD).send().await.expect(200);
    assert_eq!(login.body, format!("{PROLOG}<loggedIn><user>{ALICE}</user></loggedIn>"));
    assert_eq!(login.header("content-type"), "application/xml");
    let token = login.header("x-sds-auth-token");

    let first = office.post(KEYS).token(token).xml("<secret_key_create_param/>").send().await.expect(200);
    let old = first.element("secret_key");
    assert_eq!(without_ids(&first.body), new_key_in_xml(old, NOW));

    office.advance(Duration::from_secs(60));
    let order = "<secret_key_create_param><existing_key_expiry_time_mins>10</existing_key_expiry_time_mins></secret_key_create_param>";
    let second = office.post(KEYS).token(token).xml(order).send().await.expect(200);
    let new = second.element("secret_key");
    assert_eq!(without_ids(&second.body), new_key_in_xml(new, "2026-03-05 17:40:13.813"));

    let keys = office.get(KEYS).token(token).send().await.expect(200);
    assert_eq!(
        without_ids(&keys.body),
        format!(
            "{PROLOG}<user_secret_keys><secret_key_1>{old}</secret_key_1><secret_key_1_exist>true</secret_key_1_exist>\
             <secret_key_2>{new}</secret_key_2><secret_key_2_exist>true</secret_key_2_exist>\
             <key_expiry_timestamp_1>2026-03-05 17:50:13.813</key_expiry_timestamp_1>\
             <key_expiry_timestamp_2></key_expiry_timestamp_2><key_timestamp_1>{NOW}</key_timestamp_1>\
             <key_timestamp_2>2026-03-05 17:40:13.813</key_timestamp_2>\
             <link rel=\"self\" href=\"/object/secret-keys\"/></user_secret_keys>"
        )
    );

    let gone = office.post(&format!("{KEYS}/deactivate")).token(token).xml("<secret_key_delete_param/>");
    let gone = gone.send().await.expect(200);
    assert_eq!((gone.body.as_str(), gone.header("content-length")), ("", "0"));
    let empty = office.get(KEYS).token(token).send().await.expect(200);
    assert!(empty.body.contains("<secret_key_1></secret_key_1><secret_key_1_exist>false</secret_key_1_exist>"));
}

fn new_key_in_xml(key: &str, made: &str) -> String {
    format!(
        "{PROLOG}<user_secret_key><link rel=\"self\" href=\"/object/user-secret-keys/{ALICE}\"/>\
         <secret_key>{key}</secret_key><key_expiry_timestamp></key_expiry_timestamp>\
         <key_timestamp>{made}</key_timestamp></user_secret_key>"
    )
}

#[tokio::test]
async fn the_walk_in_json() {
    let (office, token) = Office::with_alice().await;
    let first = office.post(KEYS).token(&token).json("{}").send().await.expect(200);
    let old = first.field("secret_key");
    assert_eq!(without_ids(&first.body), new_key_in_json(&old, NOW));
    assert_eq!(first.header("content-type"), "application/json");

    office.advance(Duration::from_secs(60));
    let order = r#"{"existing_key_expiry_time_mins": "10"}"#;
    let second = office.post(KEYS).token(&token).json(order).send().await.expect(200);
    let new = second.field("secret_key");
    assert_eq!(without_ids(&second.body), new_key_in_json(&new, "2026-03-05 17:40:13.813"));

    let keys = office.get(KEYS).token(&token).for_json().send().await.expect(200);
    assert_eq!(
        without_ids(&keys.body),
        format!(
            r#"{{"secret_key_1":"{old}","secret_key_1_exist":true,"key_timestamp_1":"{NOW}","key_expiry_timestamp_1":"2026-03-05 17:50:13.813","secret_key_2":"{new}","secret_key_2_exist":true,"key_timestamp_2":"2026-03-05 17:40:13.813","key_expiry_timestamp_2":"","link":{{"rel":"self","href":"/object/secret-keys"}}}}"#
        )
    );

    office.advance(Duration::from_secs(10 * 60));
    let after = office.get(KEYS).token(&token).for_json().send().await.expect(200);
    assert_eq!((after.field("secret_key_1"), after.field("secret_key_2_exist")), (new, "false".to_owned()));
    office.post(&format!("{KEYS}/deactivate.json")).token(&token).json("{}").send().await.expect(200);
    let empty = office.get(&format!("{KEYS}.json")).token(&token).send().await.expect(200);
    assert_eq!(
        empty.body,
        r#"{"secret_key_1":"","secret_key_1_exist":false,"key_timestamp_1":"","key_expiry_timestamp_1":"","secret_key_2":"","secret_key_2_exist":false,"key_timestamp_2":"","key_expiry_timestamp_2":"","link":{"rel":"self","href":"/object/secret-keys"}}"#
    );
}

fn new_key_in_json(key: &str, made: &str) -> String {
    format!(
        r#"{{"secret_key":"{key}","key_timestamp":"{made}","key_expiry_timestamp":"","link":{{"rel":"self","href":"/object/user-secret-keys/{ALICE}"}}}}"#
    )
}

#[tokio::test]
async fn the_guides_own_call_sends_json_and_receives_xml() {
    let (office, token) = Office::with_alice().await;
    let made = office.post(KEYS).token(&token).header("accept", "*/*").body("application/json", "{}");
    let made = made.send().await.expect(200);
    assert_eq!(without_ids(&made.body), new_key_in_xml(made.element("secret_key"), NOW));
}

#[tokio::test]
async fn every_spelling_of_no_body_is_an_order_without_an_expiry() {
    for (content_type, body) in [
        ("application/json", ""),
        ("application/json", "null"),
        ("application/json", "\"{}\""),
        ("application/xml", ""),
        ("application/octet-stream", ""),
        ("application/x-www-form-urlencoded", "{}"),
    ] {
        let (office, token) = Office::with_alice().await;
        office.post(KEYS).token(&token).body(content_type, body).send().await.expect(200);
    }
}

#[tokio::test]
async fn a_third_key_is_refused_and_says_what_to_do() {
    let (office, token) = Office::with_alice().await;
    for _ in 0..2 {
        office.post(KEYS).token(&token).json("{}").send().await.expect(200);
    }
    let refused = office.post(KEYS).token(&token).json("{}").send().await.refused(400, 1031);
    assert!(refused.field("details").starts_with(&format!("User {ALICE} already has 2 valid keys. Deactivate")));
}

#[tokio::test]
async fn an_expiry_on_a_first_key_is_refused_to_the_letter_where_the_operator_wants_that() {
    let office = Office::with(Rules { first_key: FirstKeyRule::Strict }).await;
    let root = office.log_in("root").await;
    office.post("/object/users").token(&root).json(r#"{"user":"root","namespace":"local"}"#).send().await.expect(200);
    let order = r#"{"existing_key_expiry_time_mins": 60}"#;
    let refused = office.post(KEYS).token(&root).json(order).send().await.refused(500, 7000);
    assert_eq!(
        refused.body,
        r#"{"code":7000,"retryable":false,"description":"An error occurred in the API Service","details":"User root has no valid secret key. Cannot accept creation request with expiry for existing key."}"#
    );
}

#[tokio::test]
async fn an_operator_without_a_namespace_is_told_what_is_missing() {
    let office = Office::open().await;
    let root = office.log_in("root").await;
    let refused = office.post(KEYS).token(&root).json("{}").send().await.refused(400, 1004);
    assert!(refused.field("details").starts_with("No tenant mapping found for this user root."));
}
