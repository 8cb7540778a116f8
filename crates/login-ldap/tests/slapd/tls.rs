//! Passwords travel encrypted, to a server that is who it should be.

use keyward_identity::{AuthnProvider, StartTls};
use keyward_login_ldap::LdapFailure;

use crate::fixture::Slapd;
use crate::house::{provider, settings};
use crate::logins::{failure, person};

fn secured(slapd: &Slapd, url: String, start_tls: StartTls, server_cert: Option<&str>) -> AuthnProvider {
    AuthnProvider { server_urls: vec![url], start_tls, server_cert: server_cert.map(str::to_owned), ..settings(slapd) }
}

async fn works(settings: AuthnProvider) {
    person(&provider(settings), "alice@corp.example", "Passw0rd-alice").await;
}

async fn fails_with(settings: AuthnProvider, reason: &str) {
    let failure = failure(&provider(settings), "alice@corp.example", "Passw0rd-alice").await;
    assert!(matches!(failure, LdapFailure::NoServer { .. }), "{failure:?}");
    assert!(failure.explain().contains(reason), "{}", failure.explain());
}

#[tokio::test]
async fn ldaps_and_starttls_work_with_the_given_authority() {
    let slapd = Slapd::start().await;
    works(secured(&slapd, slapd.ldaps_url(), StartTls::Off, Some(&slapd.authority))).await;
    works(secured(&slapd, slapd.url(), StartTls::Required, Some(&slapd.authority))).await;
    works(secured(&slapd, slapd.url(), StartTls::IfOffered, Some(&slapd.authority))).await;
}

#[tokio::test]
async fn a_server_may_be_given_by_its_ipv6_address() {
    let slapd = Slapd::start().await;
    // An IPv6 address in form, which works on machines without IPv6 too.
    let ipv6 = |url: String| url.replace("127.0.0.1", "[::ffff:127.0.0.1]");
    works(secured(&slapd, ipv6(slapd.url()), StartTls::Off, None)).await;
    works(secured(&slapd, ipv6(slapd.ldaps_url()), StartTls::Off, Some(&slapd.authority))).await;
    works(secured(&slapd, ipv6(slapd.url()), StartTls::Required, Some(&slapd.authority))).await;
    fails_with(secured(&slapd, ipv6(slapd.ldaps_url()), StartTls::Off, None), "UnknownIssuer").await;
}

#[tokio::test]
async fn a_given_server_certificate_is_trusted_as_it_is() {
    let slapd = Slapd::start().await;
    works(secured(&slapd, slapd.ldaps_url(), StartTls::Off, Some(&slapd.certificate))).await;
}

#[tokio::test]
async fn a_server_that_nobody_vouches_for_gets_no_password_when_encryption_is_required() {
    let slapd = Slapd::start().await;
    fails_with(secured(&slapd, slapd.ldaps_url(), StartTls::Off, None), "UnknownIssuer").await;
    fails_with(secured(&slapd, slapd.url(), StartTls::Required, None), "UnknownIssuer").await;
}

#[tokio::test]
async fn encryption_that_is_only_welcome_is_used_with_a_certificate_that_nobody_vouches_for() {
    let slapd = Slapd::start().await;
    let settings = secured(&slapd, slapd.url(), StartTls::IfOffered, None);
    works(AuthnProvider { validate_certificates: false, ..settings }).await;
}

#[tokio::test]
async fn validation_that_was_asked_for_counts_also_when_encryption_is_only_welcome() {
    let slapd = Slapd::start().await;
    fails_with(secured(&slapd, slapd.url(), StartTls::IfOffered, None), "UnknownIssuer").await;
}

#[tokio::test]
async fn a_given_certificate_counts_also_when_encryption_is_only_welcome() {
    let (slapd, other) = (Slapd::start().await, Slapd::start().await);
    let url = slapd.url();
    fails_with(
        secured(&slapd, url, StartTls::IfOffered, Some(&other.certificate)),
        "a secure connection could not be made",
    )
    .await;
}

#[tokio::test]
async fn another_servers_certificate_is_not_enough() {
    let (slapd, other) = (Slapd::start().await, Slapd::start().await);
    let url = slapd.ldaps_url();
    fails_with(secured(&slapd, url, StartTls::Off, Some(&other.certificate)), "a secure connection could not be made")
        .await;
}

#[tokio::test]
async fn without_validation_any_certificate_will_do() {
    let slapd = Slapd::start().await;
    let settings = secured(&slapd, slapd.ldaps_url(), StartTls::Off, None);
    works(AuthnProvider { validate_certificates: false, ..settings }).await;
}

#[tokio::test]
async fn required_starttls_never_falls_back_to_clear_text_and_offered_starttls_does() {
    let slapd = Slapd::start_without_tls().await;
    fails_with(secured(&slapd, slapd.url(), StartTls::Required, Some(&slapd.authority)), "it refuses StartTLS").await;
    works(secured(&slapd, slapd.url(), StartTls::IfOffered, Some(&slapd.authority))).await;
}
