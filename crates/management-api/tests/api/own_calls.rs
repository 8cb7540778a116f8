//! What Keyward has beyond ECS: local people, and the ends of one's keys.

use crate::office::{ALICE, Office};

const PEOPLE: &str = "/keyward/v1/people";
const KEYS: &str = "/keyward/v1/secret-keys";

#[tokio::test]
async fn a_person_is_added_with_a_made_password_listed_and_removed() {
    let office = Office::open().await;
    let root = office.log_in("root").await;
    let added = office.post(PEOPLE).token(&root).json(r#"{"name":"dana@local.test"}"#).send().await.expect(200);
    assert_eq!(added.field("name"), "dana@local.test");
    let login = |password: String| office.get("/login").basic("dana@local.test", &password).send();
    login(added.field("password")).await.expect(200);

    let listed = office.get("/keyward/v1/people?prefix=da").token(&root).send().await.expect(200);
    assert_eq!(
        listed.body,
        r#"{"people":[{"name":"dana@local.test","created":"2026-03-05T17:39:13.813Z"}],"next_marker":null}"#
    );
    let path = "/keyward/v1/people/dana%40local%2Etest";
    let changed = office.put(&format!("{path}/password")).token(&root).json(r#"{"password":"Given-Pass-77"}"#);
    assert_eq!(changed.send().await.expect(200).body, r#"{"name":"dana@local.test"}"#);
    login("Given-Pass-77".to_owned()).await.expect(200);

    let removed = office.ask(http::Method::DELETE, path).token(&root).send().await.expect(200);
    assert_eq!(removed.body, r#"{"name":"dana@local.test","ended_keys":0,"ended_sessions":1,"has_object_user":false}"#);
    office.ask(http::Method::DELETE, path).token(&root).send().await.refused(404, 2000);
    login("Given-Pass-77".to_owned()).await.refused(401, 4000);
}

#[tokio::test]
async fn an_order_for_a_person_that_makes_no_sense_is_refused_in_json() {
    let office = Office::open().await;
    let root = office.log_in("root").await;
    let add = |body: &'static str| office.post(PEOPLE).token(&root).body("application/json", body).send();
    add("{}").await.refused(400, 1005).field("details");
    add(r#"{"name":"dana@local.test","password":""}"#).await.refused(400, 1005);
    add(r#"{"name":"dana@elsewhere.test"}"#).await.refused(400, 1008);
    let wrong = add(r#"{"name":"dana@local.test","password":["Hidden-Pass-77"]}"#).await.refused(400, 1013);
    assert!(!wrong.body.contains("Hidden"), "{}", wrong.body);
}

#[tokio::test]
async fn a_person_sees_who_made_a_key_and_moves_its_end() {
    let (office, alice) = Office::with_alice().await;
    let made = office.post("/object/secret-keys").token(&alice).json("{}").send().await.expect(200);
    let listed = office.get(KEYS).token(&alice).send().await.expect(200);
    assert!(!listed.body.contains(&made.field("secret_key")));
    let key = listed.value()["secret_keys"][0].clone();
    assert_eq!((key["made_by"].as_str(), key["made_from"].as_str()), (Some(ALICE), Some("192.0.2.7")));
    let path = format!("{KEYS}/{}", key["id"].as_str().expect("an id"));

    let set = |body: &'static str| office.put(&path).token(&alice).json(body).send();
    let ends = || async {
        let keys = office.get(KEYS).token(&alice).send().await.expect(200).value();
        keys["secret_keys"][0]["expires"].clone()
    };
    set(r#"{"expires_in_minutes":60}"#).await.expect(200);
    assert_eq!(ends().await, "2026-03-05T18:39:13.813Z");
    set(r#"{"expires_in_minutes":null}"#).await.expect(200);
    assert!(ends().await.is_null());
    set("{}").await.refused(400, 1005);
    set(r#"{"expires_in_minutes":-1}"#).await.refused(400, 1014);
    set(r#"{"expires_in_minutes":0}"#).await.expect(200);
    assert!(office.get(KEYS).token(&alice).send().await.expect(200).value()["secret_keys"][0].is_null());
    set(r#"{"expires_in_minutes":5}"#).await.refused(404, 2000);
    office
        .put(&format!("{KEYS}/no-id"))
        .token(&alice)
        .json(r#"{"expires_in_minutes":5}"#)
        .send()
        .await
        .refused(404, 2000);
}

#[tokio::test]
async fn a_key_can_be_ended_by_its_id() {
    let (office, alice) = Office::with_alice().await;
    office.post("/object/secret-keys").token(&alice).json("{}").send().await.expect(200);
    let keys = office.get(KEYS).token(&alice).send().await.expect(200).value();
    let order = format!(r#"{{"secret_key_id":{}}}"#, keys["secret_keys"][0]["id"]);
    office.post("/object/secret-keys/deactivate").token(&alice).json(&order).send().await.expect(200);
    assert_eq!(office.get(KEYS).token(&alice).send().await.expect(200).body, r#"{"secret_keys":[]}"#);
}

#[tokio::test]
async fn a_key_is_made_with_a_label_shown_once_and_ended_by_its_id() {
    let (office, alice) = Office::with_alice().await;
    let made = office.post(KEYS).token(&alice).json(r#"{"label":" laptop "}"#).send().await.expect(200);
    assert_eq!((made.field("access_key_id"), made.field("label")), (ALICE.to_owned(), "laptop".to_owned()));
    let listed = office.get(KEYS).token(&alice).send().await.expect(200);
    assert_eq!(listed.value()["secret_keys"][0]["label"], "laptop");
    assert!(!listed.body.contains(&made.field("secret_key")));

    let path = format!("{KEYS}/{}", made.field("id"));
    let end = || office.ask(http::Method::DELETE, &path).token(&alice).send();
    assert_eq!(end().await.expect(200).body, "");
    end().await.refused(404, 2000);
    office.ask(http::Method::DELETE, &format!("{KEYS}/no-id")).token(&alice).send().await.refused(404, 2000);
}

#[tokio::test]
async fn an_order_that_arrives_twice_makes_one_key() {
    let (office, alice) = Office::with_alice().await;
    let order = |body: &str| office.post(KEYS).token(&alice).json(body).send();
    let first = order(r#"{"having_seen":[]}"#).await.expect(200);
    order(r#"{"having_seen":[]}"#).await.refused(400, 1012);
    let rotate = format!(r#"{{"existing_key_expiry_time_mins":5,"having_seen":["{}"]}}"#, first.field("id"));
    order(&rotate).await.expect(200);
    order(&rotate).await.refused(400, 1012);
    let listed = office.get(KEYS).token(&alice).send().await.expect(200).value();
    assert_eq!(listed["secret_keys"].as_array().map(Vec::len), Some(2));
}

#[tokio::test]
async fn a_label_that_is_none_is_refused() {
    let (office, alice) = Office::with_alice().await;
    for label in ["a\\nb".to_owned(), "x".repeat(65)] {
        let order = format!(r#"{{"label":"{label}"}}"#);
        office.post(KEYS).token(&alice).json(&order).send().await.refused(400, 1008);
    }
}

#[tokio::test]
async fn a_namespace_chooses_about_signature_version_2_and_gives_the_choice_back() {
    let (office, _) = Office::with_alice().await;
    let root = office.log_in("root").await;
    const SIGV2: &str = "/keyward/v1/namespaces/local/sigv2";
    let shown = || async { office.get(SIGV2).token(&root).send().await.expect(200).body };
    let set = |body: &'static str| office.put(SIGV2).token(&root).json(body).send();
    assert_eq!(shown().await, r#"{"namespace":"local","enabled":null,"max_life_seconds":null}"#);
    set(r#"{"enabled":false,"max_life_seconds":3600}"#).await.expect(200);
    set(r#"{"enabled":true}"#).await.expect(200);
    assert_eq!(shown().await, r#"{"namespace":"local","enabled":true,"max_life_seconds":3600}"#);
    set(r#"{"enabled":null,"max_life_seconds":null}"#).await.expect(200);
    assert_eq!(shown().await, r#"{"namespace":"local","enabled":null,"max_life_seconds":null}"#);

    set("{}").await.refused(400, 1005);
    set(r#"{"max_life_seconds":0}"#).await.refused(400, 1008);
    set(r#"{"max_life_seconds":-1}"#).await.refused(400, 1013);
    office.get("/keyward/v1/namespaces/nowhere/sigv2").token(&root).send().await.refused(400, 1004);
}

#[tokio::test]
async fn hidden_keys_are_shown_once_and_ended_by_their_ids() {
    let (office, alice) = Office::with_alice().await;
    let root = office.log_in("root").await;
    let hide = async |value: &str| {
        let order = format!(r#"{{"value":{value}}}"#);
        office.put("/config/secretkey/hidesecretkey").token(&root).json(&order).send().await.expect(200);
        office.get("/config/secretkey/hidesecretkey").token(&root).for_json().send().await.expect(200).body
    };
    assert_eq!(hide("true").await, r#"{"value":true}"#);
    let made = office.post("/object/secret-keys").token(&alice).json("{}").for_json().send().await.expect(200).value();
    assert_eq!(made["secret_key"].as_str().map(str::len), Some(40));
    let id = made["secret_key_id"].as_str().expect("an id").to_owned();
    assert!(id.len() == 64 && id.bytes().all(|digit| digit.is_ascii_hexdigit()), "{id}");
    let shown =
        async |path: &str, token: &str| office.get(path).token(token).for_json().send().await.expect(200).value();
    for (path, token) in [("/object/secret-keys", &alice), (&format!("/object/user-secret-keys/{ALICE}"), &root)] {
        let keys = shown(path, token).await;
        assert_eq!((&keys["secret_key_1"], &keys["secret_key_1_exist"]), (&"".into(), &true.into()), "{path}");
        assert_eq!((&keys["secret_key_1_id"], &keys["secret_key_2_id"]), (&id.as_str().into(), &().into()), "{path}");
    }
    hide("false").await;
    assert_eq!(shown("/object/secret-keys", &alice).await["secret_key_1"], made["secret_key"]);
    hide(r#""true""#).await;
    let order = format!(r#"{{"secret_key":"","secret_key_id":"{id}"}}"#);
    office.post("/object/secret-keys/deactivate").token(&alice).json(&order).send().await.expect(200);
    assert_eq!(shown("/object/secret-keys", &alice).await["secret_key_1_exist"], false);
}

#[tokio::test]
async fn a_key_that_was_never_used_says_so_to_its_owner_and_to_an_administrator() {
    let (office, alice) = Office::with_alice().await;
    office.post("/object/secret-keys").token(&alice).json("{}").send().await.expect(200);
    let root = office.log_in("root").await;
    let of_alice = format!("/keyward/v1/object-users/{}/secret-keys", ALICE.replace('@', "%40"));
    for (path, token) in [(KEYS, &alice), (of_alice.as_str(), &root)] {
        let key = office.get(path).token(token).send().await.expect(200).value()["secret_keys"][0].clone();
        assert_eq!(key["uses"], 0, "{path}");
        assert!(["last_used", "last_address", "last_agent"].iter().all(|name| key[*name].is_null()), "{key}");
    }
    office.get("/keyward/v1/object-users/nobody/secret-keys").token(&root).send().await.refused(404, 2000);
}

#[tokio::test]
async fn an_unknown_query_parameter_of_a_call_of_our_own_is_refused_with_the_nearest() {
    let office = Office::open().await;
    let root = office.log_in("root").await;
    for (query, remedy) in [
        ("?limt=5", "Did you mean limit?"),
        ("?%6Cimt=5", "Did you mean limit?"),
        ("?user=bob@local.test", "This call knows from, until, namespace, limit, marker."),
        ("?limit=5&Limit=5", "Did you mean limit?"),
        ("?user", "This call knows"),
        ("?=x", "This call knows"),
    ] {
        let path = format!("/keyward/v1/audit{query}");
        let details = office.get(&path).token(&root).send().await.refused(400, 1008).field("details");
        assert!(details.contains(remedy), "{query}: {details}");
    }
    office.get("/keyward/v1/audit?limit=5&auth-redirected").token(&root).send().await.expect(200);
    office.get("/keyward/v1/audit?user=x").send().await.refused(401, 4000);
}

#[tokio::test]
async fn an_unknown_field_of_a_call_of_our_own_is_refused_and_nothing_is_done() {
    let office = Office::open().await;
    let root = office.log_in("root").await;
    let add = |body: &'static str| office.post(PEOPLE).token(&root).json(body).send();
    let refused = add(r#"{"name":"dana@local.test","pasword":"Given-Pass-77"}"#).await.refused(400, 1008);
    assert!(refused.field("details").contains("Did you mean password?"), "{}", refused.body);
    assert!(!refused.body.contains("Given-Pass-77"), "{}", refused.body);
    let listed = office.get(PEOPLE).token(&root).send().await.expect(200);
    assert!(listed.body.contains(r#""people":[]"#), "{}", listed.body);
    add(r#"{"name":"dana@local.test"}"#).await.expect(200);
    let remove = |body: &'static str| {
        office.ask(http::Method::DELETE, "/keyward/v1/people/dana%40local.test").token(&root).json(body).send()
    };
    let details = remove(r#"{"keep_keys":true}"#).await.refused(400, 1008).field("details");
    assert!(details.contains("This call takes none"), "{details}");
    remove("{}").await.expect(200);
}

#[tokio::test]
async fn what_ecs_calls_do_not_know_they_ignore() {
    let office = Office::open().await;
    let root = office.log_in("root").await;
    office.get("/object/users?limt=5&user=x").token(&root).send().await.expect(200);
    let body = r#"{"user":"app1","namespace":"local","tgs":[]}"#;
    office.post("/object/users").token(&root).json(body).send().await.expect(200);
    let body = "<user_create_param><user>app2</user><namespace>local</namespace><tgs/></user_create_param>";
    office.post("/object/users").token(&root).body("application/xml", body).send().await.expect(200);
}
