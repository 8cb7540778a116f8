//! Whether somebody who logged in earlier is still there and enabled.

use keyward_identity::DirectoryUser;
use keyward_login::{Presence, Provider, Refusal};
use keyward_login_ldap::LdapProvider;

use crate::company::{change, dn_of, password_of};
use crate::domain_controller::domain_controller;
use crate::house::{provider, settings};
use crate::logins::person;

async fn leaver(provider: &LdapProvider) -> DirectoryUser {
    person(provider, "leaver@ad.example.test", &password_of("leaver")).await
}

#[tokio::test]
async fn an_account_is_there_until_it_is_disabled_expires_or_is_deleted() {
    let provider = provider(settings());
    let user = leaver(&provider).await;
    let mut ldap = domain_controller().administrator().await;
    let dn = dn_of("leaver");
    assert!(matches!(provider.look_up(&user).await, Presence::Present));
    for (attribute, value, expected) in [
        ("userAccountControl", "514", Some(Refusal::Disabled)),
        ("userAccountControl", "512", None),
        ("accountExpires", "1", Some(Refusal::AccountExpired)),
        ("accountExpires", "0", None),
    ] {
        change(&mut ldap, &dn, attribute, value).await;
        match (provider.look_up(&user).await, expected) {
            (Presence::Present, None) => {}
            (Presence::Refused(refusal), Some(expected)) => assert_eq!(refusal, expected),
            (other, _) => panic!("{attribute} {value}: {other:?}"),
        }
    }
    ldap.delete(&dn).await.unwrap().success().unwrap();
    assert!(matches!(provider.look_up(&user).await, Presence::Refused(Refusal::UnknownUser)));
    ldap.unbind().await.unwrap();
}
