//! Records to test with, and short ways to write and read them.

use std::sync::Arc;

use keyward_ambient::Timestamp;
use keyward_identity::{
    AuthnProvider, BaseUrl, Bucket, BucketName, BucketSettings, DirectoryUser, ManagementAccess, ManagementUser,
    ManagementUserId, Namespace, NamespaceName, ObjectUser, ObjectUserId, Person, ProviderMode, SearchScope,
    SessionIdentity, StartTls, Tag, TokenHash, TokenRecord, UniqueId,
};
use keyward_keyring::SecretId;
use serde_json::json;

use crate::{
    AuditRecord, CommitError, Committed, ProviderRecord, Record, RecordKey, Revised, Scope, Sealed, SealedKeyRing,
    SealedSecret, Setting, Store, StoreError, Transaction, UserRecord, Write,
};

/// The moment at which everything in the suite happens, unless a test says otherwise.
pub const NOW: Timestamp = Timestamp::from_seconds(1_772_732_353);

/// The name of a namespace.
pub fn namespace_name(name: &str) -> NamespaceName {
    NamespaceName::parse(name).expect("a namespace name")
}

/// The id of an object user.
pub fn user_id(id: &str) -> ObjectUserId {
    ObjectUserId::parse(id).expect("an object user id")
}

/// The name of a bucket.
pub fn bucket_name(name: &str) -> BucketName {
    BucketName::parse(name).expect("a bucket name")
}

/// The scope of one namespace.
pub fn scope_of(namespace: &str) -> Scope {
    Scope::Namespace(namespace_name(namespace))
}

/// A namespace.
pub fn namespace(name: &str) -> Namespace {
    Namespace { namespace_admins: vec!["root".to_owned()], ..Namespace::new(namespace_name(name), NOW) }
}

/// An object user with one secret.
pub fn user(id: &str, namespace: &str) -> UserRecord {
    let secret = SealedSecret {
        id: SecretId::from_bytes([7; 32]),
        created_at: NOW,
        expires_at: Some(Timestamp::MAX),
        made_by: id.to_owned(),
        made_from: Some([192, 0, 2, 9].into()),
        label: "first key".to_owned(),
        sealed: Sealed::from_bytes(*b"\x00not readable\xff"),
    };
    let user = ObjectUser {
        id: user_id(id),
        namespace: namespace_name(namespace),
        unique_id: Some(UniqueId::from_bytes([9; 16])),
        created_at: NOW,
        locked: false,
        tags: vec![Tag { name: "team".to_owned(), value: "blue".to_owned() }],
        directory: None,
        created_by: "root".to_owned(),
        management_access: ManagementAccess::Bound { created_at: NOW },
    };
    UserRecord { user, ring: SealedKeyRing { secrets: vec![secret] } }
}

/// An object user as a record of the GLOBAL scope.
pub fn global_user(id: &str, namespace: &str) -> Record {
    Record::User { scope: Scope::Global, record: user(id, namespace) }
}

/// The key of a namespace.
pub fn namespace_key(name: &str) -> RecordKey {
    RecordKey::Namespace(namespace_name(name))
}

/// The key of an object user of the GLOBAL scope.
pub fn user_key(id: &str) -> RecordKey {
    RecordKey::User { scope: Scope::Global, id: user_id(id) }
}

/// A bucket whose id is not given yet.
pub fn bucket(name: &str, namespace: &str, owner: &str) -> Bucket {
    Bucket {
        name: bucket_name(name),
        namespace: namespace_name(namespace),
        id: 0,
        owner: user_id(owner),
        owner_unique_id: None,
        created_at: NOW,
        settings: BucketSettings::default(),
    }
}

/// The key of a bucket.
pub fn bucket_key(name: &str, namespace: &str) -> RecordKey {
    RecordKey::Bucket { namespace: namespace_name(namespace), name: bucket_name(name) }
}

/// A management user of our own.
pub fn management_user(id: &str) -> ManagementUser {
    ManagementUser {
        id: ManagementUserId::parse(id).expect("a management user id"),
        system_admin: true,
        system_monitor: false,
        security_admin: false,
        is_external_group: false,
        password_hash: Some("$argon2id$v=19$m=8,t=1,p=1$c2FsdHNhbHQ$aGFzaA".to_owned()),
        locked: false,
        created_at: NOW,
        password_changed_at: Some(NOW),
        locked_until: None,
        unlocked_at: None,
        password_past: Default::default(),
    }
}

/// A person of the built-in domain.
pub fn person(name: &str) -> Person {
    Person {
        name: user_id(name),
        password_hash: "$argon2id$v=19$m=8,t=1,p=1$c2FsdHNhbHQ$aGFzaA".to_owned(),
        created_at: NOW,
        unique_id: format!("unique-{name}"),
        password_changed_at: None,
        password_past: Default::default(),
        unlocked_at: None,
    }
}

/// An authentication provider with a manager password.
pub fn provider(id: &str) -> ProviderRecord {
    let provider = AuthnProvider {
        id: id.to_owned(),
        mode: ProviderMode::Ldap,
        name: "corp".to_owned(),
        description: String::new(),
        server_urls: vec!["ldaps://ldap.corp.example".to_owned()],
        domains: vec!["corp.example".parse().expect("a domain")],
        manager_dn: "cn=keyward,dc=corp,dc=example".to_owned(),
        search_base: "dc=corp,dc=example".to_owned(),
        search_filter: "uid=%U".to_owned(),
        search_scope: SearchScope::Subtree,
        group_attribute: "CN".to_owned(),
        group_whitelist: vec!["*".to_owned()],
        group_object_classes: Vec::new(),
        group_member_attributes: Vec::new(),
        max_page_size: 1000,
        validate_certificates: true,
        start_tls: StartTls::Required,
        disabled: false,
        tags: Vec::new(),
        server_cert: None,
        created_at: NOW,
    };
    ProviderRecord { provider, sealed_manager_password: Some(Sealed::from_bytes([1, 2, 3])) }
}

/// A base URL.
pub fn base_url(id: &str) -> BaseUrl {
    BaseUrl {
        id: id.to_owned(),
        name: "main".to_owned(),
        base_url: "s3.corp.example".to_owned(),
        namespace_in_host: true,
        created_at: NOW,
    }
}

/// A setting.
pub fn setting(name: &str, value: serde_json::Value) -> Setting {
    Setting { name: name.to_owned(), value }
}

/// A token of a directory user, made and last used at `at`, that differs from others by `number`.
pub fn token(number: u8, owner: &str, at: Timestamp) -> TokenRecord {
    let person = DirectoryUser {
        name: owner.to_owned(),
        provider: "urn:provider:1".to_owned(),
        domains: vec!["corp.example".to_owned()],
        unique_id: Some("8d7b".to_owned()),
        attributes: [("department".to_owned(), vec!["sales".to_owned()])].into(),
        groups: vec!["builders".to_owned()],
    };
    TokenRecord::begun(TokenHash([number; 32]), SessionIdentity::Directory(person), at)
}

/// An audit record of the root user.
pub fn audit(action: &'static str) -> AuditRecord {
    AuditRecord::new(NOW, "root", action).from_address(Some([192, 0, 2, 1].into()))
}

/// One record of every kind, in an order in which they can be created; the last user and bucket belong to the
/// namespace at the front.
pub fn one_of_each() -> Vec<Record> {
    vec![
        namespace("sales").into(),
        global_user("dana@corp.example", "sales"),
        bucket("logs", "sales", "dana@corp.example").into(),
        management_user("root").into(),
        person("alice@local.test").into(),
        provider("urn:provider:1").into(),
        base_url("urn:base:1").into(),
        setting("user.scope", json!({ "scope": "GLOBAL" })).into(),
    ]
}

/// Commits writes under an audit record that says nothing in particular.
pub async fn commit(store: &Arc<dyn Store>, writes: impl IntoIterator<Item = Write>) -> Result<Committed, CommitError> {
    store.commit(Transaction::new(audit("test")).writes(writes)).await
}

/// Commits writes that must succeed.
pub async fn done(store: &Arc<dyn Store>, writes: impl IntoIterator<Item = Write>) -> Committed {
    commit(store, writes).await.expect("the transaction commits")
}

/// A namespace with object users, written in one transaction.
pub async fn namespace_with_users(store: &Arc<dyn Store>, name: &str, users: &[&str]) {
    let users = users.iter().map(|id| Write::create(global_user(id, name)));
    done(store, [Write::create(namespace(name))].into_iter().chain(users)).await;
}

/// Reads any kind of record.
pub async fn read(store: &Arc<dyn Store>, key: &RecordKey) -> Result<Option<Revised<Record>>, StoreError> {
    fn wrap<T: Into<Record>>(found: Option<Revised<T>>) -> Option<Revised<Record>> {
        found.map(|row| row.map(Into::into))
    }
    Ok(match key {
        RecordKey::Namespace(name) => wrap(store.namespace(name).await?),
        RecordKey::User { scope, id } => {
            let found = store.object_user(scope, id).await?;
            found.map(|row| row.map(|record| Record::User { scope: scope.clone(), record }))
        }
        RecordKey::ManagementUser(id) => wrap(store.management_user(id).await?),
        RecordKey::Person(name) => wrap(store.person(name).await?),
        RecordKey::Provider(id) => wrap(store.provider(id).await?),
        RecordKey::Bucket { namespace, name } => wrap(store.bucket(namespace, name).await?),
        RecordKey::BaseUrl(id) => wrap(store.base_url(id).await?),
        RecordKey::Setting(name) => wrap(store.setting(name).await?),
    })
}

/// Reads a record that must be there.
pub async fn stored(store: &Arc<dyn Store>, key: &RecordKey) -> Revised<Record> {
    read(store, key).await.expect("the store answers").expect("the record exists")
}

/// Whether a record is there.
pub async fn exists(store: &Arc<dyn Store>, key: &RecordKey) -> bool {
    read(store, key).await.expect("the store answers").is_some()
}
