//! Internal ids that are given once: they tell a user or namespace from an earlier one of the same name.

use std::fmt;
use std::str::FromStr;

use serde::{Deserialize, Serialize};

/// The internal id of one object user, or of one namespace: 128 random bits, never given again. Printed and stored as
/// 32 hexadecimal digits.
///
/// Records of release 0.1.0 have none. A user, a namespace and a grant without one belong together: `None` is the
/// holder of the name at the time of the upgrade, since everybody created later has an id.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(try_from = "String", into = "String")]
pub struct UniqueId([u8; 16]);

/// Text that is no [`UniqueId`].
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[error("an internal id has 32 hexadecimal digits in lower case")]
pub struct NoUniqueId;

impl UniqueId {
    /// The id of these bytes, which have to be random.
    pub const fn from_bytes(bytes: [u8; 16]) -> Self {
        Self(bytes)
    }
}

impl fmt::Display for UniqueId {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.0.iter().try_for_each(|byte| write!(f, "{byte:02x}"))
    }
}

impl fmt::Debug for UniqueId {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "UniqueId({self})")
    }
}

impl FromStr for UniqueId {
    type Err = NoUniqueId;

    fn from_str(text: &str) -> Result<Self, NoUniqueId> {
        let digit = |byte: u8| match byte {
            b'0'..=b'9' => Ok(byte - b'0'),
            b'a'..=b'f' => Ok(byte - b'a' + 10),
            _ => Err(NoUniqueId),
        };
        let (pairs, rest) = text.as_bytes().as_chunks::<2>();
        let mut bytes = [0; 16];
        if pairs.len() != bytes.len() || !rest.is_empty() {
            return Err(NoUniqueId);
        }
        for (byte, [high, low]) in bytes.iter_mut().zip(pairs) {
            *byte = digit(*high)? << 4 | digit(*low)?;
        }
        Ok(Self(bytes))
    }
}

impl TryFrom<String> for UniqueId {
    type Error = NoUniqueId;

    fn try_from(text: String) -> Result<Self, NoUniqueId> {
        text.parse()
    }
}

impl From<UniqueId> for String {
    fn from(id: UniqueId) -> Self {
        id.to_string()
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    #[test]
    fn what_is_no_id_is_refused() {
        let id = "00112233445566778899aabbccddeeff";
        assert_eq!(id.parse::<UniqueId>().map(|id| id.to_string()).as_deref(), Ok(id));
        for other in ["", &id[..31], &format!("{id}0"), &id.to_uppercase(), &id.replace('0', "g"), &format!("{id} ")] {
            assert!(other.parse::<UniqueId>().is_err(), "{other}");
        }
    }

    proptest! {
        #[test]
        fn every_id_survives_storing(bytes: [u8; 16]) {
            let id = UniqueId::from_bytes(bytes);
            let stored = serde_json::to_string(&id).unwrap();
            prop_assert_eq!(serde_json::from_str::<UniqueId>(&stored).unwrap(), id);
        }
    }
}
