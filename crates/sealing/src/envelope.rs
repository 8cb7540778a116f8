//! The layout of a sealed secret.
//!
//! ```text
//! version (1) | fingerprint of the master key (8) | wrapped data key: nonce (12), key (32), tag (16) |
//! secret: nonce (12), ciphertext, tag (16)
//! ```

use keyward_store::{SealError, Sealed};

use crate::Fingerprint;

/// The version of this layout.
const VERSION: u8 = 1;

const NONCE: usize = 12;
const TAG: usize = 16;

/// Bytes of a data key.
pub(crate) const DATA_KEY: usize = 32;

const HEADER: usize = 1 + Fingerprint::LENGTH;
const WRAPPED: usize = NONCE + DATA_KEY + TAG;

/// Something encrypted: its nonce, and its ciphertext with the tag behind it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Encrypted<'a> {
    pub nonce: [u8; NONCE],
    pub ciphertext: &'a [u8],
}

/// A sealed secret taken apart.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Envelope<'a> {
    pub fingerprint: Fingerprint,
    pub data_key: Encrypted<'a>,
    pub secret: Encrypted<'a>,
}

impl<'a> Envelope<'a> {
    /// Takes a sealed secret apart. Says nothing about whether it is authentic.
    pub(crate) fn parse(sealed: &'a Sealed) -> Result<Self, SealError> {
        let (header, rest) = sealed.as_bytes().split_at_checked(HEADER).ok_or(SealError::Malformed)?;
        let (wrapped, secret) = rest.split_at_checked(WRAPPED).ok_or(SealError::Malformed)?;
        let (&version, fingerprint) = header.split_first().ok_or(SealError::Malformed)?;
        if version != VERSION {
            return Err(SealError::Malformed);
        }
        Ok(Self {
            fingerprint: Fingerprint::from_bytes(fingerprint.try_into().map_err(|_| SealError::Malformed)?),
            data_key: Encrypted::parse(wrapped)?,
            secret: Encrypted::parse(secret)?,
        })
    }

    /// Puts a sealed secret together.
    pub(crate) fn assemble(&self) -> Sealed {
        let mut bytes = Vec::with_capacity(HEADER + WRAPPED + NONCE + self.secret.ciphertext.len());
        bytes.extend_from_slice(&header(self.fingerprint));
        for part in [self.data_key, self.secret] {
            bytes.extend_from_slice(&part.nonce);
            bytes.extend_from_slice(part.ciphertext);
        }
        Sealed::from_bytes(bytes)
    }
}

impl<'a> Encrypted<'a> {
    fn parse(bytes: &'a [u8]) -> Result<Self, SealError> {
        let (nonce, ciphertext) = bytes.split_first_chunk().ok_or(SealError::Malformed)?;
        if ciphertext.len() < TAG {
            return Err(SealError::Malformed);
        }
        Ok(Self { nonce: *nonce, ciphertext })
    }
}

/// The start of every sealed secret, which is authenticated with its data key.
pub(crate) fn header(fingerprint: Fingerprint) -> [u8; HEADER] {
    let mut header = [VERSION; HEADER];
    header[1..].copy_from_slice(fingerprint.as_bytes());
    header
}
