//! Where a record of any kind is: its revision, its id, its removal.

use keyward_identity::{BucketName, NamespaceName};
use keyward_store::{RecordKey, Revision, StoreError};
use rusqlite::{Connection, OptionalExtension};

use crate::failure::unavailable;
use crate::keyed::{BASE_URLS, Keyed, MANAGEMENT_USERS, NAMESPACES, PEOPLE, PROVIDERS, SETTINGS};
use crate::ledger::revision_from;

/// A key's place: a small table, or one of the two tables with a key of two columns.
enum Place<'a> {
    Keyed(Keyed, &'a str),
    User { uid: &'a str, scope: &'a str },
    Bucket { namespace: &'a str, name: &'a str },
}

fn place(key: &RecordKey) -> Place<'_> {
    match key {
        RecordKey::Namespace(name) => Place::Keyed(NAMESPACES, name.as_str()),
        RecordKey::User { scope, id } => Place::User { uid: id.as_str(), scope: scope.as_str() },
        RecordKey::ManagementUser(id) => Place::Keyed(MANAGEMENT_USERS, id.as_str()),
        RecordKey::Person(name) => Place::Keyed(PEOPLE, name.as_str()),
        RecordKey::Provider(id) => Place::Keyed(PROVIDERS, id),
        RecordKey::Bucket { namespace, name } => Place::Bucket { namespace: namespace.as_str(), name: name.as_str() },
        RecordKey::BaseUrl(id) => Place::Keyed(BASE_URLS, id),
        RecordKey::Setting(name) => Place::Keyed(SETTINGS, name),
    }
}

/// At which revision a record is; `None` when it is not there.
pub(super) fn revision(connection: &Connection, key: &RecordKey) -> rusqlite::Result<Option<Revision>> {
    let (sql, columns) = match place(key) {
        Place::Keyed(table, key) => return table.revision(connection, key),
        Place::User { uid, scope } => ("SELECT revision FROM users WHERE uid = ?1 AND scope = ?2", [uid, scope]),
        Place::Bucket { namespace, name } => {
            ("SELECT revision FROM buckets WHERE namespace = ?1 AND name = ?2", [namespace, name])
        }
    };
    let revision = connection.prepare_cached(sql)?.query_row(columns, |row| row.get(0)).optional()?;
    Ok(revision.map(revision_from))
}

/// Removes a record.
pub(super) fn delete(connection: &Connection, key: &RecordKey) -> rusqlite::Result<()> {
    let (sql, columns) = match place(key) {
        Place::Keyed(table, key) => return table.delete(connection, key),
        Place::User { uid, scope } => ("DELETE FROM users WHERE uid = ?1 AND scope = ?2", [uid, scope]),
        Place::Bucket { namespace, name } => {
            ("DELETE FROM buckets WHERE namespace = ?1 AND name = ?2", [namespace, name])
        }
    };
    connection.prepare_cached(sql)?.execute(columns)?;
    Ok(())
}

/// The id of a bucket; `None` when it is not there.
pub(super) fn bucket_id(
    connection: &Connection,
    namespace: &NamespaceName,
    name: &BucketName,
) -> Result<Option<u64>, StoreError> {
    connection
        .prepare_cached("SELECT id FROM buckets WHERE namespace = ?1 AND name = ?2")
        .and_then(|mut statement| {
            statement.query_row([namespace.as_str(), name.as_str()], |row| row.get::<_, i64>(0)).optional()
        })
        .map(|id| id.map(i64::cast_unsigned))
        .map_err(unavailable("look for a bucket"))
}
