//! What surrounds every call: tokens, paths, methods, formats, failures.

use http::Method;
use keyward_management_api::{RouteSummary, ScrapeTokens};

use crate::office::{Office, PASSWORD};

/// Some path that the route stands for.
fn example(route: &RouteSummary) -> String {
    let segments = route.path.split('/').map(|segment| if segment.starts_with('{') { "x" } else { segment });
    segments.collect::<Vec<_>>().join("/")
}

#[tokio::test]
async fn every_call_without_a_token_or_with_a_bad_one_is_401() {
    let office = Office::open().await;
    let unknown = "A".repeat(44);
    let mut asked = 0;
    for route in office.api.routes().filter(|route| !route.is_open) {
        let ask = || office.ask(route.method.clone(), &example(&route)).for_json();
        ask().send().await.refused(401, 4000);
        ask().token(&unknown).send().await.refused(401, 4000);
        ask().token("made-up").send().await.refused(401, 10001);
        ask().basic("root", PASSWORD).send().await.refused(401, 4000);
        asked += 1;
    }
    assert!(asked > 50, "{asked} calls are closed");
}

#[tokio::test]
async fn only_these_are_open_and_none_of_them_tells_a_stranger_anything() {
    let office = Office::open().await;
    let open: Vec<_> = office.api.routes().filter(|route| route.is_open).map(|route| route.path).collect();
    assert_eq!(open, ["/login", "/openapi.json", "/docs", "/", "/health/live", "/health/ready", "/metrics"]);
    office.get("/login").send().await.refused(401, 4000);
    office.get("/metrics").send().await.refused(401, 4000);
    assert!(office.get("/").send().await.expect(200).body.contains("/health/ready"));
    assert_eq!(office.get("/health/live").send().await.expect(200).body, "alive\n");
    assert_eq!(office.get("/health/ready").send().await.expect(200).body, "ready\n");
}

#[tokio::test]
async fn no_two_routes_are_the_same() {
    let office = Office::open().await;
    let routes: Vec<_> = office.api.routes().map(|route| (route.method.to_string(), route.path)).collect();
    let distinct: std::collections::BTreeSet<_> = routes.iter().collect();
    assert_eq!(distinct.len(), routes.len());
}

#[tokio::test]
async fn a_server_that_drains_takes_no_new_work() {
    let office = Office::open().await;
    office.taking_work.send(false).expect("somebody listens");
    office.get("/health/ready").send().await.expect(503);
    office.get("/health/live").send().await.expect(200);
}

#[tokio::test]
async fn metrics_are_for_this_machine_and_for_those_who_may_read_the_system() {
    let (office, alice) = Office::with_alice().await;
    let root = office.log_in("root").await;
    let metrics = |from: &'static str| office.get("/metrics").from(from);
    let here = || metrics("127.0.0.1:5").header("host", "localhost:4443");
    assert!(here().send().await.expect(200).header("content-type").starts_with("text/plain"));
    let refused = here().header("x-forwarded-for", "127.0.0.1").send().await.refused(401, 4000);
    assert!(refused.header("www-authenticate").starts_with("Bearer"));
    metrics("127.0.0.1:5").header("host", "keys.example").send().await.refused(401, 4000);
    metrics("127.0.0.1:5").send().await.refused(401, 4000);
    metrics("192.0.2.7:5").token(&root).send().await.expect(200);
    metrics("192.0.2.7:5").token(&alice).send().await.refused(403, 3000);
}

#[tokio::test]
async fn a_scrape_token_reads_the_metrics_and_nothing_else() {
    let office = Office::open().await;
    let token = "0123456789abcdef0123456789abcdef";
    office.scrape_tokens.send(ScrapeTokens::parse(token).expect("tokens")).expect("received");
    let bearer = format!("Bearer {token}");
    let with = |path: &str, value: &str| office.get(path).header("authorization", value);
    with("/metrics", &bearer).send().await.expect(200);
    with("/metrics", &format!("Bearer {}", token.to_uppercase())).send().await.refused(401, 4000);
    with("/metrics", "Bearer ").send().await.refused(401, 4000);
    with("/user/whoami", &bearer).send().await.refused(401, 4000);
    with("/login", &bearer).send().await.refused(401, 4000);
    // Once there are tokens, programs on this machine need one as well: a proxy here may look like one of them.
    office.get("/metrics").from("127.0.0.1:5").header("host", "localhost").send().await.refused(401, 4000);
    let root = office.log_in("root").await;
    office.get("/metrics").token(&root).send().await.expect(200);
}

#[tokio::test]
async fn what_was_signed_for_s3_is_led_to_another_port() {
    let office = Office::open().await;
    let signed = |method: Method, path: &str| office.ask(method, path).header("authorization", "AWS4-HMAC-SHA256 x");
    for path in ["/", "/bucket/key", "/%FF", "/object/secret-keys/x/y"] {
        assert_eq!(signed(Method::GET, path).send().await.expect(200).body, "S3 is elsewhere", "{path}");
    }
    signed(Method::POST, "/").send().await.expect(200);
    let head = signed(Method::HEAD, "/bucket").send().await.expect(200);
    assert_eq!((head.body.as_str(), head.header("content-length")), ("", "15"));
    // What this API has, it answers itself.
    signed(Method::GET, "/user/whoami").send().await.refused(401, 4000);
    assert_eq!(signed(Method::GET, "/health/live").send().await.expect(200).body, "alive\n");
    office.get("/bucket/key?X-Amz-Signature=x").send().await.expect(200);
    office.get("/bucket/key").send().await.refused(404, 2000);
}

#[tokio::test]
async fn an_unknown_path_is_404_and_a_wrong_method_names_the_right_ones() {
    let (office, alice) = Office::with_alice().await;
    for path in ["///", "/object/no-such-thing", "/object/secret-keys/x/y", "/OBJECT/secret-keys"] {
        office.get(path).token(&alice).send().await.refused(404, 2000);
        office.get(path).send().await.refused(404, 2000);
    }
    let wrong = office.ask(http::Method::DELETE, "/object/secret-keys").token(&alice).send().await.refused(405, 1007);
    assert_eq!(wrong.header("allow"), "GET, HEAD, POST");
    office.get("/object/users/%FF/info").token(&alice).send().await.refused(400, 1002);
}

#[tokio::test]
async fn a_trailing_slash_and_a_suffix_make_no_difference_to_the_path() {
    let (office, alice) = Office::with_alice().await;
    for path in ["/user/whoami/", "/user/whoami.xml", "/user/whoami?_=1"] {
        let who = office.get(path).token(&alice).send().await.expect(200);
        assert_eq!(who.header("content-type"), "application/xml");
    }
    let suffixed = office.get("/user/whoami.json").token(&alice).header("accept", "application/xml").send().await;
    assert_eq!(suffixed.expect(200).header("content-type"), "application/json");
}

#[tokio::test]
async fn two_accept_headers_are_read_in_their_order() {
    let (office, alice) = Office::with_alice().await;
    let asked = office.get("/user/whoami").token(&alice);
    let answer = asked.header("accept", "application/json").header("accept", "application/xml").send().await;
    assert_eq!(answer.expect(200).header("content-type"), "application/json");
}

#[tokio::test]
async fn head_is_answered_like_get_without_the_body() {
    let (office, alice) = Office::with_alice().await;
    let whole = office.get("/user/whoami").token(&alice).send().await.expect(200);
    let head = office.ask(http::Method::HEAD, "/user/whoami").token(&alice).send().await.expect(200);
    assert_eq!((head.body.as_str(), head.header("content-length")), ("", whole.header("content-length")));
}

#[tokio::test]
async fn a_handler_that_panics_is_500_and_the_server_goes_on() {
    let office = Office::open().await;
    let root = office.log_in("root").await;
    let order = provider("ldap://panic.test");
    let failed = office.post("/vdc/admin/authnproviders").token(&root).json(&order).send().await.refused(500, 999);
    assert!(!failed.body.contains("brings its caller down"));
    office.get("/user/whoami").token(&root).send().await.expect(200);
}

#[tokio::test]
async fn a_directory_that_does_not_answer_is_not_made_a_provider_unless_it_is_disabled() {
    let office = Office::open().await;
    let root = office.log_in("root").await;
    let order = provider("ldap://nowhere.test");
    let refused = office.post("/vdc/admin/authnproviders").token(&root).json(&order).send().await.refused(400, 1008);
    assert!(refused.field("details").starts_with(
        "The authentication provider could not be added or modified because of the following error: nobody answers."
    ));
    let disabled = order.replace(r#""disable":false"#, r#""disable":true"#);
    let made = office.post("/vdc/admin/authnproviders").token(&root).json(&disabled).send().await.expect(200);
    assert_eq!((made.field("name"), made.field("start_tls")), ("corp.example".to_owned(), "if_offered".to_owned()));
    assert!(!made.body.contains("Managers-Pass"));
    let path = format!("/vdc/admin/authnproviders/{}", made.field("id"));
    let changed = r#"{"domain_changes":{"add":["sales.example"],"remove":["corp.example"]},"start_tls":"required"}"#;
    let shown = office.put(&path).token(&root).json(changed).send().await.expect(200);
    assert_eq!(
        (shown.value()["domains"].to_string(), shown.field("start_tls")),
        (r#"["sales.example"]"#.to_owned(), "required".to_owned())
    );
    assert_eq!(office.ask(http::Method::DELETE, &path).token(&root).send().await.expect(200).body, "");
    office.get(&path).token(&root).send().await.refused(404, 2000);
}

/// A provider without a name, which is none of the mandatory fields.
fn provider(url: &str) -> String {
    format!(
        r#"{{"mode":"ldap","server_urls":["{url}"],"domains":["corp.example"],"manager_dn":"cn=m","manager_password":"Managers-Pass",
            "search_base":"dc=x","search_filter":"uid=%U","group_attribute":"CN","disable":false}}"#
    )
}
