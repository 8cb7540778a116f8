//! The registry of buckets.

use async_trait::async_trait;
use keyward_identity::{Bucket, BucketName, NamespaceName};
use keyward_store::{BucketFilter, Buckets, Marker, Page, PageRequest, Revised, StoreError, prefix_end};
use rusqlite::{Connection, OptionalExtension, Row, ToSql};

use crate::failure::{decoded, unavailable};
use crate::ledger::revision_from;
use crate::store::SqliteStore;

const BY_NAME: &str = "SELECT namespace, name, revision, record FROM buckets WHERE namespace = ?1 AND name = ?2";
/// Two rows are enough to know that a name is in several namespaces.
const NAMESPACES_OF_NAME: &str = "SELECT namespace FROM buckets INDEXED BY buckets_by_name_alone
     WHERE name = ?1 LIMIT 2";
const BY_ID: &str = "SELECT namespace, name, revision, record FROM buckets WHERE id = ?1";

// Each filter has an index whose order is the list's; without a namespace a prefix is checked row by row.
const ALL: &str = "SELECT namespace, name, revision, record FROM buckets INDEXED BY buckets_by_name
     WHERE (namespace, name) > (:namespace, :name) AND name >= :prefix AND name < :end
     ORDER BY namespace, name LIMIT :limit";
const OF_OWNER: &str = "SELECT namespace, name, revision, record FROM buckets INDEXED BY buckets_by_owner
     WHERE owner = :owner AND (namespace, name) > (:namespace, :name) AND name >= :prefix AND name < :end
     ORDER BY namespace, name LIMIT :limit";
const OF_NAMESPACE: &str = "SELECT namespace, name, revision, record FROM buckets INDEXED BY buckets_by_name
     WHERE namespace = :namespace AND name >= :from AND name < :end ORDER BY name LIMIT :limit";
const OF_OWNER_IN_NAMESPACE: &str = "SELECT namespace, name, revision, record FROM buckets INDEXED BY buckets_by_owner
     WHERE owner = :owner AND namespace = :namespace AND name >= :from AND name < :end ORDER BY name LIMIT :limit";

#[async_trait]
impl Buckets for SqliteStore {
    async fn bucket(
        &self,
        namespace: &NamespaceName,
        name: &BucketName,
    ) -> Result<Option<Revised<Bucket>>, StoreError> {
        let (namespace, name) = (namespace.clone(), name.clone());
        let key = move |connection: &Connection| one(connection, BY_NAME, &[&namespace.as_str(), &name.as_str()]);
        self.readers.ask(key).await
    }

    async fn only_namespace_with(&self, name: &BucketName) -> Result<Option<NamespaceName>, StoreError> {
        let name = name.clone();
        self.readers.ask(move |connection| only_namespace(connection, &name)).await
    }

    async fn bucket_by_id(&self, id: u64) -> Result<Option<Revised<Bucket>>, StoreError> {
        self.readers.ask(move |connection| one(connection, BY_ID, &[&id.cast_signed()])).await
    }

    async fn buckets(&self, filter: &BucketFilter, page: &PageRequest) -> Result<Page<Revised<Bucket>>, StoreError> {
        let (filter, page) = (filter.clone(), page.clone());
        self.readers.ask(move |connection| list(connection, &filter, &page)).await
    }
}

struct RawBucket {
    namespace: String,
    name: String,
    revision: i64,
    json: String,
}

impl RawBucket {
    fn read(row: &Row<'_>) -> rusqlite::Result<Self> {
        Ok(Self { namespace: row.get(0)?, name: row.get(1)?, revision: row.get(2)?, json: row.get(3)? })
    }

    fn decode(&self) -> Result<Revised<Bucket>, StoreError> {
        let bucket = decoded("buckets", &format!("{}.{}", self.namespace, self.name), &self.json)?;
        Ok(Revised::new(bucket, revision_from(self.revision)))
    }
}

fn only_namespace(connection: &Connection, name: &BucketName) -> Result<Option<NamespaceName>, StoreError> {
    let found: Vec<String> = connection
        .prepare_cached(NAMESPACES_OF_NAME)
        .and_then(|mut statement| statement.query_map([name.as_str()], |row| row.get(0))?.collect())
        .map_err(unavailable("look for a bucket's name"))?;
    match found.as_slice() {
        [only] => Ok(NamespaceName::parse(only).ok()),
        _ => Ok(None),
    }
}

fn one(connection: &Connection, sql: &str, key: &[&dyn ToSql]) -> Result<Option<Revised<Bucket>>, StoreError> {
    let raw = connection
        .prepare_cached(sql)
        .and_then(|mut statement| statement.query_row(key, RawBucket::read).optional())
        .map_err(unavailable("read a bucket"))?;
    raw.map(|raw| raw.decode()).transpose()
}

fn list(
    connection: &Connection,
    filter: &BucketFilter,
    page: &PageRequest,
) -> Result<Page<Revised<Bucket>>, StoreError> {
    let attempted = unavailable("list buckets");
    let raw: Vec<RawBucket> = query(connection, filter, page).map_err(&attempted)?;
    let page = Page::cut(raw, page.limit(), |raw| Marker::of(&[&raw.namespace, &raw.name]));
    let items = page.items.iter().map(RawBucket::decode).collect::<Result<_, _>>()?;
    Ok(Page { items, next: page.next })
}

fn query(connection: &Connection, filter: &BucketFilter, page: &PageRequest) -> rusqlite::Result<Vec<RawBucket>> {
    let sql = match (&filter.namespace, &filter.owner) {
        (None, None) => ALL,
        (None, Some(_)) => OF_OWNER,
        (Some(_), None) => OF_NAMESPACE,
        (Some(_), Some(_)) => OF_OWNER_IN_NAMESPACE,
    };
    let after: [&str; 2] = page.after.as_ref().map(Marker::columns).unwrap_or_default();
    let namespace = filter.namespace.as_ref().map_or(after[0], |namespace| namespace.as_str());
    let owner = filter.owner.as_ref().map_or("", |owner| owner.as_str());
    let values: [(&str, &dyn ToSql); 7] = [
        (":namespace", &namespace),
        (":name", &after[1]),
        (":prefix", &filter.prefix),
        (":from", &first_name(after, namespace, &filter.prefix)),
        (":end", &prefix_end(&filter.prefix)),
        (":owner", &owner),
        (":limit", &(page.limit() + 1)),
    ];
    let mut statement = connection.prepare_cached(sql)?;
    for (name, value) in values {
        if let Some(index) = statement.parameter_index(name)? {
            statement.raw_bind_parameter(index, value)?;
        }
    }
    statement.raw_query().mapped(RawBucket::read).collect()
}

/// The least name that a page within one namespace can begin with: the prefix, or what follows the marker's name. No
/// name has a character as low as U+0001, so nothing lies between a name and that name with it.
fn first_name(after: [&str; 2], namespace: &str, prefix: &str) -> String {
    if after[0] != namespace {
        return prefix.to_owned();
    }
    format!("{}\u{1}", after[1]).max(prefix.to_owned())
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::plan::assert_is_one_search;

    #[test]
    fn a_page_starts_where_it_starts_and_needs_no_sorting() {
        assert_is_one_search(NAMESPACES_OF_NAME, "buckets_by_name_alone (name=?)");
        assert_is_one_search(ALL, "buckets_by_name ((namespace,name)>(?,?))");
        assert_is_one_search(OF_OWNER, "buckets_by_owner (owner=? AND (namespace,name)>(?,?))");
        assert_is_one_search(OF_NAMESPACE, "buckets_by_name (namespace=? AND name>? AND name<?)");
        assert_is_one_search(OF_OWNER_IN_NAMESPACE, "buckets_by_owner (owner=? AND namespace=? AND name>? AND name<?)");
    }
}
