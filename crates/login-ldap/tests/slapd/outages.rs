//! A directory that is away is not a wrong password.

use std::time::Duration;

use keyward_identity::AuthnProvider;
use keyward_login_ldap::LdapFailure;
use keyward_testkit::FrozenClock;
use tokio::io::AsyncWriteExt;
use tokio::net::TcpListener;

use crate::fixture::{MANAGER_PASSWORD, Slapd, free_port};
use crate::house::{impatient_provider, provider, provider_with, settings, settings_for};
use crate::logins::{failure, person};

const ALICE: (&str, &str) = ("alice@corp.example", "Passw0rd-alice");

#[tokio::test]
async fn a_server_that_was_restarted_is_used_again() {
    let mut slapd = Slapd::start().await;
    let provider = provider(settings(&slapd));
    person(&provider, ALICE.0, ALICE.1).await;
    slapd.kill();
    assert!(matches!(failure(&provider, ALICE.0, ALICE.1).await, LdapFailure::NoServer { .. }));
    slapd.run();
    person(&provider, ALICE.0, ALICE.1).await;
}

#[tokio::test]
async fn a_restart_between_two_logins_goes_unnoticed() {
    let mut slapd = Slapd::start().await;
    let provider = provider(settings(&slapd));
    person(&provider, ALICE.0, ALICE.1).await;
    slapd.kill();
    slapd.run();
    person(&provider, ALICE.0, ALICE.1).await;
}

#[tokio::test]
async fn the_second_server_takes_over_when_the_first_dies() {
    let (mut first, second) = (Slapd::start().await, Slapd::start().await);
    let provider = provider(settings_for([first.url(), second.url()]));
    let before = person(&provider, ALICE.0, ALICE.1).await;
    first.kill();
    let after = person(&provider, ALICE.0, ALICE.1).await;
    assert_eq!(before.name, after.name);
    assert_ne!(before.unique_id, after.unique_id, "the second server is another directory in this test");
}

#[tokio::test]
async fn all_servers_down_is_an_outage_that_names_each_of_them() {
    let (one, other) = (format!("ldap://127.0.0.1:{}", free_port()), format!("ldap://127.0.0.1:{}", free_port()));
    let provider = provider(settings_for([one.clone(), other.clone()]));
    let explanation = failure(&provider, ALICE.0, ALICE.1).await.explain();
    assert!(explanation.contains(&one) && explanation.contains(&other), "{explanation}");
}

#[tokio::test]
async fn a_refused_manager_is_an_outage_and_its_password_is_not_tried_at_every_login() {
    let slapd = Slapd::start().await;
    let clock = FrozenClock::default();
    let provider = provider_with(settings(&slapd), "outdated", clock.clone());
    assert!(matches!(failure(&provider, ALICE.0, ALICE.1).await, LdapFailure::ManagerRefused { code: 49, .. }));
    assert!(matches!(failure(&provider, ALICE.0, ALICE.1).await, LdapFailure::ManagerHeldBack { .. }));
    clock.advance(Duration::from_secs(30));
    assert!(matches!(failure(&provider, ALICE.0, ALICE.1).await, LdapFailure::ManagerRefused { code: 49, .. }));
}

#[tokio::test]
async fn a_missing_search_base_is_an_outage() {
    let slapd = Slapd::start().await;
    let settings = AuthnProvider { search_base: "ou=gone,dc=corp,dc=example".to_owned(), ..settings(&slapd) };
    assert!(matches!(failure(&provider(settings), ALICE.0, ALICE.1).await, LdapFailure::NoSearchBase { .. }));
}

#[tokio::test]
async fn a_server_that_accepts_and_says_nothing_is_an_outage() {
    let silent = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let url = format!("ldap://{}", silent.local_addr().unwrap());
    let failure = failure(&impatient_provider(settings_for([url])), ALICE.0, ALICE.1).await;
    assert!(failure.explain().contains("took longer than 300 ms"), "{}", failure.explain());
}

#[tokio::test]
async fn a_silent_first_server_is_passed_over() {
    let slapd = Slapd::start().await;
    let silent = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let provider = impatient_provider(settings_for([format!("ldap://{}", silent.local_addr().unwrap()), slapd.url()]));
    person(&provider, ALICE.0, ALICE.1).await;
}

#[tokio::test]
async fn a_server_that_speaks_another_protocol_is_an_outage() {
    let web = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let url = format!("ldap://{}", web.local_addr().unwrap());
    tokio::spawn(async move {
        while let Ok((mut stream, _)) = web.accept().await {
            let _ = stream.write_all(b"HTTP/1.1 400 Bad Request\r\n\r\n").await;
        }
    });
    let provider = provider_with(settings_for([url]), MANAGER_PASSWORD, FrozenClock::default());
    assert!(matches!(failure(&provider, ALICE.0, ALICE.1).await, LdapFailure::NoServer { .. }));
}
