//! What a head declares about its body beside the payload hash: length, `Content-MD5`, a checksum.

use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use http::HeaderMap;
use http::header::{CONTENT_LENGTH, HeaderValue};

use super::sums::Sum;
use super::{Algorithm, PayloadError};
use crate::Clean;
use crate::headers::CONTENT_MD5;

/// `x-amz-checksum-` headers that name something other than a value.
const NOT_A_VALUE: [&str; 3] = ["x-amz-checksum-algorithm", "x-amz-checksum-mode", "x-amz-checksum-type"];

/// Declarations of a clean head.
#[derive(Clone, Debug)]
pub struct Declared {
    length: Option<u64>,
    md5: Option<Sum>,
    checksum: Option<(Algorithm, Sum)>,
}

impl Declared {
    /// Reads what the head declares about its body.
    ///
    /// # Errors
    /// A malformed or repeated declaration, two checksums, or a checksum of an unknown algorithm, which could not be
    /// verified.
    pub fn of_body(head: &Clean) -> Result<Self, PayloadError> {
        Ok(Self { checksum: checksum(head.headers())?, ..Self::of_body_with_foreign_checksum(head)? })
    }

    /// The same for the operations whose `x-amz-checksum-*` headers speak of something else than the body:
    /// CompleteMultipartUpload sends that of the finished object.
    ///
    /// # Errors
    /// A malformed or repeated `Content-MD5`.
    pub fn of_body_with_foreign_checksum(head: &Clean) -> Result<Self, PayloadError> {
        let length = head.headers().get(CONTENT_LENGTH).and_then(|value| value.to_str().ok()?.parse().ok());
        let mut values = head.headers().get_all(CONTENT_MD5).iter();
        let md5 = match (values.next(), values.next()) {
            (None, _) => None,
            (Some(value), None) => Some(decode(value.as_bytes(), 16).ok_or(PayloadError::InvalidContentMd5)?),
            (Some(_), Some(_)) => return Err(PayloadError::InvalidContentMd5),
        };
        Ok(Self { length, md5, checksum: None })
    }

    pub(crate) fn length(&self) -> Option<u64> {
        self.length
    }

    pub(crate) fn md5(&self) -> Option<&Sum> {
        self.md5.as_ref()
    }

    pub(crate) fn checksum(&self) -> Option<&(Algorithm, Sum)> {
        self.checksum.as_ref()
    }

    pub(crate) fn has_checksum(&self) -> bool {
        self.md5.is_some() || self.checksum.is_some()
    }

    /// Refuses checksums that were announced for a trailer which cannot come and are not in the head either.
    pub(crate) fn hold_against_announcement(&self, announced: &[Algorithm]) -> Result<(), PayloadError> {
        let in_head = |algorithm: &Algorithm| self.checksum.as_ref().is_some_and(|(declared, _)| declared == algorithm);
        match announced.iter().find(|algorithm| !in_head(algorithm)) {
            Some(missing) => Err(PayloadError::AnnouncedChecksumMissing(*missing)),
            None => Ok(()),
        }
    }
}

/// Reads the base64 value of a checksum.
pub(crate) fn decode_checksum(algorithm: Algorithm, value: &[u8]) -> Result<Sum, PayloadError> {
    decode(value, algorithm.length()).ok_or(PayloadError::InvalidChecksum(algorithm))
}

fn checksum(headers: &HeaderMap) -> Result<Option<(Algorithm, Sum)>, PayloadError> {
    let mut found: Option<(Algorithm, &HeaderValue)> = None;
    for (name, value) in headers {
        let name = name.as_str();
        if !name.starts_with("x-amz-checksum-") || NOT_A_VALUE.contains(&name) {
            continue;
        }
        let algorithm =
            Algorithm::from_header_name(name).ok_or_else(|| PayloadError::UnknownChecksum { name: name.to_owned() })?;
        if found.replace((algorithm, value)).is_some() {
            return Err(PayloadError::SeveralChecksums);
        }
    }
    found.map(|(algorithm, value)| Ok((algorithm, decode_checksum(algorithm, value.as_bytes())?))).transpose()
}

fn decode(value: &[u8], length: usize) -> Option<Sum> {
    let bytes = STANDARD.decode(value.trim_ascii()).ok()?;
    (bytes.len() == length).then(|| Sum::new(&bytes))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn declared(headers: &[(&'static str, &str)]) -> Result<Declared, PayloadError> {
        let mut request = http::Request::builder().uri("/b/k");
        for (name, value) in headers {
            request = request.header(*name, *value);
        }
        let (clean, _) = Clean::anonymous(request.body(()).unwrap().into_parts().0).unwrap();
        Declared::of_body(&clean)
    }

    #[test]
    fn malformed_values_are_refused_before_the_body_is_read() {
        for value in ["", "AAAA", "not base64", "AAAAAAAAAAAAAAAAAAAAAAAAAAAA"] {
            let error = declared(&[("content-md5", value)]).unwrap_err();
            assert_eq!(error.code(), "InvalidDigest", "{value}");
            let error = declared(&[("x-amz-checksum-sha256", value)]).unwrap_err();
            assert_eq!(error.code(), "InvalidRequest", "{value}");
        }
    }

    #[test]
    fn one_checksum_of_a_known_algorithm_is_read() {
        let read = declared(&[("x-amz-checksum-crc32", "AAAAAA=="), ("x-amz-checksum-algorithm", "CRC32")]).unwrap();
        assert_eq!(read.checksum().map(|(algorithm, _)| *algorithm), Some(Algorithm::Crc32));
        let two = declared(&[("x-amz-checksum-crc32", "AAAAAA=="), ("x-amz-checksum-crc32c", "AAAAAA==")]);
        assert!(matches!(two, Err(PayloadError::SeveralChecksums)));
        let unknown = declared(&[("x-amz-checksum-xxhash64", "AAAAAAAAAAA=")]);
        assert!(matches!(unknown, Err(PayloadError::UnknownChecksum { .. })));
    }

    #[test]
    fn an_announced_checksum_must_be_able_to_come() {
        let in_head = declared(&[("x-amz-checksum-crc32", "AAAAAA==")]).unwrap();
        assert!(in_head.hold_against_announcement(&[Algorithm::Crc32]).is_ok());
        let missing = in_head.hold_against_announcement(&[Algorithm::Sha1]);
        assert!(matches!(missing, Err(PayloadError::AnnouncedChecksumMissing(Algorithm::Sha1))));
    }
}
