//! Writing and reading single objects.

use std::ops::Range;
use std::sync::Arc;

use keyward_ambient::Timestamp;
use tokio::task::spawn_blocking;

use super::cipher::DataKey;
use super::head::{Checksum, ObjectHead};
use super::headroom::ROWS;
use super::ids::BucketId;
use super::incoming::{Body, BodyWriter, Content};
use super::locate::{Extent, HeldBytes, Located, Plan, locate};
use super::object_cache::{Held, ObjectCache, Reading};
use super::outgoing::BodyReader;
use super::plain_body::Scrutiny;
use super::record::{ByteRange, ObjectRecord, Precondition, PutResult, Terms, Versioning, Which};
use super::tables::bodies;
use super::tables::object_writes::{self, NewObject, Numbering};
use super::tables::objects::{self, StoredBody};
use super::tables::parts::PartRecord;
use super::writer::Commit;
use super::{Engine, EngineError, row_key};

/// An object opened for reading.
pub struct OpenedObject {
    /// What it is.
    pub record: Arc<ObjectRecord>,
    /// Which of its bytes `body` gives.
    pub range: Range<u64>,
    /// The part that was asked for, of an object completed from parts.
    pub part: Option<PartRecord>,
    /// The bytes. They stay readable when the object is overwritten or deleted.
    pub body: BodyReader,
}

/// Decides over an object at the moment at which it is found.
pub trait Judge: Send + 'static {
    /// Why an object is not read.
    type Error: From<EngineError> + Send + 'static;

    /// Whether the object is read, which of its bytes, and what they are encrypted with. Asked again about the object
    /// that took the place of the one it was asked about. Must be quick: a reader of metadata waits.
    ///
    /// # Errors
    /// Whatever speaks against reading it.
    fn judge(&mut self, record: &ObjectRecord) -> Result<Plan, Self::Error>;
}

/// Lets everything through.
struct Fixed<F> {
    range: ByteRange,
    unlock: F,
}

impl<F> Judge for Fixed<F>
where
    F: FnMut(&ObjectHead) -> Result<Option<DataKey>, EngineError> + Send + 'static,
{
    type Error = EngineError;

    fn judge(&mut self, record: &ObjectRecord) -> Result<Plan, EngineError> {
        Ok(Plan { range: self.range, key: (self.unlock)(&record.head)? })
    }
}

/// Keeps in memory what a read finds, where it may.
struct Keeping(Option<(Arc<ObjectCache>, Reading)>);

impl Keeping {
    fn nothing() -> Self {
        Self(None)
    }

    fn keep(self, bucket: BucketId, key: &str, mut held: Held) {
        if let Some((cache, reading)) = self.0 {
            held.bytes = held.bytes.filter(|bytes| cache.keeps_bytes_of(bytes.len() as u64));
            cache.keep(reading, bucket, key, held);
        }
    }
}

impl Engine {
    /// Begins to take the bytes of a body.
    pub fn upload(&self) -> BodyWriter {
        self.upload_under(None)
    }

    /// Begins to take the bytes of a body that is to be encrypted under `key`, if there is one.
    pub fn upload_under(&self, key: Option<DataKey>) -> BodyWriter {
        BodyWriter::new(Arc::clone(&self.inner.spool), key)
    }

    /// Puts `body` under `key`, in place of what is there or as a new version of it. Once this answers, the object survives
    /// a power cut.
    pub async fn commit_put(
        &self,
        bucket: BucketId,
        key: &str,
        body: Body,
        head: ObjectHead,
        checksum: Option<Checksum>,
        terms: impl Into<Terms>,
    ) -> Result<PutResult, EngineError> {
        row_key::check(key)?;
        let (key, headroom, terms) = (key.to_owned(), self.headroom(), terms.into());
        let numbering = self.numbering(terms.versioning);
        let committed = self.commit(bucket, move |commit| {
            objects::may_write(commit, bucket, &key, terms.precondition)?;
            headroom.admit(ROWS + body.unwritten())?;
            put_body(commit, (bucket, &key), body, &head, checksum.as_ref(), numbering)
        });
        committed.await
    }

    /// Puts `body` in place of `before`, from which it and its head were made: not if so much as a tag of that, its list
    /// or the seal of its key is another by now.
    ///
    /// # Errors
    /// [`PreconditionFailed`](EngineError::PreconditionFailed) for what is no longer `before`.
    pub async fn commit_over(
        &self,
        (bucket, key): (BucketId, &str),
        before: Arc<ObjectRecord>,
        body: Body,
        head: ObjectHead,
        checksum: Option<Checksum>,
        versioning: Versioning,
    ) -> Result<PutResult, EngineError> {
        let (key, headroom, numbering) = (key.to_owned(), self.headroom(), self.numbering(versioning));
        let committed = self.commit(bucket, move |commit| {
            objects::may_write(commit, bucket, &key, Precondition::None)?;
            if objects::find(commit.connection, bucket, &key, Which::Latest)?.record != *before {
                return Err(EngineError::PreconditionFailed);
            }
            headroom.admit(ROWS + body.unwritten())?;
            put_body(commit, (bucket, &key), body, &head, checksum.as_ref(), numbering)
        });
        committed.await
    }

    /// What is under `key`, without its bytes.
    pub async fn head(&self, bucket: BucketId, key: &str) -> Result<Arc<ObjectRecord>, EngineError> {
        self.head_version(bucket, key, Which::Latest).await
    }

    /// A version of `key`, without its bytes.
    pub async fn head_version(
        &self,
        bucket: BucketId,
        key: &str,
        which: Which,
    ) -> Result<Arc<ObjectRecord>, EngineError> {
        if let Some(held) = self.held(bucket, key, which) {
            return Ok(held.record);
        }
        let keeping = self.keeping(bucket, key, which);
        let key = key.to_owned();
        let found = self.shard(bucket).short_reads.read(move |connection| {
            let record = Arc::new(objects::find(connection, bucket, &key, which)?.record);
            keeping.keep(bucket, &key, Held { record: Arc::clone(&record), bytes: None });
            Ok(record)
        });
        found.await
    }

    /// Opens what is under `key` for reading.
    pub async fn open_object(
        &self,
        bucket: BucketId,
        key: &str,
        range: ByteRange,
    ) -> Result<OpenedObject, EngineError> {
        self.open_version(bucket, key, Which::Latest, range, |_| Ok(None)).await
    }

    /// Opens a version of `key` for reading. `unlock` gives the key of an object that is encrypted.
    pub async fn open_version(
        &self,
        bucket: BucketId,
        key: &str,
        which: Which,
        range: ByteRange,
        unlock: impl FnMut(&ObjectHead) -> Result<Option<DataKey>, EngineError> + Send + 'static,
    ) -> Result<OpenedObject, EngineError> {
        let opened = self.open_judged(bucket, key, which, Fixed { range, unlock }).await;
        opened.map(|(opened, _)| opened)
    }

    /// As [`open_version`](Self::open_version), for bytes that are to be written again with sums of their own: the last
    /// of them come only after every body that they are from agreed whole with its sum, now or a moment ago.
    pub async fn open_to_rewrite(
        &self,
        bucket: BucketId,
        key: &str,
        which: Which,
        range: ByteRange,
        unlock: impl FnMut(&ObjectHead) -> Result<Option<DataKey>, EngineError> + Send + 'static,
    ) -> Result<OpenedObject, EngineError> {
        let scrutiny = Scrutiny::Whole(Arc::clone(&self.inner.verified));
        let opened = self.open_under(bucket, key, which, Fixed { range, unlock }, scrutiny).await;
        opened.map(|(opened, _)| opened)
    }

    /// Opens a version of `key` for reading as `judge` decides over the very object that is opened: it is asked, and the
    /// bytes are found, in one read transaction. Gives the judge back.
    pub async fn open_judged<J: Judge>(
        &self,
        bucket: BucketId,
        key: &str,
        which: Which,
        judge: J,
    ) -> Result<(OpenedObject, J), J::Error> {
        self.open_under(bucket, key, which, judge, Scrutiny::WhatIsRead).await
    }

    async fn open_under<J: Judge>(
        &self,
        bucket: BucketId,
        key: &str,
        which: Which,
        mut judge: J,
        scrutiny: Scrutiny,
    ) -> Result<(OpenedObject, J), J::Error> {
        let keeping = match self.held(bucket, key, which) {
            // What is kept was compared with its sum when it was read.
            Some(Held { record, bytes: Some(bytes) }) => {
                let range = judge.judge(&record)?.range.resolve(record.size, [])?;
                let body = BodyReader::of(bytes, &range)?;
                return Ok((OpenedObject { record, range, part: None, body }, judge));
            }
            Some(held) if !self.inner.cache.keeps_bytes_of(held.record.size) => Keeping::nothing(),
            _ => self.keeping(bucket, key, which),
        };
        let (name, looked_up): (Arc<str>, _) = (key.into(), key.to_owned());
        let (pins, bodies) = (Arc::clone(&self.inner.pins), Arc::clone(&self.inner.bodies));
        let piece = self.inner.settings.read_piece;
        let opened = self.shard(bucket).short_reads.read_then(
            move |connection| {
                let plan = |record: &Arc<ObjectRecord>| judge.judge(record);
                let located = locate(connection, &pins, bucket, (&looked_up, which), plan);
                Ok(located.map(|located| (located, judge)))
            },
            |found| found.as_ref().is_ok_and(|(located, _)| !located.is_in_memory()),
            move |found| {
                Ok(found.and_then(|(located, judge)| {
                    let Located { record, asked, range, extents, key } = located;
                    let is_plain = key.is_none() && record.head.encryption.is_none() && record.etag.parts.is_none();
                    let first = extents.first().filter(|_| matches!(asked, ByteRange::Part(_)));
                    let part = first.and_then(|extent| extent.part.clone());
                    let body = BodyReader::start(bodies, extents, piece, key, scrutiny)?;
                    let whole = body.whole(record.size).filter(|_| is_plain);
                    keeping.keep(bucket, &name, Held { record: Arc::clone(&record), bytes: whole });
                    Ok((OpenedObject { record, range, part, body }, judge))
                }))
            },
        );
        opened.await?
    }

    /// The bytes of a body that no object has yet, encrypted under `key` as it was uploaded.
    pub async fn read_back(&self, body: &Body, key: DataKey) -> Result<BodyReader, EngineError> {
        let bytes = match &body.content {
            Content::Memory(bytes) => HeldBytes::Memory(bytes.clone()),
            Content::File(file) => HeldBytes::File(self.inner.pins.pin(file.id())),
        };
        // What is encrypted proves itself.
        let extent = Extent { part: None, bytes, size: body.size, sum: None, wanted: 0..body.size };
        let (bodies, piece) = (Arc::clone(&self.inner.bodies), self.inner.settings.read_piece);
        let started =
            spawn_blocking(move || BodyReader::start(bodies, vec![extent], piece, Some(key), Scrutiny::WhatIsRead));
        started.await.unwrap_or(Err(EngineError::Unavailable))
    }

    /// What is kept in memory of the latest version.
    fn held(&self, bucket: BucketId, key: &str, which: Which) -> Option<Held> {
        if which == Which::Latest { self.inner.cache.find(bucket, key) } else { None }
    }

    /// To be asked before the store is.
    fn keeping(&self, bucket: BucketId, key: &str, which: Which) -> Keeping {
        let cache = &self.inner.cache;
        let reading = if which == Which::Latest { cache.begin_to_read(bucket, key) } else { None };
        Keeping(reading.map(|reading| (Arc::clone(cache), reading)))
    }

    /// Lets `change` alter what is kept about a version, for tags, locks and access control lists: its bytes, entity
    /// tag and time stay. `change` is told the commit's time and may refuse; it runs on the writing thread and must be
    /// quick.
    pub async fn change_head(
        &self,
        bucket: BucketId,
        key: &str,
        which: Which,
        change: impl FnOnce(&mut ObjectRecord, Timestamp) -> Result<(), EngineError> + Send + 'static,
    ) -> Result<ObjectRecord, EngineError> {
        let (key, headroom) = (key.to_owned(), self.headroom());
        let committed = self.commit(bucket, move |commit| {
            let mut found = objects::find(commit.connection, bucket, &key, which)?;
            let before = found.record.head.stored_size();
            change(&mut found.record, commit.now)?;
            // What takes a list, tags or a hold away is let through on a full disk.
            if found.record.head.stored_size() >= before {
                headroom.admit_metadata()?;
            }
            object_writes::set_head(commit, &found.row_key, &found.record.head)?;
            Ok(found.record)
        });
        committed.await
    }

    /// How a version that is about to be written gets its number.
    pub(super) fn numbering(&self, versioning: Versioning) -> Numbering {
        let salt = match versioning {
            Versioning::Off => 0,
            Versioning::Enabled | Versioning::Suspended => u32::from_be_bytes(self.inner.entropy.array()),
        };
        Numbering { versioning, salt }
    }
}

fn put_body(
    commit: &mut Commit<'_>,
    (bucket, key): (BucketId, &str),
    body: Body,
    head: &ObjectHead,
    checksum: Option<&Checksum>,
    numbering: Numbering,
) -> Result<PutResult, EngineError> {
    let (size, etag) = (body.size(), body.etag());
    let body = StoredBody::Bytes(bodies::store(commit, body.content)?);
    object_writes::put(commit, bucket, key, &NewObject { size, etag, checksum, head, body }, numbering)
}
