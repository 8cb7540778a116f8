//! The public name of a secret: random, never derived from the secret itself.

use std::fmt;
use std::str::FromStr;

use serde::{Deserialize, Serialize};

/// Thirty-two random bytes that name one secret in answers, logs and audit records. Prints and serialises as 64
/// lower-case hexadecimal digits, the shape that the ids of ObjectScale 4 have. Ids of the 16 bytes that were made at
/// first keep their 32 digits: their second half is zero.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(try_from = "String", into = "String")]
pub struct SecretId([u8; 32]);

/// The text is not a secret id.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[error("a secret id is 64 hexadecimal digits")]
pub struct SecretIdError;

impl SecretId {
    /// The id made of these bytes; for a new secret, random ones.
    pub const fn from_bytes(bytes: [u8; 32]) -> Self {
        Self(bytes)
    }

    /// The bytes that the digits stand for: 32, or 16.
    pub fn as_bytes(&self) -> &[u8] {
        let (first, second) = self.0.split_at(16);
        if second.iter().all(|byte| *byte == 0) { first } else { &self.0 }
    }

    /// The first half, by which the one or two secrets of a user are told apart on the S3 path.
    pub fn first_half(&self) -> [u8; 16] {
        std::array::from_fn(|place| self.0[place])
    }
}

impl FromStr for SecretId {
    type Err = SecretIdError;

    /// Reads 64 hexadecimal digits of either case, or 32.
    fn from_str(text: &str) -> Result<Self, SecretIdError> {
        let digits = text.as_bytes();
        if !matches!(digits.len(), 32 | 64) {
            return Err(SecretIdError);
        }
        let mut bytes = [0; 32];
        for (byte, pair) in bytes.iter_mut().zip(digits.chunks_exact(2)) {
            *byte = nibble(pair[0])? << 4 | nibble(pair[1])?;
        }
        Ok(Self(bytes))
    }
}

fn nibble(digit: u8) -> Result<u8, SecretIdError> {
    match digit {
        b'0'..=b'9' => Ok(digit - b'0'),
        b'a'..=b'f' => Ok(digit - b'a' + 10),
        b'A'..=b'F' => Ok(digit - b'A' + 10),
        _ => Err(SecretIdError),
    }
}

impl fmt::Display for SecretId {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.as_bytes().iter().try_for_each(|byte| write!(f, "{byte:02x}"))
    }
}

impl fmt::Debug for SecretId {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "SecretId({self})")
    }
}

impl TryFrom<String> for SecretId {
    type Error = SecretIdError;

    fn try_from(text: String) -> Result<Self, SecretIdError> {
        text.parse()
    }
}

impl From<SecretId> for String {
    fn from(id: SecretId) -> Self {
        id.to_string()
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    proptest! {
        #[test]
        fn an_id_survives_being_printed_and_read(bytes: [u8; 32]) {
            let id = SecretId::from_bytes(bytes);
            prop_assert_eq!(id.to_string().parse(), Ok(id));
            prop_assert_eq!(id.to_string().to_uppercase().parse(), Ok(id));
        }
    }

    #[test]
    fn a_short_id_of_earlier_days_keeps_its_name() {
        let id: SecretId = "00112233445566778899aabbccddeeff".parse().unwrap();
        assert_eq!(id.to_string(), "00112233445566778899aabbccddeeff");
        assert_eq!(id.as_bytes().len(), 16);
    }

    #[test]
    fn anything_but_hexadecimal_digits_of_one_length_is_refused() {
        for text in ["", "00", &"0".repeat(31), &"0".repeat(63), &"g".repeat(64), &"é".repeat(32), &"+".repeat(64)] {
            assert_eq!(text.parse::<SecretId>(), Err(SecretIdError), "{text:?}");
        }
    }
}
