//! Finding an object's bytes and holding on to them, whatever is overwritten or deleted meanwhile.

use std::ops::Range;
use std::sync::Arc;

use bytes::Bytes;
use rusqlite::Connection;

use super::EngineError;
use super::ids::BucketId;
use super::pins::{Pin, Pins};
use super::record::{ByteRange, ObjectRecord, Which};
use super::tables::bodies::{self, StoredBytes};
use super::tables::objects::{self, StoredBody};
use super::tables::parts::{self, PartRecord};

/// An object and the wanted bytes of it, held until dropped.
pub(super) struct Located {
    pub(super) record: Arc<ObjectRecord>,
    /// Which of the object's bytes.
    pub(super) range: Range<u64>,
    pub(super) extents: Vec<Extent>,
}

impl Located {
    /// Whether all of its bytes are here already.
    pub(super) fn is_in_memory(&self) -> bool {
        self.extents.iter().all(|extent| matches!(extent.bytes, HeldBytes::Memory(_)))
    }
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

/// Finds the wanted bytes of an object and pins the files they are in.
pub(super) fn locate(
    connection: &Connection,
    pins: &Arc<Pins>,
    bucket: BucketId,
    object: (&str, Which),
    range: ByteRange,
) -> Result<Located, EngineError> {
    locate_while(connection, pins, bucket, object, range, || ())
}

/// As [`locate`]; `meanwhile` runs after a row was read and before its files are pinned, where a commit can come between.
fn locate_while(
    connection: &Connection,
    pins: &Arc<Pins>,
    bucket: BucketId,
    (key, which): (&str, Which),
    range: ByteRange,
    mut meanwhile: impl FnMut(),
) -> Result<Located, EngineError> {
    loop {
        let (located, row_key, body) = {
            // One snapshot: the row, its parts and its inline bytes belong together.
            let _snapshot = Snapshot::begin(connection)?;
            let found = objects::find(connection, bucket, key, which)?;
            meanwhile();
            (hold(connection, pins, Arc::new(found.record), found.body, range)?, found.row_key, found.body)
        };
        // A commit between the snapshot and the pins may have had the files unlinked; then there is a newer object.
        if located.is_in_memory() || objects::is_at(connection, &row_key, body)? {
            return Ok(located);
        }
    }
}

/// One state of the shard for several statements. Made of statements that are kept ready, since reading them anew would
/// cost more than what is read.
struct Snapshot<'c>(&'c Connection);

impl<'c> Snapshot<'c> {
    fn begin(connection: &'c Connection) -> Result<Self, EngineError> {
        connection.prepare_cached("BEGIN")?.execute([])?;
        Ok(Self(connection))
    }
}

impl Drop for Snapshot<'_> {
    fn drop(&mut self) {
        let ended = self.0.prepare_cached("ROLLBACK").and_then(|mut end| end.execute([]));
        if let Err(error) = ended {
            tracing::error!(%error, "a snapshot of metadata could not be given up");
        }
    }
}

fn hold(
    connection: &Connection,
    pins: &Arc<Pins>,
    record: Arc<ObjectRecord>,
    body: StoredBody,
    range: ByteRange,
) -> Result<Located, EngineError> {
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
    Ok(Located { record, range, extents })
}

#[cfg(test)]
mod tests {
    use keyward_testkit::{FrozenClock, SeededEntropy};
    use tokio::runtime::Handle;

    use super::*;
    use crate::engine::outgoing::BodyReader;
    use crate::engine::{Engine, ObjectHead, Precondition, Settings};

    const BUCKET: BucketId = BucketId(1);

    async fn put(engine: &Engine, byte: u8) {
        let mut upload = engine.upload();
        upload.write(Bytes::from(vec![byte; 20_000])).await.unwrap();
        let body = upload.finish().await.unwrap();
        let put = engine.commit_put(BUCKET, "a", body, ObjectHead::default(), None, Precondition::None);
        put.await.unwrap();
    }

    #[tokio::test]
    async fn an_object_replaced_between_its_row_and_its_pin_is_looked_up_anew() {
        let home = tempfile::tempdir().unwrap();
        let (clock, entropy) = (Arc::new(FrozenClock::default()), Arc::new(SeededEntropy::new(1)));
        let engine = Engine::open(home.path(), clock, entropy, Settings::default()).unwrap();
        engine.open_bucket(BUCKET).await.unwrap();
        put(&engine, 1).await;
        let (busy, runtime) = (engine.clone(), Handle::current());
        let read = engine.shard(BUCKET).readers.read(move |connection| {
            let mut looks = 0;
            let located =
                locate_while(connection, &busy.inner.pins, BUCKET, ("a", Which::Latest), ByteRange::Whole, || {
                    looks += 1;
                    if looks == 1 {
                        runtime.block_on(put(&busy, 2));
                        // Returns once the first body is unlinked.
                        busy.inner.reaper.lock().unwrap().stop();
                    }
                })?;
            Ok((looks, BodyReader::start(Arc::clone(&busy.inner.bodies), located.extents, 100, None)?))
        });
        let (looks, mut body) = read.await.unwrap();
        assert_eq!((looks, body.piece().await.unwrap().unwrap()[0]), (2, 2));
    }
}
