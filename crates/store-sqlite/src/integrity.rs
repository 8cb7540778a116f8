//! What SQLite itself has to say against the identity store's file.

use std::path::Path;

use crate::open::{OpenError, onlooker};

/// Checks every page and reference of the store in the file at `path`, beside a server that uses it or without one;
/// answers a line for each fault. Blocks while it reads the whole file.
///
/// # Errors
/// [`OpenError`] when there is no such store, or not one of this release.
pub fn integrity(path: impl AsRef<Path>) -> Result<Vec<String>, OpenError> {
    let path = path.as_ref();
    let connection = onlooker(path)?;
    let lines = |sql: &str, line: fn(&rusqlite::Row<'_>) -> rusqlite::Result<String>| {
        let mut statement = connection.prepare(sql)?;
        statement.query_map([], line)?.collect::<rusqlite::Result<Vec<String>>>()
    };
    let failed = |error: rusqlite::Error| OpenError::Database {
        path: path.to_owned(),
        attempted: "check the file",
        cause: error.to_string(),
    };
    let mut faults = lines("PRAGMA integrity_check(20)", |row| row.get(0)).map_err(failed)?;
    faults.retain(|line| line != "ok");
    let dangling = lines("PRAGMA foreign_key_check", |row| {
        let (table, parent): (String, String) = (row.get(0)?, row.get(2)?);
        Ok(format!("a row of {table} refers to one of {parent} that is not there"))
    });
    faults.extend(dangling.map_err(failed)?);
    Ok(faults)
}

#[cfg(test)]
mod tests {
    use keyward_store::AuditKeys;

    use super::*;
    use crate::SqliteStore;

    #[test]
    fn a_file_that_is_whole_has_no_faults_and_a_spoilt_page_is_one() {
        const PAGE: usize = 4096;
        let home = tempfile::tempdir().expect("a directory");
        let path = home.path().join("identity.db");
        drop(SqliteStore::open(&path, AuditKeys::new([7; 32])).expect("a store"));
        assert_eq!(integrity(&path).expect("looked at"), [""; 0]);
        let mut bytes = std::fs::read(&path).expect("read");
        bytes[4 * PAGE..5 * PAGE].fill(0xFF);
        std::fs::write(&path, bytes).expect("written");
        assert!(integrity(&path).map_or(true, |faults| !faults.is_empty()));
    }

    #[test]
    fn where_there_is_no_store_none_is_made() {
        let home = tempfile::tempdir().expect("a directory");
        assert!(integrity(home.path().join("identity.db")).is_err());
        assert_eq!(std::fs::read_dir(home.path()).expect("listed").count(), 0);
    }
}
