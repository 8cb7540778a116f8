//! Which part of a file system is kept free from which writes.

use std::path::Path;

use crate::space::{FileSystemGauge, SpaceGauge};

const MIB: u64 = 1024 * 1024;

/// A page of SQLite.
const PAGE: u64 = 4096;

/// Writes, by how soon they are refused when space runs short.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Kind {
    /// The data of objects: refused first.
    Objects,
    /// What users change about objects and buckets: tags, lists, policies, delete markers, new buckets. Refused when half
    /// of what is kept from objects is used up.
    Metadata,
}

/// How much of a file system is kept free from the data of objects: a share of its size, within bounds.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Reserve {
    /// Per cent of the size; at most 100.
    pub percent: u8,
    /// No fewer bytes, but never more than a fifth of the size for this reason.
    pub least: u64,
    /// No more bytes.
    pub most: u64,
}

impl Default for Reserve {
    /// 5 % of the size, from 8 MiB to 1 GiB.
    fn default() -> Self {
        Self { percent: 5, least: 8 * MIB, most: 1024 * MIB }
    }
}

impl Reserve {
    /// The bytes of a file system of `size` bytes that writes of this kind leave free.
    pub fn kept_from(self, kind: Kind, size: u64) -> u64 {
        let whole = (size / 100 * u64::from(self.percent)).max(self.least.min(size / 5)).min(self.most);
        match kind {
            Kind::Objects => whole,
            Kind::Metadata => whole / 2,
        }
    }

    /// The size of the file that is given up on a full disk of `size` bytes: an eighth of the reserve, at most 8 MiB.
    pub fn ballast(self, size: u64) -> u64 {
        (self.kept_from(Kind::Objects, size) / 8).min(8 * MIB)
    }
}

/// After how many pages SQLite is to write the log of a database in `directory` back into it: half a per cent of the file
/// system, from 64 pages to 4,000, which are 16 MiB. A log keeps the space that it once took, and there is one for each
/// database file. Blocks, briefly.
pub fn log_pages(directory: &Path) -> u64 {
    // One that does not tell its size is no small one.
    let size = FileSystemGauge.read(directory).map_or(0, |space| space.size);
    pages_of(if size == 0 { u64::MAX } else { size })
}

fn pages_of(size: u64) -> u64 {
    (size / 200 / PAGE).clamp(64, 4000)
}

#[cfg(test)]
mod tests {
    use super::*;

    const GIB: u64 = 1024 * MIB;

    #[test]
    fn the_reserve_is_a_share_of_the_disk_within_bounds() {
        let kept = |size| Reserve::default().kept_from(Kind::Objects, size);
        assert_eq!(kept(100_000 * GIB), GIB);
        assert_eq!(kept(10 * GIB) / MIB, 511);
        assert_eq!(kept(48 * MIB), 8 * MIB);
        assert_eq!(kept(20 * MIB), 4 * MIB, "most of the smallest is for objects still");
        assert_eq!(kept(0), 0);
    }

    #[test]
    fn metadata_may_use_half_of_what_is_kept_from_objects() {
        assert_eq!(Reserve::default().kept_from(Kind::Metadata, 48 * MIB), 4 * MIB);
        let everything = Reserve { percent: 100, least: 0, most: u64::MAX };
        assert_eq!(everything.kept_from(Kind::Objects, 100), 100);
    }

    #[test]
    fn a_log_takes_little_of_a_small_disk() {
        assert_eq!([48 * MIB, GIB, 100 * GIB].map(pages_of), [64, 1310, 4000]);
    }
}
