//! The port to the operator's master key, for stores that encrypt.

use zeroize::Zeroizing;

/// Seals the keys of objects under the operator's master key.
pub trait KeySealer: Send + Sync + 'static {
    /// Seals a key, for storage beside what it encrypts.
    ///
    /// # Errors
    /// [`KeySealError`] with the reason.
    fn seal(&self, key: &[u8; 32]) -> Result<Vec<u8>, KeySealError>;

    /// Opens what [`seal`](Self::seal) made, under the present master key or an earlier one that is still given.
    ///
    /// # Errors
    /// [`KeySealError`] with the reason, such as the fingerprint of a master key that is missing.
    fn open(&self, sealed: &[u8]) -> Result<Zeroizing<[u8; 32]>, KeySealError>;

    /// What [`seal`](Self::seal) made, sealed under the present master key; `None` when it is already.
    ///
    /// # Errors
    /// [`KeySealError`] with the reason, as [`open`](Self::open).
    fn rewrap(&self, sealed: &[u8]) -> Result<Option<Vec<u8>>, KeySealError> {
        let _ = sealed;
        Ok(None)
    }
}

/// Why a key was not sealed or opened.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("{0}")]
pub struct KeySealError(pub String);
