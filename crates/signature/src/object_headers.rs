//! Headers that describe an object which is stored, and say nothing else.
//!
//! Only these, and a few that narrow a request down, may come from the fields of a form or from the parameters of a
//! presigned URL: no header that selects an operation, a bucket or a reading of the body can come in that way.

use http::Method;
use http::header::{HeaderName, RANGE};

const NAMED: [&str; 12] = [
    "cache-control",
    "content-disposition",
    "content-encoding",
    "content-language",
    "content-md5",
    "content-type",
    "expires",
    "x-amz-acl",
    "x-amz-sdk-checksum-algorithm",
    "x-amz-storage-class",
    "x-amz-tagging",
    "x-amz-website-redirect-location",
];

const PREFIXES: [&str; 5] =
    ["x-amz-meta-", "x-amz-checksum-", "x-amz-grant-", "x-amz-object-lock-", "x-amz-server-side-encryption"];

/// What a URL presigned with Version 4 may say of a copy. SDKs move it there, and whoever signs a URL signs all of its
/// parameters: the source is then the signer's choice, which no header that is sent along can be. No form and no other
/// signature may say it anywhere but in a header.
const OF_COPIES: [&str; 9] = [
    "x-amz-copy-source",
    "x-amz-copy-source-if-match",
    "x-amz-copy-source-if-modified-since",
    "x-amz-copy-source-if-none-match",
    "x-amz-copy-source-if-unmodified-since",
    "x-amz-copy-source-range",
    "x-amz-metadata-directive",
    "x-amz-source-expected-bucket-owner",
    "x-amz-tagging-directive",
];

/// What it may carry beside: these select neither an operation nor an object.
const NARROWING: [&str; 7] = [
    "x-amz-bypass-governance-retention",
    "x-amz-expected-bucket-owner",
    "x-amz-max-parts",
    "x-amz-object-attributes",
    "x-amz-optional-object-attributes",
    "x-amz-part-number-marker",
    "x-amz-request-payer",
];

/// The header of this name, which is in lower case, if a presigned URL may carry it as a parameter.
pub(crate) fn hoisted(name: &str) -> Option<HeaderName> {
    let is_known = NARROWING.contains(&name) || OF_COPIES.contains(&name);
    let header = if is_known { HeaderName::from_bytes(name.as_bytes()).ok() } else { named(name) };
    header.filter(|_| acts(name))
}

/// The header of this name, which is in lower case, if it describes an object.
pub(crate) fn named(name: &str) -> Option<HeaderName> {
    let is_known = NAMED.contains(&name) || PREFIXES.iter().any(|prefix| name.starts_with(prefix));
    if is_known { HeaderName::from_bytes(name.as_bytes()).ok() } else { None }
}

/// Whether a header of this name, which is in lower case, changes what a request of this method does, so that its
/// signature has to cover it: what S3 and ECS act by, and `Range` of a `PUT`, which makes of a write to a whole object
/// one into the object that is there.
///
/// No other plain header has to be covered, as on AWS. `If-Match`, `If-None-Match`, `Content-MD5` and `Content-Length`
/// can only make a write fail. `Content-Type`, `Content-Encoding`, `Cache-Control`, `Content-Disposition`,
/// `Content-Language` and `Expires` are kept with the object as the sender gives them, and leave its bytes as they are:
/// whoever presigns a URL and wants one of them fixed signs it. How the body is framed is said by
/// `x-amz-content-sha256`, never by `Content-Encoding`.
pub(crate) fn has_to_be_signed(method: &Method, name: &str) -> bool {
    acts(name) || changes_the_write(method, name)
}

/// Whether a header of this name, which is in lower case, is no `x-amz-` or `x-emc-` header and still changes what a
/// write does.
pub(crate) fn changes_the_write(method: &Method, name: &str) -> bool {
    method == Method::PUT && name == RANGE.as_str()
}

/// Whether a name, which is in lower case, is one of those by which S3 and ECS act.
pub(crate) fn acts(name: &str) -> bool {
    name.starts_with("x-amz-") || name.starts_with("x-emc-")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_selects_something_describes_no_object() {
        for name in [
            "x-amz-copy-source",
            "x-amz-copy-source-range",
            "x-amz-request-route",
            "x-amz-date",
            "x-amz-content-sha256",
            "x-amz-decoded-content-length",
            "x-amz-trailer",
            "x-amz-security-token",
            "x-amz-bypass-governance-retention",
            "x-emc-namespace",
            "authorization",
            "host",
            "range",
            "content-length",
            "transfer-encoding",
            "expect",
        ] {
            assert_eq!(named(name), None, "{name}");
        }
    }

    #[test]
    fn a_url_can_carry_what_describes_the_object_or_a_copy_and_what_narrows_the_request_down() {
        for name in ["x-amz-acl", "x-amz-meta-a", "x-amz-tagging", "x-amz-expected-bucket-owner", "x-amz-copy-source"] {
            assert_eq!(hoisted(name).as_ref().map(HeaderName::as_str), Some(name));
        }
        for name in
            ["content-type", "expires", "x-amz-copy-source-x", "x-emc-namespace", "x-amz-decoded-content-length"]
        {
            assert_eq!(hoisted(name), None, "{name}");
        }
    }

    #[test]
    fn a_range_has_to_be_signed_where_it_changes_a_write() {
        assert!(has_to_be_signed(&Method::PUT, "range"));
        for method in [Method::GET, Method::HEAD, Method::POST, Method::DELETE] {
            assert!(!has_to_be_signed(&method, "range"), "{method}");
            assert!(has_to_be_signed(&method, "x-amz-acl"), "{method}");
        }
        for name in ["if-match", "if-none-match", "content-md5", "content-type", "content-encoding", "content-range"] {
            assert!(!has_to_be_signed(&Method::PUT, name), "{name}");
        }
    }

    #[test]
    fn a_name_that_no_header_can_have_is_none() {
        assert_eq!(named("x-amz-meta-a").as_ref().map(HeaderName::as_str), Some("x-amz-meta-a"));
        for name in ["x-amz-meta-a b", "x-amz-meta-\n", "x-amz-meta-é", "X-Amz-Meta-A"] {
            assert_eq!(named(name), None, "{name}");
        }
    }
}
