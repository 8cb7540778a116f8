//! A forest of several domains behind one global catalogue.

use keyward_identity::{AuthnProvider, ProviderMode};
use keyward_login::Refusal;

use crate::fixture::{BASE, Slapd};
use crate::house::{provider, settings};
use crate::logins::{person, refusal};

/// A forest with the domains corp.example and paris.corp.example, in each of which `homes` says who has an account.
async fn forest(homes: &[(&str, &str)]) -> Slapd {
    let slapd = Slapd::start().await;
    let domain = ["objectClass: dcObject", "objectClass: organization", "o: Paris", "dc: paris"];
    slapd.add(&format!("dc=paris,{BASE}"), &domain).await;
    for (account, home) in homes {
        let attributes = [
            "objectClass: person",
            "objectClass: adAccount",
            &format!("cn: {account}"),
            "sn: Example",
            &format!("sAMAccountName: {account}"),
            &format!("userPassword: Passw0rd-{home}"),
        ];
        slapd.add(&format!("cn={account},{home}"), &attributes).await;
    }
    slapd
}

fn catalogue(slapd: &Slapd, filter: &str) -> AuthnProvider {
    AuthnProvider {
        mode: ProviderMode::Ad,
        domains: ["corp.example", "paris.corp.example", "sales.corp.example"]
            .map(|name| name.parse().unwrap())
            .to_vec(),
        search_filter: filter.to_owned(),
        ..settings(slapd)
    }
}

const PARIS: &str = "dc=paris,dc=corp,dc=example";
const BY_ACCOUNT: &str = "sAMAccountName=%U";

#[tokio::test]
async fn namesakes_in_two_domains_are_two_people() {
    let slapd = forest(&[("dana", BASE), ("dana", PARIS)]).await;
    let provider = provider(catalogue(&slapd, BY_ACCOUNT));
    let one = person(&provider, "dana@corp.example", &format!("Passw0rd-{BASE}")).await;
    let other = person(&provider, "dana@paris.corp.example", &format!("Passw0rd-{PARIS}")).await;
    assert_eq!((&*one.name, &*other.name), ("dana@corp.example", "dana@paris.corp.example"));
    assert_ne!(one.unique_id, other.unique_id);
}

#[tokio::test]
async fn somebody_of_another_domain_does_not_become_a_namesake_who_has_left() {
    let slapd = forest(&[("dana", PARIS), ("erin", BASE)]).await;
    let provider = provider(catalogue(&slapd, BY_ACCOUNT));
    let password = format!("Passw0rd-{PARIS}");
    assert_eq!(refusal(&provider, "dana@corp.example", &password).await, Refusal::UnknownUser);
    let password = format!("Passw0rd-{BASE}");
    assert_eq!(refusal(&provider, "erin@paris.corp.example", &password).await, Refusal::UnknownUser);
}

#[tokio::test]
async fn an_ending_of_login_names_that_is_no_domain_stands_for_the_whole_forest() {
    let slapd = forest(&[("dana", PARIS), ("erin", BASE), ("erin", PARIS)]).await;
    let provider = provider(catalogue(&slapd, BY_ACCOUNT));
    let dana = person(&provider, "dana@sales.corp.example", &format!("Passw0rd-{PARIS}")).await;
    assert_eq!(dana.name, "dana@sales.corp.example");
    let password = format!("Passw0rd-{PARIS}");
    assert_eq!(refusal(&provider, "erin@sales.corp.example", &password).await, Refusal::SeveralEntries);
}

#[tokio::test]
async fn a_filter_on_the_whole_name_finds_people_wherever_they_are() {
    let slapd = forest(&[("dana@corp.example", PARIS)]).await;
    let provider = provider(catalogue(&slapd, "sAMAccountName=%u"));
    let dana = person(&provider, "dana@corp.example", &format!("Passw0rd-{PARIS}")).await;
    assert_eq!(dana.name, "dana@corp.example");
}
