//! Deleting objects: for good, or under a delete marker.

use super::head::HeadOwner;
use super::headroom::Headroom;
use super::ids::{BucketId, Version};
use super::record::{Deleted, Deletion, Precondition, Seen, Versioning, Which};
use super::tables::object_writes::Numbering;
use super::tables::objects::Present;
use super::tables::{buckets, object_writes, objects};
use super::writer::Commit;
use super::{Engine, EngineError, row_key};

impl Engine {
    /// Deletes what `deletion` means of `key`. What is not there is deleted already, whatever the precondition asks of
    /// it; a delete marker meets none.
    pub async fn delete(
        &self,
        bucket: BucketId,
        key: &str,
        deletion: impl Into<Deletion>,
        owner: Option<HeadOwner>,
    ) -> Result<Deleted, EngineError> {
        let one = vec![(key.to_owned(), deletion.into())];
        row_key::check(key)?;
        let mut answers = self.delete_many(bucket, one, owner).await?;
        answers.pop().unwrap_or(Err(EngineError::Unavailable))
    }

    /// Deletes many objects in one commit and answers for each in order, as [`delete`](Self::delete) does. One that
    /// is refused does not keep the others. Delete markers belong to `owner`.
    pub async fn delete_many(
        &self,
        bucket: BucketId,
        keys: Vec<(String, Deletion)>,
        owner: Option<HeadOwner>,
    ) -> Result<Vec<Result<Deleted, EngineError>>, EngineError> {
        let keys = keys.into_iter().map(|(key, deletion)| (key, deletion, None)).collect();
        self.delete_all(bucket, keys, owner).await
    }

    /// Deletes versions that were looked at, as [`delete_many`](Self::delete_many) does. One that is no longer as it
    /// was [`Seen`] stays: [`PreconditionFailed`](EngineError::PreconditionFailed). The null version needs this most,
    /// as its name says nothing about which one is meant.
    pub async fn delete_seen(
        &self,
        bucket: BucketId,
        versions: Vec<(String, Deletion, Seen)>,
    ) -> Result<Vec<Result<Deleted, EngineError>>, EngineError> {
        let versions = versions.into_iter().map(|(key, deletion, seen)| (key, deletion, Some(seen))).collect();
        self.delete_all(bucket, versions, None).await
    }

    async fn delete_all(
        &self,
        bucket: BucketId,
        keys: Vec<(String, Deletion, Option<Seen>)>,
        owner: Option<HeadOwner>,
    ) -> Result<Vec<Result<Deleted, EngineError>>, EngineError> {
        let (salt, headroom) = (self.numbering(Versioning::Enabled).salt, self.headroom());
        let committed = self.commit(bucket, move |commit| {
            buckets::require_open(commit.connection, bucket)?;
            let mut answers = Vec::with_capacity(keys.len());
            for (key, deletion, seen) in keys {
                // Rules mark an object once, and what is under the mark goes later; users may mark without end.
                let headroom = seen.is_none().then_some(&*headroom);
                let one = OneDeletion { bucket, key: &key, deletion, seen, salt, owner: owner.as_ref(), headroom };
                match one.run(commit) {
                    // What concerns one key changed nothing; anything else undoes them all.
                    refused @ Err(
                        EngineError::KeyInvalid(_)
                        | EngineError::NoSuchKey
                        | EngineError::Locked
                        | EngineError::UnderRetention
                        | EngineError::PreconditionFailed
                        | EngineError::NearlyFull,
                    ) => answers.push(refused),
                    answer => answers.push(Ok(answer?)),
                }
            }
            Ok(answers)
        });
        committed.await
    }
}

struct OneDeletion<'d> {
    bucket: BucketId,
    key: &'d str,
    deletion: Deletion,
    seen: Option<Seen>,
    salt: u32,
    owner: Option<&'d HeadOwner>,
    /// Asked before a delete marker is added.
    headroom: Option<&'d Headroom>,
}

impl OneDeletion<'_> {
    /// Checks everything before the first change, so that a refusal leaves all as it was.
    fn run(self, commit: &mut Commit<'_>) -> Result<Deleted, EngineError> {
        let Deletion { which, versioning, precondition, bypasses_governance } = self.deletion;
        let present = objects::present(commit.connection, self.bucket, self.key, which)?;
        match &present {
            _ if precondition == Precondition::None => {}
            None => return Ok(Deleted::default()),
            Some(marker) if marker.is_marker => return Err(EngineError::PreconditionFailed),
            Some(_) => precondition.check(Present::tag(present.as_ref()))?,
        }
        match (self.seen, &present) {
            (None, _) => {}
            (Some(_), None) => return Ok(Deleted::default()),
            (Some(seen), Some(present)) if self.is_still(seen, present, commit)? => {}
            (Some(_), Some(_)) => return Err(EngineError::PreconditionFailed),
        }
        let existed = present.as_ref().is_some_and(|present| !present.is_marker);
        if which == Which::Latest && versioning != Versioning::Off {
            // A second marker would say nothing new (ECS, bucket versioning).
            let marker = match present {
                Some(present) if present.is_marker => present.version,
                _ => self.mark(commit, versioning)?,
            };
            return Ok(Deleted { existed, version: Some(marker), is_marker: true });
        }
        let Some(present) = present else { return Ok(Deleted::default()) };
        object_writes::delete(commit, self.bucket, &present, bypasses_governance)?;
        let version = (which != Which::Latest).then_some(present.version);
        Ok(Deleted { existed: true, version, is_marker: present.is_marker })
    }

    /// Whether `present` is what was seen. Also in its place: a version that a user restored, by deleting what lay over
    /// it, is the object now.
    fn is_still(&self, seen: Seen, present: &Present, commit: &Commit<'_>) -> Result<bool, EngineError> {
        let latest = objects::present(commit.connection, self.bucket, self.key, Which::Latest)?;
        let Present { is_marker, etag, modified, .. } = *present;
        let is_current = latest.is_some_and(|latest| latest.row_key == present.row_key);
        Ok(seen == Seen { is_marker, is_current, etag, modified })
    }

    fn mark(&self, commit: &mut Commit<'_>, versioning: Versioning) -> Result<Version, EngineError> {
        self.headroom.map_or(Ok(()), Headroom::admit_metadata)?;
        let numbering = Numbering { versioning, salt: self.salt };
        object_writes::mark_deleted(commit, self.bucket, self.key, numbering, self.owner.cloned())
    }
}
