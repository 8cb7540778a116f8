//! Opening: what the file is, how connections are set up, and what speaks against it.

use std::io;
use std::path::{Path, PathBuf};
use std::time::Duration;

use keyward_disk_space::log_pages;
use rusqlite::{Connection, ErrorCode, OpenFlags};
use thiserror::Error;

use crate::schema::{self, Kind};

/// Why a store could not be opened. The file was not changed, except where its schema was being brought up to date.
#[derive(Debug, Error)]
pub enum OpenError {
    /// The file could not be made, read or protected.
    #[error("the identity store {path} could not be opened")]
    File {
        /// The database file.
        path: PathBuf,
        /// Why.
        #[source]
        source: io::Error,
    },
    /// The file is there and is not a database.
    #[error("{path} is not a database; move it away, or name another data directory")]
    NotADatabase {
        /// The file.
        path: PathBuf,
    },
    /// The file is a database of something else.
    #[error("{path} is a database, but not one of Keyward's; move it away, or name another data directory")]
    Foreign {
        /// The file.
        path: PathBuf,
    },
    /// A later release has written it.
    #[error("{path} has schema {found}, and this release knows up to {known}; run the newer release that wrote it")]
    NewerSchema {
        /// The database file.
        path: PathBuf,
        /// Its schema version.
        found: usize,
        /// The highest that this release knows.
        known: usize,
    },
    /// An earlier release has written it, and who only looks does not change it.
    #[error("{path} has schema {found}, and this release reads {known}; start the server on it once")]
    OlderSchema {
        /// The database file.
        path: PathBuf,
        /// Its schema version.
        found: usize,
        /// The one that this release reads.
        known: usize,
    },
    /// The file system cannot do what write-ahead logging needs.
    #[error("{path} is on a file system without shared memory, such as a network share; use a local disk")]
    NoSharedMemory {
        /// The database file.
        path: PathBuf,
    },
    /// SQLite failed for another reason.
    #[error("the identity store {path} could not be opened: SQLite failed to {attempted}: {cause}")]
    Database {
        /// The database file.
        path: PathBuf,
        /// What was attempted.
        attempted: &'static str,
        /// What SQLite said.
        cause: String,
    },
    /// The thread that writes could not be started.
    #[error("the thread that writes the identity store could not be started")]
    Thread(#[source] io::Error),
}

/// How long a connection waits for a lock that another one holds.
const BUSY: Duration = Duration::from_secs(5);

/// Statements that a connection keeps compiled.
const STATEMENTS: usize = 128;

/// The connection that writes, on a database whose schema is up to date.
///
/// On all but small disks 4,000 pages are 16 MiB of log between checkpoints, so that a checkpoint seldom holds up a commit;
/// the log file shrinks to four times as much after a burst. What is deleted is overwritten with zeros, so that no sealed
/// secret stays in a free page. Memory maps stay off: they would make a stray inconsistency lasting.
pub(crate) fn writer(path: &Path) -> Result<Connection, OpenError> {
    let mut connection = connect(path)?;
    recognise(&connection, path)?;
    let mode: String = connection
        .pragma_update_and_check(None, "journal_mode", "WAL", |row| row.get(0))
        .map_err(failed(path, "switch to write-ahead logging"))?;
    if !mode.eq_ignore_ascii_case("wal") {
        return Err(OpenError::NoSharedMemory { path: path.to_owned() });
    }
    let pages = log_pages(path.parent().filter(|parent| !parent.as_os_str().is_empty()).unwrap_or(Path::new(".")));
    connection
        .execute_batch(&format!(
            "PRAGMA synchronous = FULL; PRAGMA foreign_keys = ON; PRAGMA cache_size = -65536;
             PRAGMA secure_delete = ON;
             PRAGMA wal_autocheckpoint = {pages}; PRAGMA journal_size_limit = {};",
            pages * 4096 * 4
        ))
        .map_err(failed(path, "set up the writer"))?;
    schema::migrate(&mut connection).map_err(failed(path, "bring the schema up to date"))?;
    Ok(connection)
}

/// A connection that cannot write.
pub(crate) fn reader(path: &Path) -> Result<Connection, OpenError> {
    let connection = connect(path)?;
    connection
        .execute_batch("PRAGMA query_only = ON; PRAGMA cache_size = -16384;")
        .map_err(failed(path, "set up a reader"))?;
    Ok(connection)
}

/// A connection that cannot write, on a database that somebody else brings up to date.
pub(crate) fn onlooker(path: &Path) -> Result<Connection, OpenError> {
    let connection = reader(path)?;
    recognise(&connection, path)?;
    let known = schema::known_version();
    let found = schema::version(&connection).map_err(failed(path, "look at the schema"))?;
    match found < known {
        true => Err(OpenError::OlderSchema { path: path.to_owned(), found, known }),
        false => Ok(connection),
    }
}

/// Whether the identity store in the file `path` is one that this release or an earlier one wrote. Changes nothing.
///
/// # Errors
/// [`OpenError::NewerSchema`] and [`OpenError::Foreign`], or why the file could not be read.
pub fn readable(path: &Path) -> Result<(), OpenError> {
    recognise(&reader(path)?, path)
}

fn recognise(connection: &Connection, path: &Path) -> Result<(), OpenError> {
    match schema::kind(connection).map_err(failed(path, "look at the schema"))? {
        Kind::Ours => Ok(()),
        Kind::Foreign => Err(OpenError::Foreign { path: path.to_owned() }),
        Kind::Newer { found } => {
            Err(OpenError::NewerSchema { path: path.to_owned(), found, known: schema::known_version() })
        }
    }
}

fn connect(path: &Path) -> Result<Connection, OpenError> {
    let flags = OpenFlags::SQLITE_OPEN_READ_WRITE | OpenFlags::SQLITE_OPEN_NO_MUTEX;
    let connection = Connection::open_with_flags(path, flags).map_err(failed(path, "open the file"))?;
    connection.busy_timeout(BUSY).map_err(failed(path, "set the time limit"))?;
    connection.set_prepared_statement_cache_capacity(STATEMENTS);
    connection
        .execute_batch("PRAGMA mmap_size = 0; PRAGMA trusted_schema = OFF;")
        .map_err(failed(path, "set up the connection"))?;
    Ok(connection)
}

fn failed(path: &Path, attempted: &'static str) -> impl Fn(rusqlite::Error) -> OpenError {
    move |error| match error.sqlite_error_code() {
        Some(ErrorCode::NotADatabase) => OpenError::NotADatabase { path: path.to_owned() },
        _ => OpenError::Database { path: path.to_owned(), attempted, cause: error.to_string() },
    }
}
