//! The operations on buckets as such, answered from the registry.

use std::sync::Arc;

use http::Response;
use keyward_identity::{
    Acl, Bucket, BucketName, BucketSettings, NamespaceName, ObjectLockConfiguration, ObjectOwnership, Tag, UserRef,
    Versioning,
};
use keyward_objects::{Checked, Feature, ResponseBody, full, read_document};
use keyward_policy::{Resource, may_have};
use keyward_s3_wire::operations::{
    CreateBucket, DeleteBucketAnswer, GetBucketLocationAnswer, HeadBucketAnswer, ListBuckets, ListBucketsAnswer,
    ListedBucket,
};
use keyward_s3_wire::{ErrorCode, Owner, S3Error};
use keyward_service::{BucketCreation, Configuration, Origin};
use keyward_signature::Regions;

use crate::bucket_configuration::Change;
use crate::endpoint::Shared;
use crate::signed_write::permitted;
use crate::{access_control, failure};

/// The region that is told where none was configured: what SDKs assume.
const REGION: &str = "us-east-1";

impl Shared {
    pub(crate) async fn list_buckets(&self, request: Checked) -> Result<Response<ResponseBody>, S3Error> {
        let owner = user_of(&request)?;
        let query = ListBuckets::from_request(request.head())?;
        let all = self.service.buckets_of(&owner).await.map_err(|error| failure::service(&error))?;
        let matching = |bucket: &Bucket| {
            let name = bucket.name.as_str();
            query.prefix.as_deref().is_none_or(|prefix| name.starts_with(prefix))
                && query.after.as_deref().is_none_or(|after| name > after)
                && query.region.as_deref().is_none_or(|region| region == self.region())
        };
        let most = usize::try_from(query.most).unwrap_or(usize::MAX);
        let mut buckets: Vec<ListedBucket> = all
            .into_iter()
            .filter(matching)
            .map(|bucket| ListedBucket { name: bucket.name, created_at: bucket.created_at })
            .collect();
        let is_truncated = buckets.len() > most;
        buckets.truncate(most);
        let answer =
            ListBucketsAnswer { request: query, owner: Owner::named(owner.id.as_str()), buckets, is_truncated };
        Ok(answer.response().map(full))
    }

    pub(crate) async fn create_bucket(
        &self,
        request: Checked,
        origin: Origin,
    ) -> Result<Response<ResponseBody>, S3Error> {
        let owner = user_of(&request)?;
        let name = new_bucket(&request)?;
        let (request, payload) = request.into_parts();
        let commit_check = request.commit_check().clone();
        let body = read_document(payload, CreateBucket::BODY_LIMIT).await?;
        let asked = CreateBucket::from_request(request.head(), &body)?;
        let settings = self.settings_of_new(&asked, &owner).await?;
        let acl = settings.acl.clone();
        let making = {
            let (service, name, owner) = (Arc::clone(&self.service), name.clone(), owner.clone());
            async move {
                let made = service.create_bucket(&name, &owner, settings, origin).await;
                made.map_err(|error| failure::service(&error))
            }
        };
        match permitted(&commit_check, making).await? {
            BucketCreation::Made => Ok(CreateBucket::response(&name).map(full)),
            // An owner's second creation succeeds and puts the access control list anew, as on ECS.
            BucketCreation::AlreadyOwned => {
                if !asked.acl.is_empty() {
                    let change = |bucket| Change { bucket, actor: owner.id.to_string(), origin, commit_check };
                    self.put_acl_anew(&owner.namespace, &name, acl, change).await?;
                }
                Ok(CreateBucket::response(&name).map(full))
            }
            BucketCreation::OwnedByAnother => {
                Err(S3Error::new(ErrorCode::BucketAlreadyExists).with("BucketName", name.as_str()))
            }
        }
    }

    /// What a new bucket is to have, as far as its object store honours it.
    async fn settings_of_new(&self, asked: &CreateBucket, owner: &UserRef) -> Result<BucketSettings, S3Error> {
        refuse_what_is_not_offered(asked)?;
        let mut settings = BucketSettings { ownership: asked.object_ownership, ..BucketSettings::default() };
        let tag = |(name, value): &(String, String)| Tag { name: name.clone(), value: value.clone() };
        settings.tags = asked.tags.iter().map(tag).collect();
        if asked.object_lock {
            for feature in [Feature::Versioning, Feature::ObjectLock] {
                self.require(feature)?;
            }
            settings.versioning = Versioning::Enabled;
            settings.object_lock = Some(ObjectLockConfiguration::default());
        }
        if asked.ecs.encryption {
            self.require(Feature::Encryption)?;
            settings.is_encryption_enabled = true;
        }
        let acl = self.acl_of_headers(&asked.acl, owner.clone(), owner.clone()).await?;
        if asked.object_ownership == Some(ObjectOwnership::BucketOwnerEnforced) && !acl.is_private() {
            return Err(ErrorCode::InvalidBucketAclWithObjectOwnership.into());
        }
        settings.acl = Some(acl).filter(|acl| !acl.is_private());
        Ok(settings)
    }

    async fn put_acl_anew(
        &self,
        namespace: &NamespaceName,
        name: &BucketName,
        acl: Option<Acl>,
        change: impl FnOnce(Arc<Bucket>) -> Change,
    ) -> Result<(), S3Error> {
        let found = self.service.bucket(namespace, name).await.map_err(|error| failure::service(&error))?;
        let Some(bucket) = found else { return Err(ErrorCode::OperationAborted.into()) };
        let acl = acl.unwrap_or_else(|| Acl::private(bucket.owner()));
        may_have(&bucket, &acl).map_err(access_control::refused)?;
        self.configure(change(bucket), Configuration::Acl(acl)).await
    }

    pub(crate) async fn head_bucket(&self, _request: Checked) -> Result<Response<ResponseBody>, S3Error> {
        Ok(HeadBucketAnswer { region: self.region().to_owned() }.response().map(full))
    }

    pub(crate) async fn bucket_location(&self, _request: Checked) -> Result<Response<ResponseBody>, S3Error> {
        Ok(GetBucketLocationAnswer { region: self.region().to_owned() }.response().map(full))
    }

    pub(crate) async fn delete_bucket(
        &self,
        request: Checked,
        origin: Origin,
    ) -> Result<Response<ResponseBody>, S3Error> {
        let actor = user_of(&request)?;
        let bucket = request.access().resource.bucket().ok_or(ErrorCode::NoSuchBucket)?.clone();
        let service = Arc::clone(&self.service);
        let deletion = async move {
            let deleted = service.delete_bucket(&bucket, &actor.id, origin).await;
            deleted.map_err(|error| failure::service(&error).with("BucketName", bucket.name.as_str()))
        };
        permitted(request.commit_check(), deletion).await?;
        Ok(DeleteBucketAnswer.response().map(full))
    }

    fn region(&self) -> &str {
        match &self.rules.regions {
            Regions::Any => REGION,
            Regions::Only(regions) => regions.first().map_or(REGION, String::as_str),
        }
    }
}

fn user_of(request: &Checked) -> Result<UserRef, S3Error> {
    request.access().requester.user().ok_or(ErrorCode::AccessDenied.into())
}

/// The name of the bucket to be created, which is in the requester's own namespace (`Denied::ForeignNamespace`).
fn new_bucket(request: &Checked) -> Result<BucketName, S3Error> {
    match &request.access().resource {
        Resource::NewBucket { name, .. } => Ok(name.clone()),
        _ => Err(ErrorCode::InvalidBucketName.into()),
    }
}

/// A bucket that looked as if it were shared or protected, and were not, would be worse than none.
fn refuse_what_is_not_offered(request: &CreateBucket) -> Result<(), S3Error> {
    let refused = [
        (request.ecs.retention_seconds.is_some_and(|seconds| seconds != 0), "Retention is not offered; leave it out."),
        (request.ecs.compliance, "Compliance is not offered; leave it out."),
        (request.ecs.file_system_access, "File system access is not offered; leave it out."),
    ];
    match refused.into_iter().find(|(asked, _)| *asked) {
        Some((_, message)) => Err(S3Error::because(ErrorCode::NotImplemented, message)),
        None => Ok(()),
    }
}
