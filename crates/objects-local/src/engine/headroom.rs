//! Keeps space on the disk for deleting: what grows the store is refused while less than a reserve is free, the data of
//! objects sooner than what is only about them.
//!
//! A delete is a commit too, and a commit needs space in the write-ahead log; a checkpoint needs it in the metadata
//! file. Were uploads let use up the last byte, the disk could not be emptied through the store any more.

use std::path::PathBuf;
use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;

use keyward_ambient::{Clock, Timestamp};
use keyward_disk_space::{Kind, Reserve, Space, SpaceGauge};

use super::EngineError;

/// For how long a reading counts.
const FRESH: Duration = Duration::from_millis(100);

/// After how many bytes let in a reading counts no more, however young: disks write more than the reserve in no time.
const TRUSTED: u64 = 4 * 1024 * 1024;

/// What a commit writes beside bodies: pages of rows and indexes, once in the log and once in the metadata file.
pub(super) const ROWS: u64 = 64 * 1024;

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
    space: Space,
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

    /// Lets `bytes` of object data be written, and what is kept about them, or refuses them as
    /// [`EngineError::DiskFull`] because of the reserve. Blocks, and only now and then asks the file system. What deletes,
    /// aborts or reads must not ask.
    pub(super) fn admit(&self, bytes: u64) -> Result<(), EngineError> {
        if self.is_within(Kind::Objects, bytes) { Ok(()) } else { Err(EngineError::DiskFull) }
    }

    /// Lets a user change what is kept about an object, or refuses it as [`EngineError::NearlyFull`].
    pub(super) fn admit_metadata(&self) -> Result<(), EngineError> {
        if self.is_within(Kind::Metadata, ROWS) { Ok(()) } else { Err(EngineError::NearlyFull) }
    }

    fn is_within(&self, kind: Kind, bytes: u64) -> bool {
        let now = self.clock.now();
        let mut last = self.last.lock().unwrap_or_else(PoisonError::into_inner);
        // A clock that was set back would make a reading young for ever.
        let counts = |reading: &Reading| {
            now >= reading.at && now.since(reading.at) < FRESH && reading.let_in.saturating_add(bytes) <= TRUSTED
        };
        let reading = match last.take().filter(counts) {
            Some(reading) => reading,
            None => Reading { at: now, space: self.space(), let_in: 0 },
        };
        let reading = last.insert(reading);
        let kept = self.reserve.kept_from(kind, reading.space.size);
        let needed = kept.saturating_add(reading.let_in).saturating_add(bytes);
        if needed > reading.space.free {
            return false;
        }
        reading.let_in = reading.let_in.saturating_add(bytes);
        true
    }

    fn space(&self) -> Space {
        let unknown = Space { free: u64::MAX, size: 0 };
        match self.gauge.read(&self.directory) {
            // Some network file systems tell nothing, as a size of nought.
            Ok(Space { size: 0, .. }) => unknown,
            Ok(space) => space,
            Err(error) => {
                // A write that finds no room still says so itself, and one that finds room should not fail here.
                tracing::warn!(%error, "could not find out how much room the disk of the object store has");
                unknown
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use std::io;
    use std::path::Path;
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
    fn writes_are_let_in_down_to_the_reserve() {
        let (_, _, headroom) = room(1025 * MIB);
        assert!(headroom.admit(MIB).is_ok());
        assert!(matches!(headroom.admit(1), Err(EngineError::DiskFull)));
        assert!(headroom.admit_metadata().is_ok(), "what is only about objects goes on");
        let (_, _, headroom) = room(512 * MIB);
        assert!(matches!(headroom.admit_metadata(), Err(EngineError::NearlyFull)));
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
}
