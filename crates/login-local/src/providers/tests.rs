//! The promises of the local providers.

use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};

use async_trait::async_trait;
use keyward_ambient::Timestamp;
use keyward_identity::{
    DirectoryUser, DomainName, ManagementUser, ManagementUserId, ObjectUserId, Person, SessionIdentity,
};
use keyward_login::{Credentials, LoginName, Outcome, Password, Presence, Provider, Refusal};
use keyward_testkit::SeededEntropy;

use crate::{AccountsUnavailable, LocalAccounts, LocalPeople, ManagementUsers, Passwords, SALT_BYTES, hash_password};

/// `root` and `operator` with the password `right`, the second one locked; `alice@local.test` with the same.
struct House {
    password_hash: String,
    damaged: AtomicBool,
    down: AtomicBool,
}

impl House {
    fn providers() -> (Arc<House>, ManagementUsers, LocalPeople) {
        let password_hash = hash_password(&Password::from("right"), &[1; SALT_BYTES]).unwrap();
        let house = Arc::new(House { password_hash, damaged: false.into(), down: false.into() });
        let passwords = Passwords::new(&SeededEntropy::new(1)).unwrap();
        let people = LocalPeople::new(house.clone(), passwords.clone());
        (house.clone(), ManagementUsers::new(house, passwords), people)
    }

    fn reachable(&self) -> Result<(), AccountsUnavailable> {
        if self.down.load(Ordering::Relaxed) { Err(AccountsUnavailable("disk gone".into())) } else { Ok(()) }
    }

    fn stored(&self) -> String {
        if self.damaged.load(Ordering::Relaxed) { "$argon2id$".to_owned() } else { self.password_hash.clone() }
    }
}

#[async_trait]
impl LocalAccounts for House {
    async fn management_user(&self, id: &ManagementUserId) -> Result<Option<ManagementUser>, AccountsUnavailable> {
        self.reachable()?;
        Ok(["root", "operator", "nopassword"].contains(&id.as_str()).then(|| ManagementUser {
            id: id.clone(),
            system_admin: true,
            system_monitor: false,
            security_admin: false,
            is_external_group: false,
            password_hash: (id.as_str() != "nopassword").then(|| self.stored()),
            locked: id.as_str() == "operator",
            created_at: Timestamp::EPOCH,
            password_changed_at: None,
            locked_until: None,
            unlocked_at: None,
            password_past: Default::default(),
        }))
    }

    async fn person(&self, name: &ObjectUserId) -> Result<Option<Person>, AccountsUnavailable> {
        self.reachable()?;
        Ok((name.as_str() == "alice@local.test").then(|| Person {
            name: name.clone(),
            password_hash: self.stored(),
            created_at: Timestamp::EPOCH,
            unique_id: "7f3a".to_owned(),
            password_changed_at: None,
            password_past: Default::default(),
            unlocked_at: None,
        }))
    }

    async fn is_local_domain(&self, domain: &DomainName) -> Result<bool, AccountsUnavailable> {
        self.reachable()?;
        Ok(domain.as_str() == "local.test")
    }
}

fn credentials(name: &str, password: &str) -> Credentials {
    Credentials { name: LoginName::parse(name).unwrap(), password: Password::from(password), from: None }
}

async fn refusal(provider: &dyn Provider, name: &str, password: &str) -> Refusal {
    match provider.authenticate(&credentials(name, password)).await {
        Outcome::Refused(refusal) => refusal,
        other => panic!("{name} should have been refused: {other:?}"),
    }
}

#[tokio::test]
async fn a_management_user_logs_in_under_any_spelling_of_the_name() {
    let (_, users, _) = House::providers();
    let outcome = users.authenticate(&credentials(" ROOT ", "right")).await;
    assert!(matches!(outcome, Outcome::Authenticated(SessionIdentity::Management(id)) if id.as_str() == "root"));
}

#[tokio::test]
async fn refused_management_users_are_told_apart_for_the_audit() {
    let (_, users, _) = House::providers();
    assert_eq!(refusal(&users, "root", "wrong").await, Refusal::WrongPassword);
    assert_eq!(refusal(&users, "root", "").await, Refusal::EmptyPassword);
    assert_eq!(refusal(&users, "nobody", "right").await, Refusal::UnknownUser);
    assert_eq!(refusal(&users, "operator", "right").await, Refusal::Locked);
    assert_eq!(refusal(&users, "operator", "wrong").await, Refusal::WrongPassword);
    assert_eq!(refusal(&users, "nopassword", "right").await, Refusal::WrongPassword);
}

#[tokio::test]
async fn a_person_of_a_local_domain_logs_in_as_somebody_of_a_directory() {
    let (_, _, people) = House::providers();
    let outcome = people.authenticate(&credentials("Alice@Local.Test", "right")).await;
    let Outcome::Authenticated(SessionIdentity::Directory(alice)) = outcome else { panic!("{outcome:?}") };
    assert_eq!((&*alice.name, &*alice.provider), ("alice@local.test", "local"));
    assert_eq!(alice.domains, ["local.test"]);
    assert_eq!(alice.unique_id.as_deref(), Some("7f3a"));
}

#[tokio::test]
async fn refused_people_are_told_apart_for_the_audit() {
    let (_, _, people) = House::providers();
    assert_eq!(refusal(&people, "alice@local.test", "wrong").await, Refusal::WrongPassword);
    assert_eq!(refusal(&people, "alice@local.test", "").await, Refusal::EmptyPassword);
    assert_eq!(refusal(&people, "bob@local.test", "right").await, Refusal::UnknownUser);
    assert_eq!(refusal(&people, "b ob@local.test", "right").await, Refusal::UnknownUser);
}

#[tokio::test]
async fn each_provider_leaves_the_names_of_others_alone() {
    let (_, users, people) = House::providers();
    let not_asked_for = |outcome| matches!(outcome, Outcome::NotAskedFor);
    assert!(not_asked_for(users.authenticate(&credentials("alice@local.test", "right")).await));
    assert!(not_asked_for(people.authenticate(&credentials("root", "right")).await));
    assert!(not_asked_for(people.authenticate(&credentials("alice@corp.example", "right")).await));
}

#[tokio::test]
async fn a_store_that_is_down_is_not_a_wrong_password() {
    let (house, users, people) = House::providers();
    house.down.store(true, Ordering::Relaxed);
    assert!(matches!(users.authenticate(&credentials("root", "right")).await, Outcome::Unavailable(_)));
    assert!(matches!(people.authenticate(&credentials("alice@local.test", "right")).await, Outcome::Unavailable(_)));
}

#[tokio::test]
async fn a_damaged_hash_is_not_a_wrong_password() {
    let (house, users, people) = House::providers();
    house.damaged.store(true, Ordering::Relaxed);
    assert!(matches!(users.authenticate(&credentials("root", "right")).await, Outcome::Unavailable(_)));
    assert!(matches!(people.authenticate(&credentials("alice@local.test", "right")).await, Outcome::Unavailable(_)));
}

#[tokio::test]
async fn a_person_is_looked_up_by_name_and_unique_id() {
    let (house, users, people) = House::providers();
    let Outcome::Authenticated(SessionIdentity::Directory(alice)) =
        people.authenticate(&credentials("alice@local.test", "right")).await
    else {
        panic!("alice logs in")
    };
    assert!(matches!(people.look_up(&alice).await, Presence::Present));
    assert!(matches!(users.look_up(&alice).await, Presence::NotAskedFor));
    let elsewhere = DirectoryUser { provider: "urn:AuthProvider:1".to_owned(), ..alice.clone() };
    assert!(matches!(people.look_up(&elsewhere).await, Presence::NotAskedFor));
    let former = DirectoryUser { unique_id: Some("0000".to_owned()), ..alice.clone() };
    let gone = DirectoryUser { name: "bob@local.test".to_owned(), ..alice.clone() };
    for absent in [former, gone] {
        assert!(matches!(people.look_up(&absent).await, Presence::Refused(Refusal::UnknownUser)), "{absent:?}");
    }
    house.down.store(true, Ordering::Relaxed);
    assert!(matches!(people.look_up(&alice).await, Presence::Unavailable(_)));
}
