//! Management users, people of the built-in directory, base URLs, and the system's properties.

use keyward_identity::Role;
use keyward_login::Password;
use keyward_service::{
    BaseUrlChange, FirstStart, ManagementUserChange, NewManagementUser, PageRequest, ServiceError, Subject,
};

use crate::house::{ALICE, House, PASSWORD, operator};

fn set_password(password: &str) -> ManagementUserChange {
    ManagementUserChange { password: Some(Password::from(password)), ..ManagementUserChange::default() }
}

#[tokio::test]
async fn a_management_user_has_the_roles_given_and_logs_in() {
    let house = House::open().await;
    let made = house.root.create_management_user(operator("Mona", &[Role::SystemMonitor])).await.unwrap();
    assert_eq!((made.id.as_str(), made.roles()), ("mona", [Role::SystemMonitor].into_iter().collect()));
    assert_eq!(house.enter("mona").await.principal().roles, made.roles());
    house.enter("mona").await;
    assert_eq!(house.root.token_count("mona").await.unwrap(), 2);
}

#[tokio::test]
async fn a_management_user_that_exists_or_has_no_sound_name_is_not_made() {
    let house = House::open().await;
    let before = house.revision().await;
    let create = async |new| house.root.create_management_user(new).await.unwrap_err();
    let taken = ServiceError::AlreadyExists { subject: Subject::ManagementUser, id: "root".to_owned() };
    assert_eq!(create(operator("root", &[])).await, taken);
    assert!(matches!(create(operator("two words", &[])).await, ServiceError::Invalid { field: "userId", .. }));
    let local_group = NewManagementUser { is_external_group: true, ..operator("mona", &[]) };
    assert!(matches!(create(local_group).await, ServiceError::Invalid { field: "is_external_group", .. }));
    assert_eq!(house.revision().await, before);
}

#[tokio::test]
async fn a_local_management_user_is_not_made_without_a_sound_password() {
    let house = House::open().await;
    let before = house.revision().await;
    let create = async |password: Option<&str>| {
        let new = NewManagementUser { password: password.map(Password::from), ..operator("mona", &[]) };
        house.root.create_management_user(new).await.unwrap_err()
    };
    assert_eq!(create(None).await, ServiceError::Missing { field: "password" });
    assert_eq!(create(Some("")).await, ServiceError::Missing { field: "password" });
    assert!(matches!(create(Some(&"x".repeat(257))).await, ServiceError::Invalid { field: "password", .. }));
    assert_eq!(house.revision().await, before);
}

#[tokio::test]
async fn a_person_of_a_directory_holds_the_roles_given_to_their_name_and_keeps_their_password_there() {
    let house = House::open().await;
    house.root.create_management_user(operator(ALICE, &[Role::SecurityAdmin])).await.unwrap();
    assert!(house.person(ALICE).await.principal().roles.contains(Role::SecurityAdmin));
    let refused = house.root.update_management_user(ALICE, set_password("another")).await.unwrap_err();
    assert!(matches!(refused, ServiceError::Invalid { field: "password", .. }), "{refused:?}");
    let alice = house.enter(ALICE).await;
    let refused = alice.change_own_password(&Password::from(PASSWORD), &Password::from("another")).await;
    assert!(matches!(refused, Err(ServiceError::Invalid { field: "password", .. })), "{refused:?}");
    assert_eq!(alice.password_changed_at().await.unwrap(), None);
}

#[tokio::test]
async fn root_stays_and_nobody_deletes_themselves() {
    let house = House::open().await;
    let ada = house.operator("ada", &[Role::SystemAdmin]).await;
    let demotion = ManagementUserChange { system_admin: Some(false), ..ManagementUserChange::default() };
    let outcomes = [
        ada.update_management_user("root", demotion).await,
        ada.delete_management_user("root").await,
        ada.delete_management_user("ADA").await,
    ];
    for outcome in outcomes {
        assert!(matches!(outcome, Err(ServiceError::Refused { .. })), "{outcome:?}");
    }
    let unknown = ServiceError::NotFound { subject: Subject::ManagementUser, id: "nobody".to_owned() };
    assert_eq!(ada.delete_management_user("nobody").await.unwrap_err(), unknown);
}

#[tokio::test]
async fn a_new_password_of_ones_own_needs_the_old_one() {
    let house = House::open().await;
    let mona = house.operator("mona", &[Role::SystemMonitor]).await;
    let before = house.revision().await;
    let change =
        async |old: &str, new: &str| mona.change_own_password(&Password::from(old), &Password::from(new)).await;
    let refused = change("wrong", "another-password").await.unwrap_err();
    assert!(matches!(refused, ServiceError::Invalid { field: "oldPassword", .. }), "{refused:?}");
    assert_eq!(change(PASSWORD, "").await.unwrap_err(), ServiceError::Missing { field: "password" });
    assert_eq!(house.revision().await, before);
    house.pass_minutes(1);
    change(PASSWORD, "another-password").await.unwrap();
    let stored = house.root.management_user("mona").await.unwrap();
    assert!(stored.password_changed_at.unwrap() > stored.created_at);
}

#[tokio::test]
async fn roots_first_password_is_forgotten_when_root_has_another_and_not_before() {
    let house = House::open().await;
    house.hire("mona", &[Role::SystemMonitor]).await;
    house.root.update_management_user("mona", set_password("another-password")).await.unwrap();
    let no_password = ManagementUserChange { system_monitor: Some(true), ..ManagementUserChange::default() };
    house.root.update_management_user("root", no_password).await.unwrap();
    assert_eq!(house.first_password.forgotten(), 0);
    assert!(house.service.root_has_first_password().await.unwrap());
    house.pass_minutes(1);
    house.root.update_management_user("root", set_password("another-password")).await.unwrap();
    assert_eq!(house.first_password.forgotten(), 1);
    assert!(!house.service.root_has_first_password().await.unwrap());
}

#[tokio::test]
async fn only_the_first_start_sets_roots_password() {
    let house = House::open().await;
    let again = house.service.first_start(&Password::from("another-password")).await.unwrap();
    assert_eq!(again, FirstStart::Known);
    assert_eq!(house.log_in_with("root", "another-password").await.unwrap_err(), ServiceError::InvalidCredentials);
    house.enter("root").await;
}

#[tokio::test]
async fn a_person_without_a_password_is_given_one_that_works() {
    let (house, lena) = (House::open().await, "lena@local.test");
    let made = house.root.add_person("Lena@Local.test", None).await.unwrap().0.unwrap();
    house.log_in_with(lena, made.expose()).await.unwrap();
    let next = house.root.set_person_password(lena, None).await.unwrap().0.unwrap();
    assert_ne!(made.expose(), next.expose());
    house.log_in_with(lena, next.expose()).await.unwrap();
    assert!(house.root.set_person_password(lena, Some(Password::from("her-own-password"))).await.unwrap().0.is_none());
}

#[tokio::test]
async fn only_people_of_the_built_in_directory_are_added_and_only_once() {
    let house = House::open().await;
    for name in [ALICE, "lena", "@local.test", "le na@local.test"] {
        let refused = house.root.add_person(name, None).await.unwrap_err();
        assert!(matches!(refused, ServiceError::Invalid { field: "name", .. }), "{name}: {refused:?}");
    }
    house.root.add_person("lena@local.test", None).await.unwrap();
    let id = "lena@local.test".to_owned();
    let refused = house.root.add_person("lena@local.test", None).await.unwrap_err();
    assert_eq!(refused, ServiceError::AlreadyExists { subject: Subject::Person, id });
    let people = house.root.people("", PageRequest::default()).await.unwrap().items;
    assert_eq!(people.len(), 1);
}

#[tokio::test]
async fn who_is_removed_from_the_built_in_directory_cannot_log_in_and_is_not_removed_twice() {
    let (house, lena) = (House::open().await, "lena@local.test");
    house.root.add_person(lena, Some(Password::from(PASSWORD))).await.unwrap();
    house.root.remove_person(lena).await.unwrap();
    assert_eq!(house.log_in(lena).await.unwrap_err(), ServiceError::InvalidCredentials);
    let gone = ServiceError::NotFound { subject: Subject::Person, id: lena.to_owned() };
    assert_eq!(house.root.remove_person(lena).await.unwrap_err(), gone);
}

#[tokio::test]
async fn on_no_way_a_short_password_or_the_users_own_name_is_set() {
    let (house, magdalena) = (House::open().await, "magdalena@local.test");
    house.hire("administrator", &[Role::SystemMonitor]).await;
    house.root.add_person(magdalena, Some(Password::from(PASSWORD))).await.unwrap();
    let (administrator, herself) = (house.enter("administrator").await, house.enter(magdalena).await);
    let (root, old, before) = (&house.root, Password::from(PASSWORD), house.revision().await);
    let short = ("abcdefg", "8 characters");
    for (password, rule) in [short, ("Administrator", "name of its user")] {
        let given = Password::from(password);
        let new = NewManagementUser { password: Some(given.clone()), ..operator(password, &[Role::SystemMonitor]) };
        for outcome in [
            root.create_management_user(new).await.map(drop),
            root.update_management_user("administrator", set_password(password)).await,
            root.unlock_account("administrator", Some(&given)).await,
            administrator.change_own_password(&old, &given).await,
        ] {
            refused(outcome, rule);
        }
    }
    for (password, rule) in [short, ("MAGDALENA", "name of its user"), ("Magdalena@local.test", "name of its user")] {
        let given = Password::from(password);
        let name = format!("{}@local.test", password.trim_end_matches("@local.test"));
        for outcome in [
            root.add_person(&name, Some(given.clone())).await.map(drop),
            root.set_person_password(magdalena, Some(given.clone())).await.map(drop),
            herself.change_own_password(&old, &given).await,
        ] {
            refused(outcome, rule);
        }
    }
    assert_eq!(house.revision().await, before);
}

fn refused(outcome: Result<(), ServiceError>, rule: &str) {
    let is_refused = matches!(&outcome, Err(ServiceError::Invalid { field: "password", why }) if why.contains(rule));
    assert!(is_refused, "{rule}: {outcome:?}");
}

#[tokio::test]
async fn base_urls_hold_for_the_s3_path_from_the_answer_on() {
    let house = House::open().await;
    let hosts = || house.service.base_urls().iter().map(|entry| entry.base_url.clone()).collect::<Vec<_>>();
    let named = |host: &str| BaseUrlChange { base_url: Some(host.to_owned()), ..BaseUrlChange::default() };
    let new = BaseUrlChange { name: Some("main".to_owned()), ..named(" S3.Corp.example. ") };
    let id = house.root.create_base_url(new).await.unwrap().id;
    assert_eq!(hosts(), ["s3.corp.example"]);
    house.root.update_base_url(&id, named("s3.example")).await.unwrap();
    assert_eq!(hosts(), ["s3.example"]);
    house.root.delete_base_url(&id).await.unwrap();
    assert_eq!(hosts(), [""; 0]);
}

#[tokio::test]
async fn a_base_url_is_a_host_name_and_there_once() {
    let house = House::open().await;
    let create = async |host: &str| {
        let change =
            BaseUrlChange { name: Some("n".to_owned()), base_url: Some(host.to_owned()), ..Default::default() };
        house.root.create_base_url(change).await
    };
    for host in ["https://s3.example", "s3.example:9020", "s3..example", "s3 example"] {
        let refused = create(host).await.unwrap_err();
        assert!(matches!(refused, ServiceError::Invalid { field: "base_url", .. }), "{host}: {refused:?}");
    }
    assert_eq!(create(" ").await.unwrap_err(), ServiceError::Missing { field: "base_url" });
    let first = create("s3.example").await.unwrap();
    let taken = ServiceError::AlreadyExists { subject: Subject::BaseUrl, id: "s3.example".to_owned() };
    assert_eq!(create("S3.example").await.unwrap_err(), taken);
    let other = create("s3.other.example").await.unwrap();
    let change = || BaseUrlChange { base_url: Some("s3.example".to_owned()), ..Default::default() };
    assert_eq!(house.root.update_base_url(&other.id, change()).await.unwrap_err(), taken);
    house.root.update_base_url(&first.id, change()).await.unwrap();
}

#[tokio::test]
async fn no_update_takes_a_role_from_root() {
    let house = House::open().await;
    let more = ManagementUserChange { security_admin: Some(true), ..ManagementUserChange::default() };
    house.root.update_management_user("root", more).await.unwrap();
    let root = house.enter("root").await;
    let roles = root.principal().roles;
    for change in [
        ManagementUserChange { system_admin: Some(false), ..ManagementUserChange::default() },
        ManagementUserChange { security_admin: Some(false), system_admin: Some(true), ..set_password("Other-Pass-11") },
    ] {
        let refused = root.update_management_user("root", change).await.unwrap_err();
        assert!(matches!(refused, ServiceError::Refused { .. }), "{refused:?}");
    }
    assert_eq!(house.enter("root").await.principal().roles, roles);
}
