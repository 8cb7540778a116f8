//! Object users, their keys and tags, namespaces and base URLs, as administrators handle them.

use crate::office::Office;

async fn with_root() -> (Office, String) {
    let office = Office::open().await;
    let root = office.log_in("root").await;
    (office, root)
}

#[tokio::test]
async fn a_key_of_an_administrators_choice_is_echoed_and_an_empty_choice_is_none() {
    let (office, root) = with_root().await;
    office.post("/object/users").token(&root).json(r#"{"user":"App","namespace":"local"}"#).send().await.expect(200);
    let create = |body: &'static str| office.post("/object/user-secret-keys/App").token(&root).json(body).send();
    let generated =
        create(r#"{"existing_key_expiry_time_mins":null,"namespace":"local","secretkey":""}"#).await.expect(200);
    assert_eq!(generated.field("secret_key").len(), 40);
    assert_eq!(generated.value()["link"]["href"], "/object/user-secret-keys/App", "not another user's");
    let chosen =
        create(r#"{"existing_key_expiry_time_mins":"60","namespace":"local","secretkey":"mine/and+mine"}"#).await;
    assert_eq!(chosen.expect(200).field("secret_key"), "mine/and+mine");
    let exist = office.get("/object/user-secret-keys/exist/App/local").token(&root).for_json().send().await.expect(200);
    assert_eq!((exist.field("secret_key_1"), exist.field("secret_key_2_exist")), (String::new(), "true".to_owned()));
    assert!(!exist.body.contains("mine") && !exist.body.contains("2026"));
    create(r#"{"namespace":"elsewhere"}"#).await.refused(400, 1004);
}

#[tokio::test]
async fn a_name_of_any_allowed_letters_works_in_a_path() {
    let (office, root) = with_root().await;
    for (name, encoded) in [
        ("a=b@x.test", "a=b@x.test"),
        ("sla/sh", "sla%2Fsh"),
        ("hash#mark?", "hash%23mark%3F"),
        ("plus+", "plus+"),
        ("dotted.json", "dotted.json.json"),
        ("til~de:;,!$&'()*", "til~de:;,!$&'()*"),
    ] {
        let order = serde_json::json!({"user": name, "namespace": "local"}).to_string();
        office.post("/object/users").token(&root).json(&order).send().await.expect(200);
        let path = format!("/object/user-secret-keys/{encoded}");
        office.post(&path).token(&root).body("application/json", "{}").send().await.expect(200);
        let info = office.get(&format!("/object/users/{}/info", encoded.trim_end_matches(".json"))).token(&root);
        if name != "dotted.json" {
            assert_eq!(info.for_json().send().await.expect(200).field("name"), name);
        }
    }
}

#[tokio::test]
async fn an_empty_namespace_at_the_end_of_a_path_is_none() {
    let (office, root) = with_root().await;
    office.post("/object/users").token(&root).json(r#"{"user":"dana","namespace":"local"}"#).send().await.expect(200);
    office.get("/object/user-secret-keys/dana/.json").token(&root).send().await.expect(200).field("secret_key_1");
}

#[tokio::test]
async fn a_list_is_paged_by_markers_that_survive_a_url() {
    let (office, root) = with_root().await;
    for name in ["a&b", "c+d", "e#f"] {
        let order = serde_json::json!({"user": name, "namespace": "local"}).to_string();
        office.post("/object/users").token(&root).json(&order).send().await.expect(200);
    }
    let (mut seen, mut marker) = (Vec::new(), String::new());
    loop {
        let path = format!("/object/users/local?limit=1{marker}");
        let page = office.get(&path).token(&root).for_json().send().await.expect(200);
        let value = page.value();
        assert_eq!((&value["MaxUsers"], &value["Filter"]), (&1.into(), &"userid=*".into()));
        seen.push(value["blobuser"][0]["userid"].as_str().expect("a user").to_owned());
        match value["NextMarker"].as_str() {
            Some(next) => marker = format!("&marker={next}"),
            None => break,
        }
    }
    assert_eq!(seen, ["a&b", "c+d", "e#f"]);
}

#[tokio::test]
async fn an_unpaged_list_looks_as_recorded() {
    let (office, root) = with_root().await;
    let empty = office.get("/object/users").token(&root).for_json().send().await.expect(200);
    assert_eq!(
        empty.body,
        r#"{"blobuser":[],"MaxUsers":null,"NextMarker":null,"Filter":"userid=*","NextPageLink":null}"#
    );
    office.post("/object/users").token(&root).json(r#"{"user":"dana","namespace":"local"}"#).send().await.expect(200);
    let by_name = |pattern: &'static str| office.get(pattern).token(&root).for_json().send();
    let found = |listed: crate::office::Answered| listed.value()["blobuser"].as_array().expect("a list").len();
    assert_eq!(found(by_name("/object/users?userid=da*").await.expect(200)), 1);
    assert_eq!(found(by_name("/object/users?userid=da").await.expect(200)), 0);
    assert_eq!(found(by_name("/object/users?userid=dana").await.expect(200)), 1);
}

#[tokio::test]
async fn tags_are_added_replaced_removed_and_searched_for() {
    let (office, root) = with_root().await;
    let order = r#"{"user":"dana","namespace":"local","tags":[{"name":"team","value":"blue"}]}"#;
    office.post("/object/users").token(&root).json(order).send().await.expect(200);
    let path = "/object/users/dana/tags?namespace=local";
    let tags = |pairs: &[(&str, &str)]| {
        let tags: Vec<_> =
            pairs.iter().map(|(name, value)| serde_json::json!({"name": name, "value": value})).collect();
        serde_json::json!({ "tags": tags }).to_string()
    };
    let change =
        |method: http::Method, pairs: &[(&str, &str)]| office.ask(method, path).token(&root).json(&tags(pairs)).send();
    change(http::Method::POST, &[("team", "red"), ("cost", "1")]).await.expect(200);
    change(http::Method::PUT, &[("cost", "2")]).await.expect(200);
    change(http::Method::PUT, &[("cost", "3"), ("unknown", "x")]).await.refused(400, 1008);
    let shown = office.get(path).token(&root).for_json().send().await.expect(200);
    assert_eq!(
        shown.body,
        r#"{"user_name":"dana","tags":[{"name":"team","value":"red"},{"name":"cost","value":"2"}]}"#
    );
    let query = |query: &'static str| office.get(query).token(&root).for_json().send();
    assert!(query("/object/users/query?namespace=local&tag=team&value=red").await.expect(200).body.contains("dana"));
    assert!(!query("/object/users/query?namespace=local&tag=team&value=blue").await.expect(200).body.contains("dana"));
    change(http::Method::DELETE, &[("team", "")]).await.expect(200);
    let info = office.get("/object/users/dana/info").token(&root).for_json().send().await.expect(200);
    assert_eq!(
        info.body,
        r#"{"namespace":"local","name":"dana","locked":false,"created":"Thu Mar 05 17:39:13 GMT 2026","tag":[{"name":"cost","value":"2"}]}"#
    );
}

#[tokio::test]
async fn a_lock_is_set_and_shown() {
    let (office, root) = with_root().await;
    office.post("/object/users").token(&root).json(r#"{"user":"dana","namespace":"local"}"#).send().await.expect(200);
    let lock =
        "<user_lock_param><user>dana</user><namespace>local</namespace><isLocked>true</isLocked></user_lock_param>";
    assert_eq!(office.put("/object/users/lock").token(&root).xml(lock).send().await.expect(200).body, "");
    let shown = office.get("/object/users/lock/dana/local").token(&root).for_json().send().await.expect(200);
    assert_eq!(shown.body, r#"{"user_name":"dana","isLocked":true}"#);
}

#[tokio::test]
async fn a_namespace_is_made_changed_and_shown() {
    let (office, root) = with_root().await;
    let create = "<namespace_create><namespace>ns1</namespace><default_data_services_vpool>urn:a</default_data_services_vpool>\
                  <user_mapping><domain>CORP.example</domain><groups><group>builders</group></groups></user_mapping></namespace_create>";
    let made = office.post("/object/namespaces/namespace").token(&root).xml(create).send().await.expect(200);
    assert!(made.body.contains("<namespace><id>ns1</id><inactive>false</inactive>"), "{}", made.body);
    let update = r#"{"is_stale_allowed":"true","default_bucket_block_size":5}"#;
    let updated = office.put("/object/namespaces/namespace/ns1").token(&root).json(update).send().await.expect(200);
    assert_eq!(updated.body, "");
    let shown = office.get("/object/namespaces/namespace/ns1").token(&root).for_json().send().await.expect(200).value();
    assert_eq!((&shown["is_stale_allowed"], &shown["is_encryption_enabled"]), (&true.into(), &"false".into()));
    assert_eq!(
        shown["user_mapping"].to_string(),
        r#"[{"attributes":[],"domain":"corp.example","groups":["builders"]}]"#
    );
    let listed = office.get("/object/namespaces?name=ns*").token(&root).for_json().send().await.expect(200).value();
    assert_eq!((&listed["namespace"][0]["name"], &listed["Filter"]), (&"ns1".into(), &"name=ns*".into()));
}

#[tokio::test]
async fn a_base_url_is_made_under_one_name_and_shown_under_another() {
    let (office, root) = with_root().await;
    let create = r#"{"name":"main","base_url":"S3.example.test","is_namespace_in_host":true}"#;
    let made = office.post("/object/baseurl").token(&root).json(create).send().await.expect(200);
    assert_eq!(
        (made.field("baseurl"), made.field("namespace_in_host")),
        ("s3.example.test".to_owned(), "true".to_owned())
    );
    let path = format!("/object/baseurl/{}", made.field("id"));
    office.put(&path).token(&root).json(r#"{"is_namespace_in_host":false}"#).send().await.expect(200);
    assert_eq!(office.get(&path).token(&root).for_json().send().await.expect(200).field("namespace_in_host"), "false");
    office.post(&format!("{path}/deactivate")).token(&root).send().await.expect(200);
    office.get(&path).token(&root).send().await.refused(404, 2000);
}

#[tokio::test]
async fn management_users_are_shown_without_their_passwords() {
    let (office, root) = with_root().await;
    office.operator(&root, "operator", r#","isSystemMonitor":"true""#).await;
    let shown = office.get("/vdc/users/operator").token(&root).for_json().send().await.expect(200);
    assert_eq!(
        shown.body,
        r#"{"userId":"operator","isSystemAdmin":false,"isSystemMonitor":true,"isSecurityAdmin":false,"is_external_group":false,"is_locked":false,"last_time_password_changed":"2026-03-05T17:39:13.813Z"}"#
    );
    let count = office.get("/vdc/users/operator/tokenCount").token(&root).for_json().send().await.expect(200);
    assert_eq!(count.body, r#"{"count":1}"#);
    let listed = office.get("/vdc/users/").token(&root).send().await.expect(200);
    assert!(listed.body.contains("<userId>root</userId>") && listed.body.contains("<userId>operator</userId>"));
    office.post("/vdc/users/operator/deactivate").token(&root).send().await.expect(200);
    office.get("/vdc/users/operator").token(&root).send().await.refused(404, 2000);
}
