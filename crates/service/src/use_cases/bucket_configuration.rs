//! The configuration of a bucket as S3 users put and remove it, one part of it at a time.

use std::sync::Arc;

use keyward_identity::{
    Acl, Bucket, BucketSettings, CorsRule, LifecycleRule, ObjectLockConfiguration, ObjectOwnership, PublicAccessBlock,
    Tag, Versioning,
};
use keyward_store::{AuditRecord, Record, Revised, Transaction, Write};

use crate::change_rate::Change;
use crate::commit::Settled;
use crate::use_cases::grantees::{ResolvedPolicy, put_policy};
use crate::{Origin, Service, ServiceError, Subject};

/// One part of a bucket's configuration, as it is to be. What was read from the client is valid by itself; here it is
/// held against the rest of the configuration.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Configuration {
    /// Whether versions are kept.
    Versioning(Versioning),
    /// Object lock, which stays on.
    ObjectLock(ObjectLockConfiguration),
    /// The lifecycle rules; none to remove them.
    Lifecycle(Vec<LifecycleRule>),
    /// Whether new objects are encrypted at rest.
    Encryption(bool),
    /// The tags; none to remove them.
    Tags(Vec<Tag>),
    /// The CORS rules; none to remove them.
    Cors(Vec<CorsRule>),
    /// Who owns what others write.
    Ownership(Option<ObjectOwnership>),
    /// What of public access is blocked.
    PublicAccessBlock(Option<PublicAccessBlock>),
    /// The bucket policy, which was found valid.
    Policy(Option<ResolvedPolicy>),
    /// The access control list.
    Acl(Acl),
}

impl Service {
    /// Changes one part of a bucket's configuration. The first S3 request after the answer sees the change.
    ///
    /// # Errors
    /// [`ServiceError::BucketState`] when the rest of the configuration does not allow it, [`ServiceError::NotFound`]
    /// when the bucket is gone; [`ServiceError::DiskFull`] and [`ServiceError::TooManyChanges`] where the record would
    /// not get smaller.
    pub async fn configure_bucket(
        self: &Arc<Self>,
        bucket: &Bucket,
        configuration: &Configuration,
        actor: &str,
        origin: Origin,
    ) -> Result<(), ServiceError> {
        let id = bucket.id;
        self.until_settled(|| async {
            let found = self.store.bucket_by_id(id).await?;
            let missing = || ServiceError::not_found(Subject::Bucket, bucket.name.as_str());
            let Revised { value: before, revision } = found.ok_or_else(missing)?;
            let mut changed = before.clone();
            configuration.apply(&mut changed)?;
            if changed == before {
                return Ok(Settled::Done(()));
            }
            // What only takes away, such as a policy or a list, ends access: it is let through on a full disk, and cannot
            // be repeated without what makes the record grow again.
            if stored_size(&changed) >= stored_size(&before) {
                self.require_space().await?;
                self.count_change(bucket, actor, Change::Configuration)?;
            }
            let audit = AuditRecord::new(self.clock.now(), actor, configuration.action())
                .from_address(origin.address)
                .in_namespace(bucket.namespace.clone())
                .on(bucket.name.as_str());
            let update = Write::update(Record::Bucket(changed), revision);
            Settled::after(self.commit(Transaction::new(audit).write(update)).await, ())
        })
        .await
    }
}

impl Service {
    /// Counts a change that a user makes in a namespace.
    pub(super) fn count_change(&self, bucket: &Bucket, actor: &str, change: Change) -> Result<(), ServiceError> {
        let user = format!("{}/{actor}", bucket.namespace);
        let counted = self.change_rate.admit(&user, change, self.clock.now());
        counted.map_err(|retry_after| ServiceError::TooManyChanges { retry_after })
    }
}

/// How many bytes the record takes in the store.
fn stored_size(bucket: &Bucket) -> usize {
    serde_json::to_string(bucket).map_or(0, |text| text.len())
}

impl Configuration {
    fn apply(&self, bucket: &mut Bucket) -> Result<(), ServiceError> {
        self.check(&bucket.settings)?;
        let owner = bucket.owner();
        let settings = &mut bucket.settings;
        match self {
            Configuration::Versioning(versioning) => settings.versioning = *versioning,
            Configuration::ObjectLock(lock) => settings.object_lock = Some(*lock),
            Configuration::Lifecycle(rules) => settings.lifecycle.clone_from(rules),
            Configuration::Encryption(on) => settings.is_encryption_enabled = *on,
            Configuration::Tags(tags) => settings.tags.clone_from(tags),
            Configuration::Cors(rules) => settings.cors.clone_from(rules),
            Configuration::Ownership(ownership) => settings.ownership = *ownership,
            Configuration::PublicAccessBlock(block) => settings.public_access_block = *block,
            Configuration::Policy(policy) => put_policy(settings, policy.clone()),
            // What everybody has who has chosen nothing is kept as nothing: the S3 path need not look at it.
            Configuration::Acl(acl) => {
                settings.acl = Some(acl.clone()).filter(|acl| !acl.is_private() || acl.owner != owner);
                settings.grants = None;
            }
        }
        Ok(())
    }

    fn check(&self, settings: &BucketSettings) -> Result<(), ServiceError> {
        let refused = |why: &str| Err(ServiceError::BucketState { why: why.to_owned() });
        match self {
            Configuration::Versioning(versioning)
                if settings.object_lock.is_some() && *versioning != Versioning::Enabled =>
            {
                refused("object lock is on, and keeps versions; versioning cannot be suspended")
            }
            Configuration::ObjectLock(_) if settings.versioning != Versioning::Enabled => {
                refused("object lock takes a bucket with versions; enable versioning first")
            }
            Configuration::Ownership(Some(ObjectOwnership::BucketOwnerEnforced)) if settings.acl.is_some() => {
                refused("the bucket is shared by its access control list; put the canned list private first")
            }
            _ => Ok(()),
        }
    }

    /// What the audit log calls it.
    fn action(&self) -> &'static str {
        match self {
            Configuration::Versioning(_) => "bucket.versioning",
            Configuration::ObjectLock(_) => "bucket.object_lock",
            Configuration::Lifecycle(_) => "bucket.lifecycle",
            Configuration::Encryption(_) => "bucket.encryption",
            Configuration::Tags(_) => "bucket.tags",
            Configuration::Cors(_) => "bucket.cors",
            Configuration::Ownership(_) => "bucket.ownership",
            Configuration::PublicAccessBlock(_) => "bucket.public_access_block",
            Configuration::Policy(_) => "bucket.policy",
            Configuration::Acl(_) => "bucket.acl",
        }
    }
}
