//! AbortMultipartUpload: gives an upload up, with all its parts.

use bytes::Bytes;
use http::{Response, StatusCode};

use super::answer::empty;
use crate::error::S3Error;
use crate::request_head::RequestHead;
use crate::upload::UploadId;

/// A request to give an upload up.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct AbortMultipartUpload {
    /// The upload.
    pub upload_id: UploadId,
}

impl AbortMultipartUpload {
    /// Reads the request.
    ///
    /// # Errors
    /// `InvalidArgument` for an upload id that cannot be one.
    pub fn from_request(head: RequestHead<'_>) -> Result<Self, S3Error> {
        Ok(AbortMultipartUpload { upload_id: UploadId::required(head.query)? })
    }

    /// 204.
    pub fn response() -> Response<Bytes> {
        empty(StatusCode::NO_CONTENT)
    }
}
