//! Making a data directory from a backup.

use std::collections::BTreeMap;
use std::fs;
use std::os::unix::fs::DirBuilderExt;
use std::path::{Path, PathBuf};

use keyward_sealing::{MasterKeys, Recorded, load_key_file};
use keyward_store_sqlite::{SnapshotError, readable};

use super::manifest::Manifest;
use super::{BackupError, MASTER_KEY, OBJECTS, io, sync};
use crate::assemble::IDENTITY;
use crate::config::{Environment, Settings};
use crate::data_dir::DataDir;
use crate::start_error::StartError;

/// What is copied to while it is not whole; a second attempt removes what the first has left.
const DRAFT: &str = "restoring";

/// Copies the backup to the data directory; answers what to tell the person who asked.
pub(crate) fn restore(
    config_file: Option<PathBuf>,
    flags: BTreeMap<&'static str, String>,
    environment: &Environment,
    backup: &Path,
) -> Result<String, BackupError> {
    let settings = Settings::read(config_file, flags, environment).map_err(StartError::from)?;
    let manifest = Manifest::read(backup)?;
    let brings_key = backup.join(MASTER_KEY).exists();
    compare_keys(&settings, environment, backup, &manifest.master_key)?;
    let data_dir = DataDir::open(&settings.data_dir).map_err(StartError::from)?;
    if data_dir.join(IDENTITY).exists() || data_dir.join(OBJECTS).exists() {
        return Err(BackupError::HoldsData { path: data_dir.path().display().to_string() });
    }
    let draft = data_dir.join(DRAFT);
    if draft.exists() {
        fs::remove_dir_all(&draft).map_err(io("remove what an earlier attempt left"))?;
    }
    copy(backup, &draft).map_err(io("copy the backup"))?;
    manifest.verify(&draft)?;
    readable(&draft.join(IDENTITY)).map_err(SnapshotError::from)?;
    // Identity last: where it is, all the rest is.
    let moved = [Some(OBJECTS), brings_key.then_some(MASTER_KEY), Some(IDENTITY)];
    for name in moved.into_iter().flatten() {
        fs::rename(draft.join(name), data_dir.join(name)).map_err(io("put the copy in its place"))?;
        sync(data_dir.path()).map_err(io("sync the data directory"))?;
    }
    fs::remove_dir_all(&draft).map_err(io("remove the draft"))?;
    Ok(format!(
        "restored to {}: identity, {} bodies; keys and passwords are as they were when the backup was made",
        data_dir.path().display(),
        manifest.bodies
    ))
}

/// Refuses to restore what the server could not open afterwards.
fn compare_keys(
    settings: &Settings,
    environment: &Environment,
    backup: &Path,
    fingerprint: &str,
) -> Result<(), BackupError> {
    let keys = match (environment.value("KEYWARD_MASTER_KEY"), &settings.master_key_file) {
        (Some(text), _) => MasterKeys::parse(text).map_err(BackupError::KeyText)?,
        (None, Some(path)) => load_key_file(path)?,
        (None, None) if backup.join(MASTER_KEY).exists() => load_key_file(&backup.join(MASTER_KEY))?,
        (None, None) => return Err(BackupError::KeyMissing { fingerprint: fingerprint.to_owned() }),
    };
    match keys.recognise(fingerprint) {
        Recorded::Current | Recorded::Earlier => Ok(()),
        Recorded::Unknown => {
            Err(BackupError::OtherKey { fingerprint: fingerprint.to_owned(), given: keys.fingerprint().to_string() })
        }
    }
}

fn copy(from: &Path, to: &Path) -> std::io::Result<()> {
    fs::DirBuilder::new().mode(0o700).create(to)?;
    for entry in fs::read_dir(from)? {
        let entry = entry?;
        let target = to.join(entry.file_name());
        if entry.file_type()?.is_dir() {
            copy(&entry.path(), &target)?;
        } else {
            fs::copy(entry.path(), &target)?;
            fs::File::open(&target)?.sync_all()?;
        }
    }
    sync(to)
}
