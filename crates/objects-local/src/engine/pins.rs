//! Which body files this process is using, so that none is unlinked under a reader or an upload.
//!
//! An unlink asked for while a file is pinned is put off until the last pin goes. A reader pins what a row names and
//! then looks whether the row still names it: only then does the pin hold, since every later commit that drops the row
//! sees the pin.

use std::collections::HashMap;
use std::collections::hash_map::Entry;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use super::ids::FileId;
use super::reaper::Unlinks;

const STRIPES: usize = 16;

#[derive(Default)]
struct Pinned {
    count: usize,
    doomed: bool,
}

/// The files in use and the way to unlink one.
pub(super) struct Pins {
    stripes: [Mutex<HashMap<FileId, Pinned>>; STRIPES],
    unlinks: Unlinks,
}

impl Pins {
    pub(super) fn new(unlinks: Unlinks) -> Self {
        Self { stripes: Default::default(), unlinks }
    }

    /// Keeps `id` from being unlinked until the pin is dropped.
    pub(super) fn pin(self: &Arc<Self>, id: FileId) -> Pin {
        self.stripe(id).entry(id).or_default().count += 1;
        Pin { pins: Arc::clone(self), id }
    }

    /// Whether an upload or a reader is using `id`.
    pub(super) fn is_pinned(&self, id: FileId) -> bool {
        self.stripe(id).contains_key(&id)
    }

    /// Whether nothing is pinned at all.
    pub(super) fn is_empty(&self) -> bool {
        self.stripes.iter().all(|stripe| stripe.lock().unwrap_or_else(PoisonError::into_inner).is_empty())
    }

    /// Unlinks `id` in the background, once nobody uses it. The caller knows that no row names it.
    pub(super) fn discard(&self, id: FileId) {
        let mut stripe = self.stripe(id);
        match stripe.get_mut(&id) {
            Some(pinned) => pinned.doomed = true,
            None => self.unlinks.ask(id),
        }
    }

    /// Notes that there may be files which only a sweep can tell from orphans.
    pub(super) fn leave_to_sweep(&self) {
        self.unlinks.note_missed();
    }

    fn stripe(&self, id: FileId) -> MutexGuard<'_, HashMap<FileId, Pinned>> {
        let stripe = &self.stripes[usize::from(id.0[0]) % STRIPES];
        // Every change under this lock is a single map operation, so a panic elsewhere leaves nothing half-done.
        stripe.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

/// Holds one file.
pub(super) struct Pin {
    pins: Arc<Pins>,
    id: FileId,
}

impl Pin {
    pub(super) fn id(&self) -> FileId {
        self.id
    }

    /// Has the file unlinked once this and every other pin on it is gone.
    pub(super) fn doom(&self) {
        self.pins.discard(self.id);
    }
}

impl Drop for Pin {
    fn drop(&mut self) {
        let mut stripe = self.pins.stripe(self.id);
        let Entry::Occupied(mut entry) = stripe.entry(self.id) else { return };
        entry.get_mut().count -= 1;
        if entry.get().count == 0 && entry.remove().doomed {
            self.pins.unlinks.ask(self.id);
        }
    }
}
