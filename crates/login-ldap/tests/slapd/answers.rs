//! What a directory may answer that OpenLDAP does not.

use keyward_identity::{AuthnProvider, ProviderMode};
use keyward_login::Refusal;
use keyward_login_ldap::LdapFailure;

use crate::fixture::Slapd;
use crate::house::{provider, settings_for};
use crate::logins::{failure, person, refusal};
use crate::scripted::{Script, bind_result, empty_bind_result, empty_entry, entry, search_done, unknown_operation};

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
    for code in [1, 2, 48, 51, 52, 80] {
        let url = Script { person_bind: bind_result(code, "no"), ..Script::default() }.serve().await;
        let failure = failure(&provider(settings_for([url])), ALICE.0, ALICE.1).await;
        assert!(matches!(failure, LdapFailure::Answer { code: told, .. } if told == u32::from(code)), "{failure:?}");
    }
}

#[tokio::test]
async fn a_domain_controller_that_cannot_ask_its_domain_is_an_outage() {
    let text = "80090308: LdapErr: DSID-0C09042F, comment: AcceptSecurityContext error, data 51f, v2580\0";
    let url = Script { person_bind: bind_result(49, text), ..Script::default() }.serve().await;
    let settings = AuthnProvider { mode: ProviderMode::Ad, ..settings_for([url]) };
    assert!(matches!(failure(&provider(settings), ALICE.0, ALICE.1).await, LdapFailure::Answer { code: 49, .. }));
}

#[tokio::test]
async fn a_server_that_wants_no_password_in_clear_is_an_outage_with_its_remedy() {
    for code in [8, 13] {
        let refused = bind_result(code, "encryption required");
        let to_the_person = Script { person_bind: refused.clone(), ..Script::default() }.serve().await;
        let to_the_manager = Script { manager_bind: refused, ..Script::default() }.serve().await;
        for url in [to_the_person, to_the_manager] {
            let explanation = failure(&provider(settings_for([url])), ALICE.0, ALICE.1).await.explain();
            assert!(explanation.contains("use an ldaps:// address in server_urls or set start_tls"), "{explanation}");
        }
    }
}

#[tokio::test]
async fn a_search_base_that_another_server_holds_is_an_outage_with_its_remedy() {
    let url = Script { person_search: vec![search_done(10)], ..Script::default() }.serve().await;
    let failure = failure(&provider(settings_for([url])), ALICE.0, ALICE.1).await;
    assert!(matches!(failure, LdapFailure::Elsewhere { .. }), "{failure:?}");
    assert!(failure.explain().contains("a global catalogue (port 3269"), "{}", failure.explain());
}

#[tokio::test]
async fn groups_are_asked_for_in_another_way_when_reading_token_groups_is_refused() {
    // Whatever is searched for, this server finds an entry that would do as a person and as a group.
    let found = entry("cn=Alice,dc=corp,dc=example", &[("uid", "alice"), ("cn", "storage")]);
    for code in [1, 16, 50, 53] {
        let person_search = vec![found.clone(), search_done(0)];
        let script = Script { person_search, token_groups: vec![search_done(code)], ..Script::default() };
        let settings = AuthnProvider { mode: ProviderMode::Ad, ..settings_for([script.serve().await]) };
        assert_eq!(person(&provider(settings), ALICE.0, ALICE.1).await.groups, ["storage"], "result {code}");
    }
}

#[tokio::test]
async fn more_entries_than_were_asked_for_are_not_read_to_the_end() {
    let one = entry("cn=Alice,dc=corp,dc=example", &[("uid", "alice")]);
    let endless = vec![one; 1_000];
    let url = Script { person_search: endless, ..Script::default() }.serve().await;
    assert_eq!(refusal(&provider(settings_for([url])), ALICE.0, ALICE.1).await, Refusal::SeveralEntries);
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
