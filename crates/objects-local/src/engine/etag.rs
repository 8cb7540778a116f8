//! Entity tags: what names an object's content towards clients.

use std::fmt;

use super::ids::{hex_array, write_hex};

/// The MD5 of a body, or, for an object put together from `parts` parts, the MD5 of their MD5s. Prints without
/// quotes: `5d41402abc4b2a76b9719d911017c592`, `...-3`.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub struct Etag {
    /// The digest.
    pub md5: [u8; 16],
    /// Of how many parts the object was completed; `None` for a body sent in one request.
    pub parts: Option<u32>,
}

impl Etag {
    /// The tag of a body sent in one request.
    pub const fn of_body(md5: [u8; 16]) -> Self {
        Self { md5, parts: None }
    }

    /// Reads the printed form, with or without double quotes; `None` for what is no tag of this engine.
    pub fn parse(text: &str) -> Option<Self> {
        let text = text.strip_prefix('"').and_then(|inner| inner.strip_suffix('"')).unwrap_or(text);
        let (digest, parts) = match text.split_once('-') {
            Some((digest, count)) if !count.starts_with(['0', '+']) => (digest, Some(count.parse().ok()?)),
            Some(_) => return None,
            None => (text, None),
        };
        Some(Self { md5: hex_array(&digest.to_ascii_lowercase())?, parts })
    }

    /// 16 bytes, or 20 with the part count behind.
    pub(super) fn to_stored(self) -> Vec<u8> {
        let mut bytes = self.md5.to_vec();
        bytes.extend(self.parts.iter().flat_map(|count| count.to_be_bytes()));
        bytes
    }

    pub(super) fn from_stored(bytes: &[u8]) -> Option<Self> {
        let (md5, count) = bytes.split_first_chunk()?;
        let parts = match count {
            [] => None,
            count => Some(u32::from_be_bytes(count.try_into().ok()?)),
        };
        Some(Self { md5: *md5, parts })
    }
}

impl fmt::Display for Etag {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        write_hex(formatter, &self.md5)?;
        self.parts.map_or(Ok(()), |count| write!(formatter, "-{count}"))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn tags_survive_printing_and_storing() {
        for parts in [None, Some(1), Some(10_000)] {
            let tag = Etag { md5: *b"0123456789abcdef", parts };
            assert_eq!(Etag::parse(&tag.to_string()), Some(tag));
            assert_eq!(Etag::parse(&format!("\"{tag}\"")), Some(tag));
            assert_eq!(Etag::from_stored(&tag.to_stored()), Some(tag));
        }
    }

    #[test]
    fn foreign_tags_are_not_read() {
        let digest = "5d41402abc4b2a76b9719d911017c592";
        for text in ["", "*", "\"", "5d41", &format!("{digest}-"), &format!("{digest}-01"), &format!("W/\"{digest}\"")]
        {
            assert_eq!(Etag::parse(text), None, "{text}");
        }
    }
}
