//! Several changes of one ring at once: none is lost, and two secrets stay the most.

use std::collections::BTreeSet;

use keyward_identity::ObjectUser;
use keyward_keyring::Deactivation;
use keyward_service::{BaseUrlChange, Caller, IssuedKey, NamespaceChange, ServiceError};
use keyward_store::{ObjectUsers, Record, Scope, Transaction, UserRecord, Write};
use tokio::task::JoinSet;

use crate::house::{ALICE, House, mapping, provider, user_id};

const ROUNDS: usize = 25;

/// Lets `caller` ask for `count` keys at once; answers the values made and what the others were told.
async fn issue_at_once(caller: &Caller, count: usize) -> (BTreeSet<String>, Vec<ServiceError>) {
    let mut calls = JoinSet::new();
    for _ in 0..count {
        let caller = caller.clone();
        calls.spawn(async move { caller.issue_own_key(None).await });
    }
    let (made, refused): (Vec<_>, Vec<_>) = calls.join_all().await.into_iter().partition(Result::is_ok);
    let value = |issued: IssuedKey| issued.secret.key.expose().to_owned();
    (made.into_iter().flatten().map(value).collect(), refused.into_iter().filter_map(Result::err).collect())
}

/// How many of these calls, made at once, succeed; what the others are told.
async fn at_once<T: Send + 'static>(
    calls: impl IntoIterator<Item = impl Future<Output = Result<T, ServiceError>> + Send + 'static>,
) -> (usize, Vec<ServiceError>) {
    let calls: JoinSet<_> = calls.into_iter().collect();
    let (made, refused): (Vec<_>, Vec<_>) = calls.join_all().await.into_iter().partition(Result::is_ok);
    (made.len(), refused.into_iter().filter_map(Result::err).collect())
}

#[tokio::test(flavor = "multi_thread", worker_threads = 4)]
async fn of_many_who_claim_a_name_at_once_one_gets_it() {
    let house = House::open().await;
    for round in 0..5 {
        let root = || house.root.clone();
        let (host, domain) = (format!("s3-{round}.example"), format!("d{round}.example"));
        let hosts = (0..6).map(|_| {
            let (root, base_url) = (root(), Some(host.clone()));
            let change = BaseUrlChange { name: Some("n".to_owned()), base_url, ..BaseUrlChange::default() };
            async move { root.create_base_url(change).await }
        });
        let (made, refused) = at_once(hosts).await;
        assert_eq!(made, 1);
        assert!(refused.iter().all(|error| matches!(error, ServiceError::AlreadyExists { .. })), "{refused:?}");
        let providers = (0..6).map(|number| {
            let (root, change) = (root(), provider(&format!("p{number}"), &domain));
            async move { root.create_provider(change).await }
        });
        let (made, refused) = at_once(providers).await;
        assert_eq!(made, 1);
        let taken = |error: &ServiceError| matches!(error, ServiceError::Invalid { field: "domains", .. });
        assert!(refused.iter().all(taken), "{refused:?}");
        let namespaces = (0..6).map(|number| {
            let (root, name) = (root(), format!("n{round}-{number}"));
            let namespace_admins = Some(vec![format!("leader{round}")]);
            let change = NamespaceChange { namespace_admins, ..NamespaceChange::default() };
            async move { root.create_namespace(&name, change).await }
        });
        let (made, refused) = at_once(namespaces).await;
        assert_eq!(made, 1);
        let taken = |error: &ServiceError| matches!(error, ServiceError::Invalid { field: "namespace_admins", .. });
        assert!(refused.iter().all(taken), "{refused:?}");
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 4)]
async fn a_domain_of_the_built_in_directory_is_of_one_namespace() {
    let house = House::open().await;
    // Where a new installation has put it.
    house.root.delete_namespace("local").await.unwrap();
    let namespaces = (0..6).map(|number| {
        let (root, name) = (house.root.clone(), format!("n{number}"));
        let change = NamespaceChange { user_mappings: Some(vec![mapping("local.test")]), ..NamespaceChange::default() };
        async move { root.create_namespace(&name, change).await }
    });
    let (made, refused) = at_once(namespaces).await;
    assert_eq!(made, 1);
    let taken = |error: &ServiceError| matches!(error, ServiceError::Invalid { field: "user_mapping", .. });
    assert!(refused.iter().all(taken), "{refused:?}");
    house.found_namespace("other", &["other.example"]).await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 4)]
async fn two_first_keys_at_once_are_two_keys() {
    let house = House::open().await;
    for round in 0..ROUNDS {
        let name = format!("p{round}@corp.example");
        let (made, refused) = issue_at_once(&house.person(&name).await, 2).await;
        assert_eq!((made.len(), &refused[..]), (2, &[][..]));
        assert_eq!(house.live_keys(&name).await.into_iter().collect::<BTreeSet<_>>(), made);
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 4)]
async fn of_two_second_keys_at_once_one_is_made_and_the_other_refused() {
    let house = House::open().await;
    for round in 0..ROUNDS {
        let name = format!("p{round}@corp.example");
        let person = house.person(&name).await;
        let first = person.issue_own_key(None).await.unwrap().secret.key.expose().to_owned();
        let (mut made, refused) = issue_at_once(&person, 2).await;
        assert_eq!(made.len(), 1);
        assert_eq!(refused, [ServiceError::TwoSecretKeys { user: name.clone(), next_expiry: None }]);
        made.insert(first);
        assert_eq!(house.live_keys(&name).await.into_iter().collect::<BTreeSet<_>>(), made);
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 4)]
async fn of_many_keys_at_once_exactly_two_are_made_and_they_are_the_ones_that_verify() {
    let house = House::open().await;
    let alice = house.person(ALICE).await;
    for _ in 0..ROUNDS {
        let (made, refused) = issue_at_once(&alice, 8).await;
        assert_eq!((made.len(), refused.len()), (2, 6));
        assert!(refused.iter().all(|error| matches!(error, ServiceError::TwoSecretKeys { .. })), "{refused:?}");
        assert_eq!(house.live_keys(ALICE).await.into_iter().collect::<BTreeSet<_>>(), made);
        alice.deactivate_own_keys(&Deactivation::All).await.unwrap();
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 4)]
async fn a_key_made_while_all_are_revoked_never_brings_a_revoked_one_back() {
    let house = House::open().await;
    let alice = house.person(ALICE).await;
    for _ in 0..ROUNDS {
        let leaked = alice.issue_own_key(None).await.unwrap().secret;
        let (revoker, issuer) = (alice.clone(), alice.clone());
        let revoked = tokio::spawn(async move { revoker.deactivate_own_keys(&Deactivation::All).await });
        let issued = tokio::spawn(async move { issuer.issue_own_key(Some(60)).await });
        revoked.await.unwrap().unwrap();
        issued.await.unwrap().unwrap();
        assert!(!house.live_keys(ALICE).await.contains(&leaked.key.expose().to_owned()));
        alice.deactivate_own_keys(&Deactivation::All).await.unwrap();
    }
}

#[tokio::test]
async fn a_key_order_that_is_overtaken_by_a_lock_is_decided_anew() {
    let house = House::open().await;
    let alice = house.person(ALICE).await;
    alice.issue_own_key(None).await.unwrap();
    let found = house.store.object_user(&Scope::Global, &user_id(ALICE)).await.unwrap().unwrap();
    let UserRecord { user, ring } = found.value;
    let record = UserRecord { user: ObjectUser { locked: true, ..user }, ring };
    let write = Write::update(Record::User { scope: Scope::Global, record }, found.revision);
    house.store.overtake_the_next_commit_by(Transaction::new(house.rival_audit()).write(write));
    let refused = alice.issue_own_key(None).await.unwrap_err();
    assert_eq!(refused, ServiceError::Locked { user: ALICE.to_owned() });
    assert_eq!(house.live_keys(ALICE).await.len(), 1);
}
