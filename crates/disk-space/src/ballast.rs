//! A file that takes space until the disk is full, and is then given up.
//!
//! A deletion is a commit too, and needs space in the database's log before it frees any. When others, or users through
//! some gap, have filled the disk to the last byte, the file goes, and there is space for what ends access or frees
//! space. It comes back once there is enough.

use std::fs::{self, File, OpenOptions};
use std::io::{self, Write};
use std::os::unix::fs::OpenOptionsExt;
use std::path::{Path, PathBuf};
use std::sync::{Arc, Mutex, PoisonError};

use rustix::fs::FallocateFlags;

use crate::reserve::{Kind, Reserve};
use crate::space::{Space, SpaceGauge};

/// The file, or the place for it.
#[derive(Debug)]
pub struct Ballast {
    path: PathBuf,
    directory: PathBuf,
    reserve: Reserve,
    gauge: Arc<dyn SpaceGauge>,
    /// Whether the file is there.
    held: Mutex<bool>,
}

impl Ballast {
    /// Makes the file `name` in `directory` if there is enough space for it. Blocks, briefly.
    pub fn keep(directory: &Path, name: &str, reserve: Reserve, gauge: Arc<dyn SpaceGauge>) -> Arc<Self> {
        let path = directory.join(name);
        let held = Mutex::new(path.exists());
        let ballast = Arc::new(Self { path, directory: directory.to_owned(), reserve, gauge, held });
        ballast.make_room();
        ballast
    }

    /// To be called before each write that must not fail for want of space: gives the file up where there is hardly any,
    /// and takes it up again where there is enough. Answers whether space is short, so that logs should be written back
    /// before they grow. One question to the file system, unless something changes.
    pub fn make_room(&self) -> bool {
        // A write that finds no space says so itself.
        let Ok(Space { free, size }) = self.gauge.read(&self.directory) else { return false };
        let bytes = self.reserve.ballast(size);
        let is_short = size > 0 && free < bytes;
        let has_plenty = free > self.reserve.kept_from(Kind::Metadata, size).saturating_add(bytes);
        let mut held = self.held.lock().unwrap_or_else(PoisonError::into_inner);
        if is_short && *held {
            match fs::remove_file(&self.path) {
                Ok(()) => {
                    tracing::error!(
                        bytes,
                        "the disk is full: space that was kept for deletions and revocations is given up"
                    );
                    *held = false;
                }
                Err(error) => tracing::error!(%error, file = %self.path.display(), "a reserve could not be given up"),
            }
        } else if has_plenty && !*held && bytes > 0 {
            match allocate(&self.path, bytes) {
                Ok(()) => *held = true,
                Err(error) => tracing::warn!(%error, file = %self.path.display(), "a reserve could not be made"),
            }
        }
        is_short
    }
}

/// Makes a file that really takes this much space.
fn allocate(path: &Path, bytes: u64) -> io::Result<()> {
    let file = OpenOptions::new().write(true).create(true).truncate(true).mode(0o600).open(path)?;
    let allocated = match rustix::fs::fallocate(&file, FallocateFlags::empty(), 0, bytes) {
        Err(rustix::io::Errno::OPNOTSUPP | rustix::io::Errno::NOSYS) => fill(file, bytes),
        outcome => outcome.map_err(io::Error::from),
    };
    if allocated.is_err() {
        let _ = fs::remove_file(path);
    }
    allocated
}

fn fill(mut file: File, bytes: u64) -> io::Result<()> {
    let zeros = [0; 64 * 1024];
    let mut left = bytes;
    while left > 0 {
        let now = usize::try_from(left).unwrap_or(usize::MAX).min(zeros.len());
        file.write_all(&zeros[..now])?;
        left -= now as u64;
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use std::os::unix::fs::MetadataExt;
    use std::sync::atomic::{AtomicU64, Ordering};

    use super::*;

    const MIB: u64 = 1024 * 1024;

    #[derive(Debug)]
    struct Dial(AtomicU64);

    impl SpaceGauge for Dial {
        fn read(&self, _: &Path) -> io::Result<Space> {
            Ok(Space { free: self.0.load(Ordering::Relaxed), size: 48 * MIB })
        }
    }

    #[test]
    fn it_is_given_up_on_a_full_disk_and_taken_up_when_there_is_space_again() {
        let home = tempfile::tempdir().expect("temp dir");
        let file = home.path().join("reserve");
        let dial = Arc::new(Dial(AtomicU64::new(40 * MIB)));
        let gauge: Arc<dyn SpaceGauge> = dial.clone();
        let ballast = Ballast::keep(home.path(), "reserve", Reserve::default(), gauge);
        let taken = || fs::metadata(&file).map_or(0, |found| found.blocks() * 512);
        assert!(taken() >= MIB, "{}", taken());
        for (free, is_short, is_there) in [
            (2 * MIB, false, true),
            (0, true, false),
            (3 * MIB, false, false),
            (20 * MIB, false, true),
            (MIB - 1, true, false),
        ] {
            dial.0.store(free, Ordering::Relaxed);
            assert_eq!((ballast.make_room(), file.exists()), (is_short, is_there), "{free}");
        }
    }

    #[test]
    fn one_that_an_earlier_start_made_is_kept() {
        let home = tempfile::tempdir().expect("temp dir");
        fs::write(home.path().join("reserve"), b"").expect("written");
        let full: Arc<dyn SpaceGauge> = Arc::new(Dial(AtomicU64::new(0)));
        Ballast::keep(home.path(), "reserve", Reserve::default(), full);
        assert!(!home.path().join("reserve").exists(), "and given up at once on a full disk");
    }
}
