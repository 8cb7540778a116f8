//! What a listener refuses by itself, before there is a request that a service could answer.

use std::sync::Arc;

use bytes::Bytes;
use http::header::{CONNECTION, HeaderValue, TRANSFER_ENCODING};
use http::{HeaderMap, Response, StatusCode};

/// Why a listener refuses.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Refusal {
    /// The head cannot be read (400), is too large (431), or its target is too long (414).
    Head(StatusCode),
    /// The body has a transfer coding other than `chunked` (RFC 9112, section 6.1): 501.
    TransferCoding,
    /// HTTP without TLS came to a port that speaks HTTPS: 400.
    PlainHttp,
}

impl Refusal {
    /// The status that goes with it where the protocol of the port has no other.
    pub fn status(self) -> StatusCode {
        match self {
            Refusal::Head(status) => status,
            Refusal::TransferCoding => StatusCode::NOT_IMPLEMENTED,
            Refusal::PlainHttp => StatusCode::BAD_REQUEST,
        }
    }
}

/// Makes the answer to what a listener refuses.
pub type Refuse = Arc<dyn Fn(Refusal) -> Response<Bytes> + Send + Sync>;

/// The answer to a refusal, the last of its connection. Without `refuse` it is a bare status.
pub(crate) fn answer(refuse: Option<&Refuse>, refusal: Refusal) -> Response<Bytes> {
    let mut answer = match refuse {
        Some(refuse) => refuse(refusal),
        None => {
            let mut bare = Response::new(Bytes::new());
            *bare.status_mut() = refusal.status();
            bare
        }
    };
    answer.headers_mut().insert(CONNECTION, HeaderValue::from_static("close"));
    answer
}

/// Whether a request has a transfer coding that this server does not know. The HTTP library undoes `chunked` where it is
/// the last one, and would pass on what lies beneath another as the body.
pub(crate) fn has_unknown_coding(headers: &HeaderMap) -> bool {
    let mut codings =
        headers.get_all(TRANSFER_ENCODING).iter().flat_map(|value| value.as_bytes().split(|byte| *byte == b','));
    let mut known = 0;
    let all_known = codings.all(|coding| {
        let coding = coding.trim_ascii();
        // A list may hold empty elements, which say nothing (RFC 9110, section 5.6.1.2).
        let is_chunked = coding.eq_ignore_ascii_case(b"chunked");
        known += usize::from(is_chunked);
        is_chunked || coding.is_empty()
    });
    // Chunks within chunks are not undone either.
    !all_known || known > 1
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_chunked_is_known_and_only_once() {
        let unknown = |values: &[&str]| {
            let mut headers = HeaderMap::new();
            for value in values {
                headers.append(TRANSFER_ENCODING, value.parse().expect("header"));
            }
            has_unknown_coding(&headers)
        };
        for known in [&[][..], &["chunked"], &["Chunked"], &[" chunked ,"]] {
            assert!(!unknown(known), "{known:?}");
        }
        for refused in [
            &["gzip, chunked"][..],
            &["gzip", "chunked"],
            &["identity, chunked"],
            &["chunked, chunked"],
            &["chunked", "chunked"],
            &["chunked;a=b"],
            &["gzip"],
        ] {
            assert!(unknown(refused), "{refused:?}");
        }
    }
}
