//! The `Content-MD5` of a body.

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use http::HeaderMap;

use crate::error::{ErrorCode, S3Error};
use crate::single_header;

/// The MD5 that a request declares for its body.
///
/// # Errors
/// `InvalidDigest` when it is not the base64 form of 16 bytes, also when it is empty.
pub(super) fn content_md5(headers: &HeaderMap) -> Result<Option<[u8; 16]>, S3Error> {
    let Some(text) = single_header::text(headers, "content-md5")? else { return Ok(None) };
    let bytes = STANDARD.decode(text).ok().and_then(|bytes| bytes.try_into().ok());
    bytes.map(Some).ok_or_else(|| S3Error::new(ErrorCode::InvalidDigest).with("Content-MD5", text))
}

#[cfg(test)]
mod tests {
    use http::HeaderValue;

    use super::*;

    #[test]
    fn a_digest_is_sixteen_bytes_of_base64() {
        let read = |text| {
            let mut headers = HeaderMap::new();
            headers.insert("content-md5", HeaderValue::from_static(text));
            content_md5(&headers).map_err(|error| error.code())
        };
        assert_eq!(read("AAAAAAAAAAAAAAAAAAAAAA=="), Ok(Some([0; 16])));
        for text in ["", "AAAA", "?", "00000000000000000000000000000000"] {
            assert_eq!(read(text), Err(ErrorCode::InvalidDigest), "{text}");
        }
        assert_eq!(content_md5(&HeaderMap::new()), Ok(None));
    }
}
