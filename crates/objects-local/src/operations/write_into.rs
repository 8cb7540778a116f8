//! PutObject with a range: replaces some bytes of an object that is there, or appends to it (ECS Data Access Guide,
//! *Byte range extensions*).
//!
//! The body is taken first, so that a slow client keeps nobody waiting; then the new object is put together from the
//! old one and the body, and committed only over the very object that it was made from. So each reader sees the object
//! before or after, whatever happens meanwhile, and its tag and checksum are those of all its bytes.

use std::sync::Arc;

use bytes::Bytes;
use http::header::{HeaderName, HeaderValue};
use keyward_objects::{RequestBody, full};
use keyward_s3_wire::checksum::{Checksum, ChecksumType};
use keyward_s3_wire::object_lock::ObjectLock;
use keyward_s3_wire::operations::{NewObject, PartialWrite, PutObject, PutObjectAnswer};
use keyward_s3_wire::{ErrorCode, S3Error};
use keyward_signature::Payload;

use super::Answer;
use crate::call::{Call, Place};
use crate::checksum::RunningChecksum;
use crate::engine::{
    Body, BodyReader, BodyWriter, ByteRange, DataKey, EngineError, ObjectHead, ObjectRecord, Precondition, PutResult,
    Which,
};
use crate::receive::{not_too_large, receive};
use crate::{answers, checksum, damage, encryption, lock};

const PREVIOUS_SIZE: HeaderName = HeaderName::from_static("x-emc-previous-object-size");
const APPEND_OFFSET: HeaderName = HeaderName::from_static("x-emc-append-offset");

/// How often whole writes may come between before the client is told.
const ATTEMPTS: usize = 4;

pub(super) async fn write_into(
    call: Call<'_>,
    request: PutObject,
    range: PartialWrite,
    payload: Payload<RequestBody>,
) -> Answer {
    let place = call.place()?;
    bytes_alone(&request.object)?;
    if let Some(length) = payload.length() {
        range.expect_length(length)?;
    }
    // Judged before the body is sent, and again with the object that is written over.
    let found = call.engine.head(place.bucket_id(), place.key.as_str()).await?;
    request.conditions.permit(Some(&answers::etag(found.etag)))?;
    range.offset(found.size)?;

    let passage = call.keys.passing();
    let received = receive(call, payload, None, Some(passage.clone())).await?;
    range.expect_length(received.body.size())?;
    let write = Write { call, place, request: &request, range, piece: &received.body, passage };
    let _turn = call.turns.next(place).await;
    for _ in 0..ATTEMPTS {
        match write.attempt().await {
            // The object that the new one was made from is gone.
            Err(error) if error.code() == ErrorCode::ConditionalRequestConflict => {}
            Err(error) => return Err(error),
            Ok(written) => return Ok(answer(place, range, written)),
        }
    }
    Err(ErrorCode::ConditionalRequestConflict.into())
}

/// Refuses what would be forgotten: the rest of the object stays as it is.
fn bytes_alone(asked: &NewObject) -> Result<(), S3Error> {
    let more = !asked.metadata.user.is_empty()
        || !asked.tags.is_empty()
        || !asked.lock.is_empty()
        || !asked.acl.is_empty()
        || asked.retention.is_some()
        || asked.storage_class.is_some()
        || (asked.encryption.is_some() && asked.customer_key.is_none());
    if !more {
        return Ok(());
    }
    let message = "A write into an object changes its bytes alone; leave metadata, tags, lists, locks, storage class and encryption out.";
    Err(S3Error::because(ErrorCode::InvalidRequest, message))
}

struct Written {
    before: Arc<ObjectRecord>,
    put: PutResult,
    checksum: Checksum,
}

fn answer(place: Place<'_>, range: PartialWrite, written: Written) -> http::Response<keyward_objects::ResponseBody> {
    let answer = PutObjectAnswer {
        etag: answers::etag(written.put.etag),
        version_id: place.written_version(written.put.version),
        checksum: Some(written.checksum),
        encryption: encryption::shown(written.before.head.encryption.as_ref()),
    };
    let mut response = answer.response().map(full);
    let size = HeaderValue::from(written.before.size);
    if range == PartialWrite::Append {
        response.headers_mut().insert(APPEND_OFFSET, size.clone());
    }
    response.headers_mut().insert(PREVIOUS_SIZE, size);
    response
}

/// A write whose bytes have arrived.
struct Write<'w> {
    call: Call<'w>,
    place: Place<'w>,
    request: &'w PutObject,
    range: PartialWrite,
    piece: &'w Body,
    /// What the piece is encrypted with until it has its place.
    passage: DataKey,
}

impl Write<'_> {
    /// Makes the new object from the present one. `ConditionalRequestConflict` when that changes meanwhile.
    async fn attempt(&self) -> Result<Written, S3Error> {
        let (engine, bucket, key) = (self.call.engine, self.place.bucket_id(), self.place.key.as_str());
        let before = engine.head(bucket, key).await?;
        self.request.conditions.permit(Some(&answers::etag(before.etag)))?;
        let offset = self.range.offset(before.size)?;
        let end = offset + self.piece.size();
        let size = end.max(before.size);
        not_too_large(size)?;
        self.call.admit(size - before.size)?;

        let data_key = self.call.keys.opening(&before.head, self.request.object.customer_key.as_ref())?;
        let mut new = Assembly { upload: engine.upload_under(data_key), sum: RunningChecksum::new(checksum::DEFAULT) };
        // Read whole, also what is replaced: so all of it is compared with its sum before the rest gets a new one.
        let mut present = self.present(&before).await?;
        let kept = new.take_upto(&mut present, offset).await.map_err(damage::noted(self.place))?;
        new.take(engine.read_back(self.piece, self.passage.clone()).await?).await?;
        new.take_from(present, kept, end).await.map_err(damage::noted(self.place))?;
        let (body, sum) = (new.upload.finish().await?, new.sum.finish());

        let stored = checksum::stored(&sum, ChecksumType::FullObject);
        let lock = lock::of_new(&ObjectLock::default(), self.place.bucket, engine.now())?;
        let head = ObjectHead { lock, ..before.head.clone() };
        let versioning = self.place.terms(Precondition::None).versioning;
        let committing = self.call.permitted().await?;
        let put =
            committing.commit_over((bucket, key), Arc::clone(&before), body, head, Some(stored), versioning).await;
        Ok(Written { put: put.map_err(overtaken)?, before, checksum: sum })
    }

    /// All bytes of the object as it was `before`.
    async fn present(&self, before: &ObjectRecord) -> Result<BodyReader, S3Error> {
        let (bucket, key) = (self.place.bucket_id(), self.place.key.as_str());
        let unlock = self.call.unlock(self.request.object.customer_key.clone());
        let opened = self.call.engine.open_version(bucket, key, Which::Latest, ByteRange::Whole, unlock).await;
        let opened = opened.map_err(damage::noted(self.place)).map_err(overtaken)?;
        match *opened.record == *before {
            true => Ok(opened.body),
            false => Err(ErrorCode::ConditionalRequestConflict.into()),
        }
    }
}

/// The error of a write whose object was there a moment ago.
fn overtaken(error: EngineError) -> S3Error {
    match error {
        EngineError::PreconditionFailed
        | EngineError::NoSuchKey
        | EngineError::IsDeleteMarker { .. }
        | EngineError::RangeNotSatisfiable { .. } => ErrorCode::ConditionalRequestConflict.into(),
        error => error.into(),
    }
}

/// A new object on its way.
struct Assembly {
    upload: BodyWriter,
    sum: RunningChecksum,
}

impl Assembly {
    async fn write(&mut self, piece: Bytes) -> Result<(), EngineError> {
        self.sum.update(&piece);
        self.upload.write(piece).await
    }

    async fn take(&mut self, mut source: BodyReader) -> Result<(), EngineError> {
        while let Some(piece) = source.piece().await {
            self.write(piece?).await?;
        }
        Ok(())
    }

    /// Takes the first `count` bytes, of which there are as many; answers what was read beyond them.
    async fn take_upto(&mut self, source: &mut BodyReader, count: u64) -> Result<ReadSoFar, EngineError> {
        let mut read = ReadSoFar { end: 0, rest: Bytes::new() };
        while read.end < count {
            let Some(piece) = source.piece().await else { return Err(too_short()) };
            let mut piece = piece?;
            let left = count - read.end;
            read.end += piece.len() as u64;
            read.rest = piece.split_off(usize::try_from(left).unwrap_or(usize::MAX).min(piece.len()));
            self.write(piece).await?;
        }
        Ok(read)
    }

    /// Takes what comes from the byte `first` on, and reads what comes before.
    async fn take_from(&mut self, mut source: BodyReader, read: ReadSoFar, first: u64) -> Result<(), EngineError> {
        let (mut piece, mut end) = (read.rest, read.end);
        loop {
            let start = end - piece.len() as u64;
            let passed = usize::try_from(first.saturating_sub(start)).unwrap_or(usize::MAX).min(piece.len());
            let wanted = piece.split_off(passed);
            if !wanted.is_empty() {
                self.write(wanted).await?;
            }
            piece = match source.piece().await {
                Some(piece) => piece?,
                None => return Ok(()),
            };
            end += piece.len() as u64;
        }
    }
}

/// How far an object was read.
struct ReadSoFar {
    /// The byte behind the last that was read.
    end: u64,
    /// Those of the last piece that were not taken.
    rest: Bytes,
}

fn too_short() -> EngineError {
    EngineError::Corrupt("an object has fewer bytes than its size".to_owned())
}
