//! What a head declares about its body beside the payload hash: length, `Content-MD5`, a checksum.

use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use http::HeaderMap;
use http::header::{CONTENT_LENGTH, HeaderValue};

use super::sums::Sum;
use super::{Algorithm, PayloadError, PayloadPlan};
use crate::Clean;
use crate::headers::{CONTENT_MD5, X_AMZ_SDK_CHECKSUM_ALGORITHM};

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

    /// Of no body.
    pub(crate) fn nothing() -> Self {
        Self { length: None, md5: None, checksum: None }
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

    /// Holds `x-amz-sdk-checksum-algorithm`, in which the SDKs of AWS say how they secured an upload, against the
    /// checksum in the head and those announced for the trailer: an upload that was to be secured must not be taken
    /// unsecured because its checksum got lost on the way.
    ///
    /// # Errors
    /// [`PayloadError::NamedChecksumMissing`], [`PayloadError::NamedChecksumDiffers`].
    pub fn hold_against_named(&self, head: &Clean, plan: &PayloadPlan) -> Result<(), PayloadError> {
        let Some(named) = head.headers().get(X_AMZ_SDK_CHECKSUM_ALGORITHM) else { return Ok(()) };
        let mut sent = self.checksum.iter().map(|(algorithm, _)| algorithm).chain(plan.announced()).peekable();
        if sent.peek().is_none() {
            return Err(PayloadError::NamedChecksumMissing);
        }
        let is_named = |algorithm: &Algorithm| named.as_bytes().eq_ignore_ascii_case(algorithm.name().as_bytes());
        if sent.all(is_named) { Ok(()) } else { Err(PayloadError::NamedChecksumDiffers) }
    }

    /// Refuses a trailer that announces another checksum than the head declares.
    pub(crate) fn hold_against_trailer(&self, announced: &[Algorithm]) -> Result<(), PayloadError> {
        match &self.checksum {
            Some((declared, _)) if announced.iter().any(|algorithm| algorithm != declared) => {
                Err(PayloadError::SeveralChecksums)
            }
            _ => Ok(()),
        }
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
    fn the_checksum_that_an_sdk_names_must_be_the_one_that_it_sent() {
        let held = |headers: &[(&'static str, &str)]| {
            let request =
                headers.iter().fold(http::Request::put("/b/k"), |request, (name, value)| request.header(*name, *value));
            let (clean, plan) = Clean::anonymous(request.body(()).unwrap().into_parts().0).unwrap();
            Declared::of_body(&clean).unwrap().hold_against_named(&clean, &plan)
        };
        let (named, crc32) = ("x-amz-sdk-checksum-algorithm", ("x-amz-checksum-crc32", "AAAAAA=="));
        let (framed, length) =
            (("x-amz-content-sha256", "STREAMING-UNSIGNED-PAYLOAD-TRAILER"), ("x-amz-decoded-content-length", "0"));
        assert!(held(&[]).is_ok());
        assert!(held(&[(named, "CRC32"), crc32]).is_ok());
        assert!(held(&[(named, "crc32"), framed, length, ("x-amz-trailer", "x-amz-checksum-crc32")]).is_ok());
        assert!(matches!(held(&[(named, "SHA256")]), Err(PayloadError::NamedChecksumMissing)));
        for other in ["SHA256", "CRC32C", "MD4", ""] {
            assert!(matches!(held(&[(named, other), crc32]), Err(PayloadError::NamedChecksumDiffers)), "{other}");
        }
        let trailing = [(named, "SHA1"), framed, length, ("x-amz-trailer", "x-amz-checksum-crc32")];
        assert!(matches!(held(&trailing), Err(PayloadError::NamedChecksumDiffers)));
    }

    #[test]
    fn a_trailer_cannot_announce_another_checksum_than_the_head_declares() {
        let in_head = declared(&[("x-amz-checksum-crc32", "AAAAAA==")]).unwrap();
        assert!(in_head.hold_against_trailer(&[Algorithm::Crc32]).is_ok());
        assert!(matches!(in_head.hold_against_trailer(&[Algorithm::Sha1]), Err(PayloadError::SeveralChecksums)));
        assert!(declared(&[]).unwrap().hold_against_trailer(&[Algorithm::Sha1]).is_ok());
    }

    #[test]
    fn an_announced_checksum_must_be_able_to_come() {
        let in_head = declared(&[("x-amz-checksum-crc32", "AAAAAA==")]).unwrap();
        assert!(in_head.hold_against_announcement(&[Algorithm::Crc32]).is_ok());
        let missing = in_head.hold_against_announcement(&[Algorithm::Sha1]);
        assert!(matches!(missing, Err(PayloadError::AnnouncedChecksumMissing(Algorithm::Sha1))));
    }
}
