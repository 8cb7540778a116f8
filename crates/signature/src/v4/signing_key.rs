//! The signing key of a secret for one day, region and service.

use std::fmt;

use hmac::{Hmac, KeyInit, Mac};
use sha2::Sha256;
use zeroize::Zeroizing;

use super::TERMINATOR;

/// Signs strings under one secret and scope. It holds the keyed state of the MAC, not the key, and wipes it when
/// dropped.
#[derive(Clone)]
pub struct SigningKey {
    keyed: Hmac<Sha256>,
}

impl SigningKey {
    /// Derives the key for `date` (yyyymmdd), `region` and `service` (AWS Signature Version 4, *Deriving a signing
    /// key*).
    pub fn derive(secret: &[u8], date: &str, region: &str, service: &str) -> Self {
        let mut seed = Zeroizing::new(Vec::with_capacity(4 + secret.len()));
        seed.extend_from_slice(b"AWS4");
        seed.extend_from_slice(secret);
        let mut key = Self::keyed(&seed);
        for step in [date, region, service, TERMINATOR] {
            let next = Zeroizing::new(key.sign(step.as_bytes()));
            key = Self::keyed(next.as_slice());
        }
        key
    }

    /// The MAC of `text`.
    pub(crate) fn sign(&self, text: &[u8]) -> [u8; 32] {
        let mut mac = self.keyed.clone();
        mac.update(text);
        mac.finalize().into_bytes().into()
    }

    fn keyed(key: &[u8]) -> Self {
        Self { keyed: Hmac::new_from_slice(key).expect("HMAC takes keys of any length") }
    }
}

impl fmt::Debug for SigningKey {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("SigningKey(redacted)")
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn keyed_state_is_wiped_when_dropped() {
        // The MAC consists of two such states; it does not carry the marker itself.
        fn wiped<T: zeroize::ZeroizeOnDrop>() {}
        wiped::<<Sha256 as sha2::digest::block_api::CoreProxy>::Core>();
    }

    #[test]
    fn debug_shows_no_key() {
        let key = SigningKey::derive(b"secret", "20130524", "us-east-1", "s3");
        assert_eq!(format!("{key:?}"), "SigningKey(redacted)");
    }
}
