//! Buckets as S3 users make, list and delete them. Their objects are elsewhere; the registry is here.

use std::collections::HashSet;
use std::sync::Arc;

use keyward_ambient::Timestamp;
use keyward_credential_cache::BucketRef;
use keyward_identity::{Bucket, BucketName, BucketSettings, NamespaceName, ObjectUserId};
use keyward_store::{AuditRecord, BucketFilter, CommitError, PageRequest, Record, RecordKey, Transaction, Write};

use crate::ports::{ContentsError, ContentsState};
use crate::{Origin, Service, ServiceError, Subject};

/// What became of a request to make a bucket.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum BucketCreation {
    /// It was made.
    Made,
    /// The same user owns it already.
    AlreadyOwned,
    /// Somebody else of the namespace owns it.
    OwnedByAnother,
}

impl Service {
    /// The record of a bucket, from memory or else from the store.
    pub async fn bucket(
        &self,
        namespace: &NamespaceName,
        name: &BucketName,
    ) -> Result<Option<Arc<Bucket>>, ServiceError> {
        self.buckets.find(&BucketRef { namespace, name }).await.map_err(|cause| {
            tracing::error!(cause = ?std::error::Error::source(&cause), "a bucket could not be looked up");
            ServiceError::Unavailable { what: "the identity store" }
        })
    }

    /// Makes a bucket for `owner`.
    pub async fn create_bucket(
        self: &Arc<Self>,
        namespace: &NamespaceName,
        name: &BucketName,
        owner: &ObjectUserId,
        origin: Origin,
    ) -> Result<BucketCreation, ServiceError> {
        if let Some(existing) = self.bucket(namespace, name).await? {
            return Ok(creation_of_existing(&existing, owner));
        }
        let now = self.clock.now();
        let bucket = Bucket {
            name: name.clone(),
            namespace: namespace.clone(),
            id: 0,
            owner: owner.clone(),
            created_at: now,
            settings: BucketSettings::default(),
        };
        let audit = bucket_audit(now, owner, "bucket.create", origin, namespace, name);
        let owner_key = RecordKey::User { scope: self.user_scope(), id: owner.clone() };
        let transaction =
            Transaction::new(audit).write(Write::Require(owner_key)).write(Write::create(Record::Bucket(bucket)));
        match self.commit(transaction).await {
            Ok(committed) => {
                for id in committed.bucket_ids {
                    self.contents.open(id).await.map_err(contents_failed)?;
                }
                Ok(BucketCreation::Made)
            }
            Err(CommitError::AlreadyExists(_)) => match self.store.bucket(namespace, name).await? {
                Some(existing) => Ok(creation_of_existing(&existing.value, owner)),
                None => Err(ServiceError::Unavailable { what: "a bucket that others create and delete" }),
            },
            Err(CommitError::Missing(_)) => Err(ServiceError::not_found(Subject::ObjectUser, owner.as_str())),
            Err(error) => Err(error.into()),
        }
    }

    /// Deletes an empty bucket: it is closed where its objects would be, then its record goes. What an interruption
    /// leaves half done, [`settle_buckets`](Self::settle_buckets) ends at the next start.
    pub async fn delete_bucket(
        self: &Arc<Self>,
        bucket: &Bucket,
        actor: &ObjectUserId,
        origin: Origin,
    ) -> Result<(), ServiceError> {
        self.contents.close(bucket.id).await.map_err(contents_failed)?;
        let now = self.clock.now();
        let audit = bucket_audit(now, actor, "bucket.delete", origin, &bucket.namespace, &bucket.name);
        self.delete_bucket_record(bucket, audit).await
    }

    async fn delete_bucket_record(self: &Arc<Self>, bucket: &Bucket, audit: AuditRecord) -> Result<(), ServiceError> {
        if let Some(found) = self.store.bucket_by_id(bucket.id).await? {
            let key = RecordKey::Bucket { namespace: found.value.namespace, name: found.value.name };
            let delete = Write::Delete { key, revision: found.revision };
            match self.commit(Transaction::new(audit).write(delete)).await {
                // Two deletions at once: the other one did it.
                Ok(_) | Err(CommitError::Conflict { .. } | CommitError::Missing(_)) => {}
                Err(error) => return Err(error.into()),
            }
        }
        self.contents.discard(bucket.id).await.map_err(contents_failed)
    }

    /// Ends what an interruption left half done, deletions and creations: called before serving.
    pub async fn settle_buckets(self: &Arc<Self>) -> Result<(), ServiceError> {
        let states = self.contents.states().await.map_err(contents_failed)?;
        for (id, _) in states.iter().filter(|(_, state)| *state == ContentsState::Closed) {
            match self.store.bucket_by_id(*id).await? {
                Some(found) => {
                    let bucket = found.value;
                    let audit = AuditRecord::new(self.clock.now(), "keyward", "bucket.delete")
                        .in_namespace(bucket.namespace.clone())
                        .on(bucket.name.as_str())
                        .detail("reason", "interrupted deletion");
                    self.delete_bucket_record(&bucket, audit).await?;
                }
                None => self.contents.discard(*id).await.map_err(contents_failed)?,
            }
        }
        let opened: HashSet<u64> = states.into_iter().map(|(id, _)| id).collect();
        let mut request = PageRequest::default();
        loop {
            let page = self.store.buckets(&BucketFilter::default(), &request).await?;
            for bucket in page.items.into_iter().map(|row| row.value).filter(|bucket| !opened.contains(&bucket.id)) {
                self.contents.open(bucket.id).await.map_err(contents_failed)?;
            }
            match page.next {
                Some(next) => request.after = Some(next),
                None => return Ok(()),
            }
        }
    }

    /// All buckets of one owner in a namespace, ordered by name.
    pub async fn buckets_of(
        &self,
        namespace: &NamespaceName,
        owner: &ObjectUserId,
    ) -> Result<Vec<Bucket>, ServiceError> {
        let filter =
            BucketFilter { namespace: Some(namespace.clone()), owner: Some(owner.clone()), prefix: String::new() };
        let (mut all, mut request) = (Vec::new(), PageRequest::default());
        loop {
            let page = self.store.buckets(&filter, &request).await?;
            all.extend(page.items.into_iter().map(|row| row.value));
            match page.next {
                Some(next) => request.after = Some(next),
                None => return Ok(all),
            }
        }
    }
}

fn creation_of_existing(bucket: &Bucket, owner: &ObjectUserId) -> BucketCreation {
    match bucket.owner == *owner {
        true => BucketCreation::AlreadyOwned,
        false => BucketCreation::OwnedByAnother,
    }
}

fn bucket_audit(
    now: Timestamp,
    actor: &ObjectUserId,
    action: &'static str,
    origin: Origin,
    namespace: &NamespaceName,
    name: &BucketName,
) -> AuditRecord {
    AuditRecord::new(now, actor.as_str(), action)
        .from_address(origin.address)
        .in_namespace(namespace.clone())
        .on(name.as_str())
}

fn contents_failed(error: ContentsError) -> ServiceError {
    match error {
        ContentsError::NotEmpty => ServiceError::NotEmpty { why: "the bucket is not empty".to_owned() },
        ContentsError::Unavailable(cause) => {
            tracing::error!(cause, "the object store failed");
            ServiceError::Unavailable { what: "the object store" }
        }
    }
}
