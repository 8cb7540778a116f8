//! Which groups a person is in.

use keyward_identity::{AuthnProvider, ProviderMode};

use crate::fixture::{BASE, Slapd};
use crate::house::{provider, settings};
use crate::logins::person;

async fn groups(settings: AuthnProvider, user: &str) -> Vec<String> {
    let name = format!("{user}@corp.example");
    person(&provider(settings), &name, &format!("Passw0rd-{user}")).await.groups
}

fn owned(texts: &[&str]) -> Vec<String> {
    texts.iter().map(|&text| text.to_owned()).collect()
}

#[tokio::test]
async fn groups_are_read_from_the_entry() {
    let slapd = Slapd::start().await;
    assert_eq!(groups(settings(&slapd), "alice").await, ["Builders, North", "readers"]);
    assert!(groups(settings(&slapd), "carol").await.is_empty());
}

#[tokio::test]
async fn a_group_whose_dn_does_not_hold_its_name_is_looked_up() {
    let slapd = Slapd::start().await;
    assert_eq!(groups(settings(&slapd), "bob").await, ["named by ou", "readers"]);
}

#[tokio::test]
async fn a_group_search_follows_groups_within_groups_outside_the_search_base() {
    let slapd = Slapd::start().await;
    let settings = AuthnProvider {
        search_base: format!("ou=people,{BASE}"),
        group_object_classes: owned(&["groupOfNames"]),
        group_member_attributes: owned(&["member"]),
        ..settings(&slapd)
    };
    assert_eq!(groups(settings, "alice").await, ["Builders, North", "everything", "readers"]);
}

#[tokio::test]
async fn groups_that_list_bare_names_are_found_too() {
    let slapd = Slapd::start().await;
    let settings = AuthnProvider {
        group_object_classes: owned(&["posixGroup"]),
        group_member_attributes: owned(&["memberUid"]),
        ..settings(&slapd)
    };
    assert_eq!(groups(settings, "bob").await, ["named by ou", "readers", "shell"]);
}

#[tokio::test]
async fn small_pages_lose_no_group() {
    let slapd = Slapd::start().await;
    for n in 0..7 {
        let dn = format!("cn=team{n},ou=groups,{BASE}");
        let member = format!("member: uid=carol,ou=people,{BASE}");
        slapd.add(&dn, &["objectClass: groupOfNames", &format!("cn: team{n}"), &member]).await;
    }
    let settings = AuthnProvider {
        max_page_size: 2,
        group_object_classes: owned(&["groupOfNames"]),
        group_member_attributes: owned(&["member"]),
        ..settings(&slapd)
    };
    assert_eq!(groups(settings, "carol").await.len(), 7);
}

#[tokio::test]
async fn only_groups_of_the_whitelist_count() {
    let slapd = Slapd::start().await;
    let settings = AuthnProvider { group_whitelist: owned(&["build*"]), ..settings(&slapd) };
    assert_eq!(groups(settings, "alice").await, ["Builders, North"]);
}

#[tokio::test]
async fn a_directory_without_the_nesting_rule_still_answers_for_direct_groups() {
    let slapd = Slapd::start().await;
    let settings = AuthnProvider { mode: ProviderMode::Ad, ..settings(&slapd) };
    assert_eq!(groups(settings, "alice").await, ["Builders, North", "readers"]);
}
