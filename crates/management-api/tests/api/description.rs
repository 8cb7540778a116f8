//! The description of the API: the one that is served, the one that is checked in, and the page.

use std::path::Path;

use crate::office::Office;

/// What makes the file anew.
const COMMAND: &str = "cargo run -q -p keyward-management-api --example openapi > docs/openapi.json";

#[test]
fn the_file_in_docs_is_what_the_code_says() {
    let file = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../docs/openapi.json");
    let kept = std::fs::read_to_string(&file).expect("docs/openapi.json");
    let made = keyward_management_api::openapi();
    let differing = kept.lines().zip(made.lines()).position(|(kept, made)| kept != made);
    assert!(kept == made, "docs/openapi.json is out of date from line {differing:?} on; make it anew:\n{COMMAND}");
}

#[tokio::test]
async fn everybody_may_read_the_description_with_or_without_a_wish_for_xml() {
    let office = Office::open().await;
    for accept in ["application/json", "application/xml", "*/*"] {
        let answer = office.get("/openapi.json").header("accept", accept).send().await.expect(200);
        assert_eq!(answer.header("content-type"), "application/json");
        assert_eq!(answer.body, keyward_management_api::openapi());
    }
}

#[tokio::test]
async fn every_route_is_in_the_description() {
    let office = Office::open().await;
    let description: serde_json::Value = serde_json::from_str(keyward_management_api::openapi()).expect("JSON");
    for route in office.api.routes() {
        let method = route.method.as_str().to_ascii_lowercase();
        assert!(description["paths"][route.path][&method]["summary"].is_string(), "{method} {}", route.path);
    }
}

#[tokio::test]
async fn the_page_takes_nothing_from_anywhere_and_shows_every_call() {
    let office = Office::open().await;
    let page = office.get("/docs").header("accept", "text/html").send().await.expect(200);
    assert_eq!(page.header("content-type"), "text/html; charset=utf-8");
    let policy = page.header("content-security-policy");
    assert!(policy.starts_with("default-src 'none'; style-src 'sha256-"), "{policy}");
    for foreign in ["<script", "src=", "http://", "@import", "url("] {
        assert!(!page.body.contains(foreign), "{foreign}");
    }
    let summaries = page.body.matches("<article id=").count();
    assert_eq!(summaries, office.api.routes().count());
}
