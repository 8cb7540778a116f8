//! DeleteObject: deletes an object, or one version of it.

use bytes::Bytes;
use http::header::HeaderValue;
use http::{Response, StatusCode};

use super::answer::{DELETE_MARKER, empty, write_version};
use crate::conditions::DeleteConditions;
use crate::error::S3Error;
use crate::request_head::RequestHead;
use crate::single_header;
use crate::version_id::VersionId;

/// A request to delete an object.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct DeleteObject {
    /// The version, when it is one that is to go for good.
    pub version_id: Option<VersionId>,
    /// Whether a retention in governance mode is to be passed over; that takes `s3:BypassGovernanceRetention`.
    pub bypasses_governance: bool,
    /// The conditions.
    pub conditions: DeleteConditions,
}

impl DeleteObject {
    /// Reads the request.
    ///
    /// # Errors
    /// `InvalidArgument` for a version or condition that cannot be read.
    pub fn from_request(head: RequestHead<'_>) -> Result<Self, S3Error> {
        Ok(DeleteObject {
            version_id: VersionId::of(head.query)?,
            bypasses_governance: single_header::truth(head.headers, "x-amz-bypass-governance-retention")?,
            conditions: DeleteConditions::of(head.headers)?,
        })
    }
}

/// What became of it.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct DeleteObjectAnswer {
    /// The version that was deleted, or the delete marker that was made.
    pub version_id: Option<VersionId>,
    /// Whether that version is a delete marker.
    pub delete_marker: bool,
}

impl DeleteObjectAnswer {
    /// 204, also when there was no such object.
    pub fn response(&self) -> Response<Bytes> {
        let mut response = empty(StatusCode::NO_CONTENT);
        write_version(response.headers_mut(), self.version_id.as_ref());
        if self.delete_marker {
            response.headers_mut().insert(DELETE_MARKER, HeaderValue::from_static("true"));
        }
        response
    }
}
