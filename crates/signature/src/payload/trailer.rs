//! The trailer of an `aws-chunked` body: announced checksums, and their signature where chunks are signed.

use sha2::{Digest, Sha256};
use subtle::ConstantTimeEq;

use super::declared::decode_checksum;
use super::sums::Sum;
use super::{Algorithm, PayloadError};
use crate::hex;
use crate::v4::ChunkChain;

const SIGNATURE_FIELD: &str = "x-amz-trailer-signature";

/// Collects the lines after the last chunk.
#[derive(Debug)]
pub(crate) struct Trailer {
    /// Checksums that may come; none where the body has no trailer.
    announced: Vec<Algorithm>,
    is_signed: bool,
    fields: Vec<(Algorithm, Sum)>,
    /// The fields as they are signed: `name:value` and a line feed each.
    canonical: Vec<u8>,
    saw_blank_line: bool,
    saw_signature: bool,
    has_ended: bool,
}

impl Trailer {
    /// The most bytes that a trailer may have.
    pub(crate) const LONGEST: usize = 16 * 1024;

    pub(crate) fn new(announced: Vec<Algorithm>, is_signed: bool) -> Self {
        Self {
            announced,
            is_signed,
            fields: Vec::new(),
            canonical: Vec::new(),
            saw_blank_line: false,
            saw_signature: false,
            has_ended: false,
        }
    }

    /// Takes one line without its end; `chain` verifies the signature.
    pub(crate) fn line(&mut self, line: &[u8], chain: Option<&mut ChunkChain>) -> Result<(), PayloadError> {
        let line = line.strip_suffix(b"\r").unwrap_or(line);
        if line.is_empty() {
            // Some clients separate the fields from their signature by an empty line.
            let signature_may_follow = self.is_signed && !self.saw_signature && !self.fields.is_empty();
            if signature_may_follow && !self.saw_blank_line {
                self.saw_blank_line = true;
            } else {
                self.has_ended = true;
            }
            return Ok(());
        }
        let text = std::str::from_utf8(line).map_err(|_| PayloadError::MalformedTrailer("it is not text"))?;
        let (name, value) = text.split_once(':').ok_or(PayloadError::MalformedTrailer("a field has no colon"))?;
        // Blanks and tabs only (RFC 9110, *Field Values*): whatever else stands there was not signed.
        let blank = [' ', '\t'];
        let (name, value) = (name.trim_matches(blank).to_ascii_lowercase(), value.trim_matches(blank));
        if self.saw_signature {
            return Err(PayloadError::MalformedTrailer("a field follows the signature"));
        }
        if self.is_signed && name == SIGNATURE_FIELD {
            return self.verify(value, chain);
        }
        if self.saw_blank_line {
            return Err(PayloadError::MalformedTrailer("a field follows an empty line"));
        }
        self.field(&name, value)
    }

    fn field(&mut self, name: &str, value: &str) -> Result<(), PayloadError> {
        let announced = Algorithm::from_header_name(name).filter(|algorithm| self.announced.contains(algorithm));
        let algorithm =
            announced.ok_or(PayloadError::MalformedTrailer("it has a field that x-amz-trailer does not announce"))?;
        if self.fields.iter().any(|(known, _)| *known == algorithm) {
            return Err(PayloadError::MalformedTrailer("a field appears more than once"));
        }
        self.fields.push((algorithm, decode_checksum(algorithm, value.as_bytes())?));
        self.canonical.extend_from_slice(name.as_bytes());
        self.canonical.push(b':');
        self.canonical.extend_from_slice(value.as_bytes());
        self.canonical.push(b'\n');
        Ok(())
    }

    fn verify(&mut self, value: &str, chain: Option<&mut ChunkChain>) -> Result<(), PayloadError> {
        let given = hex::decode_lower(value.as_bytes())
            .ok_or(PayloadError::MalformedTrailer("the signature is not 64 lower-case hexadecimal digits"))?;
        let chain = chain.ok_or(PayloadError::TrailerSignatureMismatch)?;
        let computed = chain.trailer(&Sha256::digest(&self.canonical).into());
        if !bool::from(computed.ct_eq(&given)) {
            return Err(PayloadError::TrailerSignatureMismatch);
        }
        self.saw_signature = true;
        Ok(())
    }

    /// Whether the empty line that ends a trailer has come.
    pub(crate) fn has_ended(&self) -> bool {
        self.has_ended
    }

    /// The fields, at the end of the body. `in_head` is the checksum that the head declares: a client may announce
    /// the same one for the trailer and not send it twice.
    pub(crate) fn finish(&mut self, in_head: Option<Algorithm>) -> Result<Vec<(Algorithm, Sum)>, PayloadError> {
        if self.is_signed && !self.saw_signature {
            return Err(PayloadError::MalformedTrailer("x-amz-trailer-signature is missing"));
        }
        let came = |algorithm: &Algorithm| {
            self.fields.iter().any(|(known, _)| known == algorithm) || in_head == Some(*algorithm)
        };
        match self.announced.iter().find(|algorithm| !came(algorithm)) {
            Some(missing) => Err(PayloadError::AnnouncedChecksumMissing(*missing)),
            None => Ok(std::mem::take(&mut self.fields)),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn read(announced: &[Algorithm], lines: &[&str]) -> Result<Vec<(Algorithm, Sum)>, PayloadError> {
        let mut trailer = Trailer::new(announced.to_vec(), false);
        for line in lines {
            trailer.line(line.as_bytes(), None)?;
        }
        trailer.finish(None)
    }

    fn code(announced: &[Algorithm], lines: &[&str]) -> &'static str {
        read(announced, lines).unwrap_err().code()
    }

    #[test]
    fn announced_fields_are_read() {
        let read = read(&[Algorithm::Crc32], &["X-Amz-Checksum-Crc32: AAAAAQ== \r", "\r"]).unwrap();
        assert_eq!(read, [(Algorithm::Crc32, Sum::new(&[0, 0, 0, 1]))]);
    }

    #[test]
    fn what_was_not_announced_or_did_not_come_is_refused() {
        let field = "x-amz-checksum-crc32:AAAAAQ==";
        assert_eq!(code(&[], &[field]), "MalformedTrailerError");
        assert_eq!(code(&[Algorithm::Sha1], &[field]), "MalformedTrailerError");
        assert_eq!(code(&[Algorithm::Crc32], &[field, field]), "MalformedTrailerError");
        assert_eq!(code(&[Algorithm::Crc32], &[""]), "MalformedTrailerError");
        assert_eq!(code(&[Algorithm::Crc32], &["x-amz-meta-a:1"]), "MalformedTrailerError");
        assert_eq!(code(&[Algorithm::Crc32], &["x-amz-trailer-signature:00"]), "MalformedTrailerError");
        assert_eq!(code(&[Algorithm::Crc32], &["x-amz-checksum-crc32:AAA"]), "InvalidRequest");
    }

    #[test]
    fn a_checksum_in_the_head_need_not_come_again() {
        let mut trailer = Trailer::new(vec![Algorithm::Crc32], false);
        assert!(trailer.finish(Some(Algorithm::Crc32)).is_ok());
        assert!(trailer.finish(Some(Algorithm::Crc32c)).is_err());
    }
}
