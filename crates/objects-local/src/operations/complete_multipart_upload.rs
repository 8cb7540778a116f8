//! CompleteMultipartUpload: holds the client's list against the parts, works out the checksum, and commits.

use std::collections::BTreeMap;

use keyward_objects::{RequestBody, full, read_document};
use keyward_s3_wire::checksum::{Checksum, ChecksumType};
use keyward_s3_wire::operations::{self, CompleteMultipartUpload, CompleteMultipartUploadAnswer};
use keyward_s3_wire::{ErrorCode, S3Error};
use keyward_signature::Payload;

use super::{Answer, upload};
use crate::call::{Call, Place};
use crate::engine::{
    CompletedPart, Completion, EngineError, Etag, PartRecord, Precondition, PutResult, UploadId, UploadRecord, Which,
};
use crate::error::invalid_part;
use crate::{answers, checksum, conditions, encryption, lock};

/// How many parts are read at a time.
const PAGE: usize = 1000;

pub(crate) async fn complete_multipart_upload(call: Call<'_>, payload: Payload<RequestBody>) -> Answer {
    let place = call.place()?;
    let body = read_document(payload, CompleteMultipartUpload::BODY_LIMIT).await?;
    let request = CompleteMultipartUpload::from_request(call.head, &body)?;
    let id = upload::id_of(&request.upload_id)?;
    let parts = request.parts.iter().map(named).collect::<Result<Vec<_>, _>>()?;

    let mut kept = None;
    let (checksum, precondition) = match uploaded(call, place, id).await {
        Ok((begun, stored)) => {
            kept = begun.head.encryption.clone();
            call.admit(parts.iter().filter_map(|part| stored.get(&part.number)).map(|part| part.size).sum())?;
            (
                checked(&request, &parts, &begun, &stored)?,
                conditions::of_write(call.engine, place, &request.conditions).await?,
            )
        }
        // Perhaps it is complete already and the answer was lost: the engine knows, and nothing is written then.
        Err(EngineError::NoSuchUpload) => (None, Precondition::None),
        Err(error) => return Err(error.into()),
    };
    let stored = checksum.as_ref().map(|(sum, kind)| checksum::stored(sum, *kind));
    let completion =
        Completion { parts, checksum: stored, retention: lock::given(place.bucket), terms: place.terms(precondition) };
    let (bucket, key) = (place.bucket_id(), place.key.as_str());
    let done = call.permitted().await?.complete_upload(bucket, key, id, completion).await;
    let done = done.map_err(|error| upload::no_such(error, &request.upload_id))?;
    let checksum = match checksum {
        Some(checksum) => Some(checksum),
        None => checksum_of_completed(call, place, &done).await?,
    };
    let answer = CompleteMultipartUploadAnswer {
        location: location(call),
        bucket: place.bucket.name.clone(),
        key: place.key.clone(),
        etag: answers::etag(done.etag),
        version_id: place.written_version(done.version),
        checksum,
    };
    let mut response = answer.response().map(full);
    encryption::show(kept.as_ref(), response.headers_mut());
    Ok(response)
}

/// The object's URL, as far as the front says where the client reached it.
fn location(call: Call<'_>) -> String {
    format!("{}{}", call.granted.base_url(), call.head.path)
}

/// The checksum of an object that was complete already; none when another has taken its place since.
async fn checksum_of_completed(
    call: Call<'_>,
    place: Place<'_>,
    done: &PutResult,
) -> Result<Option<(Checksum, ChecksumType)>, EngineError> {
    let which = Which::Version(done.version);
    match call.engine.head_version(place.bucket_id(), place.key.as_str(), which).await {
        Ok(record) if (record.etag, record.modified, record.version) == (done.etag, done.modified, done.version) => {
            Ok(record.checksum.as_ref().and_then(checksum::shown))
        }
        Ok(_) | Err(EngineError::NoSuchKey | EngineError::NoSuchVersion) => Ok(None),
        Err(error) => Err(error),
    }
}

fn named(part: &operations::CompletedPart) -> Result<CompletedPart, S3Error> {
    let number = part.part_number.number();
    let etag = Etag::parse(part.etag.as_str()).ok_or_else(|| invalid_part(number).with("ETag", part.etag.as_str()))?;
    Ok(CompletedPart { number, etag })
}

/// The upload and all its parts by number.
async fn uploaded(
    call: Call<'_>,
    place: Place<'_>,
    id: UploadId,
) -> Result<(UploadRecord, BTreeMap<u16, PartRecord>), EngineError> {
    let (mut all, mut after) = (BTreeMap::new(), 0);
    loop {
        let page = call.engine.list_parts(place.bucket_id(), place.key.as_str(), id, after, PAGE).await?;
        all.extend(page.parts.into_iter().map(|part| (part.number, part)));
        match page.next {
            Some(next) => after = next,
            None => return Ok((page.upload, all)),
        }
    }
}

/// Holds what the client says of parts and object against what is stored; answers the object's checksum.
fn checked(
    request: &CompleteMultipartUpload,
    named: &[CompletedPart],
    begun: &UploadRecord,
    stored: &BTreeMap<u16, PartRecord>,
) -> Result<Option<(Checksum, ChecksumType)>, S3Error> {
    let mut parts = Vec::with_capacity(named.len());
    for (part, asked) in named.iter().zip(&request.parts) {
        let found = stored.get(&part.number).filter(|record| record.etag == part.etag);
        let record = found.ok_or_else(|| invalid_part(part.number))?;
        let known = record.checksum.as_ref().and_then(checksum::shown).map(|(checksum, _)| checksum);
        if asked.checksums.iter().any(|asked| known.as_ref() != Some(asked)) {
            let message = "A part does not have the checksum named for it; list the parts and complete again.";
            return Err(S3Error::because(ErrorCode::InvalidPart, message).with("PartNumber", part.number.to_string()));
        }
        parts.push((known, record.size));
    }
    let size: u64 = parts.iter().map(|(_, size)| size).sum();
    if let Some(expected) = request.size.filter(|expected| *expected != size) {
        let message = format!("The parts have {size} bytes together, not {expected}; list them and complete again.");
        return Err(S3Error::because(ErrorCode::InvalidRequest, message));
    }
    let kind = begun.checksum.map(|plan| checksum::shown_plan(plan).1);
    let computed = checksum::of_parts(&parts, kind);
    hold_against(request, computed.as_ref())?;
    Ok(computed)
}

fn hold_against(request: &CompleteMultipartUpload, computed: Option<&(Checksum, ChecksumType)>) -> Result<(), S3Error> {
    let contradiction = |what: &str| {
        let message = format!("The upload has no checksum of this {what}; begin it with the one that you mean.");
        Err(S3Error::because(ErrorCode::InvalidRequest, message))
    };
    if let Some(kind) = request.checksum_type
        && computed.is_none_or(|(_, computed)| *computed != kind)
    {
        return contradiction("type");
    }
    match (&request.checksum, computed) {
        (None, _) => Ok(()),
        (Some(declared), Some((computed, _))) if declared.algorithm() == computed.algorithm() => {
            if declared.bytes() == computed.bytes() { Ok(()) } else { Err(ErrorCode::BadDigest.into()) }
        }
        (Some(_), _) => contradiction("algorithm"),
    }
}
