//! Whom a client expects to own the bucket it works with: a guard against a bucket that changed hands.

use crate::error::{ErrorCode, S3Error};
use crate::request_head::RequestHead;
use crate::single_header;

/// Compares `x-amz-expected-bucket-owner` with the owner of the bucket that is addressed.
///
/// # Errors
/// `AccessDenied` when the header names someone else.
pub fn expect_owner(head: RequestHead<'_>, owner: &str) -> Result<(), S3Error> {
    expect(head, "x-amz-expected-bucket-owner", owner)
}

/// Compares `x-amz-source-expected-bucket-owner` with the owner of the bucket that is copied from.
///
/// # Errors
/// As [`expect_owner`].
pub fn expect_source_owner(head: RequestHead<'_>, owner: &str) -> Result<(), S3Error> {
    expect(head, "x-amz-source-expected-bucket-owner", owner)
}

fn expect(head: RequestHead<'_>, header: &str, owner: &str) -> Result<(), S3Error> {
    match single_header::filled(head.headers, header)? {
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
    use crate::query::Query;

    #[test]
    fn a_bucket_that_changed_hands_is_not_touched() {
        let request = http::Request::builder().header("x-amz-expected-bucket-owner", "dana").body(()).unwrap();
        let (parts, ()) = request.into_parts();
        let query = Query::default();
        let head = RequestHead::of(&parts, &query);
        assert_eq!(expect_owner(head, "dana"), Ok(()));
        assert_eq!(expect_owner(head, "eve").unwrap_err().code(), ErrorCode::AccessDenied);
        assert_eq!(expect_source_owner(head, "eve"), Ok(()));
    }
}
