//! DeleteObject: deletes an object; one that is not there is deleted already.

use keyward_objects::full;
use keyward_s3_wire::operations::{DeleteObject, DeleteObjectAnswer};

use super::Answer;
use crate::call::{Call, latest_only};
use crate::conditions;

pub(crate) async fn delete_object(call: Call<'_>) -> Answer {
    let place = call.place()?;
    let request = DeleteObject::from_request(call.head)?;
    latest_only(request.version_id.as_ref(), place.key)?;
    let precondition = conditions::of_deletion(call.engine, place, &request.conditions).await?;
    call.engine.delete(place.bucket_id(), place.key.as_str(), precondition).await?;
    let answer = DeleteObjectAnswer { version_id: request.version_id, delete_marker: false };
    Ok(answer.response().map(full))
}
