//! The keys of encrypted objects, sealed under the master key.

use std::sync::Arc;

use keyward_objects::{KeySealError, KeySealer};
use keyward_store::{Sealed, Sealer};
use zeroize::Zeroizing;

/// What binds a sealed key to its use: it opens as nothing else.
const CONTEXT: &[u8] = b"data key of an object";

/// Seals as everything else is sealed.
pub(crate) struct ObjectKeys(pub(crate) Arc<dyn Sealer>);

impl KeySealer for ObjectKeys {
    fn seal(&self, key: &[u8; 32]) -> Result<Vec<u8>, KeySealError> {
        let sealed = self.0.seal(CONTEXT, key).map_err(|error| KeySealError(error.to_string()))?;
        Ok(sealed.as_bytes().to_vec())
    }

    fn rewrap(&self, sealed: &[u8]) -> Result<Option<Vec<u8>>, KeySealError> {
        let rewrapped = self.0.rewrap(&Sealed::from_bytes(sealed));
        let rewrapped = rewrapped.map_err(|error| KeySealError(error.to_string()))?;
        Ok(rewrapped.map(|sealed| sealed.as_bytes().to_vec()))
    }

    fn open(&self, sealed: &[u8]) -> Result<Zeroizing<[u8; 32]>, KeySealError> {
        let opened = self.0.open(CONTEXT, &Sealed::from_bytes(sealed));
        let opened = opened.map_err(|error| KeySealError(error.to_string()))?;
        let mut key = Zeroizing::new([0; 32]);
        if opened.len() != key.len() {
            return Err(KeySealError("what was sealed is no key".to_owned()));
        }
        key.copy_from_slice(&opened);
        Ok(key)
    }
}
