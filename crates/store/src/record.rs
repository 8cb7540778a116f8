//! The records that a transaction writes, and the keys that name them.

use std::fmt;

use keyward_identity::{
    BaseUrl, Bucket, BucketName, ManagementUser, ManagementUserId, Namespace, NamespaceName, ObjectUserId, Person,
};
use serde::{Deserialize, Serialize};

use crate::{ProviderRecord, Scope, UserRecord};

/// A small piece of the system's own configuration that lives with the data, such as the chosen user scope.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Setting {
    /// What it is called: lower-case words joined by dots, as `user.scope`.
    pub name: String,
    /// Its value; what it means is up to whoever wrote it. Never a secret in clear.
    pub value: serde_json::Value,
}

/// One record of one aggregate, whole.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Record {
    /// A namespace.
    Namespace(Namespace),
    /// An object user with its key ring.
    User {
        /// Within what its id is unique.
        scope: Scope,
        /// The user.
        record: UserRecord,
    },
    /// A management user or an external group with management roles.
    ManagementUser(ManagementUser),
    /// A person of the built-in local domain.
    Person(Person),
    /// An authentication provider.
    Provider(ProviderRecord),
    /// A bucket. A new one is given its id by the store.
    Bucket(Bucket),
    /// A base URL for virtual-host addressing.
    BaseUrl(BaseUrl),
    /// A setting.
    Setting(Setting),
}

/// Names one record.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum RecordKey {
    /// A namespace.
    Namespace(NamespaceName),
    /// An object user: what credentials are cached under.
    User {
        /// Within what the id is unique.
        scope: Scope,
        /// The user's id, which is the access key id.
        id: ObjectUserId,
    },
    /// A management user.
    ManagementUser(ManagementUserId),
    /// A person of the built-in local domain.
    Person(ObjectUserId),
    /// An authentication provider, by its id.
    Provider(String),
    /// A bucket.
    Bucket {
        /// Its namespace.
        namespace: NamespaceName,
        /// Its name, unique in the namespace.
        name: BucketName,
    },
    /// A base URL, by its id.
    BaseUrl(String),
    /// A setting, by its name.
    Setting(String),
}

impl Record {
    /// The key that names this record.
    pub fn key(&self) -> RecordKey {
        match self {
            Record::Namespace(namespace) => RecordKey::Namespace(namespace.name.clone()),
            Record::User { scope, record } => RecordKey::User { scope: scope.clone(), id: record.user.id.clone() },
            Record::ManagementUser(user) => RecordKey::ManagementUser(user.id.clone()),
            Record::Person(person) => RecordKey::Person(person.name.clone()),
            Record::Provider(record) => RecordKey::Provider(record.provider.id.clone()),
            Record::Bucket(bucket) => {
                RecordKey::Bucket { namespace: bucket.namespace.clone(), name: bucket.name.clone() }
            }
            Record::BaseUrl(base_url) => RecordKey::BaseUrl(base_url.id.clone()),
            Record::Setting(setting) => RecordKey::Setting(setting.name.clone()),
        }
    }

    /// The namespace that has to exist for this record to be stored.
    pub fn home(&self) -> Option<&NamespaceName> {
        match self {
            Record::User { record, .. } => Some(&record.user.namespace),
            Record::Bucket(bucket) => Some(&bucket.namespace),
            _ => None,
        }
    }
}

impl fmt::Display for RecordKey {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            RecordKey::Namespace(name) => write!(f, "namespace {name}"),
            RecordKey::User { scope: Scope::Global, id } => write!(f, "object user {id}"),
            RecordKey::User { scope: Scope::Namespace(namespace), id } => {
                write!(f, "object user {id} of namespace {namespace}")
            }
            RecordKey::ManagementUser(id) => write!(f, "management user {id}"),
            RecordKey::Person(name) => write!(f, "person {name}"),
            RecordKey::Provider(id) => write!(f, "authentication provider {id}"),
            RecordKey::Bucket { namespace, name } => write!(f, "bucket {name} of namespace {namespace}"),
            RecordKey::BaseUrl(id) => write!(f, "base URL {id}"),
            RecordKey::Setting(name) => write!(f, "setting {name}"),
        }
    }
}

impl From<Namespace> for Record {
    fn from(namespace: Namespace) -> Self {
        Record::Namespace(namespace)
    }
}

impl From<(Scope, UserRecord)> for Record {
    fn from((scope, record): (Scope, UserRecord)) -> Self {
        Record::User { scope, record }
    }
}

impl From<ManagementUser> for Record {
    fn from(user: ManagementUser) -> Self {
        Record::ManagementUser(user)
    }
}

impl From<Person> for Record {
    fn from(person: Person) -> Self {
        Record::Person(person)
    }
}

impl From<ProviderRecord> for Record {
    fn from(record: ProviderRecord) -> Self {
        Record::Provider(record)
    }
}

impl From<Bucket> for Record {
    fn from(bucket: Bucket) -> Self {
        Record::Bucket(bucket)
    }
}

impl From<BaseUrl> for Record {
    fn from(base_url: BaseUrl) -> Self {
        Record::BaseUrl(base_url)
    }
}

impl From<Setting> for Record {
    fn from(setting: Setting) -> Self {
        Record::Setting(setting)
    }
}
