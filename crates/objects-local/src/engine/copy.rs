//! Copying on the server's side: within a shard by sharing the bytes, across shards by a second name of each file.

use std::sync::Arc;

use keyward_ambient::Entropy;

use super::body_dir::BodyDir;
use super::etag::Etag;
use super::head::{Checksum, ObjectHead};
use super::headroom::{Headroom, ROWS};
use super::ids::{BucketId, UploadId};
use super::incoming::Content;
use super::locate::{HeldBytes, Located, Plan, locate};
use super::pending_file::PendingFile;
use super::pins::Pins;
use super::record::{ObjectRecord, PutResult, Terms, Which};
use super::tables::bodies;
use super::tables::object_writes::{self, NewObject, Numbering};
use super::tables::objects::{self, StoredBody};
use super::tables::parts::{self, PartRecord, StoredPart};
use super::writer::Commit;
use super::{Engine, EngineError, row_key};

/// What to copy where.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct CopyRequest {
    /// The bucket and key to copy from.
    pub source: (BucketId, String),
    /// The version to copy.
    pub source_version: Which,
    /// Copy only if the source is still this one, which the caller judged: the copy's head was made from its own, and
    /// says how the bytes are encrypted.
    pub judged: Option<Arc<ObjectRecord>>,
    /// The bucket and key to copy to; may be the source.
    pub target: (BucketId, String),
    /// What to keep about the copy instead of what is kept about the source.
    pub head: Option<ObjectHead>,
    /// What must hold of the target, and what becomes of its versions.
    pub terms: Terms,
}

impl Engine {
    /// Copies an object. The copy has the source's entity tag and checksum and, like a put, survives a power cut.
    pub async fn copy(&self, request: CopyRequest) -> Result<PutResult, EngineError> {
        row_key::check(&request.target.1)?;
        let new_set = UploadId::begun(self.inner.clock.now(), self.inner.entropy.as_ref());
        let (source, target) = (request.source.0, request.target.0);
        let headroom = self.headroom();
        let making = Making { new_set, numbering: self.numbering(request.terms.versioning) };
        if self.shard_number(source) == self.shard_number(target) {
            let work = move |commit: &mut Commit<'_>| copy_within(commit, &request, making, &headroom);
            return self.commit(target, work).await;
        }
        let replicator = Replicator {
            bodies: Arc::clone(&self.inner.bodies),
            pins: Arc::clone(&self.inner.pins),
            entropy: Arc::clone(&self.inner.entropy),
        };
        let (pins, from, which) = (Arc::clone(&self.inner.pins), request.source.clone(), request.source_version);
        let replicated = self.shard(source).readers.read_then(
            move |connection| locate(connection, &pins, from.0, (&from.1, which), |_| Ok(Plan::whole())),
            move |located| {
                judge(&request, &located.record)?;
                Ok((request, replicator.replicate(located)?))
            },
        );
        let (request, replica) = replicated.await?;
        let work = move |commit: &mut Commit<'_>| replica.store(commit, request, making, &headroom);
        self.commit(target, work).await
    }
}

fn judge(request: &CopyRequest, source: &ObjectRecord) -> Result<(), EngineError> {
    match &request.judged {
        Some(judged) if **judged != *source => Err(EngineError::PreconditionFailed),
        _ => Ok(()),
    }
}

/// What a copy is given that is drawn or told by the clock.
#[derive(Clone, Copy)]
struct Making {
    new_set: UploadId,
    numbering: Numbering,
}

fn copy_within(
    commit: &mut Commit<'_>,
    request: &CopyRequest,
    making: Making,
    headroom: &Headroom,
) -> Result<PutResult, EngineError> {
    let (bucket, key) = &request.target;
    let (source_bucket, source_key) = &request.source;
    let found = objects::find(commit.connection, *source_bucket, source_key, request.source_version)?;
    let (source, body) = (found.record, found.body);
    judge(request, &source)?;
    objects::may_write(commit, *bucket, key, request.terms.precondition)?;
    headroom.admit(ROWS)?;
    // Shared before the target is replaced, so that copying an object onto itself never lets its bytes go.
    let body = match body {
        StoredBody::Bytes(bytes) => StoredBody::Bytes(bodies::share(commit, bytes)?),
        StoredBody::Parts(set) => {
            parts::share_set(commit, set, making.new_set)?;
            StoredBody::Parts(making.new_set)
        }
    };
    let head = request.head.as_ref().unwrap_or(&source.head);
    let object = NewObject { size: source.size, etag: source.etag, checksum: source.checksum.as_ref(), head, body };
    object_writes::put(commit, *bucket, key, &object, making.numbering)
}

/// Makes durable second names for files.
struct Replicator {
    bodies: Arc<BodyDir>,
    pins: Arc<Pins>,
    entropy: Arc<dyn Entropy>,
}

/// An object of one shard, ready to be stored in another.
struct Replica {
    size: u64,
    etag: Etag,
    checksum: Option<Checksum>,
    head: ObjectHead,
    body: ReplicaBody,
}

enum ReplicaBody {
    Bytes(Content),
    Parts(Vec<(PartRecord, Content)>),
}

impl ReplicaBody {
    fn unwritten(&self) -> u64 {
        match self {
            ReplicaBody::Bytes(content) => content.unwritten(),
            ReplicaBody::Parts(parts) => parts.iter().map(|(_, content)| content.unwritten()).sum(),
        }
    }
}

impl Replicator {
    fn replicate(&self, located: Located) -> Result<Replica, EngineError> {
        let mut pieces = Vec::with_capacity(located.extents.len());
        for extent in located.extents {
            let content = match &extent.bytes {
                HeldBytes::Memory(bytes) => Content::Memory(bytes.clone()),
                HeldBytes::File(held) => {
                    let replica = PendingFile::new(self.pins.pin(self.bodies.draw(self.entropy.as_ref())));
                    self.bodies.link(held.id(), replica.id())?;
                    Content::File(replica)
                }
            };
            pieces.push((extent.part, content));
        }
        let ObjectRecord { size, etag, checksum, head, .. } = Arc::unwrap_or_clone(located.record);
        let body = match <[_; 1]>::try_from(pieces) {
            Ok([(None, content)]) => ReplicaBody::Bytes(content),
            Ok([(Some(part), content)]) => ReplicaBody::Parts(vec![(part, content)]),
            Err(pieces) => {
                let parts = pieces.into_iter().filter_map(|(part, content)| Some((part?, content)));
                ReplicaBody::Parts(parts.collect())
            }
        };
        Ok(Replica { size, etag, checksum, head, body })
    }
}

impl Replica {
    fn store(
        self,
        commit: &mut Commit<'_>,
        request: CopyRequest,
        making: Making,
        headroom: &Headroom,
    ) -> Result<PutResult, EngineError> {
        let (bucket, key) = request.target;
        objects::may_write(commit, bucket, &key, request.terms.precondition)?;
        headroom.admit(ROWS + self.body.unwritten())?;
        let body = match self.body {
            ReplicaBody::Bytes(content) => StoredBody::Bytes(bodies::store(commit, content)?),
            ReplicaBody::Parts(parts) => {
                for (record, content) in parts {
                    let bytes = bodies::store(commit, content)?;
                    parts::put(commit, making.new_set, &StoredPart { record, bytes })?;
                }
                StoredBody::Parts(making.new_set)
            }
        };
        let head = request.head.unwrap_or(self.head);
        let object =
            NewObject { size: self.size, etag: self.etag, checksum: self.checksum.as_ref(), head: &head, body };
        object_writes::put(commit, bucket, &key, &object, making.numbering)
    }
}
