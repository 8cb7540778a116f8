//! Making a backup, beside a running server or without one.
//!
//! Objects are copied before identity: a bucket made in between is then empty, while the other way round its id would
//! be given out twice and its objects appear in another bucket.

use std::collections::BTreeMap;
use std::fs::{self, DirBuilder, OpenOptions};
use std::io::Write;
use std::os::unix::fs::{DirBuilderExt, OpenOptionsExt};
use std::path::{Path, PathBuf};

use keyward_ambient::{Clock, SystemClock};
use keyward_objects_local::engine::copy_store;
use keyward_store_sqlite::{SnapshotError, readable, snapshot};

use super::manifest::{self, Manifest};
use super::{BackupError, MASTER_KEY, OBJECTS, io, sync};
use crate::assemble::IDENTITY;
use crate::config::{Environment, Settings};
use crate::master_key::FINGERPRINT;
use crate::start_error::StartError;

/// Copies everything to the new directory `destination`; answers what to tell the person who asked.
pub(crate) fn make(
    config_file: Option<PathBuf>,
    flags: BTreeMap<&'static str, String>,
    environment: &Environment,
    destination: &Path,
    with_master_key: bool,
) -> Result<String, BackupError> {
    let settings = Settings::read(config_file, flags, environment).map_err(StartError::from)?;
    let data = &settings.data_dir;
    if !data.join(IDENTITY).exists() {
        return Err(BackupError::NoData { path: data.display().to_string() });
    }
    // A release that does not know the data might leave out a part of it.
    readable(&data.join(IDENTITY)).map_err(SnapshotError::from)?;
    let key_file = with_master_key.then(|| key_file(&settings, environment)).transpose()?;
    if destination.exists() {
        return Err(BackupError::Exists { path: destination.display().to_string() });
    }
    DirBuilder::new().mode(0o700).create(destination).map_err(io("create the backup's directory"))?;
    let made_at = SystemClock.now().as_millis();
    let copied = copy_store(&data.join(OBJECTS), &destination.join(OBJECTS))?;
    let fingerprint = snapshot(&data.join(IDENTITY), &destination.join(IDENTITY), FINGERPRINT)?
        .and_then(|value| value.as_str().map(str::to_owned))
        .ok_or_else(|| BackupError::NoFingerprint { path: data.display().to_string() })?;
    if let Some(path) = key_file {
        let key = zeroize::Zeroizing::new(fs::read(path).map_err(io("read the master key"))?);
        write(&destination.join(MASTER_KEY), &key)?;
    }
    let metadata = metadata_files(destination)?;
    let manifest = Manifest::new(destination, &metadata, (copied.bodies, copied.bytes), fingerprint.clone(), made_at)
        .map_err(io("read the backup"))?;
    let text = manifest.to_json().map_err(|cause| io("describe the backup")(cause.into()))?;
    write(&destination.join(manifest::FILE), &text)?;
    sync(destination).map_err(io("sync the backup"))?;
    let key = match with_master_key {
        true => "and the master key, so keep it as safe as the server".to_owned(),
        false => format!("without master key {fingerprint}, which a restore needs"),
    };
    Ok(format!(
        "backed up to {}: identity, {} bodies ({} bytes), {key}",
        destination.display(),
        copied.bodies,
        copied.bytes
    ))
}

fn key_file(settings: &Settings, environment: &Environment) -> Result<PathBuf, BackupError> {
    if environment.value("KEYWARD_MASTER_KEY").is_some() {
        return Err(BackupError::KeyNotInFile);
    }
    let path = settings.master_key_file.clone().unwrap_or_else(|| settings.data_dir.join(MASTER_KEY));
    match path.exists() {
        true => Ok(path),
        false => Err(BackupError::KeyNotInFile),
    }
}

/// The metadata files, by their paths below `backup`.
fn metadata_files(backup: &Path) -> Result<Vec<String>, BackupError> {
    let mut names = vec![IDENTITY.to_owned()];
    for entry in fs::read_dir(backup.join(OBJECTS)).map_err(io("list the backup"))? {
        let entry = entry.map_err(io("list the backup"))?;
        if entry.file_type().is_ok_and(|kind| kind.is_file()) {
            names.push(format!("{OBJECTS}/{}", entry.file_name().to_string_lossy()));
        }
    }
    names.sort();
    Ok(names)
}

/// Writes a file that only its owner can read, synced.
fn write(path: &Path, contents: &[u8]) -> Result<(), BackupError> {
    let mut options = OpenOptions::new();
    let file = options.write(true).create_new(true).mode(0o600).open(path);
    file.and_then(|mut file| file.write_all(contents).and_then(|()| file.sync_all())).map_err(io("write the backup"))
}
