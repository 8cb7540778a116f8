//! Buckets that an administrator created without naming an owner, before the administrator had an object user: the first
//! object user of that name owns them.

use keyward_identity::{Bucket, ObjectUser, UserRef};
use keyward_store::{CommitError, Contents, Record, Revised, Write};

use crate::{Service, ServiceError};

impl Service {
    /// The writes by which `user`, who is about to be created, gets the buckets that wait for a user of the name.
    ///
    /// No bucket of an earlier user of the name is among them: a user who owns buckets is not deleted.
    pub(super) async fn take_waiting_buckets(&self, user: &ObjectUser) -> Result<Vec<Write>, ServiceError> {
        let Some(unique_id) = user.unique_id else { return Ok(Vec::new()) };
        let nobody_yet = UserRef { unique_id: None, ..user.reference() };
        let found = self.revised_buckets(&user.namespace, Some(&user.id)).await?;
        let waiting = found.into_iter().filter(|found| found.value.owner() == nobody_yet);
        let taken = waiting.map(|Revised { value: mut bucket, revision }: Revised<Bucket>| {
            bucket.identify_owner(unique_id);
            Write::update(Record::Bucket(bucket), revision)
        });
        // A bucket that is created meanwhile would wait for ever.
        let none_left = Write::RequireEmpty(Contents::OwnedBuckets(nobody_yet.clone()));
        Ok(taken.chain([none_left]).collect())
    }
}

/// Whether a commit failed because such a bucket was created meanwhile: it is worth another attempt.
pub(super) fn came_meanwhile(error: &CommitError) -> bool {
    matches!(error, CommitError::NotEmpty(Contents::OwnedBuckets(owner)) if owner.unique_id.is_none())
}
