//! ListParts: the parts that an upload has so far.

use keyward_objects::full;
use keyward_s3_wire::operations::{ListParts, ListPartsAnswer, ListedPart};
use keyward_s3_wire::upload::PartNumber;
use keyward_s3_wire::{ErrorCode, S3Error};

use super::{Answer, listing, upload};
use crate::call::Call;
use crate::engine::PartRecord;
use crate::{answers, checksum, owners, stored_head};

pub(crate) async fn list_parts(call: Call<'_>) -> Answer {
    let place = call.place()?;
    let request = ListParts::from_request(call.head)?;
    let id = upload::id_of(&request.upload_id)?;
    let after = u16::try_from(request.part_number_marker).unwrap_or(u16::MAX);
    let limit = listing::limit(request.max_parts);
    let page = call.engine.list_parts(place.bucket_id(), place.key.as_str(), id, after, limit).await;
    let page = page.map_err(|error| upload::no_such(error, &request.upload_id))?;
    let owner = owners::of_one(call, place.bucket, &page.upload.head).await?;
    let answer = ListPartsAnswer {
        request,
        bucket: place.bucket.name.clone(),
        key: place.key.clone(),
        initiator: owner.clone(),
        owner,
        storage_class: stored_head::storage_class(page.upload.head.storage_class.as_deref()),
        checksum: page.upload.checksum.map(checksum::shown_plan),
        parts: page.parts.iter().map(listed).collect::<Result<_, _>>()?,
        is_truncated: page.next.is_some(),
    };
    Ok(answer.response().map(full))
}

pub(super) fn listed(part: &PartRecord) -> Result<ListedPart, S3Error> {
    Ok(ListedPart {
        part_number: PartNumber::new(part.number).ok_or(ErrorCode::InternalError)?,
        last_modified: part.modified,
        etag: answers::etag(part.etag),
        size: part.size,
        checksum: part.checksum.as_ref().and_then(checksum::shown).map(|(checksum, _)| checksum),
    })
}
