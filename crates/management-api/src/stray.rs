//! Requests for S3 that were sent to the management port: their clients read errors of S3 only.

use http::header::AUTHORIZATION;
use http::request::Parts;

use crate::credentials;
use crate::query::Query;

/// Parameters of which each presigned link has one, by version of the signature.
const SIGNED_LINKS: &[&str] = &["X-Amz-Signature", "X-Amz-Algorithm", "X-Amz-Credential", "AWSAccessKeyId"];

/// Whether a request is signed for S3, or another service of AWS, and carries no token of this API.
pub(crate) fn is_signed_for_s3(head: &Parts) -> bool {
    let schemes = head.headers.get_all(AUTHORIZATION).iter().filter_map(|value| value.to_str().ok());
    let mut schemes = schemes.filter_map(|value| value.split_ascii_whitespace().next());
    let by_header = schemes.any(|scheme| scheme == "AWS" || scheme.starts_with("AWS4-"));
    let by_link = || {
        let query = Query::parse(head.uri.query());
        SIGNED_LINKS.iter().any(|name| query.holds(name))
    };
    (by_header || by_link()) && credentials::token(&head.headers).is_none()
}

#[cfg(test)]
mod tests {
    use http::Request;

    use super::*;

    fn is_signed(uri: &str, headers: &[(&str, &str)]) -> bool {
        let mut request = Request::builder().uri(uri);
        for (name, value) in headers {
            request = request.header(*name, *value);
        }
        is_signed_for_s3(&request.body(()).expect("request").into_parts().0)
    }

    #[test]
    fn signatures_of_both_versions_in_headers_and_links_are_known() {
        let v4 = "AWS4-HMAC-SHA256 Credential=a/20260101/us-east-1/s3/aws4_request, SignedHeaders=host, Signature=x";
        assert!(is_signed("/", &[("authorization", v4)]));
        assert!(is_signed("/", &[("authorization", "AWS4-ECDSA-P256-SHA256 Credential=a")]));
        assert!(is_signed("/b/k", &[("authorization", "AWS a:b")]));
        assert!(is_signed("/b/k?X-Amz-Algorithm=AWS4-HMAC-SHA256&X-Amz-Signature=x", &[]));
        assert!(is_signed("/b/k?%58-Amz-Signature=x", &[]));
        assert!(is_signed("/b/k?AWSAccessKeyId=a&Expires=1&Signature=x", &[]));
    }

    #[test]
    fn everything_else_is_a_request_to_this_api() {
        assert!(!is_signed("/b/k", &[]));
        for other in ["Basic YTpi", "Bearer x", "AWSX a:b", ""] {
            assert!(!is_signed("/b/k", &[("authorization", other)]), "{other}");
        }
        assert!(!is_signed("/b/k", &[("authorization", "AWS a:b"), ("x-sds-auth-token", "t")]));
        assert!(!is_signed("/b/k?x=X-Amz-Signature&Signature=x", &[]));
    }
}
