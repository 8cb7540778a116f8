//! What a read is answered that finds a delete marker in place of an object.

use http::Method;
use http::header::{HeaderValue, LAST_MODIFIED};
use keyward_ambient::Timestamp;

use super::answer::{DELETE_MARKER, VERSION_ID};
use crate::conditions::last_modified_value;
use crate::error::{ErrorCode, S3Error};
use crate::version_id::VersionId;

/// 404 when the latest version is the marker; 405 when the request named the marker's version.
pub fn found_delete_marker(method: &Method, marker: &VersionId, made_at: Timestamp, was_named: bool) -> S3Error {
    let error = if was_named {
        S3Error::method_not_allowed(method, "DeleteMarker", "DELETE")
            .with_header(LAST_MODIFIED, last_modified_value(made_at))
    } else {
        S3Error::new(ErrorCode::NoSuchKey)
    };
    error.with_header(DELETE_MARKER, HeaderValue::from_static("true")).with_header(VERSION_ID, marker.header_value())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_marker_is_told_apart_from_a_key_that_never_was() {
        let marker = VersionId::parse("v3").unwrap();
        for (was_named, status) in [(false, 404), (true, 405)] {
            let error = found_delete_marker(&Method::GET, &marker, Timestamp::EPOCH, was_named);
            assert_eq!(error.status().as_u16(), status);
            assert!(error.headers().any(|(name, value)| name == DELETE_MARKER && value == "true"));
        }
    }
}
