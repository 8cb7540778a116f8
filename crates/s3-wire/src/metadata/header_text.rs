//! The value of a header, kept byte by byte: clients send UTF-8, Latin-1 and encoded words, and want them back.

use std::fmt;

use http::HeaderValue;
use serde::de::{Error as _, SeqAccess, Visitor};
use serde::{Deserialize, Deserializer, Serialize, Serializer};

/// Bytes that a header can carry: no controls but tab. Serialises as text where it is UTF-8, as bytes elsewhere.
#[derive(Clone, Default, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct HeaderText(Box<[u8]>);

/// Why bytes are no header text.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[error("a header cannot carry control characters")]
pub struct InvalidHeaderText;

impl HeaderText {
    /// Takes the bytes of a header's value.
    ///
    /// # Errors
    /// [`InvalidHeaderText`] when there is a control character among them, such as a line break.
    pub fn parse(bytes: impl AsRef<[u8]>) -> Result<Self, InvalidHeaderText> {
        let bytes = bytes.as_ref();
        match HeaderValue::from_bytes(bytes) {
            Ok(_) => Ok(HeaderText(bytes.into())),
            Err(_) => Err(InvalidHeaderText),
        }
    }

    /// The bytes.
    pub fn as_bytes(&self) -> &[u8] {
        &self.0
    }

    /// The value of a header.
    pub fn header_value(&self) -> HeaderValue {
        HeaderValue::from_bytes(&self.0).expect("only bytes that a header can carry are held")
    }
}

impl fmt::Debug for HeaderText {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        fmt::Debug::fmt(&String::from_utf8_lossy(&self.0), f)
    }
}

impl Serialize for HeaderText {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        match std::str::from_utf8(&self.0) {
            Ok(text) => serializer.serialize_str(text),
            Err(_) => serializer.serialize_bytes(&self.0),
        }
    }
}

impl<'de> Deserialize<'de> for HeaderText {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        struct TextOrBytes;

        impl<'de> Visitor<'de> for TextOrBytes {
            type Value = HeaderText;

            fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                f.write_str("the text or bytes of a header's value")
            }

            fn visit_str<E: serde::de::Error>(self, text: &str) -> Result<HeaderText, E> {
                HeaderText::parse(text).map_err(E::custom)
            }

            fn visit_bytes<E: serde::de::Error>(self, bytes: &[u8]) -> Result<HeaderText, E> {
                HeaderText::parse(bytes).map_err(E::custom)
            }

            fn visit_seq<A: SeqAccess<'de>>(self, mut seq: A) -> Result<HeaderText, A::Error> {
                let mut bytes = Vec::new();
                while let Some(byte) = seq.next_element::<u8>()? {
                    bytes.push(byte);
                }
                HeaderText::parse(bytes).map_err(A::Error::custom)
            }
        }

        deserializer.deserialize_any(TextOrBytes)
    }
}
