//! Holding off the unlinking of bodies while another process copies the store: whoever holds the file `unlink.lock`
//! of the store's directory, shared, is sure that what a metadata row named when it looked stays there.
//!
//! The system lets go of the lock when the holder ends, however it ends.

use std::fs::{File, OpenOptions, TryLockError};
use std::io;
use std::os::unix::fs::OpenOptionsExt;
use std::path::Path;

const FILE: &str = "unlink.lock";

/// The file, open on the side that unlinks.
pub(super) struct UnlinkHold {
    file: File,
}

impl UnlinkHold {
    pub(super) fn open(store: &Path) -> io::Result<Self> {
        Ok(Self { file: open(store)? })
    }

    /// Runs `unlink` unless somebody holds unlinking off; `None` if somebody does.
    pub(super) fn unless_held<T>(&self, unlink: impl FnOnce() -> T) -> io::Result<Option<T>> {
        match self.file.try_lock() {
            Ok(()) => {}
            Err(TryLockError::WouldBlock) => return Ok(None),
            Err(TryLockError::Error(error)) => return Err(error),
        }
        let result = unlink();
        self.file.unlock()?;
        Ok(Some(result))
    }
}

/// Holds unlinking off until dropped. Waits for an unlink that is under way.
pub(super) fn hold(store: &Path) -> io::Result<File> {
    let file = open(store)?;
    file.lock_shared()?;
    Ok(file)
}

fn open(store: &Path) -> io::Result<File> {
    OpenOptions::new().write(true).create(true).truncate(false).mode(0o600).open(store.join(FILE))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn nothing_is_unlinked_while_somebody_holds_it_off() {
        let home = tempfile::tempdir().expect("a directory");
        let unlinking = UnlinkHold::open(home.path()).expect("opened");
        let unlink = || unlinking.unless_held(|| true).expect("asked");
        assert_eq!(unlink(), Some(true));
        let (first, second) = (hold(home.path()).expect("held"), hold(home.path()).expect("held"));
        assert_eq!(unlink(), None);
        drop(first);
        assert_eq!(unlink(), None);
        drop(second);
        assert_eq!(unlink(), Some(true));
    }
}
