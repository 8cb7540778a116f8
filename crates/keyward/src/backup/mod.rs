//! `keyward backup` and `keyward restore`: a copy of everything as it was at one moment, and a data directory from it.

mod make;
mod manifest;
mod restore;

pub(crate) use make::make;
pub(crate) use restore::restore;

use std::fs;
use std::io;
use std::path::Path;

use keyward_objects_local::engine::EngineError;
use keyward_sealing::KeyFileError;
use keyward_store_sqlite::SnapshotError;

use crate::start_error::StartError;
use manifest::ManifestError;

/// The folder of the object store, in a data directory and in a backup.
const OBJECTS: &str = "objects";

/// The master key's file, in a data directory and in a backup.
const MASTER_KEY: &str = "master.key";

/// Why nothing was backed up or restored.
#[derive(Debug, thiserror::Error)]
pub(crate) enum BackupError {
    #[error(transparent)]
    Start(#[from] StartError),
    #[error("there is nothing to back up in {path}: give the --data-dir of a server")]
    NoData { path: String },
    #[error("{path} is there already; name a directory that does not exist yet")]
    Exists { path: String },
    #[error("{path} holds data already; name another --data-dir")]
    HoldsData { path: String },
    #[error("the data in {path} does not say which master key sealed it; start the server on it once")]
    NoFingerprint { path: String },
    #[error("the master key is not in a file: keep KEYWARD_MASTER_KEY yourself, and leave out --with-master-key")]
    KeyNotInFile,
    #[error(
        "the secrets are sealed with master key {fingerprint}, which is not in the backup; give it, with --master-key-file or KEYWARD_MASTER_KEY"
    )]
    KeyMissing { fingerprint: String },
    #[error("the secrets are sealed with master key {fingerprint}, and the key given is {given}; give that one")]
    OtherKey { fingerprint: String, given: String },
    #[error("the master key cannot be read: {0}")]
    Key(#[from] KeyFileError),
    #[error("KEYWARD_MASTER_KEY cannot be used: {0}")]
    KeyText(keyward_sealing::MasterKeyError),
    #[error(transparent)]
    Identity(#[from] SnapshotError),
    #[error("the objects cannot be copied: {0}")]
    Objects(#[from] EngineError),
    #[error(transparent)]
    Manifest(#[from] ManifestError),
    #[error("cannot {attempted}: {cause}")]
    Io { attempted: &'static str, cause: io::Error },
}

fn io(attempted: &'static str) -> impl Fn(io::Error) -> BackupError {
    move |cause| BackupError::Io { attempted, cause }
}

/// Makes the names in `directory` durable.
fn sync(directory: &Path) -> io::Result<()> {
    fs::File::open(directory)?.sync_all()
}
