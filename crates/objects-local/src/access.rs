//! What decisions about access may depend on, as it is kept with an object: owner, access control list, tags.

use keyward_identity::{Acl, Bucket, NamespaceName, ObjectUserId, UserRef};
use keyward_objects::{Granted, ObjectFacts};
use keyward_s3_wire::{ErrorCode, ObjectKey, S3Error, VersionId};

use crate::call::which;
use crate::engine::{BucketId, Engine, EngineError, ObjectHead};

/// The facts about an object; `None` where there is none.
pub(crate) async fn facts(
    engine: &Engine,
    bucket: &Bucket,
    key: &ObjectKey,
    version: Option<&VersionId>,
) -> Result<Option<ObjectFacts>, S3Error> {
    // What cannot be a version is refused by the operation, in its own words.
    let Ok(which) = which(version) else { return Ok(None) };
    let record = match engine.head_version(BucketId(bucket.id), key.as_str(), which).await {
        Ok(record) => record,
        Err(EngineError::Unavailable) => return Err(EngineError::Unavailable.into()),
        Err(error) => {
            let error = S3Error::from(error);
            return if error.status().is_server_error() { Err(error) } else { Ok(None) };
        }
    };
    facts_of(&record.head, bucket).map(Some)
}

fn facts_of(head: &ObjectHead, bucket: &Bucket) -> Result<ObjectFacts, S3Error> {
    let acl = head.acl.as_deref().map(stored_acl).transpose()?;
    let owner = match &acl {
        Some(acl) => Some(acl.owner.clone()),
        None => writer(head, &bucket.namespace),
    };
    Ok(ObjectFacts { owner, acl, tags: head.tags.clone().into_iter().collect() })
}

/// Refuses an object that is not as the one by which the request was allowed: it may never have been shared.
pub(crate) fn require_judged(
    judged: Option<&Option<ObjectFacts>>,
    head: &ObjectHead,
    bucket: &Bucket,
) -> Result<(), S3Error> {
    match judged {
        Some(judged) if judged.as_ref() != Some(&facts_of(head, bucket)?) => {
            let message = "Who may read the object changed while it was looked up; send the request again.";
            Err(S3Error::because(ErrorCode::ServiceUnavailable, message))
        }
        _ => Ok(()),
    }
}

/// Gives the object that was granted this list; its bytes and its time stay.
pub(crate) async fn put_acl(engine: &Engine, granted: &Granted, acl: &Acl) -> Result<(), S3Error> {
    let access = granted.access();
    let (Some(bucket), Some(key)) = (access.resource.bucket(), access.resource.key()) else {
        return Err(ErrorCode::InvalidArgument.into());
    };
    let (stored, which) = (to_stored(acl)?, which(access.version.as_ref())?);
    let committing = engine.holding(granted.commit_check().permit().await?);
    let changed = committing.change_head(BucketId(bucket.id), key.as_str(), which, |record, _now| {
        record.head.acl = Some(stored);
        Ok(())
    });
    changed.await.map(|_| ()).map_err(S3Error::from)
}

/// The list in the form in which it is kept.
pub(crate) fn to_stored(acl: &Acl) -> Result<String, S3Error> {
    serde_json::to_string(acl).map_err(|_| ErrorCode::InternalError.into())
}

/// A list that cannot be read lets nobody in.
fn stored_acl(text: &str) -> Result<Acl, S3Error> {
    serde_json::from_str(text).map_err(|error| {
        tracing::error!(%error, "a stored access control list cannot be read");
        ErrorCode::InternalError.into()
    })
}

/// Who owns what was written, unless that is the bucket's owner. A list that cannot be read names no user.
pub(crate) fn written_by(head: &ObjectHead, bucket: &Bucket) -> Option<UserRef> {
    head.owner.as_ref()?;
    let listed = head.acl.as_deref().and_then(|text| stored_acl(text).ok());
    listed.map(|acl| acl.owner).or_else(|| writer(head, &bucket.namespace))
}

/// Who wrote it, which is one of the bucket's namespace where no list says otherwise.
fn writer(head: &ObjectHead, home: &NamespaceName) -> Option<UserRef> {
    let id = ObjectUserId::parse(head.owner.as_deref()?).ok()?;
    let unique_id = head.owner_unique_id.as_deref().map(str::parse).transpose().ok()?;
    Some(UserRef { namespace: home.clone(), id, unique_id })
}
