//! The engine's errors as S3 errors: the one place that maps them.

use std::error::Error;

use keyward_objects::BucketError;
use keyward_s3_wire::{ErrorCode, S3Error};

use crate::engine::{EngineError, KeyFault};

/// After how many seconds a client may hope that a store which is stopping has been started again.
const RETRY_AFTER: u16 = 5;

impl From<EngineError> for S3Error {
    /// What a client may know. Causes that lie in the machine go to the log alone.
    fn from(error: EngineError) -> Self {
        use EngineError as E;
        match &error {
            E::NoSuchBucket(_) => ErrorCode::NoSuchBucket.into(),
            E::NoSuchKey => ErrorCode::NoSuchKey.into(),
            E::NoSuchUpload => ErrorCode::NoSuchUpload.into(),
            E::InvalidPart { number } => invalid_part(*number),
            E::InvalidPartOrder => ErrorCode::InvalidPartOrder.into(),
            E::NoParts => S3Error::because(ErrorCode::MalformedXML, "Name at least one part."),
            E::PartNumberOutOfRange { number } => S3Error::argument(
                "partNumber",
                &number.to_string(),
                "A part number has to be a whole number from 1 to 10000.",
            ),
            E::EntityTooSmall { number, size, min } => S3Error::new(ErrorCode::EntityTooSmall)
                .with("PartNumber", number.to_string())
                .with("ProposedSize", size.to_string())
                .with("MinSizeAllowed", min.to_string()),
            E::PreconditionFailed => ErrorCode::PreconditionFailed.into(),
            E::NoSuchVersion => ErrorCode::NoSuchVersion.into(),
            E::IsDeleteMarker { .. } => ErrorCode::NoSuchKey.into(),
            E::Locked => {
                let message = "The version is under retention or legal hold and may not be deleted or changed so.";
                S3Error::because(ErrorCode::AccessDenied, message)
            }
            E::UnderRetention => ErrorCode::ObjectUnderRetention.into(),
            E::KeyMissing => {
                let message =
                    "The object is encrypted under a key of the client; send that key with its three headers.";
                S3Error::because(ErrorCode::InvalidRequest, message)
            }
            E::KeyWrong => {
                let message = "The object is encrypted under another key; send the one that it was written with.";
                S3Error::because(ErrorCode::InvalidRequest, message)
            }
            E::KeyUnwanted => {
                let message = "The object is not encrypted under a key of the client; leave the key's headers out.";
                S3Error::because(ErrorCode::InvalidRequest, message)
            }
            E::KeyUnsealable => S3Error::unavailable(RETRY_AFTER),
            E::NotEmpty(_) => ErrorCode::BucketNotEmpty.into(),
            E::KeyInvalid(fault) => invalid_key(*fault),
            E::RangeNotSatisfiable { size } => {
                S3Error::new(ErrorCode::InvalidRange).with("ActualObjectSize", size.to_string())
            }
            E::NoSuchPart { number } => {
                S3Error::new(ErrorCode::InvalidPartNumber).with("PartNumberRequested", number.to_string())
            }
            E::DiskFull => {
                tracing::error!("the disk of the object store is full");
                let message = "The disk of the object store is full; delete objects, or ask the operator for room.";
                S3Error::because(ErrorCode::ServiceUnavailable, message)
            }
            E::NearlyFull => {
                let message = "The disk of the object store is nearly full, and the rest is kept for what frees space; \
                               delete objects, or versions by their ids, or ask the operator for space.";
                S3Error::because(ErrorCode::ServiceUnavailable, message)
            }
            E::Unavailable => S3Error::unavailable(RETRY_AFTER),
            // Who read the object has noted its name.
            E::Damaged { .. } => {
                let message = "The stored bytes of the object are damaged: they do not match the checksum that was \
                               stored with them. Nothing was written; ask the operator to run keyward check.";
                S3Error::because(ErrorCode::InternalError, message)
            }
            E::InUse
            | E::NewerSchema { .. }
            | E::OlderSchema { .. }
            | E::Setting { .. }
            | E::Io { .. }
            | E::Metadata { .. }
            | E::Corrupt(_) => {
                let error: &(dyn Error + 'static) = &error;
                tracing::error!(error, "the object store failed");
                ErrorCode::InternalError.into()
            }
        }
    }
}

/// A part that was not uploaded, or not as the client says.
pub(crate) fn invalid_part(number: u16) -> S3Error {
    S3Error::new(ErrorCode::InvalidPart).with("PartNumber", number.to_string())
}

fn invalid_key(fault: KeyFault) -> S3Error {
    match fault {
        KeyFault::TooLong { bytes, max } => S3Error::new(ErrorCode::KeyTooLongError)
            .with("Size", bytes.to_string())
            .with("MaxSizeAllowed", max.to_string()),
        KeyFault::Empty | KeyFault::Nul => S3Error::argument("Key", "", format!("The key cannot be used: {fault}.")),
    }
}

/// What became of a bucket, for the registry.
pub(crate) fn bucket_error(error: EngineError) -> BucketError {
    match error {
        EngineError::NotEmpty(_) => BucketError::NotEmpty,
        error => {
            let cause = error.source().map_or_else(String::new, |source| format!(": {source}"));
            BucketError::Unavailable(format!("{error}{cause}"))
        }
    }
}

#[cfg(test)]
mod tests {
    use std::io;

    use super::*;

    #[test]
    fn a_failing_disk_is_told_in_the_log_and_not_to_the_client() {
        let failed = EngineError::Io { attempted: "write a body file", source: io::Error::other("/data/bodies/3f") };
        let answered = S3Error::from(failed);
        assert_eq!(answered.code(), ErrorCode::InternalError);
        assert_eq!(answered, S3Error::new(ErrorCode::InternalError));
    }

    #[test]
    fn a_full_disk_is_no_refusal_and_says_what_it_is() {
        let answered = S3Error::from(EngineError::DiskFull);
        assert_eq!(answered.status().as_u16(), 503);
        assert!(answered.message().contains("disk"), "{}", answered.message());
    }

    #[test]
    fn the_registry_learns_that_a_bucket_holds_objects() {
        assert_eq!(bucket_error(EngineError::NotEmpty(crate::engine::BucketId(1))), BucketError::NotEmpty);
        assert!(matches!(bucket_error(EngineError::Unavailable), BucketError::Unavailable(_)));
    }
}
