//! Which body files were compared with their sums a moment ago, so that a copy of a large object in many ranges does not
//! read all of it for each of them.

use std::fs::Metadata;
use std::os::unix::fs::MetadataExt;
use std::sync::Arc;
use std::time::Duration;

use keyward_ambient::{Clock, Timestamp};
use quick_cache::sync::Cache;

use super::ids::FileId;

/// How many files are remembered.
const FILES: usize = 1024;

/// How long one is.
const REMEMBERED: Duration = Duration::from_secs(5 * 60);

/// The files that were found whole of late.
pub(super) struct VerifiedFiles {
    found: Cache<FileId, (State, Timestamp)>,
    clock: Arc<dyn Clock>,
}

/// What changes whenever somebody writes to a file.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct State {
    length: u64,
    modified: (i64, i64),
    changed: (i64, i64),
}

impl State {
    pub(super) fn of(metadata: &Metadata) -> Self {
        Self {
            length: metadata.len(),
            modified: (metadata.mtime(), metadata.mtime_nsec()),
            changed: (metadata.ctime(), metadata.ctime_nsec()),
        }
    }
}

impl VerifiedFiles {
    pub(super) fn new(clock: Arc<dyn Clock>) -> Arc<Self> {
        Arc::new(Self { found: Cache::new(FILES), clock })
    }

    /// Notes that the file was in this state when its bytes agreed with their sum.
    pub(super) fn note(&self, file: FileId, state: State) {
        self.found.insert(file, (state, self.clock.now()));
    }

    /// Whether the file, which is in this state, was found whole of late.
    pub(super) fn include(&self, file: FileId, state: State) -> bool {
        let now = self.clock.now();
        self.found.get(&file).is_some_and(|(found, at)| found == state && now >= at && now.since(at) < REMEMBERED)
    }
}
