//! Deriving keys: one master key, a key of its own for every purpose.

use aws_lc_rs::digest::{SHA256, digest};
use aws_lc_rs::hkdf::{HKDF_SHA256, Salt};
use zeroize::Zeroizing;

use crate::Fingerprint;

/// The key for `purpose`: HKDF-SHA256 (RFC 5869) of the master key. Keys for different purposes say nothing about one
/// another or about the master key.
pub(crate) fn key(master: &[u8; 32], purpose: &str) -> Zeroizing<[u8; 32]> {
    let mut derived = Zeroizing::new([0; 32]);
    let info = [purpose.as_bytes()];
    Salt::new(HKDF_SHA256, b"keyward master key 1")
        .extract(master)
        .expand(&info, HKDF_SHA256)
        .and_then(|output| output.fill(&mut *derived))
        .expect("HKDF-SHA256 gives 32 bytes, far below its limit of 8160");
    derived
}

/// What the master key is called.
pub(crate) fn fingerprint(master: &[u8; 32]) -> Fingerprint {
    let digest = digest(&SHA256, &*key(master, "fingerprint"));
    let mut bytes = [0; Fingerprint::LENGTH];
    bytes.copy_from_slice(&digest.as_ref()[..Fingerprint::LENGTH]);
    Fingerprint::from_bytes(bytes)
}
