//! DeleteObjects: up to a thousand deletions in one commit, each with an outcome of its own.

use keyward_objects::{RequestBody, full};
use keyward_s3_wire::operations::{DeleteObjects, DeleteObjectsAnswer, ObjectToDelete};
use keyward_s3_wire::{ErrorCode, S3Error};
use keyward_signature::Payload;

use super::{Answer, delete_object};
use crate::call::{Call, Place, versioning, which};
use crate::conditions;
use crate::engine::{BucketId, Deletion};
use crate::receive::document;

pub(crate) async fn delete_objects(call: Call<'_>, payload: Payload<RequestBody>) -> Answer {
    let bucket = call.bucket()?;
    if !payload.has_declared_checksum() {
        let message = "Send Content-MD5 or an x-amz-checksum- header, so that nothing is deleted by mistake.";
        return Err(S3Error::because(ErrorCode::InvalidRequest, message));
    }
    let body = document(payload, DeleteObjects::BODY_LIMIT).await?;
    let request = DeleteObjects::from_request(call.head, &body)?;

    let mut refused = Vec::with_capacity(request.objects.len());
    let mut keys = Vec::with_capacity(request.objects.len());
    for object in &request.objects {
        let place = Place { bucket, key: &object.key };
        match deletion(call, place, object).await {
            Ok(deletion) => {
                keys.push((object.key.as_str().to_owned(), deletion));
                refused.push(None);
            }
            Err(error) => refused.push(Some(error)),
        }
    }
    let mut deleted =
        call.permitted().await?.delete_many(BucketId(bucket.id), keys, call.requester()).await?.into_iter();
    let mut outcome = |object: &ObjectToDelete, refused: Option<S3Error>| match refused {
        Some(error) => Err(error),
        None => match deleted.next() {
            Some(Ok(deleted)) => Ok(delete_object::outcome(&deleted, object.version_id.as_ref())),
            Some(Err(error)) => Err(error.into()),
            None => Err(ErrorCode::InternalError.into()),
        },
    };
    let outcomes = request.objects.into_iter().zip(refused).map(|(object, refused)| {
        let outcome = outcome(&object, refused);
        (object, outcome)
    });
    let answer = DeleteObjectsAnswer { outcomes: outcomes.collect(), quiet: request.quiet };
    Ok(answer.response().map(full))
}

async fn deletion(call: Call<'_>, place: Place<'_>, object: &ObjectToDelete) -> Result<Deletion, S3Error> {
    let version = object.version_id.as_ref();
    let refused = call.allowed.may_delete(&object.key, version);
    refused.map_err(|denied| S3Error::because(ErrorCode::AccessDenied, denied.to_string()))?;
    let which = which(version)?;
    let precondition = conditions::of_deletion(call.engine, place, which, &object.conditions).await?;
    let bypasses_governance = call.allowed.bypasses_governance_of(&object.key, version);
    Ok(Deletion { which, versioning: versioning(place.bucket), precondition, bypasses_governance })
}
