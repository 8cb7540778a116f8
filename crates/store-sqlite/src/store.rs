//! The store as a whole.

use std::path::Path;
use std::sync::Arc;

use keyward_disk_space::Ballast;
use keyward_store::AuditKeys;

use crate::file;
use crate::ledger::Ledger;
use crate::open::{self, OpenError};
use crate::readers::Readers;
use crate::writer::Writer;

/// A store in one file, for one process.
pub struct SqliteStore {
    // Dropped in this order: the connection that closes last writes the log back into the file, and that is the
    // writer's task.
    pub(crate) readers: Readers,
    pub(crate) writer: Writer,
    pub(crate) audit_keys: AuditKeys,
}

impl SqliteStore {
    /// Opens the store in the file at `path` or makes a new one there, readable by its owner only; new audit records
    /// are linked with `audit_keys`. Takes the same time however much is stored. Blocks while it works.
    pub fn open(path: impl AsRef<Path>, audit_keys: AuditKeys) -> Result<Self, OpenError> {
        Self::open_with(path.as_ref(), audit_keys, None)
    }

    /// As [`open`](Self::open); on a full disk the space that `ballast` takes is used for what is written.
    pub fn open_with(path: &Path, audit_keys: AuditKeys, ballast: Option<Arc<Ballast>>) -> Result<Self, OpenError> {
        file::prepare(path).map_err(|source| OpenError::File { path: path.to_owned(), source })?;
        let connection = open::writer(path)?;
        let ledger = Ledger::load(&connection).map_err(|error| OpenError::Database {
            path: path.to_owned(),
            attempted: "read the ledger",
            cause: error.to_string(),
        })?;
        let readers = Readers::open(path)?;
        let writer =
            Writer::start(connection, audit_keys.clone(), ledger.revision, ballast).map_err(OpenError::Thread)?;
        Ok(Self { readers, writer, audit_keys })
    }
}

impl std::fmt::Debug for SqliteStore {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("SqliteStore").finish_non_exhaustive()
    }
}
