//! Finding an object's bytes and holding on to them, whatever is overwritten or deleted meanwhile.

use std::ops::Range;
use std::sync::Arc;

use bytes::Bytes;
use rusqlite::Connection;

use super::EngineError;
use super::ids::BucketId;
use super::pins::{Pin, Pins};
use super::record::{ByteRange, ObjectRecord};
use super::tables::bodies::{self, StoredBytes};
use super::tables::objects::{self, StoredBody};
use super::tables::parts::{self, PartRecord};

/// An object and the wanted bytes of it, held until dropped.
pub(super) struct Located {
    pub(super) record: ObjectRecord,
    /// Which of the object's bytes.
    pub(super) range: Range<u64>,
    pub(super) extents: Vec<Extent>,
}

/// Bytes that lie together.
pub(super) struct Extent {
    /// The part they are from, in an object completed from parts.
    pub(super) part: Option<PartRecord>,
    pub(super) bytes: HeldBytes,
    /// The wanted ones, counted from the start of `bytes`.
    pub(super) wanted: Range<u64>,
}

/// Bytes that cannot go away.
pub(super) enum HeldBytes {
    Memory(Bytes),
    File(Pin),
}

/// Finds the wanted bytes of the object under `key` and pins the files they are in.
pub(super) fn locate(
    connection: &Connection,
    pins: &Arc<Pins>,
    bucket: BucketId,
    key: &str,
    range: ByteRange,
) -> Result<Located, EngineError> {
    loop {
        let (located, body) = {
            // One snapshot: the row, its parts and its inline bytes belong together.
            let _snapshot = connection.unchecked_transaction()?;
            in_snapshot(connection, pins, bucket, key, range)?
        };
        let in_memory = located.extents.iter().all(|extent| matches!(extent.bytes, HeldBytes::Memory(_)));
        // A commit between the snapshot and the pins may have had the files unlinked; then there is a newer object.
        if in_memory || objects::is_at(connection, bucket, key, body)? {
            return Ok(located);
        }
    }
}

fn in_snapshot(
    connection: &Connection,
    pins: &Arc<Pins>,
    bucket: BucketId,
    key: &str,
    range: ByteRange,
) -> Result<(Located, StoredBody), EngineError> {
    let (record, body) = objects::find(connection, bucket, key)?;
    let hold = |bytes| match bytes {
        StoredBytes::Nothing => Ok(HeldBytes::Memory(Bytes::new())),
        StoredBytes::File(id) => Ok(HeldBytes::File(pins.pin(id))),
        StoredBytes::Inline(id) => bodies::inline(connection, id)?
            .map(HeldBytes::Memory)
            .ok_or_else(|| EngineError::corrupt("a small body is missing")),
    };
    let (range, extents) = match body {
        StoredBody::Bytes(bytes) => {
            let wanted = range.resolve(record.size, [])?;
            (wanted.clone(), vec![Extent { part: None, bytes: hold(bytes)?, wanted }])
        }
        StoredBody::Parts(set) => {
            let parts = parts::all_of_set(connection, set)?;
            let whole = range == ByteRange::Whole;
            let wanted = range.resolve(record.size, parts.iter().map(|part| (part.record.number, part.record.size)))?;
            let mut extents = Vec::new();
            let mut start = 0;
            for part in parts {
                let end = start + part.record.size;
                let (first, behind) = (wanted.start.max(start), wanted.end.min(end));
                // A copy takes empty parts along as well.
                if first < behind || (whole && part.record.size == 0) {
                    let wanted = first - start..behind - start;
                    extents.push(Extent { part: Some(part.record), bytes: hold(part.bytes)?, wanted });
                }
                start = end;
            }
            (wanted, extents)
        }
    };
    Ok((Located { record, range, extents }, body))
}
