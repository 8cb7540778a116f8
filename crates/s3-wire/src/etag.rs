//! Entity tags: held without quotes, quoted on the wire.

use std::fmt;

use http::HeaderValue;
use serde::{Deserialize, Serialize};

/// An object's or part's entity tag, without its quotes: 1 to 255 visible ASCII characters, none of them a quote.
#[derive(Clone, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(try_from = "String", into = "String")]
pub struct ETag(Box<str>);

/// Why a text is no entity tag.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[error("an entity tag is 1 to 255 visible ASCII characters without quotes inside")]
pub struct InvalidETag;

impl ETag {
    /// The tag of an object that was sent in one piece: its MD5 in hexadecimal.
    pub fn from_md5(md5: [u8; 16]) -> Self {
        ETag(hex(md5).into())
    }

    /// The tag of an object that was sent in parts: the MD5 over the parts' MD5s, and the number of parts.
    pub fn of_parts(md5_of_md5s: [u8; 16], parts: usize) -> Self {
        ETag(format!("{}-{parts}", hex(md5_of_md5s)).into())
    }

    /// Reads a tag with or without its quotes.
    ///
    /// # Errors
    /// [`InvalidETag`], also for weak tags (`W/"…"`): S3 has none.
    pub fn parse(text: &str) -> Result<Self, InvalidETag> {
        let text = text.trim();
        let bare = text.strip_prefix('"').and_then(|rest| rest.strip_suffix('"')).unwrap_or(text);
        let fits = (1..=255).contains(&bare.len());
        let plain = bare.bytes().all(|byte| byte.is_ascii_graphic() && byte != b'"');
        if fits && plain { Ok(ETag(bare.into())) } else { Err(InvalidETag) }
    }

    /// The tag without quotes.
    pub fn as_str(&self) -> &str {
        &self.0
    }

    /// The tag in quotes, as documents and headers have it.
    pub fn quoted(&self) -> String {
        ["\"", &self.0, "\""].concat()
    }

    /// The value of an `ETag` header.
    pub fn header_value(&self) -> HeaderValue {
        HeaderValue::from_str(&self.quoted()).expect("a tag is visible ASCII")
    }
}

fn hex(bytes: [u8; 16]) -> String {
    let digit = |value: u8| b"0123456789abcdef"[usize::from(value & 15)];
    let mut text = Vec::with_capacity(2 * bytes.len());
    bytes.iter().for_each(|byte| text.extend_from_slice(&[digit(byte >> 4), digit(*byte)]));
    String::from_utf8(text).expect("digits are ASCII")
}

impl fmt::Display for ETag {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

impl fmt::Debug for ETag {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        fmt::Debug::fmt(&self.0, f)
    }
}

impl TryFrom<String> for ETag {
    type Error = InvalidETag;

    fn try_from(text: String) -> Result<Self, InvalidETag> {
        ETag::parse(&text)
    }
}

impl From<ETag> for String {
    fn from(etag: ETag) -> String {
        etag.0.into()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn tags_of_whole_objects_and_of_parts_differ() {
        assert_eq!(ETag::from_md5([0xab; 16]).as_str(), "ab".repeat(16));
        assert_eq!(ETag::of_parts([0xab; 16], 3).quoted(), format!("\"{}-3\"", "ab".repeat(16)));
    }

    #[test]
    fn quotes_are_optional_in_reading() {
        assert_eq!(ETag::parse("\"abc\""), ETag::parse("abc"));
        for text in ["", "\"\"", "a\"b", "W/\"a\"", "a b", "é"] {
            assert_eq!(ETag::parse(text), Err(InvalidETag), "{text}");
        }
    }
}
