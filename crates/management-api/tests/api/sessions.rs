//! Logging in, staying in, getting out.

use std::time::Duration;

use crate::office::{ALICE, Office, PASSWORD};

#[tokio::test]
async fn a_login_answers_with_all_three_headers_and_is_not_kept_by_anybody() {
    let (office, _) = Office::with_alice().await;
    let answer = office.get("/login").basic("Alice@LOCAL.test", PASSWORD).for_json().send().await.expect(200);
    assert_eq!(answer.body, format!(r#"{{"user":"{ALICE}"}}"#));
    assert_eq!(answer.header("x-sds-auth-token").len(), 44);
    assert_eq!(answer.header("x-sds-auth-max-age"), "28800");
    assert_eq!(answer.header("x-sds-auth-username"), ALICE);
    assert_eq!(answer.header("cache-control"), "no-cache, no-store");
    assert_eq!(answer.header("x-content-type-options"), "nosniff");
    assert!(!answer.headers.contains_key("set-cookie"));
}

#[tokio::test]
async fn a_refused_login_asks_for_credentials_in_the_format_that_was_asked_for() {
    let office = Office::open().await;
    let refused = office.get("/login").basic("root", "wrong").send().await.refused(401, 4000);
    assert!(refused.header("www-authenticate").starts_with("basic realm="));
    assert!(!refused.headers.contains_key("x-sds-auth-token"));
    office.get("/login.json").basic("nobody", "wrong").send().await.refused(401, 4000).field("details");
    office.get("/login").send().await.refused(401, 4000);
    office.get("/login").header("authorization", "Basic !").send().await.refused(401, 4000);
}

#[tokio::test]
async fn a_directory_that_is_down_is_503_and_never_401() {
    let office = Office::open().await;
    let answer = office.get("/login").basic("dana@down.test", PASSWORD).send().await.refused(503, 6000);
    assert_eq!(answer.header("retry-after"), "30");
    assert!(!answer.headers.contains_key("www-authenticate"));
}

#[tokio::test]
async fn a_live_token_is_given_back_and_credentials_come_before_it() {
    let (office, token) = Office::with_alice().await;
    let again = office.get("/login").token(&token).send().await.expect(200);
    assert_eq!(again.header("x-sds-auth-token"), token);
    let root = office.get("/login").token(&token).basic("root", PASSWORD).send().await.expect(200);
    assert_eq!(root.header("x-sds-auth-username"), "root");
    office.get("/login").token(&"A".repeat(44)).send().await.refused(401, 4000);
}

#[tokio::test]
async fn a_cookie_is_set_on_request_serves_as_the_token_and_goes_with_the_logout() {
    let (office, _) = Office::with_alice().await;
    let login = office.get("/login?using-cookies=TRUE").basic(ALICE, PASSWORD).send().await.expect(200);
    let token = login.header("x-sds-auth-token");
    let cookie = login.header("set-cookie");
    assert_eq!(
        cookie,
        format!("X-SDS-AUTH-TOKEN={token}; Version=1; Path=/; Max-Age=28800; HttpOnly; Secure; SameSite=Strict")
    );
    let cookie = cookie.split(';').next().expect("a value");
    office.get("/user/whoami").header("cookie", cookie).send().await.expect(200);
    let gone = office.get("/logout").header("cookie", cookie).send().await.expect(200);
    assert!(gone.header("set-cookie").contains("Max-Age=0"));
    office.get("/user/whoami").header("cookie", cookie).send().await.refused(401, 4000);
}

#[tokio::test]
async fn a_cookie_does_not_count_for_what_another_site_asks_for() {
    let (office, token) = Office::with_alice().await;
    let cookie = format!("X-SDS-AUTH-TOKEN={token}");
    for path in ["/object/secret-keys", "/object/secret-keys/deactivate"] {
        let asked = office.post(path).header("cookie", &cookie).header("sec-fetch-site", "cross-site").json("{}");
        asked.send().await.refused(403, 3000);
    }
    let logout = office.get("/logout").header("cookie", &cookie).header("origin", "https://evil.example");
    logout.send().await.refused(403, 3000);
    let ours = office.post("/object/secret-keys").header("cookie", &cookie).header("sec-fetch-site", "same-origin");
    ours.json("{}").send().await.expect(200);
}

#[tokio::test]
async fn a_browser_without_a_token_is_led_to_the_login_once() {
    let office = Office::open().await;
    let page = || office.get("/user/whoami").header("accept", "text/html,application/xml;q=0.9");
    let led = page().send().await.expect(302);
    assert_eq!(led.header("location"), "/login?service=%2Fuser%2Fwhoami&using-cookies=true");
    let back = office.get(led.header("location")).basic("root", PASSWORD).send().await.expect(302);
    assert_eq!(back.header("location"), "/user/whoami?auth-redirected");
    let again = office.get(back.header("location")).header("accept", "text/html").send().await;
    again.refused(401, 4000);
    office.post("/object/users").header("accept", "text/html").send().await.refused(401, 4000);
}

#[tokio::test]
async fn a_redirect_never_leaves_this_server() {
    let office = Office::open().await;
    for elsewhere in ["https://evil.example", "//evil.example", "/%5Cevil.example", "/%09/evil.example"] {
        let answer =
            office.get(&format!("/login?service={elsewhere}")).basic("root", PASSWORD).send().await.expect(200);
        assert!(!answer.headers.contains_key("location"), "{elsewhere}");
    }
}

#[tokio::test]
async fn a_logout_ends_one_token_or_all_of_ones_own() {
    let (office, first) = Office::with_alice().await;
    let (second, third) = (office.log_in(ALICE).await, office.log_in(ALICE).await);
    let gone = office.get("/logout").token(&first).send().await.expect(200);
    assert!(gone.body.ends_with(&format!("<LoggedOut><user>{ALICE}</user></LoggedOut>")));
    office.get("/user/whoami").token(&first).send().await.refused(401, 4000);
    office.get("/logout?force=True").token(&second).send().await.expect(200);
    office.get("/user/whoami").token(&third).send().await.refused(401, 4000);
}

#[tokio::test]
async fn only_an_administrator_ends_the_sessions_of_others() {
    let (office, alice) = Office::with_alice().await;
    let root = office.log_in("root").await;
    office.get("/logout?username=root").token(&alice).send().await.refused(403, 3000);
    office.get(&format!("/logout?username={ALICE}")).token(&root).send().await.expect(200);
    office.get("/user/whoami").token(&alice).send().await.refused(401, 4000);
    office.get("/user/whoami").token(&root).send().await.expect(200);
}

#[tokio::test]
async fn a_token_ends_with_its_life_and_after_two_idle_hours() {
    let (office, token) = Office::with_alice().await;
    office.advance(Duration::from_secs(2 * 60 * 60));
    office.get("/user/whoami").token(&token).send().await.refused(401, 4000);
}

#[tokio::test]
async fn credentials_beside_a_token_do_not_disturb_it() {
    let (office, token) = Office::with_alice().await;
    let who = office.get("/user/whoami").token(&token).basic("somebody", "else").for_json().send().await.expect(200);
    assert_eq!(
        who.body,
        format!(r#"{{"common_name":"{ALICE}","distinguished_name":"","namespace":"local","roles":[]}}"#)
    );
}

#[tokio::test]
async fn root_shows_its_role_and_when_its_password_was_set() {
    let office = Office::open().await;
    let root = office.log_in("root").await;
    let who = office.get("/user/whoami").token(&root).send().await.expect(200);
    assert!(
        who.body.contains(
            "<common_name>root</common_name><distinguished_name></distinguished_name><namespace></namespace>"
        )
    );
    assert_eq!(who.element("roles"), "<role>SYSTEM_ADMIN</role>");
    assert_eq!(who.element("last_time_password_changed"), "2026-03-05T17:39:13.813Z");
}

#[tokio::test]
async fn ones_own_password_is_changed_by_who_knows_it_and_the_first_one_is_forgotten() {
    let office = Office::open().await;
    let root = office.log_in("root").await;
    let change = |old: &str| format!(r#"{{"password":"Another-Pass-77","oldPassword":"{old}"}}"#);
    let wrong = office.put("/user/password").token(&root).json(&change("wrong")).send().await.refused(400, 1008);
    assert!(!wrong.body.contains("wrong") && office.first_password.is_kept());
    let done = office.put("/user/password").token(&root).json(&change(PASSWORD)).send().await.expect(200);
    assert_eq!((done.body.as_str(), office.first_password.is_kept()), ("", false));
    office.get("/user/whoami").token(&root).send().await.refused(401, 4000);
    office.get("/login").basic("root", "Another-Pass-77").send().await.expect(200);
}

#[tokio::test]
async fn an_administrators_change_of_roots_password_forgets_the_first_one_too() {
    let office = Office::open().await;
    let root = office.log_in("root").await;
    office.put("/vdc/users/root").token(&root).json(r#"{"isSystemMonitor":true}"#).send().await.expect(200);
    assert!(office.first_password.is_kept());
    let root = office.log_in("root").await;
    office.put("/vdc/users/root").token(&root).json(r#"{"password":"Another-Pass-77"}"#).send().await.expect(200);
    assert!(!office.first_password.is_kept());
}

#[tokio::test]
async fn the_rules_about_logins_are_shown_and_changed_in_either_format_and_hold_at_once() {
    let office = Office::open().await;
    let root = office.log_in("root").await;
    let shown = office.get("/config-admin/security").token(&root).for_json().send().await.expect(200);
    assert_eq!(shown.value()["entries"]["sessionMaxLifeTimeMinutes"], "480");
    let shown = office.get("/config-admin/security").token(&root).send().await.expect(200);
    assert!(shown.body.contains("<entry><key>userMaxLoginAttempts</key><value>3</value></entry>"), "{}", shown.body);
    let body = "<security_config><entries><entry><key>sessionMaxLifeTimeMinutes</key><value>60</value></entry></entries></security_config>";
    office.put("/config-admin/security").token(&root).xml(body).send().await.expect(200);
    let session = office.get("/login").token(&root).send().await.expect(200);
    assert_eq!(session.header("x-sds-auth-max-age"), "3600");
    for wrong in [r#"{"entries":{"sessionMaxLifeTimeMinutes":"0"}}"#, r#"{"entries":{"userInactiveLockDays":"35"}}"#] {
        let refused = office.put("/config-admin/security").token(&root).json(wrong).send().await;
        assert_eq!(refused.status, 400, "{}", refused.body);
    }
}

#[tokio::test]
async fn a_login_with_a_token_tells_what_remains_of_it() {
    let office = Office::open().await;
    let root = office.log_in("root").await;
    office.advance(std::time::Duration::from_secs(3600));
    let session = office.get("/login").token(&root).send().await.expect(200);
    assert_eq!(session.header("x-sds-auth-max-age"), "25200");
}

#[tokio::test]
async fn ending_the_sessions_of_somebody_else_leaves_the_own_cookie_alone() {
    let (office, _) = Office::with_alice().await;
    let root = office.log_in("root").await;
    let cookie = format!("X-SDS-AUTH-TOKEN={root}");
    let other = office.get("/logout?username=alice@local.test").header("cookie", &cookie).send().await.expect(200);
    assert!(!other.headers.contains_key("set-cookie"));
    let own = office.get("/logout?username=ROOT").header("cookie", &cookie).send().await.expect(200);
    assert!(own.headers.contains_key("set-cookie"));
}

#[tokio::test]
async fn a_locked_operator_shows_as_locked_and_is_unlocked_by_either_method() {
    let office = Office::open().await;
    let root = office.log_in("root").await;
    office.operator(&root, "mona", r#","isSystemMonitor":true"#).await;
    for method in [http::Method::PUT, http::Method::POST] {
        for _ in 0..3 {
            office.get("/login").basic("mona", "wrong").send().await.refused(401, 4000);
        }
        let shown = office.get("/vdc/users/mona").token(&root).for_json().send().await.expect(200);
        assert_eq!(shown.field("is_locked"), "true");
        office.ask(method, "/vdc/users/mona/unlock").token(&root).json("{}").send().await.expect(200);
        office.log_in("mona").await;
    }
}

#[tokio::test]
async fn whose_password_is_too_old_is_told_so_and_may_change_it() {
    let office = Office::open().await;
    let root = office.log_in("root").await;
    let rules = r#"{"entries":{"passwordRulesEnabled":"true","passwordExpiryDays":"1"}}"#;
    office.put("/config-admin/security").token(&root).json(rules).send().await.expect(200);
    office.advance(std::time::Duration::from_secs(24 * 3600));
    let root = office.log_in("root").await;
    office.get("/object/namespaces").token(&root).send().await.refused(403, 3000);
    office.get("/user/whoami").token(&root).send().await.expect(200);
    let change = format!(r#"{{"password":"Staple-Battery-55","oldPassword":"{}"}}"#, crate::office::PASSWORD);
    office.put("/user/password").token(&root).json(&change).send().await.expect(200);
}
