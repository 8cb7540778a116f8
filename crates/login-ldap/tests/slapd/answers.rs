//! What a directory may answer that OpenLDAP does not.

use keyward_login::Refusal;
use keyward_login_ldap::LdapFailure;

use crate::fixture::Slapd;
use crate::house::{failure, person, provider, refusal, settings_for};
use crate::scripted::{Script, bind_result, empty_bind_result, empty_entry, unknown_operation};

const ALICE: (&str, &str) = ("alice@corp.example", "Passw0rd-alice");

#[tokio::test]
async fn the_scripted_server_lets_people_in() {
    let url = Script::default().serve().await;
    assert_eq!(person(&provider(settings_for([url])), ALICE.0, ALICE.1).await.name, "alice@corp.example");
}

#[tokio::test]
async fn active_directory_tells_why_somebody_is_refused() {
    let reasons = [
        ("52e", Refusal::WrongPassword),
        ("530", Refusal::NotPermittedNow),
        ("532", Refusal::PasswordExpired),
        ("533", Refusal::Disabled),
        ("701", Refusal::AccountExpired),
        ("773", Refusal::MustChangePassword),
        ("775", Refusal::Locked),
    ];
    for (code, reason) in reasons {
        let text =
            format!("80090308: LdapErr: DSID-0C09042F, comment: AcceptSecurityContext error, data {code}, v2580\0");
        let url = Script { person_bind: bind_result(49, &text), ..Script::default() }.serve().await;
        assert_eq!(refusal(&provider(settings_for([url])), ALICE.0, ALICE.1).await, reason, "data {code}");
    }
}

#[tokio::test]
async fn an_answer_that_is_not_about_the_person_is_an_outage() {
    for code in [1, 2, 8, 13, 48, 51, 52, 80] {
        let url = Script { person_bind: bind_result(code, "no"), ..Script::default() }.serve().await;
        let failure = failure(&provider(settings_for([url])), ALICE.0, ALICE.1).await;
        assert!(matches!(failure, LdapFailure::Answer { code: told, .. } if told == u32::from(code)), "{failure:?}");
    }
}

#[tokio::test]
async fn a_server_that_has_no_time_for_the_manager_is_passed_over() {
    let slapd = Slapd::start().await;
    let busy = Script { manager_bind: bind_result(52, "shutting down"), ..Script::default() }.serve().await;
    person(&provider(settings_for([busy, slapd.url()])), ALICE.0, ALICE.1).await;
}

#[tokio::test]
async fn an_answer_that_breaks_the_protocol_is_an_outage() {
    let broken = [
        Script { person_bind: empty_bind_result(), ..Script::default() },
        Script { manager_bind: empty_bind_result(), ..Script::default() },
        Script { person_search: vec![empty_entry()], ..Script::default() },
        Script { person_search: vec![unknown_operation()], ..Script::default() },
    ];
    for script in broken {
        let url = script.serve().await;
        let failure = failure(&provider(settings_for([url])), ALICE.0, ALICE.1).await;
        assert!(
            matches!(failure, LdapFailure::Nonsense | LdapFailure::Broken { .. } | LdapFailure::NoServer { .. }),
            "{failure:?}"
        );
    }
}
