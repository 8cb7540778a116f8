//! All that the head of a signed request states about its signature.

use std::fmt;
use std::time::Duration;

use http::request::Parts;
use keyward_ambient::Timestamp;

use super::canonical::{self, CanonicalRequest, Reading};
use super::{Credential, SignedHeaders, SigningTime};
use crate::payload::PayloadStatement;
use crate::{CLOCK_WINDOW, Scheme, SignatureError};

/// Read from a head and not yet believed.
#[derive(Clone)]
pub(crate) struct Statement {
    pub(crate) scheme: Scheme,
    pub(crate) credential: Credential,
    pub(crate) signed_headers: SignedHeaders,
    pub(crate) signature: [u8; 32],
    pub(crate) signed_at: SigningTime,
    /// How long a presigned URL is good for.
    pub(crate) life: Option<Duration>,
    pub(crate) payload: PayloadStatement,
}

impl Statement {
    /// Holds the stated time against the clock. A presigned URL has its own end and must only have begun.
    pub(crate) fn check_time(&self, now: Timestamp) -> Result<(), SignatureError> {
        let signed_at = self.signed_at.moment();
        match self.life {
            Some(_) if now < signed_at.minus(CLOCK_WINDOW) => Err(SignatureError::NotYetValid),
            Some(life) if now > signed_at.plus(life) => Err(SignatureError::Expired),
            None if now.distance(signed_at) > CLOCK_WINDOW => Err(SignatureError::RequestTimeTooSkewed),
            _ => Ok(()),
        }
    }

    /// Replaces the content of `scratch` by the string to sign of `parts` under one reading of its target.
    pub(crate) fn write_string_to_sign(
        &self,
        parts: &Parts,
        host: &[u8],
        reading: Reading,
        scratch: &mut Vec<u8>,
    ) -> Result<(), SignatureError> {
        let request = CanonicalRequest {
            parts,
            host,
            signed_headers: &self.signed_headers,
            content_sha256: &self.payload.content,
            presigned: self.scheme == Scheme::SigV4Presigned,
        };
        scratch.clear();
        request.write(reading, scratch)?;
        let hash = canonical::hash(scratch);
        scratch.clear();
        canonical::write_string_to_sign(&self.signed_at, self.credential.scope_text(), &hash, scratch);
        Ok(())
    }
}

impl fmt::Debug for Statement {
    /// Without the signature: that of a presigned URL opens what the URL opens.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Statement")
            .field("scheme", &self.scheme)
            .field("credential", &self.credential)
            .field("signed_headers", &self.signed_headers)
            .field("signed_at", &self.signed_at)
            .field("life", &self.life)
            .field("payload", &self.payload)
            .finish_non_exhaustive()
    }
}
