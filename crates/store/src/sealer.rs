//! The sealing port: how a secret in clear becomes bytes that may lie on a disk, and back.

use std::fmt;

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use serde::{Deserialize, Deserializer, Serialize, Serializer, de};
use thiserror::Error;
use zeroize::Zeroizing;

/// Encrypts and authenticates short secrets under keys that the store never sees.
pub trait Sealer: Send + Sync + 'static {
    /// Seals `clear`. Only [`open`](Self::open) with the same `context` gives it back, so a context that names the
    /// owner and the place keeps a sealed secret from being moved to another owner or place.
    fn seal(&self, context: &[u8], clear: &[u8]) -> Result<Sealed, SealError>;

    /// Gives back what was sealed with this `context`.
    fn open(&self, context: &[u8], sealed: &Sealed) -> Result<Zeroizing<Vec<u8>>, SealError>;

    /// The same secret sealed under the current key, without opening the secret itself; `None` when it is already, as
    /// with sealers that only ever have one key.
    fn rewrap(&self, sealed: &Sealed) -> Result<Option<Sealed>, SealError> {
        let _ = sealed;
        Ok(None)
    }
}

/// Why a secret could not be sealed or opened. Says nothing about the secret.
#[derive(Clone, Debug, PartialEq, Eq, Error)]
pub enum SealError {
    /// It was sealed under a master key that is not among those given.
    #[error(
        "the secret was sealed with master key {fingerprint}, which was not given; add that key to the master keys"
    )]
    UnknownMasterKey {
        /// What tells the key from others, in hexadecimal.
        fingerprint: String,
    },
    /// The bytes were altered, or belong to another owner or place.
    #[error("the sealed secret was altered or moved")]
    NotAuthentic,
    /// The bytes are not in the form that sealing gives them.
    #[error("the sealed secret has an unknown form")]
    Malformed,
    /// The cryptographic library failed, which it does only when it has no randomness or memory.
    #[error("the secret could not be sealed")]
    Failed,
}

/// A sealed secret: opaque bytes that only the [`Sealer`] which made them can read. Serialises as base64; its `Debug`
/// shows the length only.
#[derive(Clone, PartialEq, Eq)]
pub struct Sealed(Box<[u8]>);

impl Sealed {
    /// What a sealer made, or stored bytes read back.
    pub fn from_bytes(bytes: impl Into<Box<[u8]>>) -> Self {
        Sealed(bytes.into())
    }

    /// The bytes to store.
    pub fn as_bytes(&self) -> &[u8] {
        &self.0
    }
}

impl fmt::Debug for Sealed {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "Sealed({} bytes)", self.0.len())
    }
}

impl Serialize for Sealed {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.serialize_str(&STANDARD.encode(&self.0))
    }
}

impl<'de> Deserialize<'de> for Sealed {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        let text = String::deserialize(deserializer)?;
        STANDARD.decode(text).map(Sealed::from_bytes).map_err(|_| de::Error::custom("a sealed secret is base64"))
    }
}

/// The context that binds a sealed secret to its place: `parts`, each preceded by its length in eight bytes, so that
/// no two lists of parts give the same bytes.
pub fn seal_context(parts: &[&[u8]]) -> Vec<u8> {
    let mut context = Vec::with_capacity(parts.iter().map(|part| part.len() + 8).sum());
    for part in parts {
        context.extend_from_slice(&(part.len() as u64).to_be_bytes());
        context.extend_from_slice(part);
    }
    context
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn parts_cannot_be_shifted_between_one_another() {
        assert_ne!(seal_context(&[b"ab", b"c"]), seal_context(&[b"a", b"bc"]));
        assert_ne!(seal_context(&[b"ab"]), seal_context(&[b"ab", b""]));
    }

    #[test]
    fn sealed_bytes_survive_serialisation_and_stay_out_of_debug_output() {
        let sealed = Sealed::from_bytes([1, 2, 250]);
        let text = serde_json::to_string(&sealed).expect("serialises");
        assert_eq!(serde_json::from_str::<Sealed>(&text).expect("reads back"), sealed);
        assert_eq!(format!("{sealed:?}"), "Sealed(3 bytes)");
    }
}
