//! Request bodies that are documents: read whole, bounded and verified, before anything is decided by them or done.

use bytes::Bytes;
use http_body_util::{BodyExt, LengthLimitError, Limited};
use keyward_policy::Body;
use keyward_s3_wire::operations::{DeleteObjects, PutObjectLegalHold, PutObjectRetention, PutObjectTagging};
use keyward_s3_wire::{ErrorCode, Operation, RequestHead, S3Error};
use keyward_signature::{Payload, PayloadError};

use crate::{RequestBody, refused_body};

/// The body, of `limit` bytes at most, once it agreed with all that was declared of it.
///
/// # Errors
/// `MaxMessageLengthExceeded` for a longer one, and what is wrong with the body.
pub async fn read_document(payload: Payload<RequestBody>, limit: usize) -> Result<Bytes, S3Error> {
    if payload.length().is_some_and(|length| length > limit as u64) {
        return Err(ErrorCode::MaxMessageLengthExceeded.into());
    }
    let body = Limited::new(payload.decoded(), limit).collect().await;
    Ok(body.map_err(|error| unreadable(&*error))?.to_bytes())
}

fn unreadable(error: &(dyn std::error::Error + Send + Sync + 'static)) -> S3Error {
    if error.is::<LengthLimitError>() {
        return S3Error::new(ErrorCode::MaxMessageLengthExceeded);
    }
    match error.downcast_ref::<PayloadError>() {
        Some(refused) => refused_body(refused),
        None => S3Error::new(ErrorCode::IncompleteBody),
    }
}

/// What the body of a request says that a decision is made on: at most 10 tags, a retention, a legal hold, or at most
/// 1,000 objects to delete.
///
/// # Errors
/// As [`read_document`], what is wrong with the document, and `InvalidRequest` for a deletion of many without a checksum.
pub async fn read_decided(
    operation: Operation,
    head: RequestHead<'_>,
    payload: Payload<RequestBody>,
) -> Result<Body, S3Error> {
    Ok(match operation {
        Operation::PutObjectTagging => {
            let body = read_document(payload, PutObjectTagging::BODY_LIMIT).await?;
            Body::Tags(PutObjectTagging::from_request(head, &body)?.tags)
        }
        Operation::PutObjectRetention => {
            let body = read_document(payload, PutObjectRetention::BODY_LIMIT).await?;
            Body::Retention(PutObjectRetention::from_request(head, &body)?.retention)
        }
        Operation::PutObjectLegalHold => {
            let body = read_document(payload, PutObjectLegalHold::BODY_LIMIT).await?;
            Body::LegalHold(PutObjectLegalHold::from_request(head, &body)?.on)
        }
        Operation::DeleteObjects => {
            if !payload.has_declared_checksum() {
                let message = "Send Content-MD5 or an x-amz-checksum- header, so that nothing is deleted by mistake.";
                return Err(S3Error::because(ErrorCode::InvalidRequest, message));
            }
            let body = read_document(payload, DeleteObjects::BODY_LIMIT).await?;
            Body::Deletion(DeleteObjects::from_request(head, &body)?)
        }
        _ => Body::Irrelevant,
    })
}
