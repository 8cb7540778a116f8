//! What the head states about the framing of its body, and the plan for reading it that follows.

use std::ops::RangeInclusive;

use http::HeaderMap;
use http::header::{CONTENT_ENCODING, HeaderValue};

use super::Algorithm;
use crate::headers::{X_AMZ_CONTENT_SHA256, X_AMZ_DECODED_CONTENT_LENGTH, X_AMZ_TRAILER, single};
use crate::v4::ChunkChain;
use crate::{ContentSha256, PayloadKind, SignatureError};

/// Read from a head: the payload hash, and for chunked bodies the length and the trailer to come.
#[derive(Clone, Debug)]
pub(crate) struct PayloadStatement {
    pub(crate) content: ContentSha256,
    decoded_length: Option<u64>,
    announced: Vec<Algorithm>,
}

/// How a body is to be read. It comes with the [`Clean`](crate::Clean) head and holds what that head no longer says.
#[derive(Debug)]
pub struct PayloadPlan {
    content: ContentSha256,
    decoded_length: Option<u64>,
    announced: Vec<Algorithm>,
    chain: Option<ChunkChain>,
    /// The lengths that the content may have, where somebody signed that.
    length_in: Option<RangeInclusive<u64>>,
}

impl PayloadStatement {
    /// A body that is not framed, and of which no header speaks.
    pub(crate) fn whole(content: ContentSha256) -> Self {
        Self { content, decoded_length: None, announced: Vec::new() }
    }

    /// Reads the headers that describe a body whose `x-amz-content-sha256` is `content`.
    pub(crate) fn read(headers: &HeaderMap, content: ContentSha256) -> Result<Self, SignatureError> {
        // Nothing tells whether such a body is framed; taken as it comes, the framing might be stored as content.
        if content.kind() == PayloadKind::Unsigned && headers.get_all(CONTENT_ENCODING).iter().any(has_aws_chunked) {
            return Err(SignatureError::UnframedAwsChunked);
        }
        let decoded_length = if content.kind().is_chunked() { Some(decoded_length(headers)?) } else { None };
        Ok(Self { content, decoded_length, announced: announced(headers)? })
    }

    /// The same where nothing could verify the signatures of chunks. A missing `x-amz-content-sha256` means a body that
    /// nothing is held against but checksums.
    pub(crate) fn of_unsigned_chunks(headers: &HeaderMap) -> Result<Self, SignatureError> {
        let content = match single(headers, X_AMZ_CONTENT_SHA256, "x-amz-content-sha256")? {
            Some(value) => ContentSha256::parse(value.as_bytes()).ok_or(SignatureError::InvalidContentSha256)?,
            None => ContentSha256::UNSIGNED,
        };
        if content.kind().has_signed_chunks() {
            return Err(SignatureError::ChunksWithoutSignature);
        }
        Self::read(headers, content)
    }

    pub(crate) fn decoded_length(&self) -> Option<u64> {
        self.decoded_length
    }

    /// The plan; `chain` is there where chunks are signed.
    pub(crate) fn plan(self, chain: Option<ChunkChain>) -> PayloadPlan {
        let Self { content, decoded_length, announced } = self;
        PayloadPlan { content, decoded_length, announced, chain, length_in: None }
    }
}

impl PayloadPlan {
    /// How the body is framed and what it is held against.
    pub fn kind(&self) -> PayloadKind {
        self.content.kind()
    }

    /// The length of the content of a chunked body.
    pub fn decoded_length(&self) -> Option<u64> {
        self.decoded_length
    }

    /// The checksums that `x-amz-trailer` announces.
    pub fn announced(&self) -> &[Algorithm] {
        &self.announced
    }

    /// The lengths that the content may have: a form's `content-length-range`.
    pub fn length_in(&self) -> Option<&RangeInclusive<u64>> {
        self.length_in.as_ref()
    }

    pub(crate) fn with_length_in(self, length_in: Option<RangeInclusive<u64>>) -> Self {
        Self { length_in, ..self }
    }

    pub(crate) fn literal(&self) -> Option<[u8; 32]> {
        (self.kind() == PayloadKind::Literal).then(|| self.content.sha256())?
    }

    pub(crate) fn take_chain(&mut self) -> Option<ChunkChain> {
        self.chain.take()
    }
}

fn decoded_length(headers: &HeaderMap) -> Result<u64, SignatureError> {
    let value = single(headers, X_AMZ_DECODED_CONTENT_LENGTH, "x-amz-decoded-content-length")?
        .ok_or(SignatureError::MissingDecodedLength)?;
    let text = value.to_str().unwrap_or_default();
    match text.parse() {
        Ok(length) if text.bytes().all(|digit| digit.is_ascii_digit()) => Ok(length),
        _ => Err(SignatureError::InvalidDecodedLength),
    }
}

fn has_aws_chunked(encodings: &HeaderValue) -> bool {
    let codings = encodings.as_bytes().split(|byte| *byte == b',');
    codings.map(<[u8]>::trim_ascii).any(|coding| coding.eq_ignore_ascii_case(b"aws-chunked"))
}

fn announced(headers: &HeaderMap) -> Result<Vec<Algorithm>, SignatureError> {
    let mut announced = Vec::new();
    for value in headers.get_all(X_AMZ_TRAILER) {
        let text = String::from_utf8_lossy(value.as_bytes());
        for name in text.split(',').map(str::trim).filter(|name| !name.is_empty()) {
            let algorithm = Algorithm::from_header_name(name)
                .ok_or_else(|| SignatureError::UnsupportedTrailer { name: name.to_owned() })?;
            if !announced.contains(&algorithm) {
                announced.push(algorithm);
            }
        }
    }
    Ok(announced)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn read(headers: &[(&'static str, &str)]) -> Result<PayloadStatement, SignatureError> {
        let headers = headers.iter().map(|(name, value)| (http::HeaderName::from_static(name), value.parse().unwrap()));
        PayloadStatement::read(&headers.collect(), ContentSha256::UNSIGNED_CHUNKS_WITH_TRAILER)
    }

    #[test]
    fn a_chunked_body_states_the_length_of_its_content() {
        let length = |text: &str| read(&[("x-amz-decoded-content-length", text)]).map(|read| read.decoded_length());
        assert_eq!(length("0"), Ok(Some(0)));
        assert_eq!(length("66560"), Ok(Some(66560)));
        for bad in ["", "-1", "+1", "1.0", "0x10", "18446744073709551616"] {
            assert_eq!(length(bad), Err(SignatureError::InvalidDecodedLength), "{bad}");
        }
        assert_eq!(read(&[]).err(), Some(SignatureError::MissingDecodedLength));
    }

    #[test]
    fn only_checksums_can_follow_a_body() {
        let trailer = |names: &str| {
            read(&[("x-amz-decoded-content-length", "0"), ("x-amz-trailer", names)]).map(|read| read.announced)
        };
        assert_eq!(trailer("x-amz-checksum-crc32"), Ok(vec![Algorithm::Crc32]));
        assert_eq!(trailer("X-Amz-Checksum-SHA1, x-amz-checksum-crc32c"), Ok(vec![Algorithm::Sha1, Algorithm::Crc32c]));
        let refused = SignatureError::UnsupportedTrailer { name: "x-amz-meta-a".into() };
        assert_eq!(trailer("x-amz-meta-a"), Err(refused));
    }
}
