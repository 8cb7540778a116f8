//! GetObjectTagging, PutObjectTagging, DeleteObjectTagging: the tags of a version, which change without a new one.

use std::collections::BTreeMap;

use keyward_objects::{RequestBody, full};
use keyward_s3_wire::operations::{GetObjectTaggingAnswer, ObjectTagging, PutObjectTagging};
use keyward_s3_wire::{ErrorCode, S3Error, VersionId};
use keyward_signature::Payload;

use super::Answer;
use super::get_object::unread;
use crate::call::{Call, which};
use crate::receive::document;

pub(crate) async fn object_tagging(call: Call<'_>) -> Answer {
    let place = call.place()?;
    let request = ObjectTagging::from_request(call.head)?;
    let which = which(request.version_id.as_ref())?;
    let record = call.engine.head_version(place.bucket_id(), place.key.as_str(), which).await;
    let record = record.map_err(|error| unread(call, which, error))?;
    let answer = GetObjectTaggingAnswer {
        version_id: place.shown_version(record.version),
        tags: record.head.tags.clone().into_iter().collect(),
    };
    Ok(answer.response().map(full))
}

pub(crate) async fn put_object_tagging(call: Call<'_>, payload: Payload<RequestBody>) -> Answer {
    let body = document(payload, PutObjectTagging::BODY_LIMIT).await?;
    let request = PutObjectTagging::from_request(call.head, &body)?;
    let permitted = call.allowed.may_tag(call.place()?.key, &request.tags);
    permitted.map_err(|denied| S3Error::because(ErrorCode::AccessDenied, denied.to_string()))?;
    let version = replace(call, request.version_id.as_ref(), request.tags.into_iter().collect()).await?;
    Ok(PutObjectTagging::response(version.as_ref()).map(full))
}

pub(crate) async fn delete_object_tagging(call: Call<'_>) -> Answer {
    let request = ObjectTagging::from_request(call.head)?;
    let version = replace(call, request.version_id.as_ref(), BTreeMap::new()).await?;
    Ok(ObjectTagging::deleted(version.as_ref()).map(full))
}

/// Gives a version these tags in place of those it has; answers its name.
async fn replace(
    call: Call<'_>,
    version: Option<&VersionId>,
    tags: BTreeMap<String, String>,
) -> Result<Option<VersionId>, S3Error> {
    let place = call.place()?;
    let which = which(version)?;
    let committing = call.permitted().await?;
    let changed = committing.change_head(place.bucket_id(), place.key.as_str(), which, |record, _now| {
        record.head.tags = tags;
        Ok(())
    });
    let record = changed.await.map_err(|error| unread(call, which, error))?;
    Ok(place.shown_version(record.version))
}
