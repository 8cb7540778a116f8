//! The audit trail as administrators read it: events, lines to keep elsewhere, and the check of the chain.

use serde_json::Value;

use crate::office::{ALICE, Office};

const EVENTS: &str = "/vdc/events";
const LINES: &str = "/keyward/v1/audit";

/// An office in which Alice made a key and somebody tried her name.
async fn eventful() -> (Office, String) {
    let (office, alice) = Office::with_alice().await;
    office.post("/object/secret-keys").token(&alice).json("{}").send().await.expect(200);
    office.get("/login").basic(ALICE, "Wrong-Pass-77").from("198.51.100.9:5").send().await.expect(401);
    let root = office.log_in("root").await;
    (office, root)
}

async fn events(office: &Office, token: &str, query: &str) -> Vec<Value> {
    let answer = office.get(&format!("{EVENTS}{query}")).token(token).for_json().send().await.expect(200);
    answer.value()["auditevent"].as_array().expect("a list").clone()
}

async fn lines(office: &Office, token: &str, query: &str) -> Vec<Value> {
    let answer = office.get(&format!("{LINES}{query}")).token(token).send().await.expect(200);
    assert_eq!(answer.header("content-type"), "application/x-ndjson");
    answer.body.lines().map(|line| serde_json::from_str(line).expect("an object a line")).collect()
}

#[tokio::test]
async fn an_event_tells_who_did_what_from_where_to_whom_and_how_it_ended() {
    let (office, root) = eventful().await;
    let events = events(&office, &root, "").await;
    let made = events.iter().find(|event| event["serviceType"] == "SecretKey").expect("the key");
    for (field, expected) in [
        ("eventType", "Created"),
        ("userId", ALICE),
        ("resourceId", ALICE),
        ("namespace", "local"),
        ("timestamp", "2026-03-05T17:39"),
    ] {
        assert_eq!(made[field], expected, "{made}");
    }
    let description = made["description"].as_str().expect("text");
    assert!(description.starts_with("SecretKey Created from 192.0.2.7; done; secret_id "), "{description}");
    let failed = events.iter().find(|event| event["eventType"] == "Failed").expect("the failed login");
    assert_eq!((&failed["userId"], &failed["serviceType"]), (&ALICE.into(), &"Login".into()));
    assert_eq!(failed["description"], "Login Failed from 198.51.100.9; refused; reason wrong_password");
}

#[tokio::test]
async fn a_line_is_the_whole_record() {
    let (office, root) = eventful().await;
    let lines = lines(&office, &root, "").await;
    let failed = lines.iter().find(|line| line["outcome"] == "refused").expect("the failed login");
    let expected = format!(
        r#"{{"revision":{},"at":"2026-03-05T17:39:13.813Z","actor":"{ALICE}","from":"198.51.100.9","action":"login",
            "namespace":null,"target":"{ALICE}","outcome":"refused","details":{{"reason":"wrong_password"}}}}"#,
        failed["revision"]
    );
    assert_eq!(*failed, serde_json::from_str::<Value>(&expected).expect("JSON"));
    let numbers: Vec<_> = lines.iter().map(|line| line["revision"].as_u64().expect("a number")).collect();
    assert_eq!(numbers, (1..=numbers.len() as u64).collect::<Vec<_>>());
}

#[tokio::test]
async fn pages_put_together_are_the_whole_trail_in_both_forms() {
    let (office, root) = eventful().await;
    let (all, all_lines) = (events(&office, &root, "").await, lines(&office, &root, "").await);
    let (mut paged, mut paged_lines, mut marker) = (0, 0, String::new());
    loop {
        let page = office.get(&format!("{EVENTS}?limit=2&marker={marker}")).token(&root).for_json().send().await;
        let page = page.expect(200).value();
        assert_eq!(page["MaxEvents"], 2);
        paged += page["auditevent"].as_array().expect("a list").len();
        let as_lines = office.get(&format!("{LINES}?limit=2&marker={marker}")).token(&root).send().await.expect(200);
        paged_lines += as_lines.body.lines().count();
        match page["NextMarker"].as_str() {
            Some(next) => assert_eq!(as_lines.header("x-keyward-next-marker"), next),
            None => break assert!(!as_lines.headers.contains_key("x-keyward-next-marker")),
        }
        marker = page["NextMarker"].as_str().expect("more").to_owned();
    }
    assert!(all.len() > 4);
    assert_eq!((all.len(), paged, paged_lines), (all_lines.len(), all.len(), all.len()));
}

#[tokio::test]
async fn a_range_begins_with_its_start_and_stops_before_its_end() {
    let (office, root) = eventful().await;
    let count = async |query: &str| events(&office, &root, query).await.len();
    let all = count("").await;
    assert_eq!(count("?start_time=2026-03-05T17:39&end_time=2026-03-05T17:40").await, all);
    assert_eq!(count("?start_time=2026-03-05T17%3A40").await, 0);
    assert_eq!(count("?end_time=2026-03-05T17:39").await, 0);
    assert_eq!(lines(&office, &root, "?from=2026-03-05T17:39:13.813Z").await.len(), all);
    assert_eq!(lines(&office, &root, "?from=2026-03-05T17:39:13.814Z").await.len(), 0);
    assert_eq!(lines(&office, &root, "?until=2026-03-05T17:39:13.813Z").await.len(), 0);
}

#[tokio::test]
async fn what_is_no_time_is_code_1029_and_what_is_no_page_is_told_too() {
    let (office, root) = eventful().await;
    let ask = |path: &str| office.get(path).token(&root).send();
    for query in [
        "start_time=yesterday",
        "end_time=2026-03-05T17:39:00Z",
        "start_time=2026-03-06T00:00&end_time=2026-03-05T00:00",
    ] {
        ask(&format!("{EVENTS}?{query}")).await.refused(400, 1029);
    }
    ask(&format!("{LINES}?from=2026-13-01T00:00:00Z")).await.refused(400, 1029);
    ask(&format!("{EVENTS}?limit=0")).await.refused(400, 1014);
    ask(&format!("{EVENTS}?marker=%21")).await.refused(400, 1008);
}

#[tokio::test]
async fn an_administrator_of_a_namespace_sees_what_happened_in_it_and_nothing_else() {
    let (office, root) = eventful().await;
    let change = format!(r#"{{"namespace_admins":"{ALICE}"}}"#);
    office.put("/object/namespaces/namespace/local").token(&root).json(&change).send().await.expect(200);
    let alice = office.log_in(ALICE).await;
    let (own, named) = (events(&office, &alice, "").await, events(&office, &alice, "?namespace=local").await);
    assert_eq!(own, named);
    assert_eq!(own, events(&office, &root, "?namespace=local").await);
    assert!(own.len() > 3 && own.iter().all(|event| event["namespace"] == "local"), "{own:?}");
    assert!(lines(&office, &alice, "").await.iter().all(|line| line["namespace"] == "local"));
}

#[tokio::test]
async fn a_check_answers_how_far_the_trail_is_intact() {
    let (office, root) = eventful().await;
    let verdict = office.get("/keyward/v1/audit/verify").token(&root).send().await.expect(200).value();
    let records = lines(&office, &root, "").await.len();
    assert_eq!((&verdict["intact"], &verdict["records"]), (&true.into(), &records.into()));
    assert_eq!(verdict["head"].as_str().map(str::len), Some(64), "{verdict}");
}
