//! Multipart uploads: beginning, parts, completing, aborting.
//!
//! A completed object refers to the parts where they are; nothing is read or written again.

use std::collections::HashMap;
use std::time::Duration;

use keyward_ambient::Timestamp;
use md5::{Digest, Md5};

use super::etag::Etag;
use super::head::{Checksum, ChecksumPlan, ObjectHead};
use super::headroom::{Headroom, ROWS};
use super::ids::{BucketId, UploadId};
use super::incoming::Body;
use super::lock::{Lock, Retention, RetentionMode};
use super::record::{PutResult, Terms, Which};
use super::tables::object_writes::{self, NewObject, Numbering};
use super::tables::objects::{self, Found, StoredBody};
use super::tables::parts::{self, PartRecord, StoredPart};
use super::tables::uploads::{self, UploadRecord};
use super::tables::{bodies, buckets};
use super::writer::Commit;
use super::{Engine, EngineError, row_key};

const PART_NUMBERS: std::ops::RangeInclusive<u16> = 1..=10_000;

/// A part as the completion names it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct CompletedPart {
    /// Its number.
    pub number: u16,
    /// The tag that its upload was answered with.
    pub etag: Etag,
}

/// What an upload is to become.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Completion {
    /// The object's parts, in ascending order of their numbers. Parts that are not named are freed.
    pub parts: Vec<CompletedPart>,
    /// The object's checksum, as the caller worked it out from the parts'.
    pub checksum: Option<Checksum>,
    /// How strictly and for how long the object is kept from its completion on, where its writer asked for no retention.
    pub retention: Option<(RetentionMode, Duration)>,
    /// What must hold of the object under the key, and what becomes of its versions.
    pub terms: Terms,
}

impl Completion {
    /// The lock of an object completed `now`, of which its writer asked for this.
    fn lock(&self, asked: Option<Lock>, now: Timestamp) -> Option<Lock> {
        match (asked.unwrap_or_default(), self.retention) {
            (Lock { retention: None, legal_hold }, Some((mode, period))) => {
                Some(Lock { retention: Some(Retention { mode, until: now.plus(period) }), legal_hold })
            }
            _ => asked,
        }
    }
}

impl Engine {
    /// Begins a multipart upload of `key`.
    pub async fn create_upload(
        &self,
        bucket: BucketId,
        key: &str,
        head: ObjectHead,
        checksum: Option<ChecksumPlan>,
    ) -> Result<UploadId, EngineError> {
        row_key::check(key)?;
        let (key, headroom) = (key.to_owned(), self.headroom());
        let id = UploadId::begun(self.inner.clock.now(), self.inner.entropy.as_ref());
        let committed = self.commit(bucket, move |commit| {
            buckets::require_open(commit.connection, bucket)?;
            headroom.admit(ROWS)?;
            uploads::insert(commit, bucket, &key, &UploadRecord { id, head, checksum })?;
            Ok(id)
        });
        committed.await
    }

    /// Puts `body` as part `number`, in place of an earlier one of the same number.
    pub async fn put_part(
        &self,
        bucket: BucketId,
        key: &str,
        upload: UploadId,
        number: u16,
        body: Body,
        checksum: Option<Checksum>,
    ) -> Result<PartRecord, EngineError> {
        if !PART_NUMBERS.contains(&number) {
            return Err(EngineError::PartNumberOutOfRange { number });
        }
        let (key, headroom) = (key.to_owned(), self.headroom());
        let committed = self.commit(bucket, move |commit| {
            require_upload(commit, bucket, &key, upload)?;
            headroom.admit(ROWS + body.unwritten())?;
            let (size, etag) = (body.size(), body.etag());
            let bytes = bodies::store(commit, body.content)?;
            let record = PartRecord { number, size, modified: commit.now, etag, checksum };
            let part = StoredPart { record, bytes };
            parts::put(commit, upload, &part)?;
            Ok(part.record)
        });
        committed.await
    }

    /// Gives up an upload and frees its parts.
    pub async fn abort_upload(&self, bucket: BucketId, key: &str, upload: UploadId) -> Result<(), EngineError> {
        let key = key.to_owned();
        let committed = self.commit(bucket, move |commit| {
            require_upload(commit, bucket, &key, upload)?;
            parts::release_set(commit, upload)?;
            uploads::delete(commit, &row_key::upload(bucket, &key, upload)?)
        });
        committed.await
    }

    /// Makes the upload's parts the object under `key`, in one commit. Repeating a completion whose answer was lost
    /// gives the same answer while the object stands.
    pub async fn complete_upload(
        &self,
        bucket: BucketId,
        key: &str,
        upload: UploadId,
        completion: Completion,
    ) -> Result<PutResult, EngineError> {
        row_key::check(key)?;
        let (key, headroom) = (key.to_owned(), self.headroom());
        let least = self.inner.settings.min_part_size;
        let numbering = self.numbering(completion.terms.versioning);
        let committed = self.commit(bucket, move |commit| {
            buckets::require_open(commit.connection, bucket)?;
            match uploads::find(commit.connection, bucket, &key, upload) {
                Ok(record) => {
                    let object = Completing { bucket, key: &key, upload: record, completion: &completion, numbering };
                    object.commit(commit, least, &headroom)
                }
                Err(EngineError::NoSuchUpload) => already_completed(commit, bucket, &key, upload, &completion),
                Err(error) => Err(error),
            }
        });
        committed.await
    }
}

fn require_upload(
    commit: &Commit<'_>,
    bucket: BucketId,
    key: &str,
    upload: UploadId,
) -> Result<UploadRecord, EngineError> {
    buckets::require_open(commit.connection, bucket)?;
    uploads::find(commit.connection, bucket, key, upload)
}

/// An upload on its way to become an object.
struct Completing<'c> {
    bucket: BucketId,
    key: &'c str,
    upload: UploadRecord,
    completion: &'c Completion,
    numbering: Numbering,
}

impl Completing<'_> {
    /// `least` is the least size of all parts but the last.
    fn commit(self, commit: &mut Commit<'_>, least: u64, headroom: &Headroom) -> Result<PutResult, EngineError> {
        let Self { bucket, key, upload, completion, numbering } = self;
        let stored = parts::all_of_set(commit.connection, upload.id)?;
        let size = check_parts(&stored, &completion.parts, least)?;
        objects::may_write(commit, bucket, key, completion.terms.precondition)?;
        headroom.admit(ROWS)?;
        let named = |number: u16| completion.parts.binary_search_by_key(&number, |part| part.number).is_ok();
        for part in stored.iter().filter(|part| !named(part.record.number)) {
            parts::release(commit, upload.id, part)?;
        }
        uploads::delete(commit, &row_key::upload(bucket, key, upload.id)?)?;
        let head = ObjectHead { lock: completion.lock(upload.head.lock, commit.now), ..upload.head };
        let object = NewObject {
            size,
            etag: etag_of(&completion.parts),
            checksum: completion.checksum.as_ref(),
            head: &head,
            body: StoredBody::Parts(upload.id),
        };
        object_writes::put(commit, bucket, key, &object, numbering)
    }
}

/// Checks the named parts against those uploaded, in the order in which S3 reports faults; gives the object's size.
fn check_parts(stored: &[StoredPart], named: &[CompletedPart], least: u64) -> Result<u64, EngineError> {
    if named.is_empty() {
        return Err(EngineError::NoParts);
    }
    if !named.is_sorted_by(|left, right| left.number < right.number) {
        return Err(EngineError::InvalidPartOrder);
    }
    let stored: HashMap<u16, &PartRecord> = stored.iter().map(|part| (part.record.number, &part.record)).collect();
    let mut sizes = Vec::with_capacity(named.len());
    for part in named {
        match stored.get(&part.number) {
            Some(record) if record.etag == part.etag => sizes.push((part.number, record.size)),
            _ => return Err(EngineError::InvalidPart { number: part.number }),
        }
    }
    let all_but_last = &sizes[..sizes.len() - 1];
    match all_but_last.iter().find(|(_, size)| *size < least) {
        Some(&(number, size)) => Err(EngineError::EntityTooSmall { number, size, min: least }),
        None => Ok(sizes.iter().map(|(_, size)| size).sum()),
    }
}

/// The MD5 of the parts' MD5s, and their number.
fn etag_of(parts: &[CompletedPart]) -> Etag {
    let mut md5 = Md5::new();
    parts.iter().for_each(|part| md5.update(part.etag.md5));
    Etag { md5: md5.finalize().into(), parts: u32::try_from(parts.len()).ok() }
}

fn already_completed(
    commit: &Commit<'_>,
    bucket: BucketId,
    key: &str,
    upload: UploadId,
    completion: &Completion,
) -> Result<PutResult, EngineError> {
    match objects::find(commit.connection, bucket, key, Which::Latest) {
        Ok(Found { record, body: StoredBody::Parts(set), .. })
            if set == upload && record.etag == etag_of(&completion.parts) =>
        {
            Ok(PutResult { etag: record.etag, size: record.size, modified: record.modified, version: record.version })
        }
        Ok(_) | Err(EngineError::NoSuchKey | EngineError::IsDeleteMarker { .. }) => Err(EngineError::NoSuchUpload),
        Err(error) => Err(error),
    }
}
