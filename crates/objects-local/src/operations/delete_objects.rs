//! DeleteObjects: up to a thousand deletions in one commit, each with an outcome of its own. Which of them are done was
//! decided before.

use keyward_objects::full;
use keyward_policy::{AllowedDelete, DecidedDeletion};
use keyward_s3_wire::operations::DeleteObjectsAnswer;
use keyward_s3_wire::{ErrorCode, S3Error};

use super::{Answer, delete_object};
use crate::call::{Call, Place, versioning, which};
use crate::conditions;
use crate::engine::{BucketId, Deletion};

pub(crate) async fn delete_objects(call: Call<'_>) -> Answer {
    let bucket = call.bucket()?;
    let deletions = call.allowed.deletions();
    let mut refused = Vec::with_capacity(deletions.entries().len());
    let mut keys = Vec::with_capacity(deletions.entries().len());
    for entry in deletions.entries() {
        let deletion = match entry {
            DecidedDeletion::Allowed(allowed) => deletion(call, allowed).await,
            DecidedDeletion::Refused { why, .. } => Err(S3Error::because(ErrorCode::AccessDenied, why.to_string())),
        };
        match deletion {
            Ok(deletion) => {
                keys.push((entry.object().key.as_str().to_owned(), deletion));
                refused.push(None);
            }
            Err(error) => refused.push(Some(error)),
        }
    }
    let mut deleted =
        call.permitted().await?.delete_many(BucketId(bucket.id), keys, call.requester()).await?.into_iter();
    let mut outcome = |entry: &DecidedDeletion, refused: Option<S3Error>| match refused {
        Some(error) => Err(error),
        None => match deleted.next() {
            Some(Ok(deleted)) => Ok(delete_object::outcome(&deleted, entry.object().version_id.as_ref())),
            Some(Err(error)) => Err(error.into()),
            None => Err(ErrorCode::InternalError.into()),
        },
    };
    let outcomes = deletions.entries().iter().zip(refused).map(|(entry, refused)| {
        let outcome = outcome(entry, refused);
        (entry.object().clone(), outcome)
    });
    let answer = DeleteObjectsAnswer { outcomes: outcomes.collect(), quiet: deletions.quiet() };
    Ok(answer.response().map(full))
}

async fn deletion(call: Call<'_>, allowed: &AllowedDelete) -> Result<Deletion, S3Error> {
    let object = allowed.object();
    let place = Place { bucket: call.bucket()?, key: &object.key };
    let which = which(object.version_id.as_ref())?;
    let precondition = conditions::of_deletion(call.engine, place, which, &object.conditions).await?;
    let bypasses_governance = allowed.bypasses_governance();
    Ok(Deletion { which, versioning: versioning(place.bucket), precondition, bypasses_governance })
}
