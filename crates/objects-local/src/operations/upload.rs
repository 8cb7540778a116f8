//! What the operations on multipart uploads have in common.

use keyward_s3_wire::{ErrorCode, S3Error, upload};

use crate::engine::UploadId;

/// The upload that a request names. What cannot be an id of ours names none.
pub(super) fn id_of(id: &upload::UploadId) -> Result<UploadId, S3Error> {
    UploadId::parse(id.as_str()).ok_or_else(|| no_such(S3Error::new(ErrorCode::NoSuchUpload), id))
}

/// Names the upload in an error that speaks of it.
pub(super) fn no_such(error: impl Into<S3Error>, id: &upload::UploadId) -> S3Error {
    let error = error.into();
    match error.code() {
        ErrorCode::NoSuchUpload => error.with("UploadId", id.as_str()),
        _ => error,
    }
}

/// The id on the wire.
pub(super) fn shown(id: UploadId) -> Result<upload::UploadId, S3Error> {
    upload::UploadId::parse(&id.to_string())
}
