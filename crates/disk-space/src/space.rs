//! How much fits on a file system.

use std::fmt;
use std::io;
use std::path::Path;

/// The space of a file system, in bytes.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Space {
    /// What an unprivileged process may still write.
    pub free: u64,
    /// All that it can hold; 0 where the file system does not say, as some on networks do.
    pub size: u64,
}

/// Tells the space of a file system.
pub trait SpaceGauge: fmt::Debug + Send + Sync + 'static {
    /// The space of the file system that holds `directory`. Blocks, briefly.
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

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_real_file_system_tells_its_room() {
        let home = tempfile::tempdir().expect("there");
        let space = FileSystemGauge.read(home.path()).expect("there");
        assert!(space.size > 0 && space.free <= space.size, "{space:?}");
        assert!(FileSystemGauge.read(&home.path().join("missing")).is_err());
    }
}
