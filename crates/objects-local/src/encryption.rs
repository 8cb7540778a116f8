//! Encryption at rest: which one a new object gets, and the key that opens one that is there.

use std::sync::Arc;

use aws_lc_rs::hmac;
use http::HeaderMap;
use keyward_ambient::Entropy;
use keyward_identity::Bucket;
use keyward_objects::KeySealer;
use keyward_s3_wire::customer_key::CustomerKey;
use keyward_s3_wire::{ErrorCode, S3Error, encryption};
use zeroize::Zeroizing;

use crate::engine::{DataKey, Encryption, EngineError, ObjectHead};

/// What a client's key is told by when it comes again, without being kept.
const CUSTOMER_CHECK: &[u8] = b"keyward: the key of a client";

/// Makes and opens the keys of objects.
#[derive(Clone)]
pub(crate) struct Keys {
    pub(crate) sealer: Arc<dyn KeySealer>,
    pub(crate) entropy: Arc<dyn Entropy>,
}

/// The encryption of a new object: what is kept about it, and the key.
pub(crate) type NewEncryption = Option<(Encryption, DataKey)>;

impl Keys {
    /// The encryption that a write asks for, or else that its bucket gives.
    ///
    /// # Errors
    /// `NotImplemented` for a key management service; `ServiceUnavailable` when a key cannot be sealed.
    pub(crate) fn of_new(
        &self,
        asked: Option<&encryption::Encryption>,
        customer_key: Option<&CustomerKey>,
        bucket: &Bucket,
    ) -> Result<NewEncryption, S3Error> {
        match (asked, customer_key) {
            (Some(encryption::Encryption::Kms { .. }), _) => {
                let message = "There is no key management service here; use AES256, or a key of your own.";
                Err(S3Error::because(ErrorCode::NotImplemented, message))
            }
            (_, Some(customer_key)) => Ok(Some(self.under_customer_key(customer_key))),
            (Some(encryption::Encryption::Aes256), None) => self.under_own_key().map(Some),
            _ if bucket.settings.is_encryption_enabled => self.under_own_key().map(Some),
            _ => Ok(None),
        }
    }

    /// A key for bytes that are on the disk only until they have their place.
    pub(crate) fn passing(&self) -> DataKey {
        let mut key = Zeroizing::new([0; 32]);
        self.entropy.fill(&mut *key);
        DataKey::new(key)
    }

    fn under_own_key(&self) -> Result<(Encryption, DataKey), S3Error> {
        let mut key = Zeroizing::new([0; 32]);
        self.entropy.fill(&mut *key);
        let sealed = self.sealer.seal(&key).map_err(|error| {
            tracing::error!(%error, "the key of an object could not be sealed");
            S3Error::from(ErrorCode::ServiceUnavailable)
        })?;
        Ok((Encryption::Store { sealed_key: sealed }, DataKey::new(key)))
    }

    fn under_customer_key(&self, key: &CustomerKey) -> (Encryption, DataKey) {
        let salt: [u8; 16] = self.entropy.array();
        let check = check_of(key, &salt).as_ref().to_vec();
        let kept = Encryption::Customer { key_md5: key.md5().to_owned(), salt: salt.to_vec(), check };
        (kept, DataKey::new(Zeroizing::new(*key.expose())))
    }

    /// The key that opens what has this head; `None` for what is not encrypted.
    ///
    /// # Errors
    /// [`KeyMissing`](EngineError::KeyMissing), [`KeyWrong`](EngineError::KeyWrong) and
    /// [`KeyUnwanted`](EngineError::KeyUnwanted), by what the client sent;
    /// [`KeyUnsealable`](EngineError::KeyUnsealable) for a key of the store's own that does not open.
    pub(crate) fn opening(
        &self,
        head: &ObjectHead,
        customer_key: Option<&CustomerKey>,
    ) -> Result<Option<DataKey>, EngineError> {
        match (&head.encryption, customer_key) {
            (None, None) => Ok(None),
            (None | Some(Encryption::Store { .. }), Some(_)) => Err(EngineError::KeyUnwanted),
            (Some(Encryption::Store { sealed_key }), None) => match self.sealer.open(sealed_key) {
                Ok(key) => Ok(Some(DataKey::new(key))),
                Err(error) => {
                    tracing::error!(%error, "the key of an object could not be opened");
                    Err(EngineError::KeyUnsealable)
                }
            },
            (Some(Encryption::Customer { .. }), None) => Err(EngineError::KeyMissing),
            (Some(Encryption::Customer { salt, check, .. }), Some(key)) => {
                let verifying = hmac::Key::new(hmac::HMAC_SHA256, key.expose());
                let message = [CUSTOMER_CHECK, salt].concat();
                hmac::verify(&verifying, &message, check).map_err(|_| EngineError::KeyWrong)?;
                Ok(Some(DataKey::new(Zeroizing::new(*key.expose()))))
            }
        }
    }
}

fn check_of(key: &CustomerKey, salt: &[u8]) -> hmac::Tag {
    let key = hmac::Key::new(hmac::HMAC_SHA256, key.expose());
    hmac::sign(&key, &[CUSTOMER_CHECK, salt].concat())
}

/// Shows the encryption in the headers of an answer.
pub(crate) fn show(kept: Option<&Encryption>, headers: &mut HeaderMap) {
    if let Some(shown) = shown(kept) {
        shown.write(headers);
    }
}

/// The encryption as answers show it.
pub(crate) fn shown(kept: Option<&Encryption>) -> Option<encryption::Encryption> {
    kept.map(|kept| match kept {
        Encryption::Store { .. } => encryption::Encryption::Aes256,
        Encryption::Customer { key_md5, .. } => encryption::Encryption::Customer { key_md5: key_md5.clone() },
    })
}
