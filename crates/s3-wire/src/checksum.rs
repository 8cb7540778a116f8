//! The additional checksums of S3 objects: their algorithms, how a request declares one, how an answer shows one.

use std::fmt;

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use http::{HeaderMap, HeaderName, HeaderValue};
use serde::{Deserialize, Serialize};

use crate::error::{ErrorCode, S3Error};
use crate::single_header;
use crate::xml::{Element, XmlWriter};

const PREFIX: &str = "x-amz-checksum-";

/// An algorithm of an additional checksum.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
pub enum ChecksumAlgorithm {
    /// CRC-32 as in zip, big endian.
    #[serde(rename = "CRC32")]
    Crc32,
    /// CRC-32C (Castagnoli), big endian.
    #[serde(rename = "CRC32C")]
    Crc32c,
    /// CRC-64/NVME, big endian.
    #[serde(rename = "CRC64NVME")]
    Crc64Nvme,
    /// SHA-1.
    #[serde(rename = "SHA1")]
    Sha1,
    /// SHA-256.
    #[serde(rename = "SHA256")]
    Sha256,
}

impl ChecksumAlgorithm {
    /// Every algorithm.
    pub const ALL: [ChecksumAlgorithm; 5] = [
        ChecksumAlgorithm::Crc32,
        ChecksumAlgorithm::Crc32c,
        ChecksumAlgorithm::Crc64Nvme,
        ChecksumAlgorithm::Sha1,
        ChecksumAlgorithm::Sha256,
    ];

    /// The name in documents and in `x-amz-checksum-algorithm`.
    pub const fn name(self) -> &'static str {
        match self {
            ChecksumAlgorithm::Crc32 => "CRC32",
            ChecksumAlgorithm::Crc32c => "CRC32C",
            ChecksumAlgorithm::Crc64Nvme => "CRC64NVME",
            ChecksumAlgorithm::Sha1 => "SHA1",
            ChecksumAlgorithm::Sha256 => "SHA256",
        }
    }

    /// The header that carries its value.
    pub const fn header_name(self) -> HeaderName {
        HeaderName::from_static(match self {
            ChecksumAlgorithm::Crc32 => "x-amz-checksum-crc32",
            ChecksumAlgorithm::Crc32c => "x-amz-checksum-crc32c",
            ChecksumAlgorithm::Crc64Nvme => "x-amz-checksum-crc64nvme",
            ChecksumAlgorithm::Sha1 => "x-amz-checksum-sha1",
            ChecksumAlgorithm::Sha256 => "x-amz-checksum-sha256",
        })
    }

    /// The element that carries its value.
    pub const fn element_name(self) -> &'static str {
        match self {
            ChecksumAlgorithm::Crc32 => "ChecksumCRC32",
            ChecksumAlgorithm::Crc32c => "ChecksumCRC32C",
            ChecksumAlgorithm::Crc64Nvme => "ChecksumCRC64NVME",
            ChecksumAlgorithm::Sha1 => "ChecksumSHA1",
            ChecksumAlgorithm::Sha256 => "ChecksumSHA256",
        }
    }

    /// The length of its value in bytes.
    pub const fn length(self) -> usize {
        match self {
            ChecksumAlgorithm::Crc32 | ChecksumAlgorithm::Crc32c => 4,
            ChecksumAlgorithm::Crc64Nvme => 8,
            ChecksumAlgorithm::Sha1 => 20,
            ChecksumAlgorithm::Sha256 => 32,
        }
    }

    /// The algorithm of this name, in any case.
    pub fn parse(name: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|algorithm| algorithm.name().eq_ignore_ascii_case(name))
    }

    /// The algorithm that a header such as `x-amz-checksum-algorithm` names.
    pub(crate) fn named_in(headers: &HeaderMap, header: &str) -> Result<Option<Self>, S3Error> {
        let Some(name) = single_header::filled(headers, header)? else { return Ok(None) };
        Self::parse(name).map(Some).ok_or_else(|| unknown_algorithm(header, name))
    }
}

/// What a checksum of a multipart object is computed over.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
pub enum ChecksumType {
    /// Over the parts' checksums.
    #[serde(rename = "COMPOSITE")]
    Composite,
    /// Over the object's bytes.
    #[serde(rename = "FULL_OBJECT")]
    FullObject,
}

impl ChecksumType {
    /// The name on the wire.
    pub const fn as_str(self) -> &'static str {
        match self {
            ChecksumType::Composite => "COMPOSITE",
            ChecksumType::FullObject => "FULL_OBJECT",
        }
    }

    /// What `x-amz-checksum-type` names.
    pub(crate) fn of(headers: &HeaderMap) -> Result<Option<Self>, S3Error> {
        const HEADER: &str = "x-amz-checksum-type";
        match single_header::filled(headers, HEADER)? {
            None => Ok(None),
            Some("COMPOSITE") => Ok(Some(ChecksumType::Composite)),
            Some("FULL_OBJECT") => Ok(Some(ChecksumType::FullObject)),
            Some(other) => {
                Err(S3Error::argument(HEADER, other, "The checksum type has to be COMPOSITE or FULL_OBJECT."))
            }
        }
    }
}

/// A checksum's algorithm and value.
#[derive(Clone, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
pub struct Checksum {
    algorithm: ChecksumAlgorithm,
    /// Base64 of the value, for a composite one followed by `-` and the number of parts.
    value: Box<str>,
}

impl Checksum {
    /// A checksum over bytes; `None` when the value has not the algorithm's length.
    pub fn new(algorithm: ChecksumAlgorithm, value: &[u8]) -> Option<Self> {
        (value.len() == algorithm.length()).then(|| Checksum { algorithm, value: STANDARD.encode(value).into() })
    }

    /// A checksum over the checksums of `parts` parts; `None` as in [`new`](Self::new).
    pub fn composite(algorithm: ChecksumAlgorithm, value: &[u8], parts: usize) -> Option<Self> {
        let plain = Self::new(algorithm, value)?;
        Some(Checksum { algorithm, value: format!("{}-{parts}", plain.value).into() })
    }

    /// Reads base64, optionally followed by `-` and a number of parts.
    pub fn parse(algorithm: ChecksumAlgorithm, text: &str) -> Option<Self> {
        let (value, parts) = match text.split_once('-') {
            Some((value, parts)) => (value, Some(parts.parse::<u16>().ok()?)),
            None => (text, None),
        };
        let bytes = STANDARD.decode(value).ok()?;
        match parts {
            Some(parts) => Self::composite(algorithm, &bytes, usize::from(parts)),
            None => Self::new(algorithm, &bytes),
        }
    }

    /// The algorithm.
    pub fn algorithm(&self) -> ChecksumAlgorithm {
        self.algorithm
    }

    /// The value as it stands on the wire.
    pub fn as_str(&self) -> &str {
        &self.value
    }

    /// The value's bytes, without a number of parts.
    pub fn bytes(&self) -> Vec<u8> {
        let value = self.value.split_once('-').map_or(&*self.value, |(value, _)| value);
        STANDARD.decode(value).expect("only base64 is held")
    }

    /// The one checksum that a request declares in a header.
    ///
    /// # Errors
    /// `InvalidRequest` when there are several, when one is not base64 of the right length, or when it is of an
    /// algorithm that is not verified here: taking the body unverified would break what the client relies on.
    pub fn declared(headers: &HeaderMap) -> Result<Option<Self>, S3Error> {
        let mut found = None;
        for name in headers.keys().map(HeaderName::as_str).filter(|name| name.starts_with(PREFIX)) {
            if ["algorithm", "type", "mode"].contains(&&name[PREFIX.len()..]) {
                continue;
            }
            let algorithm = ChecksumAlgorithm::parse(&name[PREFIX.len()..])
                .ok_or_else(|| unknown_algorithm(name, &name[PREFIX.len()..]))?;
            let value = single_header::text(headers, name)?.unwrap_or_default();
            let checksum = Self::parse(algorithm, value).ok_or_else(|| invalid(name))?;
            if found.replace(checksum).is_some() {
                return Err(S3Error::because(ErrorCode::InvalidRequest, "Send at most one x-amz-checksum- header."));
            }
        }
        Ok(found)
    }

    /// The checksums that an element such as `<Part>` holds.
    pub(crate) fn held_by(element: &Element) -> Result<Vec<Self>, S3Error> {
        let mut found = Vec::new();
        for algorithm in ChecksumAlgorithm::ALL {
            if let Some(text) = element.child_text(algorithm.element_name())? {
                found.push(Self::parse(algorithm, text.trim()).ok_or_else(|| invalid(algorithm.element_name()))?);
            }
        }
        Ok(found)
    }

    /// Writes the checksum as the element of its algorithm.
    pub(crate) fn write(&self, xml: &mut XmlWriter) {
        xml.text(self.algorithm.element_name(), &self.value);
    }

    /// The value of its header.
    pub fn header_value(&self) -> HeaderValue {
        HeaderValue::from_str(&self.value).expect("base64 and digits are visible ASCII")
    }
}

impl fmt::Display for Checksum {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{} {}", self.algorithm.name(), self.value)
    }
}

fn invalid(name: &str) -> S3Error {
    S3Error::because(ErrorCode::InvalidRequest, format!("The value of {name} is not base64 of the checksum's length."))
}

fn unknown_algorithm(header: &str, name: &str) -> S3Error {
    S3Error::because(
        ErrorCode::InvalidRequest,
        format!(
            "The checksum algorithm {name} of {header} is not offered; use CRC32, CRC32C, CRC64NVME, SHA1 or SHA256."
        ),
    )
}

#[cfg(test)]
mod tests {
    use super::*;

    fn headers(pairs: &[(&'static str, &'static str)]) -> HeaderMap {
        pairs.iter().map(|(name, value)| (HeaderName::from_static(name), HeaderValue::from_static(value))).collect()
    }

    #[test]
    fn a_declared_checksum_is_read_and_shown_as_sent() {
        let checksum = Checksum::declared(&headers(&[
            ("x-amz-checksum-crc32", "AAAAAA=="),
            ("x-amz-checksum-mode", "ENABLED"),
            ("x-amz-checksum-algorithm", "CRC32"),
        ]));
        assert_eq!(checksum.unwrap().unwrap(), Checksum::new(ChecksumAlgorithm::Crc32, &[0; 4]).unwrap());
    }

    #[test]
    fn checksums_that_would_go_unverified_are_refused() {
        for pairs in [
            &[("x-amz-checksum-sha512", "AAAA")][..],
            &[("x-amz-checksum-crc32", "AAAA")],
            &[("x-amz-checksum-crc32", "?")],
            &[("x-amz-checksum-crc32", "AAAAAA=="), ("x-amz-checksum-sha1", "AAAAAAAAAAAAAAAAAAAAAAAAAAA=")],
        ] {
            let error = Checksum::declared(&headers(pairs)).unwrap_err();
            assert_eq!(error.code(), ErrorCode::InvalidRequest, "{pairs:?}");
        }
    }

    #[test]
    fn composite_checksums_carry_the_number_of_parts() {
        let checksum = Checksum::parse(ChecksumAlgorithm::Crc32, "AAAAAA==-3").unwrap();
        assert_eq!(checksum, Checksum::composite(ChecksumAlgorithm::Crc32, &[0; 4], 3).unwrap());
        assert_eq!(checksum.bytes(), [0; 4]);
    }
}
