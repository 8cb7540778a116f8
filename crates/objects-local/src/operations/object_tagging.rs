//! GetObjectTagging, PutObjectTagging, DeleteObjectTagging: the tags of a version, which change without a new one.

use std::collections::BTreeMap;

use keyward_objects::full;
use keyward_policy::Body;
use keyward_s3_wire::operations::{GetObjectTaggingAnswer, ObjectTagging, PutObjectTagging};
use keyward_s3_wire::{S3Error, VersionId};

use super::get_object::unread;
use super::{Answer, undecided};
use crate::call::Call;

pub(crate) async fn object_tagging(call: Call<'_>) -> Answer {
    let place = call.place()?;
    let which = call.which()?;
    let record = call.engine.head_version(place.bucket_id(), place.key.as_str(), which).await;
    let record = record.map_err(|error| unread(call, which, error))?;
    let answer = GetObjectTaggingAnswer {
        version_id: place.shown_version(record.version),
        tags: record.head.tags.clone().into_iter().collect(),
    };
    Ok(answer.response().map(full))
}

pub(crate) async fn put_object_tagging(call: Call<'_>) -> Answer {
    let Body::Tags(tags) = call.allowed.body() else { return Err(undecided()) };
    let version = replace(call, tags.iter().cloned().collect()).await?;
    Ok(PutObjectTagging::response(version.as_ref()).map(full))
}

pub(crate) async fn delete_object_tagging(call: Call<'_>) -> Answer {
    let version = replace(call, BTreeMap::new()).await?;
    Ok(ObjectTagging::deleted(version.as_ref()).map(full))
}

/// Gives a version these tags in place of those it has; answers its name.
async fn replace(call: Call<'_>, tags: BTreeMap<String, String>) -> Result<Option<VersionId>, S3Error> {
    let place = call.place()?;
    let which = call.which()?;
    let committing = call.permitted().await?;
    let changed = committing.change_head(place.bucket_id(), place.key.as_str(), which, |record, _now| {
        record.head.tags = tags;
        Ok(())
    });
    let record = changed.await.map_err(|error| unread(call, which, error))?;
    Ok(place.shown_version(record.version))
}
