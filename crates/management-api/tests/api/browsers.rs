//! What holds for clients that run in a browser: pages of other origins, cookies that outlived their session, headers.

use std::time::Duration;

use http::Method;

use crate::office::{CONSOLE, Office, PASSWORD};

const KEYS: &str = "/object/secret-keys";

#[tokio::test]
async fn a_page_of_an_allowed_origin_may_send_the_token_and_read_the_answer() {
    let (office, alice) = Office::with_alice().await;
    let asked =
        office.ask(Method::OPTIONS, KEYS).header("origin", CONSOLE).header("access-control-request-method", "POST");
    let asked =
        asked.header("access-control-request-headers", "x-sds-auth-token,content-type").send().await.expect(204);
    assert_eq!(asked.header("access-control-allow-origin"), CONSOLE);
    assert!(asked.header("access-control-allow-headers").contains("X-SDS-AUTH-TOKEN"));
    assert!(asked.header("access-control-allow-methods").contains("POST"));

    let made = office.post(KEYS).token(&alice).header("origin", CONSOLE).json("{}").send().await.expect(200);
    assert_eq!((made.header("access-control-allow-origin"), made.header("vary")), (CONSOLE, "Origin"));
    assert!(made.header("access-control-expose-headers").contains("X-SDS-AUTH-TOKEN"));
    for answer in [asked, made] {
        assert!(!answer.headers.contains_key("access-control-allow-credentials"));
    }
}

#[tokio::test]
async fn a_page_of_any_other_origin_is_told_nothing() {
    let office = Office::open().await;
    for origin in ["https://evil.example", "null", "http://console.example", "https://console.example:8443"] {
        let asked = office.ask(Method::OPTIONS, KEYS).header("origin", origin);
        let asked = asked.header("access-control-request-method", "POST").send().await.refused(405, 1007);
        let read = office.get("/user/whoami").header("origin", origin).send().await.refused(401, 4000);
        for answer in [asked, read] {
            assert!(!answer.headers.contains_key("access-control-allow-origin"), "{origin}");
            assert_eq!(answer.header("vary"), "Origin");
        }
    }
}

#[tokio::test]
async fn a_cookie_counts_for_no_other_origin_not_even_an_allowed_one() {
    let (office, alice) = Office::with_alice().await;
    let cookie = format!("X-SDS-AUTH-TOKEN={alice}");
    for (name, value) in [
        ("origin", CONSOLE),
        ("origin", "https://evil.example"),
        ("origin", "null"),
        ("sec-fetch-site", "cross-site"),
        ("sec-fetch-site", "same-site"),
    ] {
        let make = office.post(KEYS).header("cookie", &cookie).header("host", "keys.example").header(name, value);
        make.json("{}").send().await.refused(403, 3000);
        let leave = office.get("/logout").header("cookie", &cookie).header("host", "keys.example").header(name, value);
        leave.send().await.refused(403, 3000);
    }
    office.post(KEYS).header("cookie", &cookie).json("{}").send().await.expect(200);
}

#[tokio::test]
async fn no_page_of_another_site_makes_a_browser_log_in_unless_its_origin_is_allowed() {
    let (office, alice) = Office::with_alice().await;
    let count = async || {
        let root = office.log_in("root").await;
        let counted = office.get("/vdc/users/root/tokenCount").token(&root).for_json().send().await.expect(200);
        counted.field("count").parse::<u32>().expect("a count")
    };
    let before = count().await;
    let asked = |site: &'static str| office.get("/login").basic("root", PASSWORD).header("sec-fetch-site", site);
    let refused = asked("cross-site").send().await.refused(403, 3000);
    assert!(!refused.headers.contains_key("x-sds-auth-token"));
    asked("cross-site").header("origin", "https://evil.example").send().await.refused(403, 3000);
    assert_eq!(count().await, before + 1);
    for site in ["none", "same-origin"] {
        asked(site).send().await.expect(200);
    }
    asked("cross-site").header("origin", CONSOLE).send().await.expect(200);
    office.get("/user/whoami").token(&alice).header("sec-fetch-site", "cross-site").send().await.expect(200);
}

#[tokio::test]
async fn a_browser_whose_session_has_ended_is_led_to_the_login() {
    let (office, alice) = Office::with_alice().await;
    let cookie = format!("X-SDS-AUTH-TOKEN={alice}");
    let open = |path: &'static str| office.get(path).header("cookie", &cookie).header("accept", "text/html,*/*;q=0.8");
    open("/user/whoami").send().await.expect(200);
    office.advance(Duration::from_secs(9 * 3600));
    let led = open("/user/whoami").send().await.expect(302);
    assert!(led.header("location").starts_with("/login?service=%2Fuser%2Fwhoami"));
    open("/user/whoami?auth-redirected").send().await.refused(401, 4000);
    office.get("/user/whoami").header("cookie", &cookie).send().await.refused(401, 4000);
}

#[tokio::test]
async fn no_answer_is_kept_framed_sniffed_or_run() {
    let office = Office::open().await;
    for path in ["/login", "/health/live", "/nowhere"] {
        let answer = office.get(path).send().await;
        assert_eq!(answer.header("cache-control"), "no-cache, no-store");
        assert_eq!(answer.header("x-content-type-options"), "nosniff");
        assert_eq!(answer.header("content-security-policy"), "default-src 'none'; frame-ancestors 'none'");
        assert_eq!(answer.header("x-frame-options"), "DENY");
        assert_eq!(answer.header("referrer-policy"), "no-referrer");
        assert_eq!(answer.header("cross-origin-resource-policy"), "same-origin");
    }
}
