//! What the store does not do, refused by name: an object that looked tagged, shared, locked or encrypted and was not
//! would be worse than none.

use http::HeaderMap;
use keyward_s3_wire::{ErrorCode, Operation, S3Error};

/// The ECS headers of a write that are heeded.
const OFFERED: [&str; 2] = ["x-emc-namespace", "x-emc-retention-period"];

/// An operation that the store does not have.
pub(crate) fn operation(operation: Operation) -> S3Error {
    S3Error::because(ErrorCode::NotImplemented, format!("{operation} is not offered here."))
        .with("Operation", operation.name())
}

/// Refuses properties of a new object that would not be kept.
pub(crate) fn refuse(headers: &HeaderMap) -> Result<(), S3Error> {
    let extension =
        headers.keys().find(|name| name.as_str().starts_with("x-emc-") && !OFFERED.contains(&name.as_str()));
    match extension {
        Some(name) => Err(S3Error::because(
            ErrorCode::NotImplemented,
            "This ECS extension for objects is not offered; leave this header out.",
        )
        .with("Header", name.as_str())),
        None => Ok(()),
    }
}

#[cfg(test)]
mod tests {
    use http::{HeaderName, HeaderValue};

    use super::*;

    fn write(name: &'static str, value: &'static str) -> Result<(), ErrorCode> {
        let mut headers = HeaderMap::new();
        headers.insert(HeaderName::from_static(name), HeaderValue::from_static(value));
        refuse(&headers).map_err(|error| error.code())
    }

    #[test]
    fn what_would_be_forgotten_is_refused() {
        for (name, value) in [("x-emc-retention-policy", "year"), ("x-emc-mtime", "1")] {
            assert_eq!(write(name, value), Err(ErrorCode::NotImplemented), "{name}: {value}");
        }
    }

    #[test]
    fn what_holds_anyway_may_be_asked_for() {
        for (name, value) in [
            ("x-amz-acl", "private"),
            ("x-amz-acl", "bucket-owner-full-control"),
            ("x-amz-storage-class", "STANDARD"),
            ("x-emc-namespace", "ns1"),
            ("x-emc-retention-period", "60"),
            ("x-amz-meta-a", "b"),
        ] {
            assert_eq!(write(name, value), Ok(()), "{name}: {value}");
        }
    }

    #[test]
    fn a_missing_operation_is_named() {
        let refused = operation(Operation::GetObjectTorrent);
        assert_eq!(refused.code(), ErrorCode::NotImplemented);
        assert!(refused.message().contains("GetObjectTorrent"));
    }
}
