//! Headers that a URL carries as query parameters: what they change once they are verified, and which are refused.

use keyward_s3_wire::query::Query;
use keyward_s3_wire::{Address, Operation, S3Error};
use keyward_signature::Clean;

/// What would change the object or the operation if it stood in a header. Other `x-amz-` parameters, such as those in
/// which SDKs name themselves or their checksum algorithm, say nothing about either.
const MEANINGFUL: &[&str] = &[
    "x-amz-acl",
    "x-amz-bypass-governance-retention",
    "x-amz-copy-source",
    "x-amz-expected-bucket-owner",
    "x-amz-grant-",
    "x-amz-meta-",
    "x-amz-mfa",
    "x-amz-object-lock-",
    "x-amz-server-side-encryption",
    "x-amz-source-expected-bucket-owner",
    "x-amz-storage-class",
    "x-amz-tagging",
    "x-amz-website-redirect-location",
    "x-emc-",
];

/// The operation that the head asks for now that it is verified. A URL presigned with Version 4 may name the source of a
/// copy among its parameters; before the signature has held it is not known to mean that.
pub(crate) fn operation(
    unverified: Operation,
    head: &Clean,
    query: &Query,
    address: &Address,
) -> Result<Operation, S3Error> {
    if head.headers().contains_key("x-amz-copy-source") {
        return Operation::resolve(head.parts(), query, address);
    }
    Ok(unverified)
}

/// Refuses parameters that mean something as headers: an object that looked tagged, shared or protected to the one who
/// signed the URL, and were not, would be worse than none.
pub(crate) fn refuse(query: &Query) -> Result<(), S3Error> {
    for name in query.names() {
        let name = name.to_ascii_lowercase();
        if MEANINGFUL.iter().any(|meaningful| name.starts_with(meaningful)) {
            let message = "This has an effect as a header only; sign it as a header and send it with the request.";
            return Err(S3Error::argument(&name, "", message));
        }
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;

    fn refused(query: &str) -> bool {
        refuse(&Query::parse(query).expect("a query")).is_err()
    }

    #[test]
    fn what_would_have_no_effect_is_refused() {
        assert!(refused("x-amz-meta-a=1"));
        assert!(refused("X-Amz-Acl=public-read"));
        assert!(refused("x%2Damz-acl=public-read") && refused("x-amz-%61cl=public-read"));
        assert!(refused("a=b&x-amz-copy-source=b%2Fk"));
    }

    #[test]
    fn what_says_nothing_about_the_object_is_not() {
        assert!(!refused("x-id=PutObject&x-amz-sdk-checksum-algorithm=CRC32&x-amz-checksum-crc32=AAAAAA%3D%3D"));
        assert!(!refused("versionId=null"));
    }
}
