//! The chain of chunk signatures: each covers the one before it, from the signature of the head to the trailer.

use std::fmt;
use std::sync::Arc;

use super::{ALGORITHM, SigningKey, SigningTime};
use crate::content_sha256::EMPTY_SHA256;
use crate::hex;

/// Computes chunk signatures in order, for whoever signs and for whoever verifies.
#[derive(Clone)]
pub(crate) struct ChunkChain {
    key: Arc<SigningKey>,
    signed_at: SigningTime,
    scope: Box<str>,
    previous: [u8; 32],
    /// The string to sign, rebuilt for each chunk in the same memory.
    text: Vec<u8>,
}

impl ChunkChain {
    /// A chain that begins with the signature of a head.
    pub(crate) fn new(key: Arc<SigningKey>, signed_at: SigningTime, scope: &str, seed: [u8; 32]) -> Self {
        Self { key, signed_at, scope: scope.into(), previous: seed, text: Vec::with_capacity(320) }
    }

    /// The signature of the next chunk, whose data has this SHA-256.
    pub(crate) fn chunk(&mut self, sha256: &[u8; 32]) -> [u8; 32] {
        self.begin("-PAYLOAD");
        // The hash of the chunk's own headers, of which there are none.
        self.text.extend_from_slice(&hex::encode(&EMPTY_SHA256));
        self.text.push(b'\n');
        self.end(sha256)
    }

    /// The signature of the trailer, whose canonical fields have this SHA-256.
    pub(crate) fn trailer(&mut self, sha256: &[u8; 32]) -> [u8; 32] {
        self.begin("-TRAILER");
        self.end(sha256)
    }

    fn begin(&mut self, what: &str) {
        self.text.clear();
        self.text.extend_from_slice(ALGORITHM.as_bytes());
        let previous = hex::encode(&self.previous);
        for line in [what.as_bytes(), self.signed_at.as_bytes(), self.scope.as_bytes(), &previous] {
            self.text.extend_from_slice(line);
            self.text.push(b'\n');
        }
    }

    fn end(&mut self, sha256: &[u8; 32]) -> [u8; 32] {
        self.text.extend_from_slice(&hex::encode(sha256));
        self.previous = self.key.sign(&self.text);
        self.previous
    }
}

impl fmt::Debug for ChunkChain {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("ChunkChain")
            .field("signed_at", &self.signed_at)
            .field("scope", &self.scope)
            .finish_non_exhaustive()
    }
}
