//! Whom a client expects to own the bucket it works with: a guard against a bucket that changed hands.

use http::request::Parts;

use crate::error::{ErrorCode, S3Error};
use crate::single_header;

/// Compares `x-amz-expected-bucket-owner` with the owner of the bucket that is addressed.
///
/// # Errors
/// `AccessDenied` when the header names someone else.
pub fn expect_owner(parts: &Parts, owner: &str) -> Result<(), S3Error> {
    expect(parts, "x-amz-expected-bucket-owner", owner)
}

/// Compares `x-amz-source-expected-bucket-owner` with the owner of the bucket that is copied from.
///
/// # Errors
/// As [`expect_owner`].
pub fn expect_source_owner(parts: &Parts, owner: &str) -> Result<(), S3Error> {
    expect(parts, "x-amz-source-expected-bucket-owner", owner)
}

fn expect(parts: &Parts, header: &str, owner: &str) -> Result<(), S3Error> {
    match single_header::filled(&parts.headers, header)? {
        Some(expected) if expected != owner => Err(S3Error::because(
            ErrorCode::AccessDenied,
            "The bucket does not belong to the owner that the request expects; check its name.",
        )
        .with("Header", header)),
        _ => Ok(()),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_bucket_that_changed_hands_is_not_touched() {
        let request = http::Request::builder().header("x-amz-expected-bucket-owner", "dana").body(()).unwrap();
        let (parts, ()) = request.into_parts();
        assert_eq!(expect_owner(&parts, "dana"), Ok(()));
        assert_eq!(expect_owner(&parts, "eve").unwrap_err().code(), ErrorCode::AccessDenied);
        assert_eq!(expect_source_owner(&parts, "eve"), Ok(()));
    }
}
