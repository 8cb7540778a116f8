//! Keeps room on the disk for deleting: what grows the store is refused while less than a reserve is free.
//!
//! A delete is a commit too, and a commit needs space in the write-ahead log; a checkpoint needs it in the metadata
//! file. Were uploads let use up the last byte, the disk could not be emptied through the store any more.

use std::fmt;
use std::io;
use std::path::{Path, PathBuf};
use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;

use keyward_ambient::{Clock, Timestamp};

use super::EngineError;

/// For how long a reading counts.
const FRESH: Duration = Duration::from_millis(100);

/// After how many bytes let in a reading counts no more, however young: disks write more than the reserve in no time.
const TRUSTED: u64 = 4 * 1024 * 1024;

/// What a commit writes beside bodies: pages of rows and indexes, once in the log and once in the metadata file.
pub(super) const ROWS: u64 = 64 * 1024;

/// How much of a file system stays free: `bytes`, but no more than `percent` of its size.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Reserve {
    /// Bytes on a file system that is large enough.
    pub bytes: u64,
    /// Per cent of the size of a smaller one; at most 100.
    pub percent: u8,
}

impl Default for Reserve {
    /// 64 MiB, or 5 % of a small file system.
    fn default() -> Self {
        Self { bytes: 64 * 1024 * 1024, percent: 5 }
    }
}

impl Reserve {
    /// The bytes to keep free of a file system of `size` bytes.
    fn of(self, size: u64) -> u64 {
        self.bytes.min(size / 100 * u64::from(self.percent))
    }
}

/// The room of a file system, in bytes.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Space {
    /// What an unprivileged process may still write.
    pub free: u64,
    /// All that it can hold.
    pub size: u64,
}

/// Tells the room of a file system.
pub trait SpaceGauge: fmt::Debug + Send + Sync + 'static {
    /// The room of the file system that holds `directory`. Blocks, briefly.
    ///
    /// # Errors
    /// What the file system says instead.
    fn read(&self, directory: &Path) -> io::Result<Space>;
}

/// Asks the operating system: `statvfs`.
#[derive(Clone, Copy, Debug, Default)]
pub struct FileSystemGauge;

impl SpaceGauge for FileSystemGauge {
    fn read(&self, directory: &Path) -> io::Result<Space> {
        let told = rustix::fs::statvfs(directory)?;
        let bytes = |blocks: u64| blocks.saturating_mul(told.f_frsize);
        Ok(Space { free: bytes(told.f_bavail), size: bytes(told.f_blocks) })
    }
}

/// Judges whether there is room for a write that grows the store. All uploads and shards share it.
pub(super) struct Headroom {
    directory: PathBuf,
    reserve: Reserve,
    gauge: Arc<dyn SpaceGauge>,
    clock: Arc<dyn Clock>,
    last: Mutex<Option<Reading>>,
}

struct Reading {
    at: Timestamp,
    /// Bytes that may still be written before the reserve is reached, as far as is known.
    left: u64,
    /// Bytes let in since.
    let_in: u64,
}

impl Headroom {
    pub(super) fn new(
        directory: PathBuf,
        reserve: Reserve,
        gauge: Arc<dyn SpaceGauge>,
        clock: Arc<dyn Clock>,
    ) -> Arc<Self> {
        Arc::new(Self { directory, reserve, gauge, clock, last: Mutex::new(None) })
    }

    /// Lets `bytes` more be written, or refuses them as [`EngineError::DiskFull`] because of the reserve. Blocks, and
    /// only now and then asks the file system. What deletes, aborts or reads must not ask.
    pub(super) fn admit(&self, bytes: u64) -> Result<(), EngineError> {
        let now = self.clock.now();
        let mut last = self.last.lock().unwrap_or_else(PoisonError::into_inner);
        // A clock that was set back would make a reading young for ever.
        let counts = |reading: &Reading| {
            now >= reading.at && now.since(reading.at) < FRESH && reading.let_in.saturating_add(bytes) <= TRUSTED
        };
        let reading = match last.take().filter(counts) {
            Some(reading) => reading,
            None => Reading { at: now, left: self.left(), let_in: 0 },
        };
        let reading = last.insert(reading);
        match reading.left.checked_sub(bytes) {
            Some(left) => {
                reading.left = left;
                reading.let_in = reading.let_in.saturating_add(bytes);
                Ok(())
            }
            None => Err(EngineError::DiskFull),
        }
    }

    fn left(&self) -> u64 {
        match self.gauge.read(&self.directory) {
            // Some network file systems tell nothing, as a size of nought.
            Ok(Space { size: 0, .. }) => u64::MAX,
            Ok(space) => space.free.saturating_sub(self.reserve.of(space.size)),
            Err(error) => {
                // A write that finds no room still says so itself, and one that finds room should not fail here.
                tracing::warn!(%error, "could not find out how much room the disk of the object store has");
                u64::MAX
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use std::sync::atomic::{AtomicU64, Ordering};

    use keyward_testkit::FrozenClock;

    use super::*;

    const MIB: u64 = 1024 * 1024;
    const SIZE: u64 = 100_000 * MIB;

    #[derive(Debug, Default)]
    struct Dial {
        free: AtomicU64,
        readings: AtomicU64,
    }

    impl SpaceGauge for Dial {
        fn read(&self, _: &Path) -> io::Result<Space> {
            self.readings.fetch_add(1, Ordering::Relaxed);
            match self.free.load(Ordering::Relaxed) {
                u64::MAX => Err(io::Error::other("not told")),
                free => Ok(Space { free, size: SIZE }),
            }
        }
    }

    fn room(free: u64) -> (Arc<Dial>, FrozenClock, Arc<Headroom>) {
        let (dial, clock) = (Arc::new(Dial::default()), FrozenClock::default());
        dial.free.store(free, Ordering::Relaxed);
        let gauge: Arc<dyn SpaceGauge> = dial.clone();
        let headroom = Headroom::new(PathBuf::new(), Reserve::default(), gauge, Arc::new(clock.clone()));
        (dial, clock, headroom)
    }

    #[test]
    fn the_reserve_is_a_share_of_a_small_disk() {
        assert_eq!(Reserve::default().of(SIZE), 64 * MIB);
        assert_eq!(Reserve::default().of(100 * MIB), 5 * MIB);
        assert_eq!(Reserve { bytes: u64::MAX, percent: 100 }.of(100), 100);
    }

    #[test]
    fn writes_are_let_in_down_to_the_reserve() {
        let (_, _, headroom) = room(65 * MIB);
        assert!(headroom.admit(MIB).is_ok());
        assert!(matches!(headroom.admit(1), Err(EngineError::DiskFull)));
    }

    #[test]
    fn the_disk_is_asked_again_after_a_while_or_many_bytes() {
        let (dial, clock, headroom) = room(SIZE);
        let asked = || dial.readings.load(Ordering::Relaxed);
        for _ in 0..4 {
            headroom.admit(MIB).unwrap();
        }
        assert_eq!(asked(), 1);
        headroom.admit(MIB).unwrap();
        assert_eq!(asked(), 2, "four mebibytes were let in");
        clock.advance(FRESH - Duration::from_millis(1));
        headroom.admit(1).unwrap();
        assert_eq!(asked(), 2);
        clock.advance(Duration::from_millis(1));
        headroom.admit(1).unwrap();
        assert_eq!(asked(), 3, "the reading is old");
    }

    #[test]
    fn a_refusal_ends_soon_after_there_is_room() {
        let (dial, clock, headroom) = room(64 * MIB);
        assert!(headroom.admit(1).is_err());
        dial.free.store(SIZE, Ordering::Relaxed);
        clock.advance(FRESH);
        assert!(headroom.admit(1).is_ok());
    }

    #[test]
    fn a_disk_that_tells_nothing_refuses_nothing() {
        let (_, _, headroom) = room(u64::MAX);
        assert!(headroom.admit(SIZE).is_ok());
    }

    #[test]
    fn the_real_file_system_tells_its_room() {
        let home = tempfile::tempdir().unwrap();
        let space = FileSystemGauge.read(home.path()).unwrap();
        assert!(space.size > 0 && space.free <= space.size, "{space:?}");
        assert!(FileSystemGauge.read(&home.path().join("missing")).is_err());
    }
}
