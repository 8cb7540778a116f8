//! What a person is called and known by.

use keyward_identity::AuthnProvider;
use keyward_login::{Outcome, Refusal};
use ldap3::Scope;

use crate::company::{change, dn_of, password_of};
use crate::domain_controller::{DOMAIN, DOWN_LEVEL, domain_controller};
use crate::house::{provider, settings};
use crate::logins::{log_in, person, refusal};

fn by_user_principal_name() -> AuthnProvider {
    AuthnProvider { search_filter: "userPrincipalName=%u".to_owned(), ..settings() }
}

#[tokio::test]
async fn account_name_and_user_principal_name_are_one_person() {
    let by_account = provider(settings());
    let by_user_principal_name = provider(by_user_principal_name());
    let first = person(&by_account, "alice@ad.example.test", &password_of("alice")).await;
    assert_eq!(first.name, "alice@ad.example.test");
    for typed in ["alice@ad.example.test", "ALICE@AD.Example.Test"] {
        assert_eq!(person(&by_account, typed, &password_of("alice")).await, first);
        assert_eq!(person(&by_user_principal_name, typed, &password_of("alice")).await, first);
    }
}

#[tokio::test]
async fn the_unique_id_is_the_guid_that_windows_shows() {
    let alice = person(&provider(settings()), "alice@ad.example.test", &password_of("alice")).await;
    let by_guid = format!("<GUID={}>", alice.unique_id.unwrap());
    let mut ldap = domain_controller().administrator().await;
    let (entries, _) =
        ldap.search(&by_guid, Scope::Base, "(objectClass=*)", vec!["1.1"]).await.unwrap().success().unwrap();
    assert_eq!(ldap3::SearchEntry::construct(entries.into_iter().next().unwrap()).dn, dn_of("alice"));
}

#[tokio::test]
async fn a_renamed_account_keeps_its_unique_id() {
    let provider = provider(settings());
    let before = person(&provider, "wendy@ad.example.test", &password_of("wendy")).await;
    let mut ldap = domain_controller().administrator().await;
    change(&mut ldap, &dn_of("wendy"), "sAMAccountName", "wendy.new").await;
    let after = person(&provider, "wendy.new@ad.example.test", &password_of("wendy")).await;
    assert_eq!(after.name, "wendy.new@ad.example.test");
    assert_eq!(before.unique_id, after.unique_id);
    assert_eq!(refusal(&provider, "wendy@ad.example.test", &password_of("wendy")).await, Refusal::UnknownUser);
}

#[tokio::test]
async fn a_dn_with_commas_brackets_and_umlauts_is_no_obstacle() {
    let provider = provider(settings());
    let joerg = person(&provider, "jmueller@ad.example.test", &password_of("jmueller")).await;
    assert_eq!(joerg.groups, ["Domain Users", "Users", "through-primary"]);
}

#[tokio::test]
async fn one_provider_serves_several_endings_of_login_names() {
    let domains = [DOMAIN, "corp.test", DOWN_LEVEL].map(|domain| domain.parse().unwrap()).to_vec();
    let by_name = provider(AuthnProvider { domains: domains.clone(), ..by_user_principal_name() });
    let cora = person(&by_name, "cora.example@corp.test", &password_of("cora")).await;
    assert_eq!(cora.name, "cora.example@corp.test");
    assert_eq!(person(&by_name, "alice@ad.example.test", &password_of("alice")).await.name, "alice@ad.example.test");

    let by_account = provider(AuthnProvider { domains, ..settings() });
    for typed in ["alice@ad.example.test", "alice@corp.test", "alice@adex"] {
        assert_eq!(person(&by_account, typed, &password_of("alice")).await.name, typed);
    }
}

#[tokio::test]
async fn people_outside_the_providers_domains_are_left_to_others() {
    let filter = "(|(sAMAccountName=%U)(userPrincipalName=%u))".to_owned();
    let provider = provider(AuthnProvider { search_filter: filter, ..settings() });
    // A name without '@' is a local one, also where a Windows user means a domain by it.
    for typed in ["pat@partner.test", r"ADEX\pat", "pat"] {
        assert!(matches!(log_in(&provider, typed, &password_of("pat")).await, Outcome::NotAskedFor), "{typed}");
    }
    assert_eq!(refusal(&provider, r"ADEX\pat@ad.example.test", &password_of("pat")).await, Refusal::UnknownUser);
}

#[tokio::test]
async fn somebody_whose_own_name_is_of_a_foreign_domain_does_not_get_a_name_here() {
    let filter = "(|(userPrincipalName=%u)(sAMAccountName=pat))".to_owned();
    let provider = provider(AuthnProvider { search_filter: filter, ..settings() });
    let outcome = log_in(&provider, "anybody@ad.example.test", &password_of("pat")).await;
    let Outcome::Unavailable(unavailable) = outcome else { panic!("{outcome:?}") };
    assert!(unavailable.cause.to_string().contains("has no value in userprincipalname"), "{}", unavailable.cause);
}

#[tokio::test]
async fn names_with_wildcards_find_nobody() {
    let provider = provider(settings());
    for typed in ["*@ad.example.test", "ali*@ad.example.test", "alice)(cn=*@ad.example.test"] {
        assert_eq!(refusal(&provider, typed, &password_of("alice")).await, Refusal::UnknownUser, "{typed}");
    }
}
