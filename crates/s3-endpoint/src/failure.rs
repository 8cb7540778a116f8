//! Failures of the service as S3 errors: the one place that maps them.

use http::header::{HeaderValue, RETRY_AFTER as RETRY_AFTER_HEADER};
use keyward_credential_cache::CouldNotFindOut;
use keyward_s3_wire::{ErrorCode, S3Error};
use keyward_service::{ServiceError, Subject};

/// After how many seconds a client may hope for an answer that could not be found out.
const RETRY_AFTER: u16 = 5;

/// A credential could not be looked up: 503, never a refusal.
pub(crate) fn lookup(error: &CouldNotFindOut) -> S3Error {
    tracing::error!(cause = ?std::error::Error::source(error), "a credential could not be looked up");
    S3Error::unavailable(RETRY_AFTER)
}

/// Something could not be found out, and is in the log.
pub(crate) fn unavailable() -> S3Error {
    S3Error::unavailable(RETRY_AFTER)
}

/// What a use case about buckets answered.
pub(crate) fn service(error: &ServiceError) -> S3Error {
    match error {
        ServiceError::NotEmpty { .. } => S3Error::new(ErrorCode::BucketNotEmpty),
        ServiceError::Unavailable { .. } => S3Error::unavailable(RETRY_AFTER),
        ServiceError::TooManyChanges { retry_after } => {
            let seconds = u16::try_from(retry_after.as_secs().max(1)).unwrap_or(u16::MAX);
            let message = format!(
                "Please reduce your request rate. The configuration of buckets was changed too often by one user; try again in {seconds} seconds."
            );
            S3Error::because(ErrorCode::SlowDown, message).with_header(RETRY_AFTER_HEADER, HeaderValue::from(seconds))
        }
        ServiceError::DiskFull => S3Error::because(ErrorCode::ServiceUnavailable, sentence(&error.to_string())),
        ServiceError::BucketState { why } => S3Error::because(ErrorCode::InvalidBucketState, sentence(why)),
        ServiceError::NotFound { subject: Subject::Bucket, .. } => S3Error::new(ErrorCode::NoSuchBucket),
        ServiceError::NotFound { .. } => S3Error::new(ErrorCode::InvalidAccessKeyId),
        other => {
            tracing::error!(cause = %other, "a use case about buckets failed");
            S3Error::new(ErrorCode::InternalError)
        }
    }
}

/// A clause with a capital and a full stop.
pub(crate) fn sentence(clause: &str) -> String {
    let mut letters = clause.chars();
    let first: String = letters.next().into_iter().flat_map(char::to_uppercase).collect();
    format!("{first}{}.", letters.as_str())
}
