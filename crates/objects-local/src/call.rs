//! One granted request: what was asked, of which bucket and object, on which engine.

use std::time::Duration;

use keyward_identity::{Bucket, UniqueId};
use keyward_objects::{Granted, ObjectFacts, OwnerNames};
use keyward_policy::{Access, Allowed, Resource};
use keyward_s3_wire::bucket_owner::{expect_owner, expect_source_owner};
use keyward_s3_wire::customer_key::CustomerKey;
use keyward_s3_wire::{ErrorCode, ObjectKey, RequestHead, S3Error, VersionId};

use crate::access;
use crate::encryption::Keys;
use crate::engine::{
    BucketId, DataKey, Engine, EngineError, HeadOwner, ObjectHead, Precondition, Terms, Version, Versioning, Which,
};
use crate::turns::Turns;

/// What every operation is given beside the body.
#[derive(Clone, Copy)]
pub(crate) struct Call<'c> {
    pub(crate) engine: &'c Engine,
    /// Makes and opens the keys of encrypted objects.
    pub(crate) keys: &'c Keys,
    /// How long a day of the lifecycle lasts.
    pub(crate) day: Duration,
    /// Who may write into an object next.
    pub(crate) turns: &'c Turns,
    /// How owners are shown.
    pub(crate) names: &'c dyn OwnerNames,
    pub(crate) head: RequestHead<'c>,
    /// What was granted; what is acted on comes from here alone.
    pub(crate) access: &'c Access,
    /// The permission as such.
    pub(crate) allowed: &'c Allowed,
    /// The request as a whole.
    pub(crate) granted: &'c Granted,
}

/// An object, or the place of one.
#[derive(Clone, Copy)]
pub(crate) struct Place<'c> {
    pub(crate) bucket: &'c Bucket,
    pub(crate) key: &'c ObjectKey,
}

impl Place<'_> {
    /// The bucket as the engine knows it.
    pub(crate) fn bucket_id(&self) -> BucketId {
        BucketId(self.bucket.id)
    }

    /// Under which terms the place is written.
    pub(crate) fn terms(&self, precondition: Precondition) -> Terms {
        Terms { precondition, versioning: versioning(self.bucket) }
    }

    /// How a version that was just written is named in the answer: S3 names it only where versions are kept, not where
    /// they are suspended.
    pub(crate) fn written_version(&self, version: Version) -> Option<VersionId> {
        self.shown_version(version).filter(|version| !version.is_null())
    }

    /// As [`shown_version`], of this place.
    pub(crate) fn shown_version(&self, version: Version) -> Option<VersionId> {
        shown_version(self.bucket, version)
    }

    /// The place as the log names it: `BUCKET/KEY`.
    pub(crate) fn in_words(&self) -> String {
        format!("{}/{}", self.bucket.name, self.key.as_str())
    }
}

impl<'c> Call<'c> {
    /// Refuses an object that is not as the one by which the request was allowed.
    pub(crate) fn require_judged_object(&self, place: Place<'_>, head: &ObjectHead) -> Result<(), S3Error> {
        access::require_judged(self.granted.judged().object.as_ref(), head, place.bucket)
    }

    /// The facts by which the request was allowed, where it depended on any.
    pub(crate) fn judged_object(&self) -> Option<Option<ObjectFacts>> {
        self.granted.judged().object.clone()
    }

    /// The same of the object to copy from.
    pub(crate) fn require_judged_source(&self, source: Place<'_>, head: &ObjectHead) -> Result<(), S3Error> {
        access::require_judged(self.granted.judged().source.as_ref(), head, source.bucket)
    }

    /// The engine for one commit, which the key that signed still permits: it may have been revoked since. To be asked
    /// for right before the commit.
    pub(crate) async fn permitted(&self) -> Result<Engine, S3Error> {
        Ok(self.engine.holding(self.granted.commit_check().permit().await?))
    }

    /// The bucket that was granted.
    pub(crate) fn bucket(&self) -> Result<&'c Bucket, S3Error> {
        self.access.resource.bucket().map(AsRef::as_ref).ok_or(ErrorCode::NoSuchBucket.into())
    }

    /// The object that was granted.
    pub(crate) fn place(&self) -> Result<Place<'c>, S3Error> {
        match &self.access.resource {
            Resource::Object(bucket, key) => Ok(Place { bucket, key }),
            _ => Err(S3Error::argument("Key", "", "This operation is for an object; name its key.")),
        }
    }

    /// Refuses what would be stored beyond a quota.
    pub(crate) fn admit(&self, bytes: u64) -> Result<(), S3Error> {
        match self.granted.room() {
            Some(room) if bytes > room => Err(S3Error::new(ErrorCode::QuotaExceeded)
                .with("ProposedSize", bytes.to_string())
                .with("SizeLeft", room.to_string())),
            _ => Ok(()),
        }
    }

    /// The object that was granted to be copied from.
    pub(crate) fn source(&self) -> Result<Place<'c>, S3Error> {
        match &self.access.source {
            Some(source) => Ok(Place { bucket: &source.bucket, key: &source.key }),
            None => Err(S3Error::argument("x-amz-copy-source", "", "Name the source as /bucket/key.")),
        }
    }

    /// The version of the object that was granted.
    ///
    /// # Errors
    /// As [`which`].
    pub(crate) fn which(&self) -> Result<Which, S3Error> {
        which(self.access.version.as_ref())
    }

    /// The version that was granted to be copied from.
    ///
    /// # Errors
    /// As [`which`].
    pub(crate) fn which_source(&self) -> Result<Which, S3Error> {
        which(self.access.source.as_ref().and_then(|source| source.version.as_ref()))
    }

    /// What opens an encrypted object, given the key that the client sent.
    pub(crate) fn unlock(
        &self,
        customer_key: Option<CustomerKey>,
    ) -> impl FnMut(&ObjectHead) -> Result<Option<DataKey>, EngineError> + Send + 'static {
        let keys = self.keys.clone();
        move |head| keys.opening(head, customer_key.as_ref())
    }

    /// Who is to own what the request writes; `None` for the bucket's owner, whoever that is by then: what its owner
    /// wrote goes over to the next owner with the bucket.
    pub(crate) fn requester(&self) -> Option<HeadOwner> {
        let writer = match self.allowed.new_object() {
            Some(new) => Some(new.owner.clone()),
            None => self.access.requester.user(),
        };
        let bucket_owner = self.access.resource.bucket().map(|bucket| bucket.owner());
        let unique_id = |id: UniqueId| id.to_string();
        writer
            .filter(|writer| bucket_owner.as_ref() != Some(writer))
            .map(|writer| HeadOwner { name: writer.id.to_string(), unique_id: writer.unique_id.map(unique_id) })
    }

    /// Holds the buckets' owners against those that the client expects.
    pub(crate) fn expect_owners(&self) -> Result<(), S3Error> {
        if let Some(bucket) = self.access.resource.bucket() {
            expect_owner(self.head, bucket.owner.as_str())?;
        }
        match &self.access.source {
            Some(source) => expect_source_owner(self.head, source.bucket.owner.as_str()),
            None => Ok(()),
        }
    }

    /// Adds to an error which bucket or key it speaks of.
    pub(crate) fn name_what_is_missing(&self, error: S3Error) -> S3Error {
        let resource = &self.access.resource;
        match (error.code(), resource.bucket(), resource.key()) {
            (ErrorCode::NoSuchKey, _, Some(key)) if error.field("Key").is_none() => error.with("Key", key.as_str()),
            (ErrorCode::NoSuchBucket, Some(bucket), _) if error.field("BucketName").is_none() => {
                error.with("BucketName", bucket.name.as_str())
            }
            _ => error,
        }
    }
}

/// Whether the bucket keeps versions, as the engine has it.
pub(crate) fn versioning(bucket: &Bucket) -> Versioning {
    match bucket.settings.versioning {
        keyward_identity::Versioning::Off => Versioning::Off,
        keyward_identity::Versioning::Enabled => Versioning::Enabled,
        keyward_identity::Versioning::Suspended => Versioning::Suspended,
    }
}

/// How a version is named in an answer: not at all while its bucket never had versions.
pub(crate) fn shown_version(bucket: &Bucket, version: Version) -> Option<VersionId> {
    (versioning(bucket) != Versioning::Off).then(|| version_id(version))
}

/// A version on the wire.
pub(crate) fn version_id(version: Version) -> VersionId {
    VersionId::parse(&version.to_string()).unwrap_or_else(|_| VersionId::null())
}

/// The version that a request names, or the latest.
///
/// # Errors
/// `NoSuchVersion` for what cannot be a version of this store.
pub(crate) fn which(version: Option<&VersionId>) -> Result<Which, S3Error> {
    match version {
        None => Ok(Which::Latest),
        Some(version) => Version::parse(version.as_str())
            .map(Which::Version)
            .ok_or_else(|| S3Error::new(ErrorCode::NoSuchVersion).with("VersionId", version.as_str())),
    }
}
