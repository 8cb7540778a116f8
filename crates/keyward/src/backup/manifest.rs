//! What a backup says of itself. It is written last: a directory without it is no backup.

use std::fs::{self, File};
use std::io::{self, Read};
use std::path::Path;

use serde::{Deserialize, Serialize};
use sha2::{Digest, Sha256};

/// The file's name.
pub(super) const FILE: &str = "backup.json";

/// The layout that this release writes and reads.
const FORMAT: u32 = 1;

/// What a backup says of itself.
#[derive(Debug, Serialize, Deserialize)]
pub(super) struct Manifest {
    format: u32,
    /// The release that made it.
    made_by: String,
    /// When, in milliseconds since 1970.
    pub(super) made_at: i64,
    /// The master key under which its secrets are sealed.
    pub(super) master_key: String,
    /// How many files hold bodies of objects, and their bytes.
    pub(super) bodies: u64,
    pub(super) body_bytes: u64,
    /// SHA-256 of each metadata file, in hexadecimal, by its path.
    digests: Vec<(String, String)>,
}

/// Why a directory is not a backup that can be restored.
#[derive(Debug, thiserror::Error)]
pub(crate) enum ManifestError {
    #[error("{path} holds no backup, or one that was not finished: {cause}")]
    Missing { path: String, cause: io::Error },
    #[error("{path} does not say what a backup says: {cause}")]
    Unreadable { path: String, cause: serde_json::Error },
    #[error("the backup has layout {found}, and this release reads {FORMAT}; restore it with release {made_by}")]
    OtherFormat { found: u32, made_by: String },
    #[error("the backup is damaged: {path} is not as it was written")]
    Damaged { path: String },
    #[error("the backup is damaged: {path} cannot be read: {cause}")]
    Gone { path: String, cause: io::Error },
}

impl Manifest {
    /// Of the files `metadata`, by their paths below `backup`.
    pub(super) fn new(
        backup: &Path,
        metadata: &[String],
        (bodies, body_bytes): (u64, u64),
        master_key: String,
        made_at: i64,
    ) -> io::Result<Self> {
        let digests = metadata.iter().map(|name| Ok((name.clone(), digest(&backup.join(name))?)));
        let digests = digests.collect::<io::Result<_>>()?;
        let made_by = env!("CARGO_PKG_VERSION").to_owned();
        Ok(Self { format: FORMAT, made_by, made_at, master_key, bodies, body_bytes, digests })
    }

    /// Reads it from `backup`.
    pub(super) fn read(backup: &Path) -> Result<Self, ManifestError> {
        let path = || backup.display().to_string();
        let json = fs::read(backup.join(FILE)).map_err(|cause| ManifestError::Missing { path: path(), cause })?;
        let manifest: Self =
            serde_json::from_slice(&json).map_err(|cause| ManifestError::Unreadable { path: path(), cause })?;
        match manifest.format {
            FORMAT => Ok(manifest),
            found => Err(ManifestError::OtherFormat { found, made_by: manifest.made_by }),
        }
    }

    /// Compares the metadata files below `directory` with what they were.
    pub(super) fn verify(&self, directory: &Path) -> Result<(), ManifestError> {
        for (name, expected) in &self.digests {
            let path = directory.join(name);
            let shown = || path.display().to_string();
            match digest(&path) {
                Ok(found) if found == *expected => {}
                Ok(_) => return Err(ManifestError::Damaged { path: shown() }),
                Err(cause) => return Err(ManifestError::Gone { path: shown(), cause }),
            }
        }
        Ok(())
    }

    /// The file's text.
    pub(super) fn to_json(&self) -> Result<Vec<u8>, serde_json::Error> {
        serde_json::to_vec_pretty(self)
    }
}

fn digest(path: &Path) -> io::Result<String> {
    const PIECE: usize = 1 << 20;
    let (mut file, mut digest, mut piece) = (File::open(path)?, Sha256::new(), vec![0; PIECE]);
    loop {
        match file.read(&mut piece)? {
            0 => break,
            length => digest.update(&piece[..length]),
        }
    }
    Ok(digest.finalize().iter().map(|byte| format!("{byte:02x}")).collect())
}
