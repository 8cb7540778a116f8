//! UploadPartCopy: makes a part from an object's bytes, which are read and written once more.

use keyward_objects::full;
use keyward_s3_wire::checksum::ChecksumType;
use keyward_s3_wire::operations::{UploadPartCopy, UploadPartCopyAnswer};
use keyward_s3_wire::{ErrorCode, S3Error};

use super::copy_object::missing_source;
use super::{Answer, upload};
use crate::call::Call;
use crate::engine::ByteRange;
use crate::receive::LARGEST;
use crate::rewrite::rewrite;
use crate::{answers, checksum, damage, encryption};

pub(crate) async fn upload_part_copy(call: Call<'_>) -> Answer {
    let (place, source) = (call.place()?, call.source()?);
    let request = UploadPartCopy::from_request(call.head)?;
    let which = call.which_source()?;
    let id = upload::id_of(&request.upload_id)?;
    let (bucket, key) = (place.bucket_id(), place.key.as_str());
    let begun = call.engine.find_upload(bucket, key, id).await;
    let begun = begun.map_err(|error| upload::no_such(error, &request.upload_id))?;

    let data_key = call.keys.opening(&begun.head, request.customer_key.as_ref())?;

    let record = call.engine.head_version(source.bucket_id(), source.key.as_str(), which).await;
    let record = record.map_err(|error| missing_source(error, source))?;
    call.require_judged_source(source, &record.head)?;
    request.source_conditions.permit_copy(&answers::etag(record.etag), record.modified)?;
    let span = request.span(record.size)?;
    let range = span.map_or(ByteRange::Whole, |span| ByteRange::Span(span.first(), span.last()));
    if span.map_or(record.size, |span| span.len()) > LARGEST {
        let message = "A part has at most 5 GiB; name a range with x-amz-copy-source-range.";
        return Err(S3Error::because(ErrorCode::InvalidRequest, message));
    }
    call.admit(span.map_or(record.size, |span| span.len()))?;
    let opened = call
        .engine
        .open_to_rewrite(
            source.bucket_id(),
            source.key.as_str(),
            which,
            range,
            call.unlock(request.source_customer_key.clone()),
        )
        .await;
    let opened = opened.map_err(damage::noted(source)).map_err(|error| missing_source(error, source))?;
    if opened.record != record {
        return Err(ErrorCode::ConditionalRequestConflict.into());
    }

    let algorithm = begun.checksum.map_or(checksum::DEFAULT, |plan| checksum::shown_plan(plan).0);
    let rewritten = rewrite(call.engine, opened.body, algorithm, data_key).await;
    let (body, sum) = rewritten.map_err(damage::noted(source))?;
    let stored = checksum::stored(&sum, ChecksumType::FullObject);
    let put = call.permitted().await?.put_part(bucket, key, id, request.part_number.number(), body, Some(stored)).await;
    let put = put.map_err(|error| upload::no_such(error, &request.upload_id))?;
    let answer = UploadPartCopyAnswer {
        etag: answers::etag(put.etag),
        last_modified: put.modified,
        checksum: Some(sum),
        source_version_id: source.shown_version(record.version),
    };
    let mut response = answer.response().map(full);
    encryption::show(begun.head.encryption.as_ref(), response.headers_mut());
    Ok(response)
}
