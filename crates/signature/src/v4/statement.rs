//! All that the head of a signed request states about its signature.

use std::fmt;
use std::time::Duration;

use http::request::Parts;
use keyward_ambient::Timestamp;

use super::canonical::{self, CanonicalRequest, QueryReading, Reading};
use super::{ChunkChain, Credential, SignedHeaders, SigningTime, Trials, hoisted};
use crate::payload::PayloadStatement;
use crate::percent::Plus;
use crate::verified::{Match, SignedReading};
use crate::{CLOCK_WINDOW, CandidateSecret, Scheme, SignatureError, Verified, headers};

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
    /// Verifies the signature of `parts`; see [`Claim::verify`](crate::Claim::verify).
    pub(crate) fn verify<C: CandidateSecret>(
        &self,
        parts: &Parts,
        candidates: &[C],
        now: Timestamp,
    ) -> Result<Verified, SignatureError> {
        self.check_time(now)?;
        self.signed_headers.cover(&parts.method, &parts.headers)?;
        let host = headers::host(parts)?;
        let mut trials = Trials::new(candidates, &self.credential, &self.signature);
        let mut scratch = Vec::with_capacity(1024);
        let alternates = std::iter::once_with(|| Reading::alternates(parts)).flatten();
        for reading in std::iter::once(Reading::STANDARD).chain(alternates) {
            self.write_string_to_sign(parts, host, reading, &mut scratch)?;
            if let Some((candidate, key)) = trials.sign_and_compare(&scratch) {
                let matched = Match { secret_id: candidates[candidate].id(), candidate };
                let chain = self
                    .payload
                    .content
                    .kind()
                    .has_signed_chunks()
                    .then(|| ChunkChain::new(key, self.signed_at, self.credential.scope_text(), self.signature));
                let plus_is_literal = reading.query == QueryReading::PlusIsLiteral;
                let plus = if plus_is_literal { Plus::Literal } else { Plus::Space };
                let is_presigned = self.scheme == Scheme::SigV4Presigned;
                let headers = is_presigned.then(|| hoisted::read(parts, plus)).transpose()?;
                let reading = SignedReading { plus_is_literal, headers };
                return Ok(Verified::new(self.scheme, matched, self.payload.clone(), chain, reading));
            }
        }
        Err(SignatureError::SignatureDoesNotMatch)
    }

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

#[cfg(test)]
mod tests {
    use super::*;
    use crate::v4::canonical::PathReading;
    use crate::v4::{SigningKey, authorization};
    use crate::{Rules, SigningKeys, hex};

    struct Secret(SigningKeys);

    impl CandidateSecret for Secret {
        fn id(&self) -> [u8; 16] {
            [7; 16]
        }

        fn secret(&self) -> &[u8] {
            b"secret"
        }

        fn signing_keys(&self) -> &SigningKeys {
            &self.0
        }
    }

    /// A head whose target was signed under one reading.
    fn signed(uri: &str, reading: Reading) -> Parts {
        let head = |signature: [u8; 32]| {
            let authorization = format!(
                "AWS4-HMAC-SHA256 Credential=alice/20260305/here/s3/aws4_request, \
                 SignedHeaders=host;x-amz-date, Signature={}",
                hex::text(&signature)
            );
            let request = http::Request::get(uri).header("host", "h").header("x-amz-date", "20260305T173913Z");
            let request = request.header("x-amz-content-sha256", "UNSIGNED-PAYLOAD");
            request.header("authorization", authorization).body(()).unwrap().into_parts().0
        };
        let parts = head([0; 32]);
        let mut text = Vec::new();
        statement(&parts).write_string_to_sign(&parts, b"h", reading, &mut text).unwrap();
        head(SigningKey::derive(b"secret", "20260305", "here", "s3").sign(&text))
    }

    fn statement(parts: &Parts) -> Statement {
        authorization::read(&parts.headers["authorization"], &parts.headers, &Rules::default()).unwrap()
    }

    fn verify(parts: &Parts) -> Result<Verified, SignatureError> {
        let statement = statement(parts);
        statement.verify(parts, &[Secret(SigningKeys::new())], statement.signed_at.moment())
    }

    #[test]
    fn clients_that_sign_what_they_send_are_understood() {
        for path in PathReading::ALL {
            for query in QueryReading::ALL {
                let parts = signed("/b/a+b(1)%2f?prefix=x+y(2)&acl", Reading { path, query });
                assert!(verify(&parts).is_ok(), "{path:?} {query:?}");
            }
        }
    }

    #[test]
    fn a_target_signed_as_sent_must_be_sent_as_signed() {
        let wire = Reading { path: PathReading::Wire, query: QueryReading::Wire };
        let mut parts = signed("/b/a+b?prefix=x+y", wire);
        for other in ["/b/a%2Bb?prefix=x+y", "/b/a+b?prefix=x%2By", "/b/a+b?prefix=x%20y"] {
            parts.uri = other.parse().unwrap();
            assert_eq!(verify(&parts).err(), Some(SignatureError::SignatureDoesNotMatch), "{other}");
        }
    }
}
