//! Deleting objects.

use super::ids::BucketId;
use super::record::Precondition;
use super::tables::{buckets, objects};
use super::writer::Commit;
use super::{Engine, EngineError, row_key};

impl Engine {
    /// Deletes what is under `key`; tells whether there was anything. Under a precondition other than
    /// [`Precondition::None`] an absent object is an error.
    pub async fn delete(&self, bucket: BucketId, key: &str, precondition: Precondition) -> Result<bool, EngineError> {
        row_key::check(key)?;
        let key = key.to_owned();
        let committed = self.shard(bucket).writer.commit(move |commit| {
            buckets::require_open(commit.connection, bucket)?;
            delete_one(commit, bucket, &key, precondition)
        });
        committed.await
    }

    /// Deletes many objects in one commit and answers for each in order, as [`delete`](Self::delete) does. One that
    /// is refused does not keep the others.
    pub async fn delete_many(
        &self,
        bucket: BucketId,
        keys: Vec<(String, Precondition)>,
    ) -> Result<Vec<Result<bool, EngineError>>, EngineError> {
        let committed = self.shard(bucket).writer.commit(move |commit| {
            buckets::require_open(commit.connection, bucket)?;
            let mut answers = Vec::with_capacity(keys.len());
            for (key, precondition) in keys {
                match delete_one(commit, bucket, &key, precondition) {
                    // What concerns one key changed nothing; anything else undoes them all.
                    refused @ Err(
                        EngineError::KeyInvalid(_) | EngineError::NoSuchKey | EngineError::PreconditionFailed,
                    ) => answers.push(refused),
                    answer => answers.push(Ok(answer?)),
                }
            }
            Ok(answers)
        });
        committed.await
    }
}

fn delete_one(
    commit: &mut Commit<'_>,
    bucket: BucketId,
    key: &str,
    precondition: Precondition,
) -> Result<bool, EngineError> {
    let present = objects::present(commit.connection, bucket, key)?;
    precondition.check(present.map(|present| present.etag))?;
    match present {
        Some(present) => objects::delete(commit, bucket, key, present).map(|()| true),
        None => Ok(false),
    }
}
