//! What governs logins and passwords: locks, sessions, rules.

use std::net::{IpAddr, Ipv4Addr};

use keyward_ambient::Clock;
use keyward_identity::{LoginSecurity, Role};
use keyward_login::Password;
use keyward_service::{ManagementUserChange, Origin, ServiceError, unlock_account};

use crate::house::{House, PASSWORD};

const STRONG: &str = "Battery-Staple-99";

async fn govern(house: &House, change: impl Fn(&mut LoginSecurity)) {
    let changed = house.root.update_login_security(|security| {
        change(security);
        Ok("something".to_owned())
    });
    changed.await.unwrap();
}

async fn is_locked(house: &House, id: &str) -> bool {
    house.root.management_user(id).await.unwrap().is_locked_at(house.clock.now())
}

async fn fail(house: &House, name: &str, times: usize) {
    for host in 0..times {
        // Each from a place of its own: what slows guessing from one place is not what is asked for here.
        let address = Some(IpAddr::V4(Ipv4Addr::new(198, 51, 100, u8::try_from(host).unwrap())));
        let refused = house.service.log_in(name, Password::from("wrong"), Origin { address }).await.unwrap_err();
        assert_eq!(refused, ServiceError::InvalidCredentials);
    }
}

fn set_password(password: &str) -> ManagementUserChange {
    ManagementUserChange { password: Some(Password::from(password)), ..ManagementUserChange::default() }
}

#[tokio::test]
async fn three_failures_in_a_row_lock_a_management_user_for_ten_minutes() {
    let house = House::open().await;
    let session = house.operator("mona", &[Role::SystemMonitor]).await;
    fail(&house, "mona", 2).await;
    house.enter("mona").await;
    fail(&house, "mona", 3).await;
    assert!(is_locked(&house, "mona").await);
    assert_eq!(house.log_in("mona").await.unwrap_err(), ServiceError::InvalidCredentials);
    session.user_scope().unwrap();
    house.pass_minutes(10);
    assert!(!is_locked(&house, "mona").await);
    house.enter("mona").await;
}

#[tokio::test]
async fn sessions_go_on_while_somebody_guesses_the_password() {
    let house = House::open().await;
    house.hire("mona", &[Role::SystemMonitor]).await;
    let session = house.log_in("mona").await.unwrap();
    fail(&house, "mona", 3).await;
    house.caller(&session).await.unwrap();
}

#[tokio::test]
async fn root_and_people_of_directories_are_never_locked() {
    let house = House::open().await;
    govern(&house, |security| security.max_attempts = 1).await;
    fail(&house, "root", 5).await;
    assert!(!is_locked(&house, "root").await);
    house.enter("root").await;
}

#[tokio::test]
async fn the_limit_and_the_length_of_a_lock_are_those_that_were_set() {
    let house = House::open().await;
    house.hire("mona", &[Role::SystemMonitor]).await;
    govern(&house, |security| (security.max_attempts, security.lock_minutes) = (1, 60)).await;
    fail(&house, "mona", 1).await;
    house.pass_minutes(59);
    assert!(is_locked(&house, "mona").await);
    house.pass_minutes(1);
    assert!(!is_locked(&house, "mona").await);
    govern(&house, |security| security.max_attempts = 0).await;
    fail(&house, "mona", 3).await;
    assert!(!is_locked(&house, "mona").await);
}

#[tokio::test]
async fn an_administrator_unlocks_at_once_and_the_failures_before_are_forgotten() {
    let house = House::open().await;
    house.hire("mona", &[Role::SystemMonitor]).await;
    for _ in 0..3 {
        house.log_in_with("mona", "wrong").await.unwrap_err();
    }
    assert!(is_locked(&house, "mona").await);
    house.root.unlock_account("Mona", None).await.unwrap();
    house.enter("mona").await;
}

#[tokio::test]
async fn whoever_has_the_store_unlocks_without_a_login_and_the_server_notices() {
    let house = House::open().await;
    house.hire("mona", &[Role::SystemMonitor]).await;
    for _ in 0..3 {
        house.log_in_with("mona", "wrong").await.unwrap_err();
        house.log_in_with("root", "wrong").await.unwrap_err();
    }
    assert!(matches!(house.log_in("root").await, Err(ServiceError::TooManyAttempts { .. })));
    for name in ["mona", "root"] {
        unlock_account(&*house.store, name, house.clock.now()).await.unwrap();
        house.enter(name).await;
    }
    let unknown = unlock_account(&*house.store, "nobody", house.clock.now()).await.unwrap_err();
    assert!(matches!(unknown, ServiceError::NotFound { .. }));
}

#[tokio::test]
async fn an_administrators_lock_ends_sessions_and_lasts() {
    let house = House::open().await;
    house.hire("mona", &[Role::SystemMonitor]).await;
    let session = house.log_in("mona").await.unwrap();
    house.root.lock_management_user("mona").await.unwrap();
    assert_eq!(house.caller(&session).await.unwrap_err(), ServiceError::InvalidToken);
    house.pass_minutes(60 * 24);
    assert_eq!(house.log_in("mona").await.unwrap_err(), ServiceError::InvalidCredentials);
    house.root.unlock_account("mona", Some(&Password::from(STRONG))).await.unwrap();
    house.log_in_with("mona", STRONG).await.unwrap();
    for kept in ["root", "alice@corp.example"] {
        house.root.lock_management_user(kept).await.unwrap_err();
    }
}

#[tokio::test]
async fn a_shorter_life_holds_for_sessions_that_exist() {
    let house = House::open().await;
    house.hire("mona", &[Role::SystemMonitor]).await;
    let session = house.log_in("mona").await.unwrap();
    house.pass_minutes(10);
    govern(&house, |security| security.session_life_minutes = 10).await;
    assert_eq!(house.caller(&session).await.unwrap_err(), ServiceError::InvalidToken);
    govern(&house, |security| (security.session_life_minutes, security.session_idle_minutes) = (480, 10)).await;
    assert_eq!(house.caller(&session).await.unwrap_err(), ServiceError::InvalidToken);
    govern(&house, |security| (security.session_idle_minutes, security.sessions_per_user) = (120, 1)).await;
    house.caller(&session).await.unwrap();
    let limit = ServiceError::TokenLimit { user: "mona".to_owned(), limit: 1 };
    assert_eq!(house.log_in("mona").await.unwrap_err(), limit);
}

#[tokio::test]
async fn what_remains_of_a_token_is_told_and_not_its_whole_life() {
    let house = House::open().await;
    let session = house.log_in("root").await.unwrap();
    house.pass_minutes(60);
    assert_eq!(house.caller(&session).await.unwrap().token_life().as_secs(), 7 * 60 * 60);
}

#[tokio::test]
async fn a_password_that_breaks_the_rules_is_chosen_by_nobody() {
    let house = House::open().await;
    let mona = house.operator("mona", &[Role::SystemMonitor]).await;
    govern(&house, |security| security.password_rules = true).await;
    let weak = |error: ServiceError| matches!(error, ServiceError::Invalid { field: "password", .. });
    assert!(weak(house.root.update_management_user("mona", set_password("weak")).await.unwrap_err()));
    assert!(weak(house.root.add_person("lena@local.test", Some(Password::from("weak"))).await.unwrap_err()));
    let chosen = mona.change_own_password(&Password::from(PASSWORD), &Password::from("weak")).await;
    assert!(weak(chosen.unwrap_err()));
    let made = house.root.add_person("lena@local.test", None).await.unwrap().0.unwrap();
    house.log_in_with("lena@local.test", made.expose()).await.unwrap();
}

#[tokio::test]
async fn a_former_password_is_no_new_one_until_enough_others_came_between() {
    let house = House::open().await;
    house.hire("mona", &[Role::SystemMonitor]).await;
    govern(&house, |security| (security.password_rules, security.history) = (true, 2)).await;
    let set = async |password: &str| house.root.update_management_user("mona", set_password(password)).await;
    set(STRONG).await.unwrap();
    set(STRONG).await.unwrap_err();
    set("Other-Staple-11").await.unwrap();
    set(STRONG).await.unwrap_err();
    set("Third-Staple-22").await.unwrap();
    set(STRONG).await.unwrap();
}

#[tokio::test]
async fn ones_own_choice_stands_for_a_day_and_an_administrators_does_not() {
    let house = House::open().await;
    govern(&house, |security| security.password_rules = true).await;
    house.root.add_person("lena@local.test", Some(Password::from(STRONG))).await.unwrap();
    let lena = async |password: &str| {
        let session = house.log_in_with("lena@local.test", password).await.unwrap();
        house.caller(&session).await.unwrap()
    };
    let (second, third) = (Password::from("Second-Choice-1"), Password::from("My-3rd-Password"));
    lena(STRONG).await.change_own_password(&Password::from(STRONG), &second).await.unwrap();
    let again = lena(second.expose()).await;
    again.change_own_password(&second, &third).await.unwrap_err();
    house.pass_minutes(24 * 60);
    lena(second.expose()).await.change_own_password(&second, &third).await.unwrap();
}

#[tokio::test]
async fn a_person_of_the_built_in_directory_changes_their_password_and_their_tokens_end() {
    let house = House::open().await;
    house.root.add_person("lena@local.test", Some(Password::from(PASSWORD))).await.unwrap();
    let (one, other) = (house.log_in("lena@local.test").await.unwrap(), house.enter("lena@local.test").await);
    other.change_own_password(&Password::from("wrong"), &Password::from(STRONG)).await.unwrap_err();
    house.caller(&one).await.unwrap();
    other.change_own_password(&Password::from(PASSWORD), &Password::from(STRONG)).await.unwrap();
    assert_eq!(house.caller(&one).await.unwrap_err(), ServiceError::InvalidToken);
    assert_eq!(house.log_in("lena@local.test").await.unwrap_err(), ServiceError::InvalidCredentials);
    house.log_in_with("lena@local.test", STRONG).await.unwrap();
}

#[tokio::test]
async fn whose_password_is_too_old_may_change_it_and_nothing_else() {
    let house = House::open().await;
    house.hire("mona", &[Role::SystemMonitor]).await;
    govern(&house, |security| (security.password_rules, security.expiry_days) = (true, 1)).await;
    house.enter("mona").await.require_fresh_password().unwrap();
    house.pass_minutes(24 * 60);
    let mona = house.enter("mona").await;
    let expired = ServiceError::PasswordExpired { user: "mona".to_owned() };
    assert_eq!(mona.require_fresh_password().unwrap_err(), expired);
    mona.change_own_password(&Password::from(PASSWORD), &Password::from(STRONG)).await.unwrap();
    let session = house.log_in_with("mona", STRONG).await.unwrap();
    house.caller(&session).await.unwrap().require_fresh_password().unwrap();
}

#[tokio::test]
async fn the_rules_outlive_the_process_and_the_change_is_on_record() {
    let house = House::open().await;
    let (_, records) = house.watching(govern(&house, |security| security.max_attempts = 7)).await;
    assert_eq!((records.len(), &*records[0].action), (1, "login_security.update"));
    house.service.prepare().await.unwrap();
    assert_eq!(house.root.login_security().unwrap().max_attempts, 7);
}
