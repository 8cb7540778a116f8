//! Bad input: the code, a remedy, and nothing changed.

use crate::office::{Office, PASSWORD};

const KEYS: &str = "/object/secret-keys";

#[tokio::test]
async fn a_body_that_cannot_be_read_changes_nothing() {
    let (office, alice) = Office::with_alice().await;
    for (content_type, body) in [
        ("application/json", "{"),
        ("application/json", "[]"),
        ("application/xml", "<secret_key_create_param>"),
        ("application/xml", "<another_root/>"),
        ("application/xml", "text"),
        ("text/plain", "minutes: 1"),
    ] {
        office.post(KEYS).token(&alice).body(content_type, body).send().await.refused(400, 1013);
    }
    office.post(KEYS).token(&alice).body("text/yaml", "minutes: 1").send().await.refused(415, 1003);
    let keys = office.get(KEYS).token(&alice).for_json().send().await.expect(200);
    assert_eq!(keys.field("secret_key_1_exist"), "false");
}

#[tokio::test]
async fn minutes_that_are_no_count_name_the_field() {
    let (office, alice) = Office::with_alice().await;
    for (value, code) in
        [("-1", 1014), ("\"ten\"", 1008), ("1.5", 1008), ("9999999999", 1014), ("\"99999999999999999999\"", 1014)]
    {
        let order = format!(r#"{{"existing_key_expiry_time_mins":{value}}}"#);
        let refused = office.post(KEYS).token(&alice).json(&order).send().await.refused(400, code);
        assert!(refused.field("details").contains("existing_key_expiry_time_mins"), "{}", refused.body);
    }
}

#[tokio::test]
async fn a_body_beyond_a_mebibyte_is_refused_after_it_was_read() {
    let (office, alice) = Office::with_alice().await;
    let huge = format!("{{}}{}", " ".repeat(2 << 20));
    let refused = office.post(KEYS).token(&alice).json(&huge).send().await.refused(400, 1013);
    assert!(refused.field("details").contains("1048576"));
}

#[tokio::test]
async fn an_unset_variable_does_not_remove_every_key() {
    let (office, alice) = Office::with_alice().await;
    office.post(KEYS).token(&alice).json("{}").send().await.expect(200);
    let deactivate = |body: &'static str| office.post("/object/secret-keys/deactivate").token(&alice).json(body).send();
    deactivate(r#"{"secret_key":""}"#).await.refused(400, 1005);
    deactivate(r#"{"secret_key":"no-such-key"}"#).await.refused(400, 1004);
    deactivate(r#"{"secret_key_id":"no-such-id"}"#).await.refused(400, 1004);
    let keys = office.get(KEYS).token(&alice).for_json().send().await.expect(200);
    assert_eq!(keys.field("secret_key_1_exist"), "true");
}

#[tokio::test]
async fn what_does_not_exist_is_named_as_ecs_names_it() {
    let office = Office::open().await;
    let root = office.log_in("root").await;
    let details = |path: &'static str, status, code| {
        let asked = office.get(path).token(&root).for_json().send();
        async move { asked.await.refused(status, code).field("details") }
    };
    let in_url = "Unable to find entity specified in URL with the given id nobody";
    assert_eq!(details("/object/users/nobody/info?namespace=local", 404, 2000).await, in_url);
    assert_eq!(details("/object/user-secret-keys/nobody", 404, 2000).await, in_url);
    assert_eq!(details("/vdc/users/nobody", 404, 2000).await, in_url);
    let by_parameter = "Unable to find entity with the given id nowhere";
    assert_eq!(details("/object/namespaces/namespace/nowhere", 400, 1004).await, by_parameter);
    assert_eq!(details("/object/users/nowhere", 400, 1004).await, by_parameter);
}

#[tokio::test]
async fn names_that_are_taken_missing_or_malformed_are_refused() {
    let office = Office::open().await;
    let root = office.log_in("root").await;
    let post = |path: &'static str, body: &str| office.post(path).token(&root).json(body).send();
    let users = |user: &str| format!(r#"{{"user":"{user}","namespace":"local"}}"#);
    post("/object/users", &users("app")).await.expect(200);
    let taken = post("/object/users", &users("app")).await.refused(400, 1015);
    assert!(taken.field("details").starts_with("User app already exists"));
    post("/object/users", &users("")).await.refused(400, 1005);
    post("/object/users", &users("two words")).await.refused(400, 1008);
    post("/object/namespaces/namespace", r#"{"namespace":"local"}"#).await.refused(400, 1015);
    post("/object/namespaces/namespace", r#"{"namespace":"with.dot"}"#).await.refused(400, 1008);
    post("/object/namespaces/namespace", "{}").await.refused(400, 1005);
    let root_again = format!(r#"{{"userId":"root","password":"{PASSWORD}"}}"#);
    post("/vdc/users", &root_again).await.refused(400, 1015);
    post("/vdc/users", r#"{"userId":"operator"}"#).await.refused(400, 1005);
    post("/vdc/users/root/deactivate", "").await.refused(400, 1012);
}

#[tokio::test]
async fn a_namespace_that_is_not_empty_stays() {
    let office = Office::open().await;
    let root = office.log_in("root").await;
    office.post("/object/users").token(&root).json(r#"{"user":"app","namespace":"local"}"#).send().await.expect(200);
    let path = "/object/namespaces/namespace/local/deactivate";
    let refused = office.post(path).token(&root).for_json().send().await.refused(400, 1012);
    assert!(refused.field("details").contains("not empty"));
}

#[tokio::test]
async fn a_replication_group_is_allowed_or_disallowed_not_both() {
    let office = Office::open().await;
    let root = office.log_in("root").await;
    let create = r#"{"namespace":"ns1","allowed_vpools_list":["a"]}"#;
    office.post("/object/namespaces/namespace").token(&root).json(create).send().await.expect(200);
    let update = r#"{"vpools_added_to_disallowed_vpools_list":["a"]}"#;
    office.put("/object/namespaces/namespace/ns1").token(&root).json(update).send().await.refused(400, 1008);
}

#[tokio::test]
async fn the_user_scope_is_chosen_before_the_first_object_user() {
    let office = Office::open().await;
    let root = office.log_in("root").await;
    let shown = office.get("/config/object/properties/").token(&root).for_json().send().await.expect(200);
    assert_eq!(
        shown.body,
        r#"{"properties":{"user_scope":"GLOBAL"},"allProperties":{"user_scope":"GLOBAL"},"empty":false}"#
    );
    let put = |body: &'static str| office.put("/config/object/properties").token(&root).json(body).send();
    put(r#"{"properties":{"user_scope":"GLOBAL"}}"#).await.expect(200);
    put(r#"{"properties":{"user-scope":"NAMESPACE"}}"#).await.expect(200);
    office.post("/object/namespaces/namespace").token(&root).json(r#"{"namespace":"ns1"}"#).send().await.expect(200);
    let user = r#"{"user":"app","namespace":"ns1"}"#;
    office.post("/object/users").token(&root).json(user).send().await.expect(200);
    office.get("/object/users/app/info").token(&root).send().await.refused(400, 1005);
    office.get("/object/users/app/info?namespace=ns1").token(&root).send().await.expect(200);
    let refused = put(r#"{"properties":{"user-scope":"GLOBAL"}}"#).await.refused(400, 1012);
    assert!(refused.field("details").starts_with("Unable to set User Scope to GLOBAL"));
    put(r#"{"properties":{"colour":"blue"}}"#).await.refused(400, 1005);
}
