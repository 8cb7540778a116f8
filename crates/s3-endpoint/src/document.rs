//! Request bodies that are documents: read whole, bounded, and verified.

use bytes::Bytes;
use http_body_util::{BodyExt, LengthLimitError, Limited};
use keyward_objects::{RequestBody, refused_body};
use keyward_s3_wire::{ErrorCode, S3Error};
use keyward_signature::{Payload, PayloadError};

/// The body, of `limit` bytes at most, once it agreed with all that was declared of it.
pub(crate) async fn read(payload: Payload<RequestBody>, limit: usize) -> Result<Bytes, S3Error> {
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
