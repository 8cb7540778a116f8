//! Writing one record whole, new or not. Whether it may be written was checked before.

use keyward_identity::Bucket;
use keyward_store::{Record, Revision, Scope, StoreError, UserRecord};
use rusqlite::{Connection, params};

use crate::failure::{encoded, unavailable};
use crate::keyed::{BASE_URLS, MANAGEMENT_USERS, NAMESPACES, PEOPLE, PROVIDERS, SETTINGS};
use crate::ledger::column;
use crate::secret_usage;

/// Writes a record of any kind; a bucket under the id that it carries.
pub(super) fn record(connection: &Connection, revision: Revision, record: &Record) -> Result<(), StoreError> {
    match record {
        Record::Namespace(namespace) => NAMESPACES.put(connection, namespace.name.as_str(), revision, namespace),
        Record::User { scope, record } => user(connection, revision, scope, record),
        Record::ManagementUser(user) => MANAGEMENT_USERS.put(connection, user.id.as_str(), revision, user),
        Record::Person(person) => PEOPLE.put(connection, person.name.as_str(), revision, person),
        Record::Provider(record) => PROVIDERS.put(connection, &record.provider.id, revision, record),
        Record::Bucket(record) => bucket(connection, revision, record),
        Record::BaseUrl(base_url) => BASE_URLS.put(connection, &base_url.id, revision, base_url),
        Record::Setting(setting) => SETTINGS.put(connection, &setting.name, revision, setting),
    }
}

fn user(connection: &Connection, revision: Revision, scope: &Scope, record: &UserRecord) -> Result<(), StoreError> {
    let json = encoded("write an object user", record)?;
    let user = &record.user;
    connection
        .prepare_cached(
            "INSERT INTO users (uid, scope, namespace, revision, record) VALUES (?1, ?2, ?3, ?4, ?5)
             ON CONFLICT (uid, scope) DO UPDATE
             SET namespace = excluded.namespace, revision = excluded.revision, record = excluded.record",
        )
        .and_then(|mut statement| {
            let (uid, namespace) = (user.id.as_str(), user.namespace.as_str());
            statement.execute(params![uid, scope.as_str(), namespace, column(revision), json])
        })
        .and_then(|_| secret_usage::forget_others(connection, scope, record))
        .map_err(unavailable("write an object user"))?;
    Ok(())
}

/// Writes a bucket under the id that it carries.
pub(super) fn bucket(connection: &Connection, revision: Revision, bucket: &Bucket) -> Result<(), StoreError> {
    let json = encoded("write a bucket", bucket)?;
    connection
        .prepare_cached(
            "INSERT INTO buckets (id, namespace, name, owner, revision, record) VALUES (?1, ?2, ?3, ?4, ?5, ?6)
             ON CONFLICT (id) DO UPDATE
             SET owner = excluded.owner, revision = excluded.revision, record = excluded.record",
        )
        .and_then(|mut statement| {
            let (namespace, name) = (bucket.namespace.as_str(), bucket.name.as_str());
            let owner = bucket.owner.as_str();
            statement.execute(params![bucket.id.cast_signed(), namespace, name, owner, column(revision), json])
        })
        .map_err(unavailable("write a bucket"))?;
    Ok(())
}
