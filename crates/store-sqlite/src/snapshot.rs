//! A copy of the identity store as it was at one moment, made while a server goes on writing it.

use std::fs::{File, OpenOptions};
use std::io;
use std::os::unix::fs::OpenOptionsExt;
use std::path::{Path, PathBuf};

use rusqlite::backup::Backup;
use rusqlite::{Connection, OptionalExtension};
use thiserror::Error;

use crate::open::{OpenError, reader};

/// Every page in one step: the copy is of one read transaction, however much is written meanwhile.
const ALL_PAGES: std::ffi::c_int = -1;

/// Why no snapshot was made.
#[derive(Debug, Error)]
pub enum SnapshotError {
    /// The store could not be read.
    #[error(transparent)]
    Open(#[from] OpenError),
    /// The copy could not be written.
    #[error("the copy {path} of the identity store could not be written: {cause}")]
    Write {
        /// The copy.
        path: PathBuf,
        /// Why.
        cause: io::Error,
    },
    /// SQLite failed on the way.
    #[error("the identity store could not be copied: {cause}")]
    Database {
        /// What SQLite said.
        cause: String,
    },
}

/// Copies the store in the file `from` to the new file `to`, durably and for its owner alone; answers the setting
/// `name` as the copy has it. Blocks while it copies; readers and the writer of `from` go on.
///
/// # Errors
/// [`SnapshotError`]; what there is of `to` is then no store.
pub fn snapshot(from: &Path, to: &Path, name: &str) -> Result<Option<serde_json::Value>, SnapshotError> {
    let write = |cause| SnapshotError::Write { path: to.to_owned(), cause };
    OpenOptions::new().write(true).create_new(true).mode(0o600).open(to).map_err(write)?;
    let source = reader(from)?;
    let setting = copy(&source, to, name)?;
    File::open(to).and_then(|file| file.sync_all()).map_err(write)?;
    Ok(setting)
}

fn copy(source: &Connection, to: &Path, name: &str) -> Result<Option<serde_json::Value>, SnapshotError> {
    let mut copy = Connection::open(to)?;
    Backup::new(source, &mut copy)?.step(ALL_PAGES)?;
    // A single file is easier to keep than one with a log beside it; the server switches back when it opens it.
    copy.pragma_update(None, "journal_mode", "DELETE")?;
    let json: Option<String> =
        copy.query_row("SELECT record FROM settings WHERE key = ?1", [name], |row| row.get(0)).optional()?;
    copy.close().map_err(|(_, error)| error)?;
    let record: Option<serde_json::Value> = json.and_then(|json| serde_json::from_str(&json).ok());
    Ok(record.and_then(|mut record| record.get_mut("value").map(serde_json::Value::take)))
}

impl From<rusqlite::Error> for SnapshotError {
    fn from(error: rusqlite::Error) -> Self {
        SnapshotError::Database { cause: error.to_string() }
    }
}
