//! A body file that no row names yet: it goes away unless a commit takes it over.

use super::ids::FileId;
use super::pins::Pin;

/// Owns a file from its creation to the commit. Dropping it has the file unlinked.
pub(super) struct PendingFile {
    pin: Pin,
    taken_over: bool,
}

impl PendingFile {
    pub(super) fn new(pin: Pin) -> Self {
        Self { pin, taken_over: false }
    }

    pub(super) fn id(&self) -> FileId {
        self.pin.id()
    }

    /// A row names the file now, or may name it: it stays.
    pub(super) fn keep(mut self) {
        self.taken_over = true;
    }
}

impl Drop for PendingFile {
    fn drop(&mut self) {
        if !self.taken_over {
            self.pin.doom();
        }
    }
}
