//! Why the engine refused or failed, worded by what was attempted.

use std::io;
use std::sync::Arc;

use keyward_ambient::Timestamp;

use super::ids::{BucketId, Version};

/// What is wrong with an object key.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum KeyFault {
    /// A key has at least one byte.
    #[error("it is empty")]
    Empty,
    /// S3 allows 1024 bytes of UTF-8.
    #[error("it has {bytes} bytes and at most {max} are allowed")]
    TooLong {
        /// The length given.
        bytes: usize,
        /// The longest length allowed.
        max: usize,
    },
    /// U+0000 ends a key in the metadata's order, so no key may contain it.
    #[error("it contains the character U+0000; leave it out")]
    Nul,
}

/// Every way in which a call to the engine can end without doing what was asked. Nothing was changed then, except
/// after [`Metadata`](Self::Metadata) with `outcome_unknown`.
#[derive(Debug, thiserror::Error)]
pub enum EngineError {
    /// The bucket was never opened, or is closed, or dropped.
    #[error("bucket {0} is not open")]
    NoSuchBucket(BucketId),
    /// No object has this key.
    #[error("no object has this key")]
    NoSuchKey,
    /// The upload was never begun, or is completed or aborted, or belongs to another key.
    #[error("no such multipart upload is in progress under this key")]
    NoSuchUpload,
    /// A part named in the completion was never uploaded, or was replaced since.
    #[error("part {number} was not uploaded or its entity tag differs")]
    InvalidPart {
        /// The part's number.
        number: u16,
    },
    /// The parts named in the completion are not in ascending order.
    #[error("the parts are not listed in ascending order")]
    InvalidPartOrder,
    /// A completion must name at least one part.
    #[error("the completion names no parts")]
    NoParts,
    /// Part numbers run from 1 to 10000.
    #[error("part number {number} is outside 1..=10000")]
    PartNumberOutOfRange {
        /// The number given.
        number: u16,
    },
    /// A part other than the last is smaller than the store allows.
    #[error("part {number} has {size} bytes; every part but the last needs at least {min}")]
    EntityTooSmall {
        /// The part's number.
        number: u16,
        /// Its bytes.
        size: u64,
        /// The least number of bytes.
        min: u64,
    },
    /// The object is not in the state the caller made a condition.
    #[error("the object does not meet the precondition")]
    PreconditionFailed,
    /// The version named is not there.
    #[error("no such version")]
    NoSuchVersion,
    /// A delete marker stands where an object was asked for.
    #[error("the object is deleted: {version} is a delete marker")]
    IsDeleteMarker {
        /// The marker.
        version: Version,
        /// When it was made.
        made: Timestamp,
    },
    /// A retention or a legal hold keeps the version.
    #[error("the version is locked")]
    Locked,
    /// Its retention period is not over.
    #[error("the version is under retention")]
    UnderRetention,
    /// The object is encrypted under a key of a client, and none was brought.
    #[error("the object is encrypted under a key of the client, which was not sent")]
    KeyMissing,
    /// The object is encrypted under another key than was brought.
    #[error("the object is encrypted under another key")]
    KeyWrong,
    /// A key was brought for what is not encrypted under a client's key.
    #[error("the object is not encrypted under a key of the client")]
    KeyUnwanted,
    /// The store's own key of the object does not open.
    #[error("the object's key could not be opened")]
    KeyUnsealable,
    /// The bucket still holds objects.
    #[error("bucket {0} still holds objects")]
    NotEmpty(BucketId),
    /// The key cannot be the name of an object.
    #[error("the object key is not usable: {0}")]
    KeyInvalid(KeyFault),
    /// The range begins behind the last byte.
    #[error("the range lies outside the object's {size} bytes")]
    RangeNotSatisfiable {
        /// The object's bytes.
        size: u64,
    },
    /// The object has no part of this number.
    #[error("the object has no part {number}")]
    NoSuchPart {
        /// The part's number.
        number: u16,
    },
    /// The file system has no room left, or only the reserve that is kept for deleting. Nothing was half-written.
    #[error("the disk is full")]
    DiskFull,
    /// So little of the file system is left that only what frees space is taken.
    #[error("the disk is nearly full")]
    NearlyFull,
    /// The engine was closed, or a thread of it ended.
    #[error("the object store is shutting down or has stopped")]
    Unavailable,
    /// Another process, or another engine of this process, has the directory open.
    #[error("the directory is in use by another object store")]
    InUse,
    /// The directory was written by a newer release.
    #[error("the metadata has schema {found}, this release knows up to {known}; install the newer release again")]
    NewerSchema {
        /// The version found.
        found: u32,
        /// The newest version this release can read.
        known: u32,
    },
    /// The store was last written by an earlier release, and who only looks does not change it.
    #[error("the store has schema {found} and this release reads {known}; start the server on it once")]
    OlderSchema {
        /// The version found.
        found: u32,
        /// The version that this release reads.
        known: u32,
    },
    /// A setting cannot work.
    #[error("setting {name} {fault}")]
    Setting {
        /// The setting.
        name: &'static str,
        /// What is wrong with it.
        fault: &'static str,
    },
    /// The file system failed.
    #[error("could not {attempted}")]
    Io {
        /// What was attempted.
        attempted: &'static str,
        /// What the file system said.
        #[source]
        source: io::Error,
    },
    /// The metadata could not be read or written.
    #[error("could not reach the object metadata")]
    Metadata {
        /// What SQLite said.
        #[source]
        source: Arc<rusqlite::Error>,
        /// The sync of a commit failed, so the change may or may not survive a crash.
        outcome_unknown: bool,
    },
    /// The bytes of a body are not those that arrived.
    #[error("the bytes of body {body} are not those that were written: they do not match the sum stored with them")]
    Damaged {
        /// The body file.
        body: String,
    },
    /// Stored data contradicts itself.
    #[error("stored data is damaged: {0}")]
    Corrupt(String),
}

impl EngineError {
    /// Turns a file-system error that happened when trying to `attempted` (an infinitive clause) into ours.
    pub(super) fn io(attempted: &'static str) -> impl Fn(io::Error) -> EngineError {
        move |source| match source.kind() {
            io::ErrorKind::StorageFull | io::ErrorKind::QuotaExceeded => EngineError::DiskFull,
            _ => EngineError::Io { attempted, source },
        }
    }

    pub(super) fn corrupt(what: impl Into<String>) -> EngineError {
        EngineError::Corrupt(what.into())
    }
}

impl From<rusqlite::Error> for EngineError {
    fn from(source: rusqlite::Error) -> Self {
        EngineError::from(Arc::new(source))
    }
}

impl From<Arc<rusqlite::Error>> for EngineError {
    fn from(source: Arc<rusqlite::Error>) -> Self {
        use rusqlite::ErrorCode::{DatabaseCorrupt, DiskFull, NotADatabase};
        match source.sqlite_error_code() {
            Some(DiskFull) => EngineError::DiskFull,
            Some(DatabaseCorrupt | NotADatabase) => EngineError::Corrupt(source.to_string()),
            _ => EngineError::Metadata { source, outcome_unknown: false },
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_full_disk_is_told_apart_from_a_failing_one() {
        const ENOSPC: i32 = 28;
        const EIO: i32 = 5;
        let full = EngineError::io("write a body")(io::Error::from_raw_os_error(ENOSPC));
        let broken = EngineError::io("write a body")(io::Error::from_raw_os_error(EIO));
        assert!(matches!(full, EngineError::DiskFull));
        assert!(matches!(broken, EngineError::Io { attempted: "write a body", .. }));
    }
}
