//! Namespaces: made once, administered by nobody of two, deleted only when empty.

use keyward_ambient::Clock;
use keyward_identity::{MappedAttribute, Namespace, NamespaceSettings, UserMapping};
use keyward_service::{ListChange, NamespaceChange, NewBucket, PageRequest, ProviderChange, ServiceError, Subject};
use keyward_store::{Commit, Namespaces, Record, Transaction, Write};

use crate::house::{ALICE, House, mapping, namespace_name};

fn administered_by(names: &[&str]) -> NamespaceChange {
    let names = names.iter().map(|name| (*name).to_owned()).collect();
    NamespaceChange { namespace_admins: Some(names), ..NamespaceChange::default() }
}

#[tokio::test]
async fn a_namespace_is_read_as_it_was_made() {
    let house = House::open().await;
    let change = NamespaceChange { user_mappings: Some(vec![mapping("a.example")]), ..administered_by(&["nora"]) };
    let made = house.root.create_namespace("ns2", change).await.unwrap();
    assert_eq!(house.root.namespace("ns2").await.unwrap(), made);
    assert_eq!(made.user_mappings, [mapping("a.example")]);
}

#[tokio::test]
async fn a_namespace_cannot_be_made_twice_without_a_name_or_with_a_name_that_is_none() {
    let house = House::open().await;
    let before = house.revision().await;
    let create = async |name: &str| house.root.create_namespace(name, NamespaceChange::default()).await.unwrap_err();
    let id = "ns1".to_owned();
    assert_eq!(create("ns1").await, ServiceError::AlreadyExists { subject: Subject::Namespace, id });
    assert_eq!(create("").await, ServiceError::Missing { field: "namespace" });
    assert!(matches!(create("n s").await, ServiceError::Invalid { field: "namespace", .. }));
    assert_eq!(house.revision().await, before);
}

#[tokio::test]
async fn a_mapping_with_a_condition_that_says_nothing_is_refused() {
    let house = House::open().await;
    let attributes = vec![MappedAttribute { key: "department".to_owned(), values: vec![] }];
    let change = || NamespaceChange {
        user_mappings: Some(vec![UserMapping { attributes: attributes.clone(), ..mapping("corp.example") }]),
        ..NamespaceChange::default()
    };
    let created = house.root.create_namespace("ns2", change()).await.unwrap_err();
    let updated = house.root.update_namespace("ns1", change(), |_| {}).await.unwrap_err();
    for refused in [created, updated] {
        assert!(matches!(refused, ServiceError::Invalid { field: "user_mapping", .. }), "{refused:?}");
    }
}

#[tokio::test]
async fn nobody_administers_two_namespaces() {
    let house = House::open().await;
    house.root.update_namespace("ns1", administered_by(&["noadmin", "nora"]), |_| {}).await.unwrap();
    house.root.create_namespace("ns2", administered_by(&["noadmin"])).await.unwrap();
    let refused = house.root.create_namespace("ns3", administered_by(&["noadmin", "NORA"])).await.unwrap_err();
    assert!(matches!(&refused, ServiceError::Invalid { field: "namespace_admins", why } if why.contains("ns1")));
    let group = || Some(vec!["admins@corp.example".to_owned()]);
    let groups = || NamespaceChange { external_group_admins: group(), ..NamespaceChange::default() };
    house.root.update_namespace("ns1", groups(), |_| {}).await.unwrap();
    assert!(house.root.update_namespace("ns2", groups(), |_| {}).await.is_err());
}

fn mapped(mappings: &[UserMapping]) -> NamespaceChange {
    NamespaceChange { user_mappings: Some(mappings.to_vec()), ..NamespaceChange::default() }
}

fn of_group(domain: &str, groups: &[&str]) -> UserMapping {
    let groups = groups.iter().map(|group| (*group).to_owned()).collect();
    UserMapping { groups, ..mapping(domain) }
}

/// Whether the refusal of a mapping names the namespace that it clashes with.
fn clashes_with(outcome: Result<Namespace, ServiceError>, other: &str) -> bool {
    matches!(&outcome, Err(ServiceError::Invalid { field: "user_mapping", why }) if why.contains(other))
}

#[tokio::test]
async fn a_mapping_that_equals_another_takes_it_in_or_lies_within_it_is_refused() {
    let house = House::open().await;
    let before = house.revision().await;
    for clash in [mapping("CORP.example"), of_group("corp.example", &["builders"])] {
        let refused = house.root.create_namespace("ns2", mapped(&[mapping("a.example"), clash])).await;
        assert!(clashes_with(refused, "ns1"));
    }
    assert_eq!(house.revision().await, before);
    house.root.update_namespace("ns1", mapped(&[of_group("corp.example", &["builders"])]), |_| {}).await.unwrap();
    house.root.create_namespace("ns2", mapped(&[of_group("corp.example", &["night"])])).await.unwrap();
    for clash in [mapping("corp.example"), of_group("corp.example", &["NIGHT@corp.example", "day"])] {
        let refused = house.root.update_namespace("ns1", mapped(&[clash]), |_| {}).await;
        assert!(clashes_with(refused, "ns2"));
    }
}

#[tokio::test]
async fn domains_of_one_provider_are_the_same_people() {
    let house = House::open().await;
    let domains = ListChange { add: vec!["sales.example".to_owned()], ..ListChange::default() };
    house.change_corp(ProviderChange { domains, ..ProviderChange::default() }).await;
    assert!(clashes_with(house.root.create_namespace("ns2", mapped(&[mapping("sales.example")])).await, "ns1"));
}

#[tokio::test]
async fn mappings_that_may_mean_other_people_and_domains_that_nobody_serves_are_accepted() {
    let house = House::open().await;
    let groups = [of_group("corp.example", &["builders"])];
    house.root.update_namespace("ns1", mapped(&groups), |_| {}).await.unwrap();
    let other = [of_group("corp.example", &["night"]), mapping("unserved.example")];
    let made = house.root.create_namespace("ns2", mapped(&other)).await.unwrap();
    assert_eq!(made.user_mappings, other);
}

#[tokio::test]
async fn a_clash_that_is_there_already_does_not_keep_a_namespace_from_being_changed() {
    let house = House::open().await;
    // As release 0.1.0 accepted it.
    let mappings = vec![mapping("corp.example")];
    let namespace =
        Namespace { user_mappings: mappings.clone(), ..Namespace::new(namespace_name("ns2"), house.clock.now()) };
    let write = Write::create(Record::Namespace(namespace));
    house.store.commit(Transaction::new(house.rival_audit()).write(write)).await.unwrap();
    let change = NamespaceChange { namespace_admins: Some(vec!["nora".to_owned()]), ..mapped(&mappings) };
    house.root.update_namespace("ns2", change, |_| {}).await.unwrap();
    house.service.prepare().await.unwrap();
}

#[tokio::test]
async fn one_replication_group_is_not_both_allowed_and_disallowed() {
    let house = House::open().await;
    let both = |settings: &mut NamespaceSettings| {
        settings.allowed_vpools_list = vec!["urn:rg1".to_owned()];
        settings.disallowed_vpools_list = vec!["urn:rg1".to_owned()];
    };
    let mut settings = NamespaceSettings::default();
    both(&mut settings);
    let change = NamespaceChange { settings: Some(settings), ..NamespaceChange::default() };
    let created = house.root.create_namespace("ns2", change).await.unwrap_err();
    let updated = house.root.update_namespace("ns1", NamespaceChange::default(), both).await.unwrap_err();
    for refused in [created, updated] {
        assert!(matches!(refused, ServiceError::Invalid { field: "allowed_vpools_list", .. }), "{refused:?}");
    }
}

#[tokio::test]
async fn a_change_of_settings_that_is_overtaken_keeps_what_the_other_changed() {
    let house = House::open().await;
    let mut found = house.store.namespace(&namespace_name("ns1")).await.unwrap().unwrap();
    found.value.settings.is_stale_allowed = true;
    let write = Write::update(Record::Namespace(found.value), found.revision);
    house.store.overtake_the_next_commit_by(Transaction::new(house.rival_audit()).write(write));
    let change = |settings: &mut NamespaceSettings| settings.is_compliance_enabled = true;
    let updated = house.root.update_namespace("ns1", NamespaceChange::default(), change).await.unwrap();
    assert!(updated.settings.is_stale_allowed && updated.settings.is_compliance_enabled);
    assert_eq!(house.root.namespace("ns1").await.unwrap(), updated);
}

#[tokio::test]
async fn a_namespace_with_a_user_is_not_deleted() {
    let house = House::open().await;
    house.person(ALICE).await.issue_own_key(None).await.unwrap();
    let refused = house.root.delete_namespace("ns1").await.unwrap_err();
    assert!(matches!(refused, ServiceError::NotEmpty { .. }), "{refused:?}");
    assert_eq!(house.live_keys(ALICE).await.len(), 1);
    house.root.delete_object_user(ALICE, None).await.unwrap();
    house.root.delete_namespace("ns1").await.unwrap();
    let gone = ServiceError::NotFound { subject: Subject::Namespace, id: "ns1".to_owned() };
    assert_eq!(house.root.namespace("ns1").await.unwrap_err(), gone);
    assert_eq!(house.root.delete_namespace("ns1").await.unwrap_err(), gone);
}

#[tokio::test]
async fn a_namespace_with_a_bucket_is_not_deleted() {
    let house = House::open().await;
    house.found_namespace("ns2", &[]).await;
    let bucket = NewBucket { name: "b".to_owned(), namespace: Some("ns2".to_owned()), ..NewBucket::default() };
    house.root.create_bucket(bucket).await.unwrap();
    let refused = house.root.delete_namespace("ns2").await.unwrap_err();
    assert!(matches!(refused, ServiceError::NotEmpty { .. }), "{refused:?}");
}

#[tokio::test]
async fn namespaces_are_listed_by_name_page_by_page() {
    let house = House::open().await;
    for name in ["ns3", "ns2", "other"] {
        house.found_namespace(name, &[]).await;
    }
    let first = house.root.namespaces("ns", PageRequest::first(2)).await.unwrap();
    let rest = house.root.namespaces("ns", PageRequest::after(first.next.unwrap(), 2)).await.unwrap();
    let names: Vec<String> = first.items.into_iter().chain(rest.items).map(|item| item.name.to_string()).collect();
    assert_eq!((&names[..], rest.next), (&["ns1", "ns2", "ns3"].map(str::to_owned)[..], None));
}
