//! Buckets as S3 users make, list and delete them. What administrators do with them is in `managed_buckets`; their objects
//! are elsewhere; the registry is here.

use std::collections::HashSet;
use std::sync::Arc;

use keyward_ambient::Timestamp;
use keyward_credential_cache::BucketRef;
use keyward_identity::{Bucket, BucketName, BucketSettings, NamespaceName, ObjectUserId, UserRef};
use keyward_store::{
    AuditRecord, BucketFilter, CommitError, PageRequest, Record, RecordKey, Revised, Transaction, Write,
};

use crate::change_rate::Change;
use crate::commit::{Settled, to_the_end};
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

    /// The only bucket of this name, in whichever namespace it is; `None` where no namespace has one, or several have.
    /// For what may be told to anybody, since who asks has named no namespace and proved nothing.
    pub async fn only_bucket_named(&self, name: &BucketName) -> Result<Option<Arc<Bucket>>, ServiceError> {
        let namespace = self.bucket_names.find(name).await.map_err(|cause| {
            tracing::error!(cause = ?std::error::Error::source(&cause), "a bucket's name could not be looked up");
            ServiceError::Unavailable { what: "the identity store" }
        })?;
        match namespace {
            Some(namespace) => self.bucket(&namespace, name).await,
            None => Ok(None),
        }
    }

    /// Creates a bucket for `owner` in the owner's namespace, with these settings.
    pub async fn create_bucket(
        self: &Arc<Self>,
        name: &BucketName,
        owner: &UserRef,
        settings: BucketSettings,
        origin: Origin,
    ) -> Result<BucketCreation, ServiceError> {
        let namespace = &owner.namespace;
        if let Some(existing) = self.bucket(namespace, name).await? {
            return Ok(creation_of_existing(&existing, owner));
        }
        let now = self.clock.now();
        let bucket = Bucket {
            name: name.clone(),
            namespace: namespace.clone(),
            id: 0,
            owner: owner.id.clone(),
            owner_unique_id: owner.unique_id,
            created_at: now,
            settings,
        };
        self.require_space().await?;
        self.count_change(&bucket, owner.id.as_str(), Change::Bucket)?;
        let audit = bucket_audit(now, &owner.id, "bucket.create", origin, namespace, name);
        self.register_bucket(bucket, Some(self.require_user(owner.clone())), audit).await
    }

    /// The condition that this very user exists, and not another of the name.
    pub(super) fn require_user(&self, user: UserRef) -> Write {
        Write::RequireUser { scope: self.user_scope().of(&user.namespace), user }
    }

    /// Makes a bucket if `condition` holds, to the end even when the caller stops waiting.
    pub(super) async fn register_bucket(
        self: &Arc<Self>,
        bucket: Bucket,
        condition: Option<Write>,
        audit: AuditRecord,
    ) -> Result<BucketCreation, ServiceError> {
        let service = Arc::clone(self);
        to_the_end(async move { service.make_bucket(bucket, condition, audit).await }).await
    }

    async fn make_bucket(
        self: &Arc<Self>,
        bucket: Bucket,
        condition: Option<Write>,
        audit: AuditRecord,
    ) -> Result<BucketCreation, ServiceError> {
        let (Bucket { namespace, name, .. }, owner) = (bucket.clone(), bucket.owner());
        let transaction =
            Transaction::new(audit.clone()).writes(condition).write(Write::create(Record::Bucket(bucket)));
        match self.commit(transaction).await {
            Ok(committed) => {
                for id in committed.bucket_ids {
                    self.open_or_take_back(id, &audit).await?;
                }
                Ok(BucketCreation::Made)
            }
            Err(CommitError::AlreadyExists(RecordKey::User { .. })) => {
                Err(ServiceError::Unavailable { what: "an object user that is being created" })
            }
            Err(CommitError::AlreadyExists(_)) => match self.store.bucket(&namespace, &name).await? {
                Some(existing) => Ok(creation_of_existing(&existing.value, &owner)),
                None => Err(ServiceError::Unavailable { what: "a bucket that others create and delete" }),
            },
            Err(CommitError::Missing(RecordKey::Namespace(namespace))) => {
                Err(ServiceError::not_found(Subject::Namespace, namespace.as_str()))
            }
            Err(CommitError::Missing(_)) => Err(ServiceError::not_found(Subject::ObjectUser, owner.id.as_str())),
            Err(error) => Err(error.into()),
        }
    }

    /// Makes room for the objects of a bucket that was just registered. Where that fails the bucket goes again: one
    /// that takes no objects would be there for its owner, who asks once more, and be of no use.
    async fn open_or_take_back(self: &Arc<Self>, id: u64, made: &AuditRecord) -> Result<(), ServiceError> {
        let Err(failed) = self.contents.open(id).await else { return Ok(()) };
        let audit = AuditRecord { action: "bucket.delete".into(), ..made.clone() };
        if let Err(cause) = self.delete_bucket_record(id, audit.detail("reason", "no room for its objects")).await {
            tracing::error!(%cause, "a bucket without room stays until the next start makes room for it");
        }
        Err(contents_failed(failed))
    }

    /// Deletes an empty bucket: it is closed where its objects would be, then its record goes. What an interruption
    /// leaves half done, [`settle_buckets`](Self::settle_buckets) ends at the next start.
    pub async fn delete_bucket(
        self: &Arc<Self>,
        bucket: &Bucket,
        actor: &ObjectUserId,
        origin: Origin,
    ) -> Result<(), ServiceError> {
        let now = self.clock.now();
        let audit = bucket_audit(now, actor, "bucket.delete", origin, &bucket.namespace, &bucket.name);
        self.end_bucket(bucket.id, audit).await
    }

    /// Deletes an empty bucket, to the end even when the caller stops waiting.
    pub(super) async fn end_bucket(self: &Arc<Self>, id: u64, audit: AuditRecord) -> Result<(), ServiceError> {
        let service = Arc::clone(self);
        to_the_end(async move {
            service.contents.close(id).await.map_err(contents_failed)?;
            service.delete_bucket_record(id, audit).await?;
            service.contents.discard(id).await.map_err(contents_failed)
        })
        .await
    }

    /// Deletes the record of a bucket; one that is gone is fine.
    async fn delete_bucket_record(self: &Arc<Self>, id: u64, audit: AuditRecord) -> Result<(), ServiceError> {
        self.until_settled(|| async {
            let Some(found) = self.store.bucket_by_id(id).await? else { return Ok(Settled::Done(())) };
            let key = RecordKey::Bucket { namespace: found.value.namespace, name: found.value.name };
            let delete = Write::Delete { key, revision: found.revision };
            Settled::after(self.commit(Transaction::new(audit.clone()).write(delete)).await, ())
        })
        .await
    }

    /// Ends what an interruption left half done, deletions and creations: called before serving. Buckets with ids up to
    /// `settled` had their contents at an earlier start; answers up to which id they have them now.
    ///
    /// # Errors
    /// [`ServiceError::Refused`] where contents are missing that were there, or registry and contents do not belong
    /// together; nothing was changed then.
    pub async fn settle_buckets(self: &Arc<Self>, settled: u64) -> Result<u64, ServiceError> {
        let states = self.contents.states().await.map_err(contents_failed)?;
        let known: HashSet<u64> = states.iter().map(|(id, _)| *id).collect();
        let (unopened, last) = self.buckets_without_contents(&known, settled).await?;
        for (id, _) in states.iter().filter(|(_, state)| *state == ContentsState::Closed) {
            if let Some(found) = self.store.bucket_by_id(*id).await? {
                let audit = AuditRecord::new(self.clock.now(), "keyward", "bucket.delete")
                    .in_namespace(found.value.namespace)
                    .on(found.value.name.as_str())
                    .detail("reason", "interrupted deletion");
                self.delete_bucket_record(*id, audit).await?;
            }
            self.contents.discard(*id).await.map_err(contents_failed)?;
        }
        for (id, _) in states.iter().filter(|(_, state)| *state == ContentsState::Open) {
            if self.store.bucket_by_id(*id).await?.is_none() {
                self.discard_unknown(*id).await?;
            }
        }
        for id in unopened {
            self.contents.open(id).await.map_err(contents_failed)?;
        }
        Ok(last)
    }

    /// The buckets whose creation was cut short before their contents were opened, and the highest id of all buckets. A
    /// bucket that had contents at an earlier start and has none now is refused: opened again it would look empty, and
    /// whoever syncs with it would delete or overwrite what it held.
    async fn buckets_without_contents(
        &self,
        known: &HashSet<u64>,
        settled: u64,
    ) -> Result<(Vec<u64>, u64), ServiceError> {
        let (mut unopened, mut last, mut request) = (Vec::new(), 0, PageRequest::default());
        loop {
            let page = self.store.buckets(&BucketFilter::default(), &request).await?;
            for bucket in page.items.into_iter().map(|row| row.value) {
                last = last.max(bucket.id);
                match known.contains(&bucket.id) {
                    true => {}
                    false if bucket.id <= settled => return Err(without_contents(&bucket)),
                    false => unopened.push(bucket.id),
                }
            }
            match page.next {
                Some(next) => request.after = Some(next),
                None => return Ok((unopened, last)),
            }
        }
    }

    /// A bucket that the registry does not know is what a creation left that was taken back, and empty. If it is not,
    /// registry and objects do not belong together, and the next bucket made would show somebody else's objects.
    async fn discard_unknown(&self, id: u64) -> Result<(), ServiceError> {
        match self.contents.close(id).await {
            Ok(()) => self.contents.discard(id).await.map_err(contents_failed),
            Err(ContentsError::NotEmpty) => Err(ServiceError::Refused {
                why: "the object store holds buckets that the identity store does not know: they are of different \
                      backups; restore identity.db and objects/ of one and the same moment"
                    .to_owned(),
            }),
            Err(error) => Err(contents_failed(error)),
        }
    }

    /// All buckets of one owner, ordered by name.
    pub async fn buckets_of(&self, owner: &UserRef) -> Result<Vec<Bucket>, ServiceError> {
        let mut buckets = self.all_buckets(&owner.namespace, Some(&owner.id)).await?;
        buckets.retain(|bucket| bucket.owner() == *owner);
        Ok(buckets)
    }

    /// All buckets of a namespace, of one owner or of all, ordered by name.
    pub async fn all_buckets(
        &self,
        namespace: &NamespaceName,
        owner: Option<&ObjectUserId>,
    ) -> Result<Vec<Bucket>, ServiceError> {
        Ok(self.revised_buckets(namespace, owner).await?.into_iter().map(|found| found.value).collect())
    }

    pub(super) async fn revised_buckets(
        &self,
        namespace: &NamespaceName,
        owner: Option<&ObjectUserId>,
    ) -> Result<Vec<Revised<Bucket>>, ServiceError> {
        let filter = BucketFilter { namespace: Some(namespace.clone()), owner: owner.cloned(), prefix: String::new() };
        let (mut all, mut request) = (Vec::new(), PageRequest::default());
        loop {
            let page = self.store.buckets(&filter, &request).await?;
            all.extend(page.items);
            match page.next {
                Some(next) => request.after = Some(next),
                None => return Ok(all),
            }
        }
    }
}

fn without_contents(bucket: &Bucket) -> ServiceError {
    ServiceError::Refused {
        why: format!(
            "the object store does not have bucket {} of namespace {}, which the identity store knows: if the objects \
             are on a disk of their own, mount it; else restore identity.db and objects/ of one and the same moment",
            bucket.name, bucket.namespace
        ),
    }
}

fn creation_of_existing(bucket: &Bucket, owner: &UserRef) -> BucketCreation {
    match bucket.owner() == *owner {
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
