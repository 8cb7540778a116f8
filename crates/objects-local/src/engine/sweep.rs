//! Removing body files that no row names, as a crash between a file and its commit leaves behind.
//!
//! Safe beside everything else: a file that is being uploaded or read is pinned, and whether a file is pinned is asked
//! before whether a row names it. An upload pins its file before the file exists and until its row is committed, so a
//! file found unpinned either has its row by then or will never have one.

use std::path::{Path, PathBuf};
use std::sync::atomic::Ordering;

use super::ids::FileId;
use super::tables::bodies;
use super::{Engine, EngineError};

/// What a sweep found.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct SweepReport {
    /// Body files looked at.
    pub files: u64,
    /// Orphans handed to the thread that unlinks.
    pub orphans: u64,
    /// Files with names that are not ours; they stay.
    pub foreign: u64,
}

impl Engine {
    /// Whether the store was not closed in order and has not been swept since.
    pub fn may_hold_orphans(&self) -> bool {
        self.inner.may_hold_orphans.load(Ordering::Acquire)
    }

    /// Looks at every body file, a directory at a time with a rest after each, and removes those that no row names.
    /// Meant to run in the background after a start, if [`may_hold_orphans`](Self::may_hold_orphans).
    pub async fn sweep(&self) -> Result<SweepReport, EngineError> {
        let mut report = SweepReport::default();
        for first in self.directories(self.inner.bodies.root().to_owned()).await? {
            for second in self.directories(first).await? {
                let (found, foreign) = self.bodies_in(second).await?;
                report.files += found.len() as u64;
                report.foreign += foreign;
                report.orphans += self.discard_orphans(found).await?;
                self.inner.clock.sleep(self.inner.settings.sweep_pause).await;
            }
        }
        self.inner.may_hold_orphans.store(false, Ordering::Release);
        tracing::info!(?report, "searched for orphaned bodies");
        Ok(report)
    }

    async fn discard_orphans(&self, found: Vec<FileId>) -> Result<u64, EngineError> {
        let mut candidates = found;
        candidates.retain(|file| !self.inner.pins.is_pinned(*file));
        for shard in &self.inner.shards {
            if candidates.is_empty() {
                return Ok(0);
            }
            let unnamed = shard.readers.read(move |connection| {
                let mut unnamed = Vec::new();
                for file in candidates {
                    if !bodies::is_named(connection, file)? {
                        unnamed.push(file);
                    }
                }
                Ok(unnamed)
            });
            candidates = unnamed.await?;
        }
        candidates.iter().for_each(|orphan| self.inner.pins.discard(*orphan));
        Ok(candidates.len() as u64)
    }

    async fn directories(&self, parent: PathBuf) -> Result<Vec<PathBuf>, EngineError> {
        let listing = blocking(move || {
            let entries = entries(&parent)?;
            Ok(entries.into_iter().filter(|entry| entry.is_dir()).collect())
        });
        listing.await
    }

    async fn bodies_in(&self, directory: PathBuf) -> Result<(Vec<FileId>, u64), EngineError> {
        let listing = blocking(move || {
            let (mut found, mut foreign) = (Vec::new(), 0);
            for entry in entries(&directory)? {
                let id = entry.file_name().and_then(|name| name.to_str()).and_then(FileId::parse);
                match id.filter(|id| directory.ends_with(format!("{:02x}/{:02x}", id.0[0], id.0[1]))) {
                    Some(id) => found.push(id),
                    None => {
                        tracing::warn!(file = %entry.display(), "left a file alone that is not of this store");
                        foreign += 1;
                    }
                }
            }
            Ok((found, foreign))
        });
        listing.await
    }
}

fn entries(directory: &Path) -> std::io::Result<Vec<PathBuf>> {
    std::fs::read_dir(directory)?.map(|entry| entry.map(|entry| entry.path())).collect()
}

async fn blocking<T: Send + 'static>(
    work: impl FnOnce() -> std::io::Result<T> + Send + 'static,
) -> Result<T, EngineError> {
    let work = tokio::task::spawn_blocking(work);
    work.await.map_err(|_stopped| EngineError::Unavailable)?.map_err(EngineError::io("list the bodies"))
}
