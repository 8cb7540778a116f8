//! GetObjectAttributes: what is known of an object, as far as it is asked for.

use keyward_objects::full;
use keyward_s3_wire::operations::{GetObjectAttributes, GetObjectAttributesAnswer, ListedPart, ObjectAttribute};

use super::get_object::unread;
use super::{Answer, list_parts, listing};
use crate::answers;
use crate::call::Call;

pub(crate) async fn get_object_attributes(call: Call<'_>) -> Answer {
    let place = call.place()?;
    let request = GetObjectAttributes::from_request(call.head)?;
    let which = call.which()?;
    let (bucket, key) = (place.bucket_id(), place.key.as_str());
    let record = call.engine.head_version(bucket, key, which).await;
    let record = record.map_err(|error| unread(call, which, error))?;
    call.require_judged_object(place, &record.head)?;
    call.keys.opening(&record.head, request.customer_key.as_ref())?;
    let all = match request.asks_for(ObjectAttribute::ObjectParts) {
        true => call.engine.object_parts(bucket, key, which).await.map_err(|error| unread(call, which, error))?,
        false => Vec::new(),
    };
    let behind = all.iter().filter(|part| u32::from(part.number) > request.part_number_marker);
    let shown = behind.clone().take(listing::limit(request.max_parts));
    let parts = shown.map(list_parts::listed).collect::<Result<Vec<ListedPart>, _>>()?;
    let answer = GetObjectAttributesAnswer {
        is_truncated: behind.count() > parts.len(),
        object: answers::object_head(&record, place.bucket),
        request,
        parts,
    };
    Ok(answer.response().map(full))
}
