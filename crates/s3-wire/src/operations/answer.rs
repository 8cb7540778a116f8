//! Builds the plain answers: a document, or nothing.

use bytes::Bytes;
use http::header::{CONTENT_TYPE, HeaderName, HeaderValue};
use http::{HeaderMap, Response, StatusCode};

use crate::checksum::{Checksum, ChecksumType};
use crate::version_id::VersionId;

pub(super) const VERSION_ID: HeaderName = HeaderName::from_static("x-amz-version-id");
pub(super) const DELETE_MARKER: HeaderName = HeaderName::from_static("x-amz-delete-marker");
pub(super) const CHECKSUM_TYPE: HeaderName = HeaderName::from_static("x-amz-checksum-type");
pub(super) const CHECKSUM_ALGORITHM: HeaderName = HeaderName::from_static("x-amz-checksum-algorithm");
pub(super) const COPY_SOURCE_VERSION_ID: HeaderName = HeaderName::from_static("x-amz-copy-source-version-id");

/// 200 with an XML document.
pub(super) fn document(xml: Vec<u8>) -> Response<Bytes> {
    let mut response = Response::new(Bytes::from(xml));
    response.headers_mut().insert(CONTENT_TYPE, HeaderValue::from_static("application/xml"));
    response
}

/// A status without a body.
pub(super) fn empty(status: StatusCode) -> Response<Bytes> {
    let mut response = Response::new(Bytes::new());
    *response.status_mut() = status;
    response
}

/// Names the version that was written, read or deleted.
pub(super) fn write_version(headers: &mut HeaderMap, version_id: Option<&VersionId>) {
    if let Some(version_id) = version_id {
        headers.insert(VERSION_ID, version_id.header_value());
    }
}

/// Shows a checksum.
pub(super) fn write_checksum(headers: &mut HeaderMap, checksum: Option<&Checksum>, kind: Option<ChecksumType>) {
    if let Some(checksum) = checksum {
        headers.insert(checksum.algorithm().header_name(), checksum.header_value());
        if let Some(kind) = kind {
            headers.insert(CHECKSUM_TYPE, HeaderValue::from_static(kind.as_str()));
        }
    }
}
