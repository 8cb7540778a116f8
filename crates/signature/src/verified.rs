//! The proof that a request was signed with one particular secret.

use http::request::Parts;

use crate::payload::{PayloadPlan, PayloadStatement};
use crate::v4::ChunkChain;
use crate::v4::canonical::QueryReading;
use crate::{Clean, Scheme};

/// Made by [`Claim::verify`](crate::Claim::verify) alone.
#[derive(Debug)]
pub struct Verified {
    scheme: Scheme,
    matched: Match,
    payload: PayloadStatement,
    chain: Option<ChunkChain>,
    query: QueryReading,
}

/// Which candidate made a signature.
#[derive(Debug)]
pub(crate) struct Match {
    pub(crate) secret_id: [u8; 16],
    pub(crate) candidate: usize,
}

impl Verified {
    pub(crate) fn new(
        scheme: Scheme,
        matched: Match,
        payload: PayloadStatement,
        chain: Option<ChunkChain>,
        query: QueryReading,
    ) -> Self {
        Self { scheme, matched, payload, chain, query }
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
        let clean = Clean::scrub(parts, &self.payload, self.query == QueryReading::PlusIsLiteral);
        (clean, self.payload.plan(self.chain))
    }
}
