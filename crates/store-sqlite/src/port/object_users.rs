//! Object users.

use async_trait::async_trait;
use keyward_identity::ObjectUserId;
use keyward_store::{
    Marker, ObjectUserFilter, ObjectUsers, Page, PageRequest, Revised, Scope, StoreError, UserRecord, prefix_end,
};
use rusqlite::{Connection, OptionalExtension, Row, params};

use crate::failure::{decoded, unavailable};
use crate::ledger::revision_from;
use crate::store::SqliteStore;

const ONE: &str = "SELECT uid, scope, revision, record FROM users WHERE uid = ?1 AND scope = ?2";

// The order of the index serves each list, and the one lower bound is where reading begins.
const ALL: &str = "SELECT uid, scope, revision, record FROM users INDEXED BY users_by_uid
     WHERE (uid, scope) > (?1, ?2) AND uid < ?3 ORDER BY uid, scope LIMIT ?4";
const OF_NAMESPACE: &str = "SELECT uid, scope, revision, record FROM users INDEXED BY users_by_namespace
     WHERE namespace = ?5 AND (uid, scope) > (?1, ?2) AND uid < ?3 ORDER BY uid, scope LIMIT ?4";

#[async_trait]
impl ObjectUsers for SqliteStore {
    async fn object_user(&self, scope: &Scope, id: &ObjectUserId) -> Result<Option<Revised<UserRecord>>, StoreError> {
        let (scope, id) = (scope.clone(), id.clone());
        self.readers.ask(move |connection| one(connection, &scope, &id)).await
    }

    async fn object_users(
        &self,
        filter: &ObjectUserFilter,
        page: &PageRequest,
    ) -> Result<Page<Revised<UserRecord>>, StoreError> {
        let (filter, page) = (filter.clone(), page.clone());
        self.readers.ask(move |connection| list(connection, &filter, &page)).await
    }
}

struct RawUser {
    uid: String,
    scope: String,
    revision: i64,
    json: String,
}

impl RawUser {
    fn read(row: &Row<'_>) -> rusqlite::Result<Self> {
        Ok(Self { uid: row.get(0)?, scope: row.get(1)?, revision: row.get(2)?, json: row.get(3)? })
    }

    fn decode(&self) -> Result<Revised<UserRecord>, StoreError> {
        let record = decoded("users", &format!("{} in scope {}", self.uid, self.scope), &self.json)?;
        Ok(Revised::new(record, revision_from(self.revision)))
    }
}

fn one(connection: &Connection, scope: &Scope, id: &ObjectUserId) -> Result<Option<Revised<UserRecord>>, StoreError> {
    let raw = connection
        .prepare_cached(ONE)
        .and_then(|mut statement| statement.query_row([id.as_str(), scope.as_str()], RawUser::read).optional())
        .map_err(unavailable("read an object user"))?;
    raw.map(|raw| raw.decode()).transpose()
}

fn list(
    connection: &Connection,
    filter: &ObjectUserFilter,
    page: &PageRequest,
) -> Result<Page<Revised<UserRecord>>, StoreError> {
    let attempted = unavailable("list object users");
    let marker: [&str; 2] = page.after.as_ref().map(Marker::columns).unwrap_or_default();
    // No scope is empty, so "after the empty scope of the prefix" is "from the prefix on".
    let [uid, scope] = marker.max([filter.prefix.as_str(), ""]);
    let (end, limit) = (prefix_end(&filter.prefix), page.limit() + 1);
    let raw: Vec<RawUser> = match &filter.namespace {
        None => connection
            .prepare_cached(ALL)
            .and_then(|mut statement| statement.query_map(params![uid, scope, end, limit], RawUser::read)?.collect()),
        Some(namespace) => connection.prepare_cached(OF_NAMESPACE).and_then(|mut statement| {
            statement.query_map(params![uid, scope, end, limit, namespace.as_str()], RawUser::read)?.collect()
        }),
    }
    .map_err(&attempted)?;
    let page = Page::cut(raw, page.limit(), |raw| Marker::of(&[&raw.uid, &raw.scope]));
    let items = page.items.iter().map(RawUser::decode).collect::<Result<_, _>>()?;
    Ok(Page { items, next: page.next })
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::plan::assert_is_one_search;

    #[test]
    fn a_page_starts_where_it_starts_and_needs_no_sorting() {
        assert_is_one_search(ALL, "users_by_uid ((uid,scope)>(?,?) AND uid<?)");
        assert_is_one_search(OF_NAMESPACE, "users_by_namespace (namespace=? AND (uid,scope)>(?,?) AND uid<?)");
        assert_is_one_search(ONE, "users_by_uid (uid=? AND scope=?)");
    }
}
