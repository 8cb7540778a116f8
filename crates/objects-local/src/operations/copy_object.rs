//! CopyObject: shares the source's bytes, or reads them once more where the copy is to have another checksum.

use std::sync::Arc;

use keyward_objects::full;
use keyward_s3_wire::checksum::{Checksum, ChecksumType};
use keyward_s3_wire::operations::{CopyObject, CopyObjectAnswer, Directive};
use keyward_s3_wire::{ErrorCode, S3Error};

use super::Answer;
use crate::call::{Call, Place};
use crate::engine::{
    ByteRange, CopyRequest, DataKey, Encryption, EngineError, ObjectHead, ObjectRecord, Precondition, PutResult, Which,
};
use crate::rewrite::rewrite;
use crate::{answers, checksum, conditions, damage, encryption, not_offered, stored_head};

/// How often the source may change between being judged and being copied before the client is told.
const ATTEMPTS: usize = 4;

pub(crate) async fn copy_object(call: Call<'_>) -> Answer {
    for _ in 1..ATTEMPTS {
        match attempt(call).await {
            Err(error) if error.code() == ErrorCode::ConditionalRequestConflict => {}
            answer => return answer,
        }
    }
    attempt(call).await
}

async fn attempt(call: Call<'_>) -> Answer {
    let (place, source) = (call.place()?, call.source()?);
    let request = CopyObject::from_request(call.head)?;
    not_offered::refuse(call.head.headers)?;
    let which = call.which_source()?;
    request.refuse_without_change(&place.bucket.name, place.key)?;

    let record = call.engine.head_version(source.bucket_id(), source.key.as_str(), which).await;
    let record = record.map_err(|error| missing_source(error, source))?;
    call.require_judged_source(source, &record.head)?;
    call.admit(record.size)?;
    request.source_conditions.permit_copy(&answers::etag(record.etag), record.modified)?;
    let precondition = conditions::of_write(call.engine, place, &request.conditions).await?;

    let head = head_of_copy(call, place, &request, &record)?;
    let new =
        call.keys.of_new(request.object.encryption.as_ref(), request.object.customer_key.as_ref(), place.bucket)?;
    call.keys.opening(&record.head, request.source_customer_key.as_ref())?;
    // Under keys of the store's own the bytes can be shared, with their key.
    let shares = matches!(
        (&record.head.encryption, &new),
        (None, None) | (Some(Encryption::Store { .. }), Some((Encryption::Store { .. }, _)))
    );
    let (kept, key) = if shares { (record.head.encryption.clone(), None) } else { new.unzip() };
    let mut head = head;
    head.encryption = kept.clone();
    let known = record.checksum.as_ref().and_then(checksum::shown);
    let copy = Copy { call, place, source, which, record: &record, head, precondition };
    let (put, checksum) = match request.checksum_algorithm {
        // To be decrypted and encrypted anew, with the checksum that it has.
        wanted if !shares => {
            let algorithm = known.as_ref().map(|(checksum, _)| checksum.algorithm());
            copy.rewritten(wanted.or(algorithm).unwrap_or(checksum::DEFAULT), key, &request).await?
        }
        Some(wanted)
            if !known.as_ref().is_some_and(|(checksum, kind)| {
                checksum.algorithm() == wanted && *kind == ChecksumType::FullObject
            }) =>
        {
            let key = call.keys.opening(&record.head, request.source_customer_key.as_ref())?;
            copy.rewritten(wanted, key, &request).await?
        }
        _ => (copy.shared().await?, known),
    };
    let answer = CopyObjectAnswer {
        etag: answers::etag(put.etag),
        last_modified: put.modified,
        version_id: place.written_version(put.version),
        source_version_id: source.shown_version(record.version),
        checksum,
    };
    let mut response = answer.response().map(full);
    encryption::show(kept.as_ref(), response.headers_mut());
    Ok(response)
}

/// The metadata of the copy. The redirect of a website and the storage class are never the source's, as in S3.
fn head_of_copy(
    call: Call<'_>,
    place: Place<'_>,
    request: &CopyObject,
    source: &ObjectRecord,
) -> Result<ObjectHead, S3Error> {
    let replaced = stored_head::of_new(&request.object, call, place.bucket)?;
    let mut head = match request.metadata {
        Directive::Replace => replaced.clone(),
        Directive::Copy => ObjectHead { acl: None, ..source.head.clone() },
    };
    (head.owner, head.owner_unique_id) = (replaced.owner, replaced.owner_unique_id);
    head.website_redirect_location = replaced.website_redirect_location;
    head.tags = match request.tagging {
        Directive::Copy => source.head.tags.clone(),
        Directive::Replace => replaced.tags,
    };
    head.storage_class = replaced.storage_class;
    head.lock = replaced.lock;
    head.retention = replaced.retention;
    head.acl = replaced.acl;
    Ok(head)
}

/// A copy that was judged and may go on.
struct Copy<'c> {
    call: Call<'c>,
    place: Place<'c>,
    source: Place<'c>,
    which: Which,
    /// The source as it was judged.
    record: &'c Arc<ObjectRecord>,
    head: ObjectHead,
    precondition: Precondition,
}

impl Copy<'_> {
    async fn shared(self) -> Result<PutResult, S3Error> {
        let unconditional = self.precondition == Precondition::None;
        let request = CopyRequest {
            source: (self.source.bucket_id(), self.source.key.as_str().to_owned()),
            source_version: self.which,
            judged: Some(Arc::clone(self.record)),
            target: (self.place.bucket_id(), self.place.key.as_str().to_owned()),
            head: Some(self.head),
            terms: self.place.terms(self.precondition),
        };
        match self.call.permitted().await?.copy(request).await {
            // Then it is the source that changed since it was judged.
            Err(EngineError::PreconditionFailed) if unconditional => Err(ErrorCode::ConditionalRequestConflict.into()),
            copied => Ok(copied?),
        }
    }

    async fn rewritten(
        self,
        algorithm: keyward_s3_wire::checksum::ChecksumAlgorithm,
        key: Option<DataKey>,
        request: &CopyObject,
    ) -> Result<(PutResult, Option<(Checksum, ChecksumType)>), S3Error> {
        let engine = self.call.engine;
        let unlock = self.call.unlock(request.source_customer_key.clone());
        let opened = engine
            .open_version(self.source.bucket_id(), self.source.key.as_str(), self.which, ByteRange::Whole, unlock)
            .await;
        let opened = opened.map_err(damage::noted(self.source)).map_err(|error| missing_source(error, self.source))?;
        if *opened.record != **self.record {
            return Err(ErrorCode::ConditionalRequestConflict.into());
        }
        let rewritten = rewrite(engine, opened.body, algorithm, key).await;
        let (body, sum) = rewritten.map_err(damage::noted(self.source))?;
        let stored = checksum::stored(&sum, ChecksumType::FullObject);
        let (bucket, key) = (self.place.bucket_id(), self.place.key.as_str());
        let terms = self.place.terms(self.precondition);
        let committing = self.call.permitted().await?;
        let put = committing.commit_put(bucket, key, body, self.head, Some(stored), terms).await?;
        Ok((put, Some((sum, ChecksumType::FullObject))))
    }
}

/// Names the source where it is what is missing.
pub(super) fn missing_source(error: EngineError, source: Place<'_>) -> S3Error {
    let answered = S3Error::from(error);
    match answered.code() {
        ErrorCode::NoSuchKey | ErrorCode::NoSuchVersion => answered.with("Key", source.key.as_str()),
        ErrorCode::NoSuchBucket => answered.with("BucketName", source.bucket.name.as_str()),
        _ => answered,
    }
}
