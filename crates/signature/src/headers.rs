//! Header names of S3 authentication, and reading headers that may appear only once.

use http::header::{AsHeaderName, HOST, HeaderName, HeaderValue};
use http::request::Parts;

use crate::SignatureError;

pub(crate) const X_AMZ_DATE: HeaderName = HeaderName::from_static("x-amz-date");
pub(crate) const X_AMZ_CONTENT_SHA256: HeaderName = HeaderName::from_static("x-amz-content-sha256");
pub(crate) const X_AMZ_DECODED_CONTENT_LENGTH: HeaderName = HeaderName::from_static("x-amz-decoded-content-length");
pub(crate) const X_AMZ_SECURITY_TOKEN: HeaderName = HeaderName::from_static("x-amz-security-token");
pub(crate) const X_AMZ_TRAILER: HeaderName = HeaderName::from_static("x-amz-trailer");
pub(crate) const X_AMZ_SDK_CHECKSUM_ALGORITHM: HeaderName = HeaderName::from_static("x-amz-sdk-checksum-algorithm");
pub(crate) const CONTENT_MD5: HeaderName = HeaderName::from_static("content-md5");

/// The one value of `header`, if it arrived; refused when it arrived twice, since two readers could each believe
/// another of the two.
pub(crate) fn single<'a, K: AsHeaderName>(
    headers: &'a http::HeaderMap,
    header: K,
    name: &'static str,
) -> Result<Option<&'a HeaderValue>, SignatureError> {
    let mut values = headers.get_all(header).iter();
    let first = values.next();
    if values.next().is_some() {
        return Err(SignatureError::RepeatedHeader { name });
    }
    Ok(first)
}

/// The host that a request is for: its `Host` header, or over HTTP/2 its `:authority`. Where both arrived they must
/// agree, so that the host that was signed is the host that is addressed.
pub(crate) fn host(parts: &Parts) -> Result<&[u8], SignatureError> {
    let header = single(&parts.headers, HOST, "host")?.map(HeaderValue::as_bytes);
    let target = parts.uri.authority().map(|authority| match authority.as_str().rsplit_once('@') {
        Some((_, host)) => host.as_bytes(),
        None => authority.as_str().as_bytes(),
    });
    match (header, target) {
        (Some(header), Some(target)) if !header.eq_ignore_ascii_case(target) => Err(SignatureError::HostsDiffer),
        (Some(host), _) | (None, Some(host)) => Ok(host),
        (None, None) => Err(SignatureError::MissingHost),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn parts(uri: &str, hosts: &[&str]) -> Parts {
        let mut request = http::Request::builder().uri(uri);
        for host in hosts {
            request = request.header("host", *host);
        }
        request.body(()).unwrap().into_parts().0
    }

    #[test]
    fn host_comes_from_the_header_or_the_authority() {
        assert_eq!(host(&parts("/key", &["a.example"])), Ok(&b"a.example"[..]));
        assert_eq!(host(&parts("https://a.example:9021/key", &[])), Ok(&b"a.example:9021"[..]));
        assert_eq!(host(&parts("/key", &[])), Err(SignatureError::MissingHost));
    }

    #[test]
    fn two_opinions_about_the_host_are_refused() {
        assert_eq!(
            host(&parts("/", &["a.example", "b.example"])),
            Err(SignatureError::RepeatedHeader { name: "host" })
        );
        assert_eq!(host(&parts("http://a.example/", &["b.example"])), Err(SignatureError::HostsDiffer));
        assert_eq!(host(&parts("http://a.example/", &["A.example"])), Ok(&b"A.example"[..]));
    }
}
