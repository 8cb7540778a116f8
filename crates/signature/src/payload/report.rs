//! What was learnt about a body while it passed.

use std::sync::{Arc, OnceLock};

use super::Algorithm;

/// Shared between a body and whoever wants its facts: empty until the body has ended and everything agreed.
#[derive(Clone, Debug, Default)]
pub struct BodyReport {
    facts: Arc<OnceLock<BodyFacts>>,
}

/// The facts of a body that was received whole and agrees with all that was declared.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct BodyFacts {
    /// Bytes of content.
    pub length: u64,
    /// Checksums: those declared by the client, in header or trailer, then those asked for beside.
    pub checksums: Vec<VerifiedChecksum>,
    /// The MD5, when `Content-MD5` was declared or it was asked for.
    pub md5: Option<[u8; 16]>,
}

/// The checksum of a body.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct VerifiedChecksum {
    /// What the value was computed with.
    pub algorithm: Algorithm,
    /// The value in base64, as in headers.
    pub value: String,
    /// Whether the client declared it, rather than our having been asked to compute it.
    pub declared: bool,
}

impl BodyReport {
    /// The facts, once the body has come to its good end.
    pub fn facts(&self) -> Option<&BodyFacts> {
        self.facts.get()
    }

    pub(crate) fn set(&self, facts: BodyFacts) {
        // A body ends once; a second set would be of the same facts.
        let _ = self.facts.set(facts);
    }
}
