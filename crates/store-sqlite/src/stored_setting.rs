//! One setting, read before the store is opened or while a server has it open.

use std::path::Path;

use keyward_store::Setting;
use rusqlite::OptionalExtension;

use crate::open::{OpenError, reader};

/// The setting `name` as the store in the file at `path` has it; `None` when it was never set, or there is no store
/// yet.
///
/// # Errors
/// [`OpenError`] when the file cannot be read.
pub fn stored_setting(path: impl AsRef<Path>, name: &str) -> Result<Option<serde_json::Value>, OpenError> {
    let path = path.as_ref();
    let failed = |cause: String| OpenError::Database { path: path.to_owned(), attempted: "read a setting", cause };
    if !path.exists() {
        return Ok(None);
    }
    let connection = reader(path)?;
    let table = "SELECT EXISTS (SELECT 1 FROM sqlite_schema WHERE name = 'settings')";
    let is_there: bool =
        connection.query_row(table, [], |row| row.get(0)).map_err(|error| failed(error.to_string()))?;
    if !is_there {
        return Ok(None);
    }
    let json: Option<String> = connection
        .query_row("SELECT record FROM settings WHERE key = ?1", [name], |row| row.get(0))
        .optional()
        .map_err(|error| failed(error.to_string()))?;
    let setting: Option<Setting> =
        json.map(|json| serde_json::from_str(&json)).transpose().map_err(|error| failed(error.to_string()))?;
    Ok(setting.map(|setting| setting.value))
}
