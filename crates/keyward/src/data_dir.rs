//! The data directory: made on first start, closed to others, used by one process at a time.

use std::fs::{self, File, OpenOptions, Permissions};
use std::io::{self, Write};
use std::os::unix::fs::{OpenOptionsExt, PermissionsExt};
use std::path::{Path, PathBuf};

use rustix::fs::{FlockOperation, flock};

/// Why the data directory cannot be used.
#[derive(Debug, thiserror::Error)]
pub(crate) enum DataDirError {
    #[error("cannot use the data directory {path}: {cause}")]
    Unusable { path: String, cause: io::Error },
    #[error("the data directory {path} is in use by another Keyward process; stop that one, or give --data-dir")]
    InUse { path: String },
}

/// The data directory; a server's is locked for its process until dropped.
#[derive(Debug)]
pub(crate) struct DataDir {
    path: PathBuf,
    // Holds the lock; the system releases it when the process ends, however it ends.
    _lock: Option<File>,
}

impl DataDir {
    /// Makes the directory if need be (mode 0700) and locks it.
    pub(crate) fn open(path: &Path) -> Result<Self, DataDirError> {
        let unusable = |cause| DataDirError::Unusable { path: path.display().to_string(), cause };
        if !path.exists() {
            fs::create_dir_all(path).map_err(unusable)?;
            fs::set_permissions(path, Permissions::from_mode(0o700)).map_err(unusable)?;
        }
        let lock = OpenOptions::new()
            .create(true)
            .truncate(false)
            .write(true)
            .mode(0o600)
            .open(path.join("lock"))
            .map_err(unusable)?;
        match flock(&lock, FlockOperation::NonBlockingLockExclusive) {
            Ok(()) => {}
            Err(rustix::io::Errno::WOULDBLOCK) => {
                return Err(DataDirError::InUse { path: path.display().to_string() });
            }
            Err(cause) => return Err(unusable(cause.into())),
        }
        let path = path.canonicalize().map_err(unusable)?;
        Ok(Self { path, _lock: Some(lock) })
    }

    /// The directory as it is, beside a server that may be using it: for what is safe to do there.
    pub(crate) fn beside_a_server(path: &Path) -> Result<Self, DataDirError> {
        let unusable = |cause| DataDirError::Unusable { path: path.display().to_string(), cause };
        Ok(Self { path: path.canonicalize().map_err(unusable)?, _lock: None })
    }

    /// The path of something inside.
    pub(crate) fn join(&self, name: &str) -> PathBuf {
        self.path.join(name)
    }

    /// The directory's own absolute path.
    pub(crate) fn path(&self) -> &Path {
        &self.path
    }

    /// Writes a file that only its owner can read, whole or not at all, synced.
    pub(crate) fn write_private(&self, name: &str, contents: &[u8]) -> io::Result<PathBuf> {
        let path = self.join(name);
        let draft = self.join(&format!("{name}.new"));
        let _ = fs::remove_file(&draft);
        let mut file = OpenOptions::new().write(true).create_new(true).mode(0o600).open(&draft)?;
        file.write_all(contents)?;
        file.sync_all()?;
        fs::rename(&draft, &path)?;
        File::open(&self.path)?.sync_all()?;
        Ok(path)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_second_user_of_the_directory_is_refused_until_the_first_lets_go() {
        let parent = tempfile::tempdir().expect("temp dir");
        let path = parent.path().join("data");
        let first = DataDir::open(&path).expect("first");
        assert!(matches!(DataDir::open(&path), Err(DataDirError::InUse { .. })));
        drop(first);
        DataDir::open(&path).expect("free again");
    }

    #[test]
    fn private_files_are_private() {
        let parent = tempfile::tempdir().expect("temp dir");
        let dir = DataDir::open(&parent.path().join("data")).expect("opened");
        let path = dir.write_private("secret", b"x").expect("written");
        assert_eq!(fs::metadata(path).expect("there").permissions().mode() & 0o777, 0o600);
        assert_eq!(fs::metadata(dir.path()).expect("there").permissions().mode() & 0o777, 0o700);
    }
}
