//! Finding an object's bytes and holding on to them, whatever is overwritten or deleted meanwhile.

use std::ops::Range;
use std::sync::Arc;

use bytes::Bytes;
use rusqlite::Connection;

use super::EngineError;
use super::cipher::DataKey;
use super::etag::Etag;
use super::head::Checksum;
use super::ids::BucketId;
use super::pins::{Pin, Pins};
use super::record::{ByteRange, ObjectRecord, Which};
use super::sums::StoredSum;
use super::tables::bodies::{self, StoredBytes};
use super::tables::objects::{self, StoredBody};
use super::tables::parts::{self, PartRecord};

/// An object and the wanted bytes of it, held until dropped.
pub(super) struct Located {
    pub(super) record: Arc<ObjectRecord>,
    /// What was wanted of it.
    pub(super) asked: ByteRange,
    /// Which of the object's bytes that comes to.
    pub(super) range: Range<u64>,
    pub(super) extents: Vec<Extent>,
    /// What the bytes are encrypted with, if they are.
    pub(super) key: Option<DataKey>,
}

/// What is to be done with an object that was found and judged.
pub struct Plan {
    /// Which of its bytes to read.
    pub range: ByteRange,
    /// What they are encrypted with, if they are.
    pub key: Option<DataKey>,
}

impl Plan {
    /// To take all bytes as they are stored.
    pub(super) fn whole() -> Self {
        Self { range: ByteRange::Whole, key: None }
    }
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
    /// How many bytes there are, before encryption.
    pub(super) size: u64,
    /// The sum that they arrived with, where they can be compared with it.
    pub(super) sum: Option<StoredSum>,
    /// The wanted ones, counted from the start of `bytes`.
    pub(super) wanted: Range<u64>,
}

/// Bytes that cannot go away.
pub(super) enum HeldBytes {
    Memory(Bytes),
    File(Pin),
}

/// Finds an object, asks `plan` what is wanted of it, and pins the files that hold those bytes, all in one read
/// transaction. `plan` is asked again about the newer object where one came between.
pub(super) fn locate<E: From<EngineError>>(
    connection: &Connection,
    pins: &Arc<Pins>,
    bucket: BucketId,
    (key, which): (&str, Which),
    mut plan: impl FnMut(&Arc<ObjectRecord>) -> Result<Plan, E>,
) -> Result<Located, E> {
    loop {
        let (located, row_key, body) = {
            // One snapshot: the row, its parts and its inline bytes belong together.
            let _snapshot = Snapshot::begin(connection)?;
            let found = objects::find(connection, bucket, key, which)?;
            let record = Arc::new(found.record);
            let plan = plan(&record)?;
            (hold(connection, pins, record, found.body, plan)?, found.row_key, found.body)
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
    Plan { range: asked, key }: Plan,
) -> Result<Located, EngineError> {
    let hold = |bytes| match bytes {
        StoredBytes::Nothing => Ok(HeldBytes::Memory(Bytes::new())),
        StoredBytes::File(id) => Ok(HeldBytes::File(pins.pin(id))),
        StoredBytes::Inline(id) => bodies::inline(connection, id)?
            .map(HeldBytes::Memory)
            .ok_or_else(|| EngineError::corrupt("a small body is missing")),
    };
    // Encrypted bytes prove themselves.
    let is_plain = record.head.encryption.is_none();
    let sum = |etag: Etag, checksum: Option<&Checksum>| match is_plain {
        true => StoredSum::of(etag, checksum),
        false => None,
    };
    let (range, extents) = match body {
        StoredBody::Bytes(bytes) => {
            let (wanted, size) = (asked.resolve(record.size, [])?, record.size);
            let sum = sum(record.etag, record.checksum.as_ref());
            (wanted.clone(), vec![Extent { part: None, bytes: hold(bytes)?, size, sum, wanted }])
        }
        StoredBody::Parts(set) => {
            let parts = parts::all_of_set(connection, set)?;
            let whole = asked == ByteRange::Whole;
            let wanted = asked.resolve(record.size, parts.iter().map(|part| (part.record.number, part.record.size)))?;
            let mut extents = Vec::new();
            let mut start = 0;
            for part in parts {
                let end = start + part.record.size;
                let (first, behind) = (wanted.start.max(start), wanted.end.min(end));
                // A copy takes empty parts along as well.
                if first < behind || (whole && part.record.size == 0) {
                    let wanted = first - start..behind - start;
                    let (size, sum) = (part.record.size, sum(part.record.etag, part.record.checksum.as_ref()));
                    extents.push(Extent { part: Some(part.record), bytes: hold(part.bytes)?, size, sum, wanted });
                }
                start = end;
            }
            (wanted, extents)
        }
    };
    Ok(Located { record, asked, range, extents, key })
}

#[cfg(test)]
mod tests {
    use keyward_testkit::{FrozenClock, SeededEntropy};
    use tokio::runtime::Handle;

    use super::*;
    use crate::engine::outgoing::BodyReader;
    use crate::engine::plain_body::Scrutiny;
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
                locate(connection, &busy.inner.pins, BUCKET, ("a", Which::Latest), |_| -> Result<_, EngineError> {
                    looks += 1;
                    if looks == 1 {
                        runtime.block_on(put(&busy, 2));
                        // Returns once the first body is unlinked.
                        busy.inner.reaper.lock().unwrap().stop();
                    }
                    Ok(Plan::whole())
                })?;
            let (bodies, scrutiny) = (Arc::clone(&busy.inner.bodies), Scrutiny::WhatIsRead);
            Ok((looks, BodyReader::start(bodies, located.extents, 100, None, scrutiny)?))
        });
        let (looks, mut body) = read.await.unwrap();
        assert_eq!((looks, body.piece().await.unwrap().unwrap()[0]), (2, 2));
    }
}
