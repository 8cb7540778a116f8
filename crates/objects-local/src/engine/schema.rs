//! The tables of a shard's metadata file and how older files are brought up to them.

use std::fs::OpenOptions;
use std::os::unix::fs::OpenOptionsExt;
use std::path::Path;

use keyward_disk_space::log_pages;
use rusqlite::{Connection, OpenFlags};

use super::EngineError;

/// Step `n` brings a file of version `n` to version `n + 1`. Released steps never change.
const MIGRATIONS: &[&str] = &[
    // The keys of objects, uploads and parts are laid out in `row_key`. Small bodies stand in a table of their own:
    // inside the metadata rows they would make a listing read them all. `files` counts how many rows name a body file.
    "CREATE TABLE shard (
        id INTEGER PRIMARY KEY CHECK (id = 0),
        store BLOB NOT NULL,
        number INTEGER NOT NULL,
        shards INTEGER NOT NULL
    ) STRICT;
    CREATE TABLE buckets (
        id INTEGER PRIMARY KEY,
        closed INTEGER NOT NULL,
        objects INTEGER NOT NULL,
        bytes INTEGER NOT NULL
    ) STRICT;
    CREATE TABLE objects (
        key BLOB PRIMARY KEY,
        size INTEGER NOT NULL,
        modified INTEGER NOT NULL,
        etag BLOB NOT NULL,
        checksum TEXT,
        inline_body INTEGER,
        file BLOB,
        part_set BLOB,
        head TEXT NOT NULL
    ) STRICT, WITHOUT ROWID;
    CREATE TABLE inline_bodies (
        id INTEGER PRIMARY KEY,
        bytes BLOB NOT NULL
    ) STRICT;
    CREATE TABLE files (
        id BLOB PRIMARY KEY,
        uses INTEGER NOT NULL
    ) STRICT, WITHOUT ROWID;
    CREATE TABLE uploads (
        key BLOB PRIMARY KEY,
        checksum TEXT,
        head TEXT NOT NULL
    ) STRICT, WITHOUT ROWID;
    CREATE TABLE parts (
        key BLOB PRIMARY KEY,
        size INTEGER NOT NULL,
        modified INTEGER NOT NULL,
        etag BLOB NOT NULL,
        checksum TEXT,
        inline_body INTEGER,
        file BLOB
    ) STRICT, WITHOUT ROWID;",
    // Versions. A null version that was written while versioning is suspended stands at its place in time and is marked;
    // the index finds the one of a key. A delete marker is a row without bytes. `locked`: the head has a lock.
    "ALTER TABLE objects ADD COLUMN null_version INTEGER NOT NULL DEFAULT 0;
    ALTER TABLE objects ADD COLUMN delete_marker INTEGER NOT NULL DEFAULT 0;
    ALTER TABLE objects ADD COLUMN locked INTEGER NOT NULL DEFAULT 0;
    CREATE INDEX null_versions ON objects (key) WHERE null_version = 1;",
    // No table changes. From this version on, heads hold fields that an earlier release would drop when it writes a head
    // again, such as the internal id of the owner; the higher version makes that release refuse the file.
    "",
];

/// The connection that writes and checkpoints; the only one of its file that may.
pub(super) fn open_writer(path: &Path) -> Result<Connection, EngineError> {
    // SQLite gives its side files the mode of this one.
    OpenOptions::new()
        .append(true)
        .create(true)
        .mode(0o600)
        .open(path)
        .map_err(EngineError::io("create a metadata file"))?;
    let connection = Connection::open_with_flags(
        path,
        OpenFlags::SQLITE_OPEN_READ_WRITE | OpenFlags::SQLITE_OPEN_NO_MUTEX | OpenFlags::SQLITE_OPEN_EXRESCODE,
    )?;
    let mode: String = connection.query_row("PRAGMA journal_mode = WAL", [], |row| row.get(0))?;
    if mode != "wal" {
        return Err(EngineError::Setting {
            name: "directory",
            fault: "lies on a file system without shared memory (a network share?); use a local one",
        });
    }
    let pages = log_pages(path.parent().unwrap_or(path));
    connection.execute_batch(&format!(
        "PRAGMA synchronous = FULL;
         PRAGMA busy_timeout = 5000;
         PRAGMA cache_size = -65536;
         PRAGMA wal_autocheckpoint = {pages};
         PRAGMA journal_size_limit = {};",
        pages * 4096 * 4
    ))?;
    connection.set_prepared_statement_cache_capacity(64);
    migrate(&connection)?;
    Ok(connection)
}

/// A connection that can only read.
pub(super) fn open_reader(path: &Path) -> Result<Connection, EngineError> {
    let connection = Connection::open_with_flags(
        path,
        OpenFlags::SQLITE_OPEN_READ_ONLY | OpenFlags::SQLITE_OPEN_NO_MUTEX | OpenFlags::SQLITE_OPEN_EXRESCODE,
    )?;
    connection.execute_batch("PRAGMA query_only = ON; PRAGMA busy_timeout = 5000; PRAGMA cache_size = -8192;")?;
    connection.set_prepared_statement_cache_capacity(64);
    Ok(connection)
}

/// As [`open_reader`], for who looks at a store without owning it: its tables have to be this release's.
pub(super) fn open_onlooker(path: &Path) -> Result<Connection, EngineError> {
    let connection = open_reader(path)?;
    let known = u32::try_from(MIGRATIONS.len()).unwrap_or(u32::MAX);
    match refuse_newer(&connection)? {
        found if found < known => Err(EngineError::OlderSchema { found, known }),
        _ => Ok(connection),
    }
}

/// Refuses the file of a later release; answers the version of any other.
pub(super) fn refuse_newer(connection: &Connection) -> Result<u32, EngineError> {
    let known = u32::try_from(MIGRATIONS.len()).unwrap_or(u32::MAX);
    let found: u32 = connection.query_row("PRAGMA user_version", [], |row| row.get(0))?;
    match found > known {
        true => Err(EngineError::NewerSchema { found, known }),
        false => Ok(found),
    }
}

fn migrate(connection: &Connection) -> Result<(), EngineError> {
    let found = refuse_newer(connection)?;
    for (step, version) in MIGRATIONS.iter().zip(1_u32..).skip(found as usize) {
        connection.execute_batch(&format!("BEGIN IMMEDIATE; {step} PRAGMA user_version = {version}; COMMIT;"))?;
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use std::os::unix::fs::PermissionsExt;

    use super::*;

    #[test]
    fn a_file_of_a_newer_release_is_refused_and_left_alone() {
        let home = tempfile::tempdir().unwrap();
        let path = home.path().join("meta-00.db");
        open_writer(&path).unwrap().execute_batch("PRAGMA user_version = 99").unwrap();
        assert!(matches!(open_writer(&path), Err(EngineError::NewerSchema { found: 99, known: 3 })));
    }

    #[test]
    fn metadata_is_for_the_owner_alone() {
        let home = tempfile::tempdir().unwrap();
        let _connection = open_writer(&home.path().join("meta-00.db")).unwrap();
        for entry in std::fs::read_dir(home.path()).unwrap() {
            let entry = entry.unwrap();
            assert_eq!(entry.metadata().unwrap().permissions().mode() & 0o777, 0o600, "{:?}", entry.file_name());
        }
    }

    #[test]
    fn readers_cannot_write() {
        let home = tempfile::tempdir().unwrap();
        let path = home.path().join("meta-00.db");
        let _writer = open_writer(&path).unwrap();
        assert!(open_reader(&path).unwrap().execute("DELETE FROM objects", []).is_err());
    }
}
