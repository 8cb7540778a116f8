//! Which groups a person is in.

use keyward_identity::AuthnProvider;

use crate::company::{MANY, MEMBER_OF_MANY, password_of};
use crate::domain_controller::{BASE, domain_controller};
use crate::house::{provider, settings};
use crate::logins::person;

/// Direct and nested groups, the primary group, and those that hold it. No distribution list.
const ALL_OF_THE_TEAM: [&str; 7] =
    ["Domain Users", "Everything, Storage", "Users", "all-storage", "readers", "storage-admins", "through-primary"];

async fn groups(settings: AuthnProvider, account: &str) -> Vec<String> {
    let name = format!("{account}@ad.example.test");
    person(&provider(settings), &name, &password_of(account)).await.groups
}

#[tokio::test]
async fn nested_and_primary_groups_count() {
    assert_eq!(groups(settings(), "alice").await, ALL_OF_THE_TEAM);
}

#[tokio::test]
async fn a_manager_who_may_not_read_token_groups_finds_the_same_ones() {
    assert_eq!(groups(settings(), "carol").await, ALL_OF_THE_TEAM);
}

#[tokio::test]
async fn a_group_that_hides_its_members_counts() {
    assert!(groups(settings(), "dora").await.contains(&"discreet".to_owned()));
}

#[tokio::test]
async fn groups_are_found_outside_the_search_base() {
    let settings = AuthnProvider { search_base: format!("CN=Users,{BASE}"), ..settings() };
    assert!(groups(settings.clone(), "alice").await.contains(&"Users".to_owned()), "it lies in CN=Builtin");
    assert!(groups(settings, "carol").await.contains(&"Users".to_owned()));
}

#[tokio::test]
async fn the_whitelist_is_for_nested_groups_too() {
    let listed = |patterns: &[&str]| AuthnProvider {
        group_whitelist: patterns.iter().map(|&pattern| pattern.to_owned()).collect(),
        ..settings()
    };
    for account in ["alice", "carol"] {
        assert_eq!(groups(listed(&["ALL-*", "domain users"]), account).await, ["Domain Users", "all-storage"]);
        assert!(groups(listed(&["nothing*"]), account).await.is_empty());
    }
}

#[tokio::test]
async fn groups_may_be_named_by_another_attribute() {
    let settings = AuthnProvider { group_attribute: "sAMAccountName".to_owned(), ..settings() };
    assert!(groups(settings.clone(), "alice").await.contains(&"everything".to_owned()));
    assert!(groups(settings, "carol").await.contains(&"everything".to_owned()));
}

#[tokio::test]
async fn small_pages_lose_no_group() {
    for account in ["alice", "carol"] {
        assert_eq!(groups(AuthnProvider { max_page_size: 2, ..settings() }, account).await, ALL_OF_THE_TEAM);
    }
}

#[tokio::test]
async fn somebody_in_very_many_groups_is_in_all_of_them() {
    let groups = groups(settings(), MEMBER_OF_MANY).await;
    assert_eq!(groups.iter().filter(|group| group.starts_with("team-")).count(), MANY);
}

#[tokio::test]
async fn the_global_catalogue_knows_the_same_groups() {
    for url in [domain_controller().ldaps(3269), domain_controller().ldap(3268)] {
        let settings = AuthnProvider { server_urls: vec![url], ..settings() };
        assert_eq!(groups(settings.clone(), "alice").await, ALL_OF_THE_TEAM);
        assert_eq!(groups(settings, "carol").await, ALL_OF_THE_TEAM);
    }
}
