//! From SQLite's errors, and from rows that do not read back, to the port's own.

use keyward_store::StoreError;
use serde::de::DeserializeOwned;

/// Turns any failure of SQLite into "could not find out". Its messages carry names of tables and columns, never bound
/// values.
pub(crate) fn unavailable(attempted: &'static str) -> impl Fn(rusqlite::Error) -> StoreError {
    move |error| StoreError::Unavailable { attempted, cause: error.to_string() }
}

/// Reads the JSON of one row.
pub(crate) fn decoded<T: DeserializeOwned>(table: &'static str, row: &str, json: &str) -> Result<T, StoreError> {
    serde_json::from_str(json).map_err(|error| StoreError::Corrupt {
        table,
        row: row.to_owned(),
        damage: where_it_broke(&error),
    })
}

/// The JSON of a record.
pub(crate) fn encoded<T: serde::Serialize>(attempted: &'static str, record: &T) -> Result<String, StoreError> {
    serde_json::to_string(record).map_err(|error| StoreError::Unavailable { attempted, cause: where_it_broke(&error) })
}

/// The parser's own message quotes what it read, which may be a password hash; the position does not.
fn where_it_broke(error: &serde_json::Error) -> String {
    format!("its JSON breaks off at column {} ({:?} error)", error.column(), error.classify())
}
