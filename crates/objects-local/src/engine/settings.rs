//! What an operator may choose about the engine, as plain data.

use std::sync::Arc;
use std::time::Duration;

use keyward_disk_space::{FileSystemGauge, Reserve, SpaceGauge};

use super::EngineError;

/// The engine's settings; [`Default`] gives the values the product ships with.
#[derive(Clone, Debug)]
pub struct Settings {
    /// Into how many SQLite files the metadata of a **new** directory is split; an existing one keeps its number.
    /// Writes into buckets of different shards are synced in parallel.
    pub shards: u16,
    /// Bodies of at most this many bytes are kept in the metadata file, larger ones in files of their own.
    pub inline_limit: usize,
    /// Every part of a multipart upload but the last must have at least this many bytes (5 MiB in S3).
    pub min_part_size: u64,
    /// How many reads of one shard run at once; more wait their turn.
    pub readers_per_shard: usize,
    /// How many bytes of an upload are gathered before they are hashed and written in one go.
    pub write_batch: usize,
    /// In pieces of how many bytes a body file is read.
    pub read_piece: usize,
    /// About how many bytes of objects that were read are kept in memory; 0 for none.
    pub cache: u64,
    /// The bytes of larger objects are not kept in memory, only what is known of them.
    pub cached_body_limit: usize,
    /// How long the search for orphaned bodies rests after each directory.
    pub sweep_pause: Duration,
    /// How much of the disk is kept free for deleting: below that, whatever grows the store is
    /// [`DiskFull`](EngineError::DiskFull).
    pub reserve: Reserve,
    /// Who tells how much of the disk is free.
    pub space_gauge: Arc<dyn SpaceGauge>,
}

impl Default for Settings {
    fn default() -> Self {
        Self {
            shards: 4,
            inline_limit: 16 * 1024,
            min_part_size: 5 * 1024 * 1024,
            readers_per_shard: 8,
            write_batch: 256 * 1024,
            read_piece: 256 * 1024,
            cache: 64 * 1024 * 1024,
            cached_body_limit: 128 * 1024,
            sweep_pause: Duration::from_millis(2),
            reserve: Reserve::default(),
            space_gauge: Arc::new(FileSystemGauge),
        }
    }
}

impl Settings {
    /// Refuses what cannot work.
    pub(super) fn check(&self) -> Result<(), EngineError> {
        let least = [
            ("shards", usize::from(self.shards)),
            ("readers_per_shard", self.readers_per_shard),
            ("write_batch", self.write_batch),
            ("read_piece", self.read_piece),
        ];
        match least.into_iter().find(|(_, value)| *value == 0) {
            Some((name, _)) => Err(EngineError::Setting { name, fault: "must be at least 1" }),
            None if self.inline_limit > Self::MOST_INLINE => {
                Err(EngineError::Setting { name: "inline_limit", fault: "must be at most 1 MiB" })
            }
            None if self.reserve.percent > 100 => {
                Err(EngineError::Setting { name: "reserve", fault: "must be at most 100 per cent" })
            }
            None => Ok(()),
        }
    }

    const MOST_INLINE: usize = 1024 * 1024;
}
