//! Passwords reach a domain controller over encrypted connections only.

use keyward_identity::{AuthnProvider, StartTls};
use keyward_login_ldap::LdapFailure;

use crate::company::password_of;
use crate::domain_controller::domain_controller;
use crate::house::{provider, settings};
use crate::logins::{failure, person};

async fn works(settings: AuthnProvider) {
    let provider = provider(settings);
    provider.check().await.unwrap();
    person(&provider, "dora@ad.example.test", &password_of("dora")).await;
}

fn at(url: String, start_tls: StartTls) -> AuthnProvider {
    AuthnProvider { server_urls: vec![url], start_tls, ..settings() }
}

#[tokio::test]
async fn ldaps_and_starttls_work_for_the_domain_and_the_global_catalogue() {
    let controller = domain_controller();
    for (encrypted, plain) in [(636, 389), (3269, 3268)] {
        works(at(controller.ldaps(encrypted), StartTls::Off)).await;
        works(at(controller.ldap(plain), StartTls::Required)).await;
        works(at(controller.ldap(plain), StartTls::IfOffered)).await;
    }
}

#[tokio::test]
async fn a_domain_controller_that_nobody_vouches_for_gets_no_password() {
    let settings = AuthnProvider { server_cert: None, ..settings() };
    let explanation = provider(settings).check().await.unwrap_err().explain();
    assert!(explanation.contains("UnknownIssuer"), "{explanation}");
}

#[tokio::test]
async fn a_bind_in_clear_is_refused_by_the_server_and_explained_with_its_remedy() {
    let provider = provider(at(domain_controller().ldap(389), StartTls::Off));
    let remedy =
        "(LDAP result 8 to the manager's bind): use an ldaps:// address in server_urls or set start_tls to required";
    let explanation = provider.check().await.unwrap_err().explain();
    assert!(explanation.contains(remedy), "{explanation}");
    let failure = failure(&provider, "dora@ad.example.test", &password_of("dora")).await;
    assert!(matches!(failure, LdapFailure::NoServer { .. }), "{failure:?}");
    assert!(failure.explain().contains(remedy), "{}", failure.explain());
}

#[tokio::test]
async fn a_server_with_encryption_takes_over_from_one_that_refuses_clear_text() {
    let controller = domain_controller();
    let settings = at(controller.ldap(389), StartTls::Off);
    let both = vec![controller.ldap(389), controller.ldaps(636)];
    works(AuthnProvider { server_urls: both, ..settings }).await;
}
