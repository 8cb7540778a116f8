//! Directories as administrators see to them: tried before they count, their passwords sealed, always up to date.

use keyward_identity::StartTls;
use keyward_login::Password;
use keyward_service::{ListChange, ProviderChange, ServiceError, Subject};
use keyward_store::{Providers, Record, Transaction, Write};

use crate::house::{ALICE, House, provider};

fn replaced(list: &[&str]) -> ListChange {
    ListChange { replace: Some(list.iter().map(|item| (*item).to_owned()).collect()), ..ListChange::default() }
}

#[tokio::test]
async fn a_directory_that_does_not_answer_is_not_taken_in_unless_it_is_disabled() {
    let house = House::open().await;
    house.directories.set_down(true);
    let before = house.revision().await;
    let refused = house.root.create_provider(provider("sales", "sales.example")).await.unwrap_err();
    assert_eq!(refused, ServiceError::ProviderCheck { cause: "connection refused".to_owned() });
    let corp = house.corp().await;
    let change = ProviderChange { description: Some("ours".to_owned()), ..ProviderChange::default() };
    assert!(house.root.update_provider(&corp.id, change, false).await.is_err());
    assert_eq!(house.revision().await, before);
    let disabled = ProviderChange { disabled: Some(true), ..provider("sales", "sales.example") };
    house.root.create_provider(disabled).await.unwrap();
}

#[tokio::test]
async fn a_directory_is_searched_with_the_managers_password_until_another_is_given() {
    let house = House::open().await;
    house.change_corp(ProviderChange { description: Some("ours".to_owned()), ..ProviderChange::default() }).await;
    let manager_password = Some(Password::from(""));
    house.change_corp(ProviderChange { manager_password, ..ProviderChange::default() }).await;
    assert!(house.directories.manager_passwords().iter().all(|password| password == "managers-own-secret"));
    let manager_password = Some(Password::from("another-secret"));
    house.change_corp(ProviderChange { manager_password, ..ProviderChange::default() }).await;
    assert_eq!(house.directories.manager_passwords().last().unwrap(), "another-secret");
}

#[tokio::test]
async fn the_fields_that_a_directory_cannot_do_without_are_asked_for_by_name() {
    let house = House::open().await;
    let full = || provider("sales", "sales.example");
    let lacking = [
        (ProviderChange { mode: None, ..full() }, "mode"),
        (ProviderChange { name: None, ..full() }, "name"),
        (ProviderChange { server_urls: ListChange::default(), ..full() }, "server_urls"),
        (ProviderChange { domains: ListChange::default(), ..full() }, "domains"),
        (ProviderChange { manager_dn: None, ..full() }, "manager_dn"),
        (ProviderChange { manager_password: None, ..full() }, "manager_password"),
        (ProviderChange { search_base: None, ..full() }, "search_base"),
        (ProviderChange { search_filter: None, ..full() }, "search_filter"),
    ];
    for (change, field) in lacking {
        let refused = house.root.create_provider(change).await.unwrap_err();
        assert_eq!(refused, ServiceError::Missing { field });
    }
}

#[tokio::test]
async fn no_two_directories_serve_one_domain() {
    let house = House::open().await;
    for domain in ["corp.example", "CORP.example", "local.test", "not a domain"] {
        let refused = house.root.create_provider(provider("rogue", domain)).await.unwrap_err();
        assert!(matches!(refused, ServiceError::Invalid { field: "domains", .. }), "{domain}: {refused:?}");
    }
    let sales = house.root.create_provider(provider("sales", "sales.example")).await.unwrap();
    let change = ProviderChange { domains: replaced(&["corp.example"]), ..ProviderChange::default() };
    let refused = house.root.update_provider(&sales.id, change, false).await.unwrap_err();
    assert!(matches!(refused, ServiceError::Invalid { field: "domains", .. }), "{refused:?}");
}

#[tokio::test]
async fn fields_with_a_value_that_cannot_work_are_refused_by_name() {
    let house = House::open().await;
    let full = || provider("sales", "sales.example");
    let broken = [
        (ProviderChange { server_urls: replaced(&["http://ldap.example"]), ..full() }, "server_urls"),
        (ProviderChange { search_filter: Some("uid=alice".to_owned()), ..full() }, "search_filter"),
        (ProviderChange { group_object_classes: replaced(&["groupOfNames"]), ..full() }, "group_object_classes"),
    ];
    for (change, expected) in broken {
        let refused = house.root.create_provider(change).await.unwrap_err();
        assert!(matches!(refused, ServiceError::Invalid { field, .. } if field == expected), "{refused:?}");
    }
}

#[tokio::test]
async fn certificates_are_checked_unless_said_otherwise_wherever_tls_was_asked_for() {
    let house = House::open().await;
    let plain = || ProviderChange { server_urls: replaced(&["ldap://ldap.example"]), ..provider("p", "p.example") };
    let cases = [
        (provider("p", "p.example"), true),
        (ProviderChange { validate_certificates: Some(false), ..provider("p", "p.example") }, false),
        (plain(), false),
        (ProviderChange { start_tls: Some(StartTls::Required), ..plain() }, true),
    ];
    for (change, checked) in cases {
        let made = house.root.create_provider(change).await.unwrap();
        assert_eq!(made.validate_certificates, checked, "{:?} {:?}", made.server_urls, made.start_tls);
        house.root.delete_provider(&made.id).await.unwrap();
    }
}

#[tokio::test]
async fn the_attribute_that_names_groups_changes_only_when_that_is_meant() {
    let house = House::open().await;
    let change = || ProviderChange { group_attribute: Some("ou".to_owned()), ..ProviderChange::default() };
    let id = house.corp().await.id;
    let refused = house.root.update_provider(&id, change(), false).await.unwrap_err();
    assert!(matches!(refused, ServiceError::Invalid { field: "group_attribute", .. }), "{refused:?}");
    assert_eq!(house.root.update_provider(&id, change(), true).await.unwrap().group_attribute, "ou");
}

#[tokio::test]
async fn lists_change_by_what_is_added_and_removed() {
    let house = House::open().await;
    let owned = |list: &[&str]| list.iter().map(|item| (*item).to_owned()).collect::<Vec<_>>();
    let whitelist = ListChange { replace: None, add: owned(&["a*", "b*", "a*"]), remove: vec![] };
    house.change_corp(ProviderChange { group_whitelist: whitelist, ..ProviderChange::default() }).await;
    assert_eq!(house.corp().await.group_whitelist, ["a*", "b*"]);
    let whitelist = ListChange { replace: None, add: owned(&["c*"]), remove: owned(&["a*", "z*"]) };
    house.change_corp(ProviderChange { group_whitelist: whitelist, ..ProviderChange::default() }).await;
    assert_eq!(house.corp().await.group_whitelist, ["b*", "c*"]);
}

#[tokio::test]
async fn a_provider_that_is_not_there_is_not_found() {
    let house = House::open().await;
    let id = "urn:AuthProvider:none".to_owned();
    let unknown = ServiceError::NotFound { subject: Subject::Provider, id: id.clone() };
    assert_eq!(house.root.provider(&id).await.unwrap_err(), unknown);
    assert_eq!(house.root.delete_provider(&id).await.unwrap_err(), unknown);
    assert_eq!(house.root.update_provider(&id, ProviderChange::default(), true).await.unwrap_err(), unknown);
}

#[tokio::test]
async fn a_deleted_provider_is_asked_no_more_although_its_caller_hangs_up() {
    let house = House::open().await;
    house.known_as(ALICE, "entry of alice");
    let (corp, root) = (house.corp().await, house.root.clone());
    let reload = house.store.provider_reads.close();
    let call = tokio::spawn(async move { root.delete_provider(&corp.id).await });
    reload.reached().await;
    call.abort();
    assert!(call.await.unwrap_err().is_cancelled());
    reload.open_and_wait().await;
    assert_eq!(house.log_in(ALICE).await.unwrap_err(), ServiceError::InvalidCredentials);
}

#[tokio::test]
async fn a_provider_deleted_while_an_earlier_change_is_taken_up_is_asked_no_more() {
    let house = House::open().await;
    house.known_as(ALICE, "entry of alice");
    let (corp, root) = (house.corp().await, house.root.clone());
    let reload = house.store.provider_reads.close();
    let earlier = tokio::spawn({
        let root = root.clone();
        async move { root.create_namespace("ns2", Default::default()).await.map(drop) }
    });
    reload.reached().await;
    let id = corp.id.clone();
    let deletion = tokio::spawn(async move { root.delete_provider(&id).await });
    while house.store.provider(&corp.id).await.unwrap().is_some() {}
    // Room for the deletion to take itself up before the change that began earlier does, if it were let.
    for _ in 0..100 {
        house.revision().await;
    }
    reload.open();
    earlier.await.unwrap().unwrap();
    deletion.await.unwrap().unwrap();
    assert_eq!(house.log_in(ALICE).await.unwrap_err(), ServiceError::InvalidCredentials);
}

#[tokio::test]
async fn a_deletion_that_could_not_be_taken_up_at_once_is_by_the_next_login() {
    let house = House::open().await;
    house.known_as(ALICE, "entry of alice");
    let corp = house.corp().await;
    house.store.fail_the_next_read_of_all_providers();
    house.root.delete_provider(&corp.id).await.unwrap();
    assert_eq!(house.log_in(ALICE).await.unwrap_err(), ServiceError::InvalidCredentials);
    assert_eq!(house.directories.asked(), 0);
}

#[tokio::test]
async fn a_change_of_a_provider_that_is_overtaken_keeps_what_the_other_changed() {
    let house = House::open().await;
    let corp = house.corp().await;
    let mut found = house.store.provider(&corp.id).await.unwrap().unwrap();
    found.value.provider.description = "by the rival".to_owned();
    let write = Write::update(Record::Provider(found.value), found.revision);
    house.store.overtake_the_next_commit_by(Transaction::new(house.rival_audit()).write(write));
    house.change_corp(ProviderChange { tags: Some(vec!["ours".to_owned()]), ..ProviderChange::default() }).await;
    let corp = house.corp().await;
    assert_eq!((corp.description.as_str(), &corp.tags[..]), ("by the rival", &["ours".to_owned()][..]));
}

#[tokio::test]
async fn the_managers_password_goes_nowhere_new_unless_it_is_given_again() {
    let house = House::open().await;
    let none = ProviderChange::default;
    let elsewhere = |password: Option<&str>| ProviderChange {
        server_urls: replaced(&["ldaps://rogue.example"]),
        manager_password: password.map(Password::from),
        ..none()
    };
    let corp = house.corp().await;
    let sent = house.directories.manager_passwords().len();
    let added = ListChange { add: vec!["ldap://rogue.example".to_owned()], ..ListChange::default() };
    for weaker in [
        elsewhere(None),
        elsewhere(Some("")),
        ProviderChange { disabled: Some(true), ..elsewhere(None) },
        ProviderChange { server_urls: added, ..none() },
        ProviderChange { validate_certificates: Some(false), ..none() },
        ProviderChange { start_tls: Some(StartTls::Off), ..none() },
        ProviderChange { server_cert: Some("-----BEGIN CERTIFICATE-----".to_owned()), ..none() },
    ] {
        let refused = house.root.update_provider(&corp.id, weaker, false).await.unwrap_err();
        assert!(matches!(refused, ServiceError::Invalid { field: "manager_password", .. }), "{refused:?}");
    }
    assert_eq!(house.corp().await, corp);
    assert_eq!(house.directories.manager_passwords().len(), sent, "nobody was told it meanwhile");
    house.change_corp(ProviderChange { start_tls: Some(StartTls::Required), ..none() }).await;
    house.change_corp(elsewhere(Some("of-the-new-server"))).await;
    assert_eq!(house.directories.manager_passwords().last().unwrap(), "of-the-new-server");
}
