//! Sealing and opening with AES-256-GCM in two layers.

use std::fmt;
use std::sync::Arc;

use aws_lc_rs::aead::{AES_256_GCM, Aad, Nonce, RandomizedNonceKey};
use keyward_ambient::Entropy;
use keyward_store::{SealError, Sealed, Sealer};
use zeroize::Zeroizing;

use crate::envelope::{DATA_KEY, Encrypted, Envelope, header};
use crate::{Fingerprint, MasterKeys};

/// Seals under the current master key, and opens what that one or an earlier one sealed.
pub struct EnvelopeSealer {
    current: WrappingKey,
    earlier: Vec<WrappingKey>,
    entropy: Arc<dyn Entropy>,
}

/// The key that wraps data keys, derived from one master key.
struct WrappingKey {
    fingerprint: Fingerprint,
    key: RandomizedNonceKey,
}

impl EnvelopeSealer {
    /// A sealer with these master keys, whose data keys come from `entropy`.
    ///
    /// # Errors
    /// [`SealError::Failed`] when the cryptographic library does not take a key, for want of memory.
    pub fn new(keys: &MasterKeys, entropy: Arc<dyn Entropy>) -> Result<Self, SealError> {
        let mut wrapping = keys
            .derive_each("wrapping data keys")
            .map(|(fingerprint, key)| Ok(WrappingKey { fingerprint, key: aes(&*key)? }))
            .collect::<Result<Vec<_>, SealError>>()?;
        let earlier = wrapping.split_off(1);
        let current = wrapping.pop().ok_or(SealError::Failed)?;
        Ok(Self { current, earlier, entropy })
    }

    /// The same secret with its data key wrapped under the current master key; `None` when it is already. The secret
    /// itself is neither opened nor changed, so this needs no context.
    pub fn rewrap(&self, sealed: &Sealed) -> Result<Option<Sealed>, SealError> {
        let envelope = Envelope::parse(sealed)?;
        if envelope.fingerprint == self.current.fingerprint {
            return Ok(None);
        }
        let data_key = self.unwrap_key(&envelope)?;
        let (nonce, wrapped) = self.current.wrap(&data_key)?;
        let data_key = Encrypted { nonce, ciphertext: &wrapped };
        Ok(Some(Envelope { fingerprint: self.current.fingerprint, data_key, ..envelope }.assemble()))
    }

    /// Gives back the data key of an envelope.
    fn unwrap_key(&self, envelope: &Envelope<'_>) -> Result<Zeroizing<Vec<u8>>, SealError> {
        let known = std::iter::once(&self.current).chain(&self.earlier);
        let wrapping = known
            .into_iter()
            .find(|key| key.fingerprint == envelope.fingerprint)
            .ok_or_else(|| SealError::UnknownMasterKey { fingerprint: envelope.fingerprint.to_string() })?;
        decrypt(&wrapping.key, &header(envelope.fingerprint), &envelope.data_key)
    }
}

impl Sealer for EnvelopeSealer {
    fn seal(&self, context: &[u8], clear: &[u8]) -> Result<Sealed, SealError> {
        let mut data_key = Zeroizing::new([0; DATA_KEY]);
        self.entropy.fill(&mut *data_key);
        let (secret_nonce, secret) = encrypt(&aes(&*data_key)?, context, clear)?;
        let (key_nonce, wrapped) = self.current.wrap(&*data_key)?;
        let envelope = Envelope {
            fingerprint: self.current.fingerprint,
            data_key: Encrypted { nonce: key_nonce, ciphertext: &wrapped },
            secret: Encrypted { nonce: secret_nonce, ciphertext: &secret },
        };
        Ok(envelope.assemble())
    }

    fn open(&self, context: &[u8], sealed: &Sealed) -> Result<Zeroizing<Vec<u8>>, SealError> {
        let envelope = Envelope::parse(sealed)?;
        let data_key = self.unwrap_key(&envelope)?;
        decrypt(&aes(&data_key)?, context, &envelope.secret)
    }

    fn rewrap(&self, sealed: &Sealed) -> Result<Option<Sealed>, SealError> {
        EnvelopeSealer::rewrap(self, sealed)
    }
}

/// Which master key something is sealed under. Says nothing about whether it opens.
pub fn sealed_under(sealed: &Sealed) -> Result<Fingerprint, SealError> {
    Ok(Envelope::parse(sealed)?.fingerprint)
}

impl WrappingKey {
    fn wrap(&self, data_key: &[u8]) -> Result<([u8; 12], Vec<u8>), SealError> {
        encrypt(&self.key, &header(self.fingerprint), data_key)
    }
}

fn aes(key: &[u8]) -> Result<RandomizedNonceKey, SealError> {
    RandomizedNonceKey::new(&AES_256_GCM, key).map_err(|_| SealError::Failed)
}

fn encrypt(key: &RandomizedNonceKey, context: &[u8], clear: &[u8]) -> Result<([u8; 12], Vec<u8>), SealError> {
    // Room for the tag from the start: growing would leave a copy of the clear text behind. Until it is encrypted the
    // buffer is one that is zeroized.
    let mut buffer = Zeroizing::new(Vec::with_capacity(clear.len() + AES_256_GCM.tag_len()));
    buffer.extend_from_slice(clear);
    let nonce = key.seal_in_place_append_tag(Aad::from(context), &mut *buffer).map_err(|_| SealError::Failed)?;
    Ok((*nonce.as_ref(), std::mem::take(&mut *buffer)))
}

fn decrypt(
    key: &RandomizedNonceKey,
    context: &[u8],
    encrypted: &Encrypted<'_>,
) -> Result<Zeroizing<Vec<u8>>, SealError> {
    let mut buffer = Zeroizing::new(encrypted.ciphertext.to_vec());
    let nonce = Nonce::assume_unique_for_key(encrypted.nonce);
    let length = key.open_in_place(nonce, Aad::from(context), &mut buffer).map_err(|_| SealError::NotAuthentic)?.len();
    buffer.truncate(length);
    Ok(buffer)
}

impl fmt::Debug for EnvelopeSealer {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let earlier: Vec<Fingerprint> = self.earlier.iter().map(|key| key.fingerprint).collect();
        f.debug_struct("EnvelopeSealer").field("current", &self.current.fingerprint).field("earlier", &earlier).finish()
    }
}
