//! The signature itself: an HMAC-SHA1 under the secret, in base64.

use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use hmac::{Hmac, KeyInit, Mac};
use sha1::Sha1;
use subtle::ConstantTimeEq;

use crate::CandidateSecret;

/// An HMAC-SHA1.
pub(crate) type Signature = [u8; 20];

/// Reads the base64 of a signature; one spelling of each is accepted.
pub(crate) fn read_signature(text: &str) -> Option<Signature> {
    STANDARD.decode(text).ok()?.try_into().ok()
}

/// The keyed state of each candidate of one verification, wiped when dropped.
pub(crate) struct Trials {
    keyed: Vec<Hmac<Sha1>>,
}

impl Trials {
    pub(crate) fn new<C: CandidateSecret>(candidates: &[C]) -> Self {
        let keyed = |candidate: &C| Hmac::new_from_slice(candidate.secret()).expect("HMAC takes keys of any length");
        Self { keyed: candidates.iter().map(keyed).collect() }
    }

    /// Which candidate signed `text`. All are tried, so that the time taken does not tell which of them did.
    pub(crate) fn find(&self, text: &[u8], signature: &Signature) -> Option<usize> {
        let mut found = None;
        for (at, keyed) in self.keyed.iter().enumerate() {
            let mut mac = keyed.clone();
            mac.update(text);
            let computed: Signature = mac.finalize().into_bytes().into();
            if bool::from(computed.ct_eq(signature)) {
                found = Some(at);
            }
        }
        found
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn keyed_state_is_wiped_when_dropped() {
        // The MAC consists of two such states; it does not carry the marker itself.
        fn wiped<T: zeroize::ZeroizeOnDrop>() {}
        wiped::<<Sha1 as sha1::digest::block_api::CoreProxy>::Core>();
    }

    #[test]
    fn a_signature_has_one_spelling() {
        assert!(read_signature("bWq2s1WEIj+Ydj0vQ697zp+IXMU=").is_some());
        for text in ["", "bWq2s1WEIj+Ydj0vQ697zp+IXMU", "bWq2s1WEIj+Ydj0vQ697zp+IXMV=", "bWq2s1WEIj-Ydj0vQ697zp_IXMU="]
        {
            assert_eq!(read_signature(text), None, "{text}");
        }
    }
}
