//! Who does not get in, and why.

use keyward_identity::AuthnProvider;
use keyward_login::{Outcome, Refusal};

use crate::company::{MANAGER, password_of};
use crate::domain_controller::DOMAIN;
use crate::house::{provider, provider_with, settings};
use crate::logins::{log_in, person, refusal};

#[tokio::test]
async fn the_audit_tells_why_an_account_may_not_log_in() {
    let provider = provider(settings());
    for (account, reason) in [
        ("disabled", Refusal::Disabled),
        ("newcomer", Refusal::MustChangePassword),
        ("forgetful", Refusal::PasswordExpired),
        ("retired", Refusal::AccountExpired),
        ("nightly", Refusal::NotPermittedNow),
        ("deskbound", Refusal::NotPermittedNow),
        ("nobody", Refusal::UnknownUser),
    ] {
        assert_eq!(
            refusal(&provider, &format!("{account}@{DOMAIN}"), &password_of(account)).await,
            reason,
            "{account}"
        );
    }
}

#[tokio::test]
async fn a_wrong_password_is_only_that() {
    let provider = provider(settings());
    assert_eq!(refusal(&provider, "bob@ad.example.test", "wrong").await, Refusal::WrongPassword);
    person(&provider, "bob@ad.example.test", &password_of("bob")).await;
    assert_eq!(refusal(&provider, "disabled@ad.example.test", "wrong").await, Refusal::WrongPassword);
}

#[tokio::test]
async fn an_account_that_failures_have_locked_does_not_open_for_the_right_password() {
    let provider = provider(settings());
    for _ in 0..2 {
        assert_eq!(refusal(&provider, "locked@ad.example.test", "wrong").await, Refusal::WrongPassword);
    }
    assert_eq!(refusal(&provider, "locked@ad.example.test", &password_of("locked")).await, Refusal::Locked);
}

#[tokio::test]
async fn an_empty_password_is_refused_unseen() {
    let outcome = log_in(&provider(settings()), "alice@ad.example.test", "").await;
    assert!(matches!(outcome, Outcome::Refused(Refusal::EmptyPassword)), "{outcome:?}");
}

#[tokio::test]
async fn a_manager_may_be_named_in_every_way_that_windows_knows() {
    for name in [format!("{MANAGER}@{DOMAIN}"), format!(r"ADEX\{MANAGER}"), crate::company::dn_of(MANAGER)] {
        provider(AuthnProvider { manager_dn: name, ..settings() }).check().await.unwrap();
    }
}

#[tokio::test]
async fn a_manager_who_is_refused_is_an_outage_with_its_reason() {
    for (account, password, told) in [
        ("disabled", password_of("disabled"), "(LDAP result 49, disabled)"),
        ("newcomer", password_of("newcomer"), "(LDAP result 49, must change password)"),
        ("nobody", "Passw0rd".to_owned(), "(LDAP result 49)"),
    ] {
        let settings = AuthnProvider { manager_dn: format!("{account}@{DOMAIN}"), ..settings() };
        let explanation = provider_with(settings, &password).check().await.unwrap_err().explain();
        assert!(explanation.ends_with(told), "{explanation}");
    }
}
