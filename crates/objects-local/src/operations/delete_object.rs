//! DeleteObject: deletes an object; one that is not there is deleted already.

use keyward_objects::full;
use keyward_s3_wire::VersionId;
use keyward_s3_wire::operations::{DeleteObject, DeleteObjectAnswer};

use super::Answer;
use crate::call::{Call, version_id, versioning};
use crate::conditions;
use crate::engine::{Deleted, Deletion};

pub(crate) async fn delete_object(call: Call<'_>) -> Answer {
    let place = call.place()?;
    let request = DeleteObject::from_request(call.head)?;
    let which = call.which()?;
    let deletion = Deletion {
        which,
        versioning: versioning(place.bucket),
        precondition: conditions::of_deletion(call.engine, place, which, &request.conditions).await?,
        bypasses_governance: call.allowed.bypasses_governance(),
    };
    let deleted =
        call.permitted().await?.delete(place.bucket_id(), place.key.as_str(), deletion, call.requester()).await?;
    let answer = outcome(&deleted, request.version_id.as_ref());
    Ok(answer.response().map(full))
}

/// What became of it on the wire. A version that was named is named again, also when there was none.
pub(super) fn outcome(deleted: &Deleted, asked: Option<&VersionId>) -> DeleteObjectAnswer {
    DeleteObjectAnswer {
        version_id: deleted.version.map(version_id).or_else(|| asked.cloned()),
        delete_marker: deleted.is_marker,
    }
}
