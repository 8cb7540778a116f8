//! Writing and reading single objects.

use std::ops::Range;
use std::sync::Arc;

use super::head::{Checksum, ObjectHead};
use super::headroom::ROWS;
use super::ids::BucketId;
use super::incoming::{Body, BodyWriter};
use super::locate::locate;
use super::outgoing::BodyReader;
use super::record::{ByteRange, ObjectRecord, Precondition, PutResult};
use super::tables::bodies;
use super::tables::objects::{self, NewObject, StoredBody};
use super::{Engine, EngineError, row_key};

/// An object opened for reading.
pub struct OpenedObject {
    /// What it is.
    pub record: ObjectRecord,
    /// Which of its bytes `body` gives.
    pub range: Range<u64>,
    /// The bytes. They stay readable when the object is overwritten or deleted.
    pub body: BodyReader,
}

impl Engine {
    /// Begins to take the bytes of a body.
    pub fn upload(&self) -> BodyWriter {
        BodyWriter::new(Arc::clone(&self.inner.spool))
    }

    /// Puts `body` under `key`, in place of what is there. Once this answers, the object survives a power cut.
    pub async fn commit_put(
        &self,
        bucket: BucketId,
        key: &str,
        body: Body,
        head: ObjectHead,
        checksum: Option<Checksum>,
        precondition: Precondition,
    ) -> Result<PutResult, EngineError> {
        row_key::check(key)?;
        let (key, headroom) = (key.to_owned(), self.headroom());
        let committed = self.shard(bucket).writer.commit(move |commit| {
            objects::may_write(commit, bucket, &key, precondition)?;
            headroom.admit(ROWS + body.unwritten())?;
            let (size, etag) = (body.size(), body.etag());
            let body = StoredBody::Bytes(bodies::store(commit, body.content)?);
            let object = NewObject { size, etag, checksum: checksum.as_ref(), head: &head, body };
            objects::put(commit, bucket, &key, &object)
        });
        committed.await
    }

    /// What is under `key`, without its bytes.
    pub async fn head(&self, bucket: BucketId, key: &str) -> Result<ObjectRecord, EngineError> {
        let key = key.to_owned();
        let readers = &self.shard(bucket).readers;
        readers.read(move |connection| Ok(objects::find(connection, bucket, &key)?.0)).await
    }

    /// Opens what is under `key` for reading.
    pub async fn open_object(
        &self,
        bucket: BucketId,
        key: &str,
        range: ByteRange,
    ) -> Result<OpenedObject, EngineError> {
        let key = key.to_owned();
        let (pins, bodies) = (Arc::clone(&self.inner.pins), Arc::clone(&self.inner.bodies));
        let piece = self.inner.settings.read_piece;
        let opened = self.shard(bucket).readers.read_then(
            move |connection| locate(connection, &pins, bucket, &key, range),
            move |located| {
                let body = BodyReader::start(bodies, located.extents, piece)?;
                Ok(OpenedObject { record: located.record, range: located.range, body })
            },
        );
        opened.await
    }

    /// Lets `change` alter what is kept about the object under `key`, for tags and access control lists: its bytes,
    /// entity tag and time stay. `change` runs on the writing thread and must be quick.
    pub async fn change_head(
        &self,
        bucket: BucketId,
        key: &str,
        precondition: Precondition,
        change: impl FnOnce(&mut ObjectHead) + Send + 'static,
    ) -> Result<ObjectRecord, EngineError> {
        let key = key.to_owned();
        let committed = self.shard(bucket).writer.commit(move |commit| {
            let (mut record, _) = objects::find(commit.connection, bucket, &key)?;
            precondition.check(Some(record.etag))?;
            change(&mut record.head);
            objects::set_head(commit, bucket, &key, &record.head)?;
            Ok(record)
        });
        committed.await
    }
}
