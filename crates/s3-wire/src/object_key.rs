//! The key of an object: 1 to 1024 bytes of UTF-8, taken exactly as it was sent.

use std::fmt;
use std::sync::Arc;

use serde::{Deserialize, Serialize};

use crate::error::{ErrorCode, S3Error};

/// An object's key. Nothing in it is folded: slashes at the start, doubled slashes, `.` and `..` are the key's own.
/// Ordered by its bytes, as S3 lists.
#[derive(Clone, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(try_from = "String", into = "String")]
pub struct ObjectKey(Arc<str>);

impl ObjectKey {
    /// The longest key, in bytes of UTF-8.
    pub const LONGEST: usize = 1024;

    /// Takes a decoded key.
    ///
    /// # Errors
    /// `KeyTooLongError` beyond 1024 bytes; `InvalidArgument` when it is empty or holds U+0000, which no listing could
    /// name.
    pub fn parse(key: &str) -> Result<Self, S3Error> {
        if key.len() > Self::LONGEST {
            return Err(S3Error::new(ErrorCode::KeyTooLongError)
                .with("Size", key.len().to_string())
                .with("MaxSizeAllowed", Self::LONGEST.to_string()));
        }
        if key.is_empty() {
            return Err(S3Error::argument("Key", key, "The key is empty; give it at least one character."));
        }
        if key.contains('\0') {
            let shown = key.replace('\0', "\u{fffd}");
            return Err(S3Error::argument("Key", &shown, "The key holds the character U+0000; leave it out."));
        }
        Ok(ObjectKey(key.into()))
    }

    /// The key as text.
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

impl fmt::Display for ObjectKey {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

impl fmt::Debug for ObjectKey {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        fmt::Debug::fmt(&self.0, f)
    }
}

impl AsRef<str> for ObjectKey {
    fn as_ref(&self) -> &str {
        &self.0
    }
}

impl TryFrom<String> for ObjectKey {
    type Error = S3Error;

    fn try_from(key: String) -> Result<Self, S3Error> {
        ObjectKey::parse(&key)
    }
}

impl From<ObjectKey> for String {
    fn from(key: ObjectKey) -> String {
        key.as_str().to_owned()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn length_counts_bytes_not_characters() {
        assert!(ObjectKey::parse(&"a".repeat(1024)).is_ok());
        assert!(ObjectKey::parse(&"é".repeat(512)).is_ok());
        let error = ObjectKey::parse(&"é".repeat(513)).unwrap_err();
        assert_eq!((error.code(), error.field("Size")), (ErrorCode::KeyTooLongError, Some("1026")));
    }

    #[test]
    fn slashes_and_dots_are_kept() {
        for key in ["/a", "a//b", "../a", ".", "a/"] {
            assert_eq!(ObjectKey::parse(key).unwrap().as_str(), key);
        }
    }

    #[test]
    fn empty_keys_and_nul_are_refused() {
        assert_eq!(ObjectKey::parse("").unwrap_err().code(), ErrorCode::InvalidArgument);
        assert_eq!(ObjectKey::parse("a\0b").unwrap_err().code(), ErrorCode::InvalidArgument);
    }
}
