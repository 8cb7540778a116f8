//! The audit log and the change feed: one record for each change, by whom, from where, to what, and never a secret.

use std::fmt::Debug;
use std::future::Future;
use std::time::Duration;

use keyward_identity::{BucketSettings, Tag};
use keyward_keyring::Deactivation;
use keyward_login::Password;
use keyward_service::{BaseUrlChange, ManagementUserChange, NamespaceChange, ProviderChange, ServiceError};
use keyward_store::{AuditLog, AuditOutcome, AuditRecord, Changed, RecordKey, Revision, Scope};

use crate::house::{ALICE, HERE, House, PASSWORD, bucket_name, namespace_name, operator, provider, user_id};

impl House {
    /// The one record that `change` leaves behind; it is `actor`'s, from here, and of something that was done.
    async fn noted<T: Debug>(
        &self,
        actor: &str,
        change: impl Future<Output = Result<T, ServiceError>>,
    ) -> (String, String, AuditRecord) {
        let (outcome, records) = self.watching(change).await;
        outcome.unwrap();
        let [record] = records.try_into().unwrap();
        assert_eq!((&*record.actor, record.from, record.outcome), (actor, HERE.address, AuditOutcome::Done));
        (record.action.to_string(), record.target.clone(), record)
    }

    /// Asserts that `change` by root leaves exactly this record behind.
    async fn notes<T: Debug>(
        &self,
        expected: (&str, &str),
        change: impl Future<Output = Result<T, ServiceError>>,
    ) -> AuditRecord {
        let (action, target, record) = self.noted("root", change).await;
        assert_eq!((&*action, &*target), expected);
        record
    }
}

#[tokio::test]
async fn every_change_of_namespaces_users_and_locks_is_one_record() {
    let (house, none) = (House::open().await, NamespaceChange::default);
    let root = &house.root;
    house.notes(("namespace.create", "ns2"), root.create_namespace("ns2", none())).await;
    house.notes(("namespace.update", "ns2"), root.update_namespace("ns2", none(), |_| {})).await;
    let made = house.notes(("user.create", "app1"), root.create_object_user("app1", "ns2", vec![])).await;
    assert_eq!(made.namespace, Some(namespace_name("ns2")));
    house.notes(("user.lock", "app1"), root.set_object_user_lock("app1", None, true)).await;
    house.notes(("user.unlock", "app1"), root.set_object_user_lock("app1", None, false)).await;
    let tag = |tags: &mut Vec<Tag>| {
        tags.push(Tag { name: "team".to_owned(), value: String::new() });
        Ok(())
    };
    house.notes(("user.tags", "app1"), root.change_object_user_tags("app1", None, tag)).await;
    house.notes(("user.delete", "app1"), root.delete_object_user("app1", None)).await;
    house.notes(("namespace.delete", "ns2"), root.delete_namespace("ns2")).await;
}

#[tokio::test]
async fn every_change_of_accounts_is_one_record() {
    let (house, lena) = (House::open().await, "lena@local.test");
    let root = &house.root;
    house.notes(("management_user.create", "mona"), root.create_management_user(operator("mona", &[]))).await;
    let change = ManagementUserChange { system_monitor: Some(true), ..ManagementUserChange::default() };
    let changed = house.notes(("management_user.update", "mona"), root.update_management_user("mona", change)).await;
    assert_eq!(changed.details["roles"], "SYSTEM_MONITOR");
    house.notes(("management_user.delete", "mona"), root.delete_management_user("mona")).await;
    let (old, new) = (Password::from(PASSWORD), Password::from("another-password"));
    house.notes(("management_user.password", "root"), root.change_own_password(&old, &new)).await;
    house.notes(("person.add", lena), root.add_person(lena, None)).await;
    house.notes(("person.password", lena), root.set_person_password(lena, None)).await;
    house.notes(("person.remove", lena), root.remove_person(lena)).await;
}

#[tokio::test]
async fn every_change_of_directories_and_base_urls_is_one_record() {
    let house = House::open().await;
    let root = &house.root;
    house.notes(("provider.create", "sales"), root.create_provider(provider("sales", "sales.example"))).await;
    let (id, none) = (house.corp().await.id, ProviderChange::default());
    house.notes(("provider.update", "corp"), root.update_provider(&id, none, false)).await;
    house.notes(("provider.delete", "corp"), root.delete_provider(&id)).await;
    let (name, host) = (Some("main".to_owned()), Some("s3.example".to_owned()));
    let new = BaseUrlChange { name, base_url: host, namespace_in_host: None };
    house.notes(("base_url.create", "s3.example"), root.create_base_url(new)).await;
    let id = root.base_urls().await.unwrap().remove(0).id;
    house.notes(("base_url.update", "s3.example"), root.update_base_url(&id, BaseUrlChange::default())).await;
    house.notes(("base_url.delete", "s3.example"), root.delete_base_url(&id)).await;
}

#[tokio::test]
async fn every_change_of_keys_is_one_record_that_names_the_secret_by_its_id() {
    let house = House::open().await;
    let alice = house.person(ALICE).await;
    let mut made = Vec::new();
    for expiry in [None, Some(60)] {
        let (action, target, record) = house.noted(ALICE, alice.issue_own_key(expiry)).await;
        assert_eq!((&*action, &*target, record.namespace.unwrap().as_str()), ("key.issue", ALICE, "ns1"));
        made.push(record.details["secret_id"].clone());
    }
    let [first, second] = alice.own_keys().await.unwrap().map(|key| key.unwrap().id);
    assert_eq!(made, [first.to_string(), second.to_string()]);
    let (action, _, record) = house.noted(ALICE, alice.set_own_grace_end(first, Some(5))).await;
    assert_eq!((&*action, &record.details["secret_id"]), ("key.grace", &made[0]));
    let (action, _, record) = house.noted(ALICE, alice.deactivate_own_keys(&Deactivation::All)).await;
    assert_eq!((&*action, &record.details["secret_id"]), ("key.deactivate", &made.join(",")));
    house.notes(("key.issue_for", ALICE), house.root.issue_key_for(ALICE, None, None, None)).await;
    let all = &Deactivation::All;
    house.notes(("key.deactivate_for", ALICE), house.root.deactivate_keys_of(ALICE, None, all)).await;
}

#[tokio::test]
async fn every_login_and_logout_is_one_record() {
    let house = House::open().await;
    house.known_as(ALICE, "entry of alice");
    let (action, target, _) = house.noted(ALICE, house.log_in(ALICE)).await;
    assert_eq!((&*action, &*target), ("login", ALICE));
    let alice = house.enter(ALICE).await;
    let (action, target, _) = house.noted(ALICE, alice.log_out(false)).await;
    assert_eq!((&*action, &*target), ("logout", ALICE));
    let forced = house.notes(("logout", ALICE), house.root.log_out_other(ALICE)).await;
    assert_eq!(forced.details["tokens"], "all");
}

#[tokio::test]
async fn making_and_deleting_a_bucket_is_one_record_each_of_its_user() {
    let house = House::open().await;
    house.root.create_object_user("app1", "ns1", vec![]).await.unwrap();
    let (namespace, name, owner) = (namespace_name("ns1"), bucket_name("b"), house.user("app1").await);
    let (action, target, record) =
        house.noted("app1", house.service.create_bucket(&name, &owner, BucketSettings::default(), HERE)).await;
    assert_eq!((&*action, &*target, record.namespace.as_ref()), ("bucket.create", "b", Some(&namespace)));
    let bucket = house.service.bucket(&namespace, &name).await.unwrap().unwrap();
    let (action, target, _) = house.noted("app1", house.service.delete_bucket(&bucket, &owner.id, HERE)).await;
    assert_eq!((&*action, &*target), ("bucket.delete", "b"));
}

#[tokio::test]
async fn a_change_is_in_the_change_feed_and_a_refused_login_is_not() {
    let house = House::open().await;
    let alice = house.person(ALICE).await;
    let before = house.revision().await;
    alice.issue_own_key(None).await.unwrap();
    house.root.set_object_user_lock(ALICE, None, true).await.unwrap();
    house.log_in_with(ALICE, "wrong").await.unwrap_err();
    house.log_in(ALICE).await.unwrap();
    alice.log_out(true).await.unwrap();
    let user = Changed::Record(RecordKey::User { scope: Scope::Global, id: user_id(ALICE) });
    assert_eq!(house.changes_since(before).await, [user.clone(), user, Changed::TokensOf(ALICE.to_owned())]);
    assert!(house.changes_since(Revision::ZERO).await.len() > 3);
}

#[tokio::test]
async fn no_secret_is_in_the_audit_log_nor_in_clear_on_the_disk() {
    let house = House::open().await;
    let secrets = eventful_day(&house).await;
    let (log, files) = (format!("{:?}", house.audit().await), house.files());
    for secret in &secrets {
        assert!(secret.len() > 6 && !log.contains(secret), "{secret} is in the audit log");
        assert!(!contains(&files, secret.as_bytes()), "{secret} is on the disk");
    }
    assert!(contains(&files, b"lena@local.test"), "what is no secret is found in the files");
    house.store.verify_chain().await.unwrap();
}

#[tokio::test]
async fn what_is_removed_because_of_its_age_is_said_in_the_trail() {
    const DAY: Duration = Duration::from_secs(24 * 60 * 60);
    let house = House::open().await;
    let old = house.audit().await.len();
    house.pass_minutes(2 * 24 * 60);
    house.found_namespace("young", &[]).await;
    assert_eq!(house.service.remove_old_audit_records(3 * DAY).await.unwrap(), 0);
    assert_eq!(house.service.remove_old_audit_records(DAY).await.unwrap(), old as u64);
    let left: Vec<_> = house.audit().await.into_iter().map(|record| record.action.to_string()).collect();
    assert_eq!(left, ["namespace.create", "audit.trim"]);
    let report = house.store.verify_chain().await.unwrap();
    assert_eq!((report.records, report.removed_upto), (2, Revision::new(old as u64)));
}

/// Passwords, tokens and keys come and go; answers them all.
async fn eventful_day(house: &House) -> Vec<String> {
    let (root, lena) = (&house.root, "lena@local.test");
    let mut secrets = vec![PASSWORD.to_owned(), "managers-own-secret".to_owned(), "mistyped-password".to_owned()];
    house.log_in_with("root", "mistyped-password").await.unwrap_err();
    secrets.push(root.add_person(lena, None).await.unwrap().0.unwrap().expose().to_owned());
    secrets.push(root.set_person_password(lena, None).await.unwrap().0.unwrap().expose().to_owned());
    let session = house.log_in_with(lena, &secrets[4]).await.unwrap();
    secrets.push(session.token.expose().to_owned());
    let person = house.caller(&session).await.unwrap();
    for expiry in [None, Some(60)] {
        secrets.push(person.issue_own_key(expiry).await.unwrap().secret.key.expose().to_owned());
    }
    person.deactivate_own_keys(&Deactivation::Key(&secrets[6])).await.unwrap();
    person.deactivate_own_keys(&Deactivation::Key(&secrets[6])).await.unwrap_err();
    root.issue_key_for(lena, None, None, Some("chosen-secret-key")).await.unwrap();
    root.issue_key_for(lena, None, None, Some("third-secret-key")).await.unwrap_err();
    root.deactivate_keys_of(lena, None, &Deactivation::Key("chosen-secret-key")).await.unwrap();
    secrets.extend(["chosen-secret-key".to_owned(), "third-secret-key".to_owned()]);
    let (old, new) = (Password::from(PASSWORD), Password::from("roots-new-password"));
    root.change_own_password(&old, &new).await.unwrap();
    secrets.push("roots-new-password".to_owned());
    secrets
}

fn contains(text: &[u8], searched: &[u8]) -> bool {
    text.windows(searched.len()).any(|window| window == searched)
}
