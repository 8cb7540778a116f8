//! Percent-encoding of keys and parameters: strict in reading, S3's own set in writing.

use std::borrow::Cow;

use percent_encoding::{AsciiSet, NON_ALPHANUMERIC, percent_decode_str, utf8_percent_encode};

/// What `encoding-type=url` leaves as it is besides letters and digits: the unreserved characters and the slash.
const KEPT: &AsciiSet = &NON_ALPHANUMERIC.remove(b'-').remove(b'_').remove(b'.').remove(b'~').remove(b'/');

/// What a `+` stands for.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Plus {
    /// A plus, as in paths.
    Plus,
    /// A blank, as in query strings.
    Blank,
}

/// Why a text cannot be decoded.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub(crate) enum DecodeError {
    #[error("a percent sign is not followed by two hexadecimal digits")]
    Escape,
    #[error("the decoded bytes are not UTF-8")]
    Utf8,
}

/// Decodes once. Escapes that are none are an error: two readers could take them for different keys.
pub(crate) fn decode(text: &str, plus: Plus) -> Result<Cow<'_, str>, DecodeError> {
    let mut rest = text;
    while let Some(at) = rest.find('%') {
        let escape = rest.as_bytes().get(at + 1..at + 3).ok_or(DecodeError::Escape)?;
        if !escape.iter().all(u8::is_ascii_hexdigit) {
            return Err(DecodeError::Escape);
        }
        rest = &rest[at + 3..];
    }
    if plus == Plus::Blank && text.contains('+') {
        let blanks = text.replace('+', " ");
        let decoded = percent_decode_str(&blanks).decode_utf8().map_err(|_| DecodeError::Utf8)?;
        return Ok(Cow::Owned(decoded.into_owned()));
    }
    percent_decode_str(text).decode_utf8().map_err(|_| DecodeError::Utf8)
}

/// Encodes as `encoding-type=url` asks for it: a blank as `%20`, which every decoder reads, and slashes as they are.
pub(crate) fn encode(text: &str) -> String {
    utf8_percent_encode(text, KEPT).to_string()
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    #[test]
    fn a_plus_is_a_blank_in_queries_only() {
        assert_eq!(decode("a+b%2B", Plus::Plus).unwrap(), "a+b+");
        assert_eq!(decode("a+b%2B", Plus::Blank).unwrap(), "a b+");
    }

    #[test]
    fn text_is_decoded_once() {
        assert_eq!(decode("%2541", Plus::Plus).unwrap(), "%41");
    }

    #[test]
    fn broken_escapes_and_broken_utf8_are_errors() {
        for text in ["%", "%4", "%zz", "a%é", "%+1"] {
            assert_eq!(decode(text, Plus::Plus), Err(DecodeError::Escape), "{text}");
        }
        assert_eq!(decode("%ff", Plus::Plus), Err(DecodeError::Utf8));
    }

    proptest! {
        #[test]
        fn encoded_text_decodes_to_itself(text in ".{0,100}") {
            let encoded = encode(&text);
            prop_assert!(encoded.is_ascii());
            prop_assert_eq!(decode(&encoded, Plus::Plus).unwrap(), text.as_str());
            prop_assert_eq!(decode(&encoded, Plus::Blank).unwrap(), text.as_str());
        }

        #[test]
        fn no_text_makes_the_decoder_panic(text in "[%0-9a-g+é]{0,20}") {
            let _ = decode(&text, Plus::Blank);
        }
    }
}
