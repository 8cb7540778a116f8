//! The proof that a request was signed with one particular secret.

use http::header::{HeaderName, HeaderValue};
use http::request::Parts;

use crate::payload::{PayloadPlan, PayloadStatement};
use crate::v4::ChunkChain;
use crate::{Clean, Scheme};

/// Made by [`Claim::verify`](crate::Claim::verify) alone.
#[derive(Debug)]
pub struct Verified {
    scheme: Scheme,
    matched: Match,
    payload: PayloadStatement,
    chain: Option<ChunkChain>,
    reading: SignedReading,
}

/// Which candidate made a signature.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Match {
    pub(crate) secret_id: [u8; 16],
    pub(crate) candidate: usize,
}

/// What the signature says about a query that can be read in more than one way.
#[derive(Debug, Default)]
pub(crate) struct SignedReading {
    /// A `+` was signed as itself, not as the blank that it stands for in a query.
    pub(crate) plus_is_literal: bool,
    /// Of a presigned URL: the headers that it carries as parameters, and that are to be headers from now on.
    pub(crate) headers: Option<Vec<(HeaderName, HeaderValue)>>,
}

impl Verified {
    pub(crate) fn new(
        scheme: Scheme,
        matched: Match,
        payload: PayloadStatement,
        chain: Option<ChunkChain>,
        reading: SignedReading,
    ) -> Self {
        Self { scheme, matched, payload, chain, reading }
    }

    /// The id of the secret that signed.
    pub fn secret_id(&self) -> [u8; 16] {
        self.matched.secret_id
    }

    /// Where the secret that signed stands among the candidates that were given.
    pub fn candidate(&self) -> usize {
        self.matched.candidate
    }

    /// How the request was signed.
    pub fn scheme(&self) -> Scheme {
        self.scheme
    }

    /// Takes everything that served authentication out of `parts`, the head that was verified, and says how its
    /// body is to be read.
    pub fn clean(self, parts: Parts) -> (Clean, PayloadPlan) {
        // Without a word on it, the body of a URL that was signed beforehand is not signed.
        let always_states_content = self.scheme == Scheme::SigV4Presigned;
        let clean = Clean::scrub(parts, &self.payload, self.reading, always_states_content);
        (clean, self.payload.plan(self.chain))
    }
}
