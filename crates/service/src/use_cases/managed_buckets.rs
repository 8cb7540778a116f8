//! Buckets as administrators make, list, look at, change and delete them (ECS: *Buckets*), whoever owns them.

use keyward_identity::{
    Bucket, BucketGrants, BucketName, BucketSettings, HeadMetadata, Namespace, NamespaceName, ObjectUserId, Quota,
    Role, Tag, UserRef,
};
use keyward_store::{BucketFilter, Expect, Page, PageRequest, Record, RecordKey, Revised, Transaction, Write};

use crate::commit::Settled;
use crate::use_cases::bucket_grants::{BucketAcl, effective, is_of_head, put_metadata};
use crate::use_cases::grantees::put_policy;
use crate::use_cases::namespace_limits::check_quota;
use crate::{BucketCreation, Caller, ServiceError, Subject};

/// How many tags a bucket carries at most, and how long they are in characters: as on AWS.
const MOST_TAGS: usize = 50;
const LONGEST_TAG_NAME: usize = 128;
const LONGEST_TAG_VALUE: usize = 256;

/// A bucket to be made.
#[derive(Clone, Debug, Default)]
pub struct NewBucket {
    /// Its name.
    pub name: String,
    /// Its namespace; the caller's when not given.
    pub namespace: Option<String>,
    /// The object user who is to own it; the caller when not given.
    pub owner: Option<String>,
    /// The replication group, of which there is one.
    pub vpool: Option<String>,
    /// Kept for clients that read it back; the namespace's when not given.
    pub is_stale_allowed: Option<bool>,
    /// Kept for clients that read it back.
    pub is_tso_read_only: bool,
    /// Its quota in GB, -1 for none; the namespace's default when not given.
    pub block_size: Option<i64>,
    /// When to be notified, in GB, -1 for never.
    pub notification_size: Option<i64>,
    /// Its labels.
    pub tags: Vec<Tag>,
}

/// One thing to change about a bucket.
#[derive(Clone, Debug)]
pub enum BucketChange {
    /// Who owns it: an object user of its namespace. Earlier owners have no rights left.
    Owner(String),
    /// Whether it may be read while a site is out of reach.
    StaleAllowed(bool),
    /// Whether S3 requests that would change it are refused.
    Locked(bool),
    /// Its quota; [`Quota::NONE`] for none.
    Quota(Quota),
    /// How long its objects may not be deleted, in seconds. Only 0 is offered.
    Retention(i64),
    /// Tags to add; those of a name that is there get the new value.
    PutTags(Vec<Tag>),
    /// Tags to remove, by their names.
    RemoveTags(Vec<String>),
    /// Who may do what in it.
    Acl(BucketAcl),
    /// Metadata to add for clients of one protocol; entries of a name that is there get the new value.
    PutMetadata(HeadMetadata),
    /// To keep no metadata for clients of this protocol.
    RemoveMetadata(String),
    /// A bucket policy to have, in the language of S3.
    PutPolicy(String),
    /// To have no bucket policy.
    RemovePolicy,
}

impl Caller {
    /// Makes a bucket.
    pub async fn create_bucket(&self, new: NewBucket) -> Result<Bucket, ServiceError> {
        self.require_some_role(&[Role::SystemAdmin, Role::NamespaceAdmin])?;
        let name = BucketName::parse(&new.name).map_err(|why| ServiceError::BucketName { why: why.to_string() })?;
        let namespace = self.bucket_namespace(new.namespace.as_deref())?;
        self.principal.may_manage_buckets_in(&namespace)?;
        let home = self.service.store.namespace(&namespace).await?;
        let home = home.ok_or_else(|| ServiceError::not_found(Subject::Namespace, namespace.as_str()))?.value;
        if let Some(vpool) = &new.vpool {
            self.known_replication_group(vpool).await?;
        }
        let (owner, condition) = self.owner_of_new(new.owner.as_deref(), &namespace).await?;
        let settings = settings_of_new(&new, &home)?;
        let created_at = self.now();
        let UserRef { id: owner, unique_id: owner_unique_id, .. } = owner;
        let bucket = Bucket { name, namespace, id: 0, owner, owner_unique_id, created_at, settings };
        let audit = self.bucket_audit(&bucket, "bucket.create").detail("owner", bucket.owner.as_str());
        match self.service.register_bucket(bucket.clone(), condition, audit).await {
            Ok(BucketCreation::Made) => Ok(bucket),
            Ok(BucketCreation::AlreadyOwned | BucketCreation::OwnedByAnother) => {
                Err(ServiceError::already_exists(Subject::Bucket, bucket.name.as_str()))
            }
            Err(ServiceError::NotFound { subject: Subject::ObjectUser, .. }) => Err(not_an_owner(&bucket)),
            Err(error) => Err(error),
        }
    }

    /// Deletes a bucket without objects.
    pub async fn delete_bucket(&self, name: &str, namespace: Option<&str>) -> Result<(), ServiceError> {
        let bucket = self.manageable_bucket(name, namespace).await?.value;
        if bucket.settings.locked {
            return Err(ServiceError::Refused { why: format!("bucket {} is locked; unlock it first", bucket.name) });
        }
        let audit = self.bucket_audit(&bucket, "bucket.delete");
        self.service.end_bucket(bucket.id, audit).await.map_err(|error| match error {
            ServiceError::NotEmpty { .. } => {
                ServiceError::NotEmpty { why: format!("Bucket {} is not empty; delete its objects first", bucket.name) }
            }
            error => error,
        })
    }

    /// One bucket.
    pub async fn bucket(&self, name: &str, namespace: Option<&str>) -> Result<Bucket, ServiceError> {
        self.require_some_role(&[Role::SystemAdmin, Role::SystemMonitor, Role::NamespaceAdmin])?;
        let namespace = self.bucket_namespace(namespace)?;
        self.principal.may_read_buckets_in(&namespace)?;
        Ok(self.found_bucket(name, &namespace).await?.value)
    }

    /// A bucket with its access control list, in the words of ECS, with the dead ids of users who were deleted.
    pub async fn bucket_grants(
        &self,
        name: &str,
        namespace: Option<&str>,
    ) -> Result<(Bucket, BucketGrants), ServiceError> {
        let bucket = self.bucket(name, namespace).await?;
        let grants = self.service.shown_grants(&bucket).await?;
        Ok((bucket, grants))
    }

    /// The policy of a bucket as it is read back, with the dead ids of principals that are gone.
    pub async fn bucket_policy(&self, name: &str, namespace: Option<&str>) -> Result<Option<String>, ServiceError> {
        self.service.shown_policy(&self.bucket(name, namespace).await?).await
    }

    /// A page of buckets, of one namespace or of all that the caller may see, whose names begin with `prefix`.
    pub async fn buckets(
        &self,
        namespace: Option<&str>,
        prefix: &str,
        page: PageRequest,
    ) -> Result<Page<Bucket>, ServiceError> {
        let namespace = self.namespace_to_list(namespace, self.principal.may_list_buckets()?).await?;
        let filter = BucketFilter { namespace, owner: None, prefix: prefix.to_owned() };
        Ok(self.service.store.buckets(&filter, &page).await?.map(|row| row.value))
    }

    /// Changes one thing about a bucket. The first S3 request after the answer sees the change.
    pub async fn change_bucket(
        &self,
        name: &str,
        namespace: Option<&str>,
        change: &BucketChange,
    ) -> Result<(), ServiceError> {
        self.service
            .until_settled(|| async {
                let Revised { value: bucket, revision } = self.manageable_bucket(name, namespace).await?;
                let mut changed = bucket.clone();
                let condition = self.apply(change, &mut changed).await?;
                if changed == bucket {
                    return Ok(Settled::Done(()));
                }
                let mut audit = self.bucket_audit(&changed, change.action());
                if changed.owner != bucket.owner {
                    audit = audit.detail("owner", changed.owner.as_str()).detail("before", bucket.owner.as_str());
                }
                let update = Write::update(Record::Bucket(changed), revision);
                let transaction = Transaction::new(audit).writes(condition).write(update);
                Settled::after(self.service.commit(transaction).await, ())
            })
            .await
    }

    /// Applies a change, and answers the condition under which it holds.
    async fn apply(&self, change: &BucketChange, bucket: &mut Bucket) -> Result<Option<Write>, ServiceError> {
        let owner_now = bucket.owner();
        let settings = &mut bucket.settings;
        match change {
            BucketChange::Owner(user) => {
                let owner = self.owner_named(user, &bucket.namespace).await?;
                // The list names the earlier owner, who is to have no rights left.
                if owner_now != owner {
                    (settings.acl, settings.grants) = (None, None);
                }
                let is_there = self.service.require_user(owner.clone());
                (bucket.owner, bucket.owner_unique_id) = (owner.id, owner.unique_id);
                return Ok(Some(is_there));
            }
            BucketChange::StaleAllowed(allowed) => settings.is_stale_allowed = *allowed,
            BucketChange::Locked(locked) => settings.locked = *locked,
            BucketChange::Quota(quota) => {
                check_quota(*quota)?;
                settings.quota = *quota;
            }
            BucketChange::Retention(0) => settings.retention = 0,
            BucketChange::Retention(_) => {
                let why = "objects are not kept from deletion here; send 0";
                return Err(ServiceError::invalid("period", why));
            }
            BucketChange::PutTags(tags) => put_tags(&mut settings.tags, tags)?,
            BucketChange::RemoveTags(names) => settings.tags.retain(|tag| !names.contains(&tag.name)),
            BucketChange::Acl(acl) => {
                let grants = self.sound_grants(acl, &owner_now).await?;
                settings.acl = effective(&grants, owner_now, settings)?;
                settings.grants = Some(grants);
            }
            BucketChange::PutMetadata(given) => put_metadata(&mut settings.metadata, given)?,
            BucketChange::RemoveMetadata(head_type) => {
                settings.metadata.retain(|kept| !is_of_head(kept, head_type));
            }
            BucketChange::PutPolicy(text) => {
                let read = self.service.policies.read(text, bucket);
                let policy = read.map_err(|fault| ServiceError::invalid("policy", fault.to_string()))?;
                if policy.is_public && blocks_public_policies(bucket) {
                    let why = "it is public, and the bucket blocks public policies";
                    return Err(ServiceError::invalid("policy", why));
                }
                let resolved = self.service.resolve_policy(text, &policy.principals).await?;
                put_policy(&mut bucket.settings, Some(resolved));
            }
            BucketChange::RemovePolicy => put_policy(settings, None),
        }
        Ok(None)
    }

    /// The bucket, if the caller may manage it. Who may manage none learns nothing about which there are.
    async fn manageable_bucket(&self, name: &str, namespace: Option<&str>) -> Result<Revised<Bucket>, ServiceError> {
        self.require_some_role(&[Role::SystemAdmin, Role::NamespaceAdmin])?;
        let namespace = self.bucket_namespace(namespace)?;
        self.principal.may_manage_buckets_in(&namespace)?;
        self.found_bucket(name, &namespace).await
    }

    async fn found_bucket(&self, name: &str, namespace: &NamespaceName) -> Result<Revised<Bucket>, ServiceError> {
        let missing = || ServiceError::not_found(Subject::Bucket, name);
        let name = BucketName::parse(name).map_err(|_| missing())?;
        self.service.store.bucket(namespace, &name).await?.ok_or_else(missing)
    }

    /// The namespace given, else the caller's own.
    fn bucket_namespace(&self, given: Option<&str>) -> Result<NamespaceName, ServiceError> {
        match given.filter(|given| !given.is_empty()) {
            Some(given) => self.named_namespace(given),
            None => self.principal.namespace.clone().ok_or(ServiceError::Missing { field: "namespace" }),
        }
    }

    /// The owner named, who has to exist, else the caller, who need not have an object user: administrators create
    /// buckets and hand them over later, and such a bucket waits for the first object user of its owner's name. With
    /// the condition under which this holds.
    async fn owner_of_new(
        &self,
        given: Option<&str>,
        namespace: &NamespaceName,
    ) -> Result<(UserRef, Option<Write>), ServiceError> {
        if let Some(given) = given {
            let owner = self.owner_named(given, namespace).await?;
            return Ok((owner.clone(), Some(self.service.require_user(owner))));
        }
        let id = ObjectUserId::parse(&self.principal.name).map_err(|_| ServiceError::Missing { field: "owner" })?;
        let scope = self.service.user_scope().of(namespace);
        let owner = UserRef { namespace: namespace.clone(), id: id.clone(), unique_id: None };
        match self.service.store.object_user(&scope, &id).await?.map(|found| found.value.user) {
            Some(user) if user.namespace == *namespace => {
                Ok((user.reference(), Some(self.service.require_user(user.reference()))))
            }
            Some(_) => Ok((owner, None)),
            None => {
                let key = RecordKey::User { scope, id };
                Ok((owner, Some(Write::RequireAt { key, expect: Expect::Absent })))
            }
        }
    }

    /// An object user of the bucket's own namespace.
    async fn owner_named(&self, given: &str, namespace: &NamespaceName) -> Result<UserRef, ServiceError> {
        let refused = || ServiceError::BucketOwner { user: given.to_owned(), namespace: namespace.to_string() };
        let id = ObjectUserId::parse(given).map_err(|_| refused())?;
        let scope = self.service.user_scope().of(namespace);
        let found = self.service.store.object_user(&scope, &id).await?.map(|found| found.value.user);
        found.filter(|user| user.namespace == *namespace).map(|user| user.reference()).ok_or_else(refused)
    }

    fn bucket_audit(&self, bucket: &Bucket, action: &'static str) -> keyward_store::AuditRecord {
        self.audit(self.now(), action).in_namespace(bucket.namespace.clone()).on(bucket.name.as_str())
    }
}

impl BucketChange {
    /// What the audit log calls it.
    fn action(&self) -> &'static str {
        match self {
            BucketChange::Owner(_) => "bucket.owner",
            BucketChange::StaleAllowed(_) => "bucket.stale_allowed",
            BucketChange::Locked(true) => "bucket.lock",
            BucketChange::Locked(false) => "bucket.unlock",
            BucketChange::Quota(_) => "bucket.quota",
            BucketChange::Retention(_) => "bucket.retention",
            BucketChange::PutTags(_) | BucketChange::RemoveTags(_) => "bucket.tags",
            BucketChange::Acl(_) => "bucket.acl",
            BucketChange::PutMetadata(_) | BucketChange::RemoveMetadata(_) => "bucket.metadata",
            BucketChange::PutPolicy(_) | BucketChange::RemovePolicy => "bucket.policy",
        }
    }
}

fn blocks_public_policies(bucket: &Bucket) -> bool {
    bucket.settings.public_access_block.is_some_and(|block| block.block_public_policy)
}

fn settings_of_new(new: &NewBucket, home: &Namespace) -> Result<BucketSettings, ServiceError> {
    let quota = Quota {
        block_size: new.block_size.unwrap_or(home.settings.default_bucket_block_size),
        notification_size: new.notification_size.unwrap_or(Quota::NONE.notification_size),
    };
    check_quota(quota)?;
    let mut tags = Vec::new();
    put_tags(&mut tags, &new.tags)?;
    Ok(BucketSettings {
        tags,
        quota,
        is_stale_allowed: new.is_stale_allowed.unwrap_or(home.settings.is_stale_allowed),
        is_tso_read_only: new.is_tso_read_only,
        ..BucketSettings::default()
    })
}

fn put_tags(own: &mut Vec<Tag>, given: &[Tag]) -> Result<(), ServiceError> {
    for tag in given {
        if tag.name.is_empty() || tag.name.chars().count() > LONGEST_TAG_NAME {
            let why = format!("a Key is 1 to {LONGEST_TAG_NAME} characters long");
            return Err(ServiceError::invalid("TagSet", why));
        }
        if tag.value.chars().count() > LONGEST_TAG_VALUE {
            let why = format!("the Value of {} is longer than {LONGEST_TAG_VALUE} characters", tag.name);
            return Err(ServiceError::invalid("TagSet", why));
        }
        match own.iter_mut().find(|own| own.name == tag.name) {
            Some(own) => own.value.clone_from(&tag.value),
            None => own.push(tag.clone()),
        }
    }
    match own.len() > MOST_TAGS {
        true => Err(ServiceError::invalid("TagSet", format!("a bucket carries at most {MOST_TAGS} tags"))),
        false => Ok(()),
    }
}

fn not_an_owner(bucket: &Bucket) -> ServiceError {
    ServiceError::BucketOwner { user: bucket.owner.to_string(), namespace: bucket.namespace.to_string() }
}
