//! The secret key itself: the shared secret under which S3 requests are signed.

use std::fmt;
use std::sync::Arc;

use base64::Engine;
use base64::engine::general_purpose::STANDARD_NO_PAD;
use subtle::ConstantTimeEq;
use zeroize::{Zeroize, Zeroizing};

/// A secret key in clear. Its memory is overwritten when the last clone goes, its `Debug` shows nothing, and it is
/// compared in constant time. Clones share one copy.
#[derive(Clone)]
pub struct SecretKey(Arc<Zeroizing<Box<str>>>);

/// The text cannot be a secret key. The text itself is never part of the message.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum SecretKeyError {
    /// Nothing was given.
    #[error("a secret key may not be empty; leave it out to have one generated")]
    Empty,
    /// More than [`SecretKey::MAX_LENGTH`] bytes.
    #[error("a secret key has at most {max} characters, this one has {given}", max = SecretKey::MAX_LENGTH)]
    TooLong {
        /// The length that was given, in bytes.
        given: usize,
    },
    /// Chosen by somebody, of fewer than [`SecretKey::MIN_CHOSEN_LENGTH`] bytes.
    #[error("a secret key of one's own choice has at least {min} characters, this one has {given}; leave it out to have one generated", min = SecretKey::MIN_CHOSEN_LENGTH)]
    TooShort {
        /// The length that was given, in bytes.
        given: usize,
    },
    /// Something other than printable ASCII, or a blank.
    #[error("a secret key consists of printable ASCII characters without blanks; character {position} is not one")]
    Character {
        /// Where the first unusable character stands, counting bytes from 1.
        position: usize,
    },
}

impl SecretKey {
    /// The shortest secret key that somebody may choose, in characters: whoever sees one presigned link can try
    /// shorter ones at leisure. MinIO draws the same line; the ECS documents are silent here.
    pub const MIN_CHOSEN_LENGTH: usize = 8;
    /// The longest secret key that is accepted, in characters.
    pub const MAX_LENGTH: usize = 256;
    /// The length of a generated secret key, in characters.
    pub const GENERATED_LENGTH: usize = 40;

    /// The 40 characters of standard base64 that stand for 30 random bytes, as ECS makes them (ECS REST API, *Secret
    /// key self-service*).
    pub fn generate(mut random: [u8; 30]) -> Self {
        let mut text = Zeroizing::new([0; Self::GENERATED_LENGTH]);
        STANDARD_NO_PAD.encode_slice(random.as_slice(), text.as_mut_slice()).expect("30 bytes are 40 base64 digits");
        random.zeroize();
        Self::holding(std::str::from_utf8(text.as_slice()).expect("base64 is ASCII"))
    }

    /// Takes a secret key chosen elsewhere, byte for byte: 1 to 256 printable ASCII characters without blanks
    /// (the ECS documents are silent here).
    pub fn parse(text: &str) -> Result<Self, SecretKeyError> {
        if text.is_empty() {
            return Err(SecretKeyError::Empty);
        }
        if text.len() > Self::MAX_LENGTH {
            return Err(SecretKeyError::TooLong { given: text.len() });
        }
        if let Some(index) = text.bytes().position(|byte| !byte.is_ascii_graphic()) {
            return Err(SecretKeyError::Character { position: index + 1 });
        }
        Ok(Self::holding(text))
    }

    /// The same for a secret key that somebody chooses now, which may not be short.
    ///
    /// # Errors
    /// As for [`parse`](Self::parse), and [`SecretKeyError::TooShort`].
    pub fn choose(text: &str) -> Result<Self, SecretKeyError> {
        match text.len() {
            given @ 1..Self::MIN_CHOSEN_LENGTH => Err(SecretKeyError::TooShort { given }),
            _ => Self::parse(text),
        }
    }

    // The box is allocated at its exact size: growing a buffer would leave copies behind that nobody overwrites.
    fn holding(text: &str) -> Self {
        Self(Arc::new(Zeroizing::new(Box::from(text))))
    }

    /// The secret in clear, for signing and for the answer that hands it out.
    pub fn expose(&self) -> &str {
        &self.0
    }

    /// Whether `candidate` is this secret. The time taken tells at most the lengths.
    pub fn matches(&self, candidate: &str) -> bool {
        self.expose().as_bytes().ct_eq(candidate.as_bytes()).into()
    }
}

impl PartialEq for SecretKey {
    fn eq(&self, other: &Self) -> bool {
        self.matches(other.expose())
    }
}

impl Eq for SecretKey {}

impl fmt::Debug for SecretKey {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("SecretKey(redacted)")
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    #[test]
    fn a_generated_key_is_the_base64_of_its_random_bytes() {
        assert_eq!(SecretKey::generate([0; 30]).expose(), "A".repeat(40));
        assert_eq!(SecretKey::generate([0xff; 30]).expose(), "/".repeat(40));
    }

    proptest! {
        #[test]
        fn a_generated_key_is_accepted_as_a_custom_key(random: [u8; 30]) {
            let key = SecretKey::generate(random);
            prop_assert_eq!(key.expose().len(), SecretKey::GENERATED_LENGTH);
            prop_assert_eq!(SecretKey::parse(key.expose()), Ok(key));
        }

        #[test]
        fn a_custom_key_is_kept_byte_for_byte(text in "[!-~]{1,256}") {
            let key = SecretKey::parse(&text).unwrap();
            prop_assert_eq!(key.expose(), text);
        }
    }

    #[test]
    fn blanks_control_characters_and_other_alphabets_are_refused() {
        for (text, position) in [("a b", 2), (" a", 1), ("a\n", 2), ("a\u{7f}", 2), ("äb", 1), ("a\u{0}", 2)] {
            assert_eq!(SecretKey::parse(text), Err(SecretKeyError::Character { position }), "{text:?}");
        }
    }

    #[test]
    fn length_is_held_between_one_and_256() {
        assert_eq!(SecretKey::parse(""), Err(SecretKeyError::Empty));
        assert_eq!(SecretKey::choose(""), Err(SecretKeyError::Empty));
        assert_eq!(SecretKey::choose("1234567"), Err(SecretKeyError::TooShort { given: 7 }));
        assert!(SecretKey::choose("12345678").is_ok());
        assert!(SecretKey::parse("1").is_ok(), "one that was accepted before is still read");
        assert!(SecretKey::parse(&"x".repeat(256)).is_ok());
        assert_eq!(SecretKey::parse(&"x".repeat(257)), Err(SecretKeyError::TooLong { given: 257 }));
    }

    #[test]
    fn only_the_very_same_text_matches() {
        let key = SecretKey::parse("Quiet/River+42").unwrap();
        assert!(key.matches("Quiet/River+42"));
        for other in ["quiet/river+42", "Quiet/River+4", "Quiet/River+422", ""] {
            assert!(!key.matches(other), "{other:?}");
        }
    }

    #[test]
    fn neither_debug_nor_errors_show_the_secret() {
        let key = SecretKey::parse("Quiet/River+42").unwrap();
        assert_eq!(format!("{key:?}"), "SecretKey(redacted)");
        let error = SecretKey::parse("Quiet River").unwrap_err();
        assert!(!format!("{error} {error:?}").contains("Quiet"));
    }
}
