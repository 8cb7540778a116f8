//! The small tables of one shape: a key, a revision, a record.

use keyward_store::{Marker, Page, PageRequest, Revised, Revision, StoreError, prefix_end};
use rusqlite::{Connection, OptionalExtension, params};
use serde::Serialize;
use serde::de::DeserializeOwned;

use crate::failure::{decoded, encoded, unavailable};
use crate::ledger::{column, revision_from};

/// One such table.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Keyed {
    table: &'static str,
}

pub(crate) const NAMESPACES: Keyed = Keyed { table: "namespaces" };
pub(crate) const MANAGEMENT_USERS: Keyed = Keyed { table: "management_users" };
pub(crate) const PEOPLE: Keyed = Keyed { table: "people" };
pub(crate) const PROVIDERS: Keyed = Keyed { table: "providers" };
pub(crate) const BASE_URLS: Keyed = Keyed { table: "base_urls" };
pub(crate) const SETTINGS: Keyed = Keyed { table: "settings" };

impl Keyed {
    /// One record.
    pub(crate) fn one<T: DeserializeOwned>(
        self,
        connection: &Connection,
        key: &str,
    ) -> Result<Option<Revised<T>>, StoreError> {
        let sql = format!("SELECT revision, record FROM {} WHERE key = ?1", self.table);
        let row: Option<(i64, String)> = connection
            .prepare_cached(&sql)
            .and_then(|mut statement| statement.query_row([key], |row| Ok((row.get(0)?, row.get(1)?))).optional())
            .map_err(unavailable("read a record"))?;
        row.map(|(revision, json)| Ok(Revised::new(decoded(self.table, key, &json)?, revision_from(revision))))
            .transpose()
    }

    /// A page of the records whose keys begin with `prefix`, ordered by key.
    pub(crate) fn page<T: DeserializeOwned>(
        self,
        connection: &Connection,
        prefix: &str,
        request: &PageRequest,
    ) -> Result<Page<Revised<T>>, StoreError> {
        let after = request.after.as_ref().map_or("", Marker::as_str);
        // One lower bound only: of two, the query planner may start from the wrong one and step over all rows between.
        let (bound, from) = if after >= prefix { (">", after) } else { (">=", prefix) };
        let sql = format!(
            "SELECT key, revision, record FROM {} WHERE key {bound} ?1 AND key < ?2 ORDER BY key LIMIT ?3",
            self.table
        );
        let rows = self.rows(connection, &sql, params![from, prefix_end(prefix), request.limit() + 1])?;
        let page = Page::cut(rows, request.limit(), |(key, _)| Marker::parse(key));
        Ok(page.map(|(_, row)| row))
    }

    /// All records, ordered by key.
    pub(crate) fn all<T: DeserializeOwned>(self, connection: &Connection) -> Result<Vec<Revised<T>>, StoreError> {
        let sql = format!("SELECT key, revision, record FROM {} ORDER BY key", self.table);
        Ok(self.rows(connection, &sql, params![])?.into_iter().map(|(_, row)| row).collect())
    }

    fn rows<T: DeserializeOwned>(
        self,
        connection: &Connection,
        sql: &str,
        values: &[&dyn rusqlite::ToSql],
    ) -> Result<Vec<(String, Revised<T>)>, StoreError> {
        let attempted = unavailable("list records");
        let mut statement = connection.prepare_cached(sql).map_err(&attempted)?;
        let rows = statement
            .query_map(values, |row| Ok((row.get::<_, String>(0)?, row.get::<_, i64>(1)?, row.get::<_, String>(2)?)))
            .map_err(&attempted)?;
        rows.map(|row| {
            let (key, revision, json) = row.map_err(&attempted)?;
            let value = decoded(self.table, &key, &json)?;
            Ok((key, Revised::new(value, revision_from(revision))))
        })
        .collect()
    }

    /// At which revision a record is.
    pub(crate) fn revision(self, connection: &Connection, key: &str) -> rusqlite::Result<Option<Revision>> {
        let sql = format!("SELECT revision FROM {} WHERE key = ?1", self.table);
        let revision = connection.prepare_cached(&sql)?.query_row([key], |row| row.get(0)).optional()?;
        Ok(revision.map(revision_from))
    }

    /// Writes a record whole, new or not.
    pub(crate) fn put<T: Serialize>(
        self,
        connection: &Connection,
        key: &str,
        revision: Revision,
        record: &T,
    ) -> Result<(), StoreError> {
        let json = encoded("write a record", record)?;
        let sql = format!(
            "INSERT INTO {} (key, revision, record) VALUES (?1, ?2, ?3)
             ON CONFLICT (key) DO UPDATE SET revision = excluded.revision, record = excluded.record",
            self.table
        );
        connection
            .prepare_cached(&sql)
            .and_then(|mut statement| statement.execute(params![key, column(revision), json]))
            .map_err(unavailable("write a record"))?;
        Ok(())
    }

    /// Removes a record.
    pub(crate) fn delete(self, connection: &Connection, key: &str) -> rusqlite::Result<()> {
        let sql = format!("DELETE FROM {} WHERE key = ?1", self.table);
        connection.prepare_cached(&sql)?.execute([key])?;
        Ok(())
    }
}
