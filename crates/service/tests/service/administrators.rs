//! Only a system administrator decides who is one: a security administrator does not become one, on any way.

use keyward_identity::Role;
use keyward_login::Password;
use keyward_service::{
    Caller, ListChange, ManagementUserChange, NamespaceChange, NewManagementUser, ProviderChange, ServiceError,
};

use crate::house::{ALICE, House, PASSWORD, operator, provider};

const LENA: &str = "lena@local.test";

fn password() -> Password {
    Password::from("another-password")
}

fn set_password() -> ManagementUserChange {
    ManagementUserChange { password: Some(password()), ..ManagementUserChange::default() }
}

fn admin(held: bool) -> ManagementUserChange {
    ManagementUserChange { system_admin: Some(held), ..ManagementUserChange::default() }
}

async fn sid(house: &House) -> Caller {
    house.operator("sid", &[Role::SecurityAdmin]).await
}

fn forbidden<T: std::fmt::Debug>(outcome: Result<T, ServiceError>) {
    assert!(matches!(outcome, Err(ServiceError::Forbidden(_))), "{outcome:?}");
}

#[tokio::test]
async fn a_security_administrator_gives_the_role_to_nobody() {
    let house = House::open().await;
    let sid = sid(&house).await;
    house.hire("mona", &[Role::SystemMonitor]).await;
    let before = house.revision().await;
    forbidden(sid.update_management_user("sid", admin(true)).await);
    forbidden(sid.update_management_user("mona", admin(true)).await);
    forbidden(sid.create_management_user(operator("crony", &[Role::SystemAdmin])).await);
    forbidden(sid.create_management_user(operator(ALICE, &[Role::SystemAdmin])).await);
    let group = operator("storage@corp.example", &[Role::SystemAdmin]);
    forbidden(sid.create_management_user(NewManagementUser { is_external_group: true, ..group }).await);
    assert_eq!(house.revision().await, before);
    sid.create_management_user(operator("crony", &[Role::SecurityAdmin])).await.unwrap();
}

#[tokio::test]
async fn a_security_administrator_takes_the_role_from_nobody() {
    let house = House::open().await;
    let sid = sid(&house).await;
    house.hire("ada", &[Role::SystemAdmin]).await;
    house.root.create_management_user(operator(ALICE, &[Role::SystemAdmin])).await.unwrap();
    let before = house.revision().await;
    for name in ["ada", ALICE] {
        forbidden(sid.update_management_user(name, admin(false)).await);
        forbidden(sid.delete_management_user(name).await);
    }
    forbidden(sid.lock_management_user("ada").await);
    assert_eq!(house.revision().await, before);
    house.root.lock_management_user("ada").await.unwrap();
    forbidden(sid.unlock_account("ada", None).await);
    house.root.unlock_account("ada", None).await.unwrap();
}

#[tokio::test]
async fn a_security_administrator_sets_no_administrators_password() {
    let house = House::open().await;
    let sid = sid(&house).await;
    house.hire("ada", &[Role::SystemAdmin]).await;
    house.namespace_admin("nora", "ns1").await;
    let before = house.revision().await;
    for name in ["root", "ROOT", "ada", "nora"] {
        forbidden(sid.update_management_user(name, set_password()).await);
        forbidden(sid.unlock_account(name, Some(&password())).await);
    }
    assert_eq!(house.revision().await, before);
    sid.unlock_account("root", None).await.unwrap();
    house.hire("mona", &[Role::SystemMonitor]).await;
    sid.update_management_user("mona", set_password()).await.unwrap();
}

#[tokio::test]
async fn a_name_that_a_namespace_lists_as_its_administrator_is_made_by_system_administrators() {
    let house = House::open().await;
    let sid = sid(&house).await;
    let admins = Some(vec!["nora".to_owned(), LENA.to_owned()]);
    let change = NamespaceChange { namespace_admins: admins, ..NamespaceChange::default() };
    house.root.update_namespace("ns1", change, |_| {}).await.unwrap();
    forbidden(sid.create_management_user(operator("nora", &[])).await);
    forbidden(sid.add_person(LENA, Some(Password::from(PASSWORD))).await);
    house.root.create_management_user(operator("nora", &[])).await.unwrap();
}

#[tokio::test]
async fn a_person_who_is_an_administrator_is_neither_given_a_password_nor_removed_nor_made_again() {
    let house = House::open().await;
    let sid = sid(&house).await;
    house.root.add_person(LENA, Some(Password::from(PASSWORD))).await.unwrap();
    house.root.create_management_user(operator(LENA, &[Role::SystemAdmin])).await.unwrap();
    let before = house.revision().await;
    forbidden(sid.set_person_password(LENA, Some(password())).await);
    forbidden(sid.set_person_password("Lena@LOCAL.test", None).await);
    forbidden(sid.remove_person(LENA).await);
    assert_eq!(house.revision().await, before);
    house.root.remove_person(LENA).await.unwrap();
    forbidden(sid.add_person(LENA, None).await);
    sid.add_person("otto@local.test", None).await.unwrap();
}

#[tokio::test]
async fn the_directory_of_a_system_administrator_is_configured_by_system_administrators() {
    let house = House::open().await;
    let sid = sid(&house).await;
    let corp = house.corp().await.id;
    let elsewhere = ListChange { replace: Some(vec!["ldaps://mine.example".to_owned()]), ..ListChange::default() };
    let moved = || ProviderChange {
        server_urls: elsewhere.clone(),
        manager_password: Some(Password::from("mine")),
        ..ProviderChange::default()
    };
    sid.update_provider(&corp, moved(), false).await.unwrap();
    let group = operator("storage@corp.example", &[Role::SystemAdmin]);
    house.root.create_management_user(NewManagementUser { is_external_group: true, ..group }).await.unwrap();
    house.root.create_management_user(operator("eve@later.example", &[Role::SystemAdmin])).await.unwrap();
    let before = house.revision().await;
    forbidden(sid.update_provider(&corp, moved(), false).await);
    forbidden(sid.delete_provider(&corp).await);
    forbidden(sid.create_provider(provider("later", "later.example")).await);
    assert_eq!(house.revision().await, before);
    sid.create_provider(provider("other", "other.example")).await.unwrap();
}
