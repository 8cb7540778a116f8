//! What a request claims: that the owner of an access key id signed it. Read without any secret, then verified.

use std::sync::Arc;

use http::request::Parts;
use keyward_ambient::Timestamp;
use subtle::ConstantTimeEq;

use crate::carrier::Carrier;
use crate::v4::canonical::Reading;
use crate::v4::{ChunkChain, SERVICE, Statement, authorization, presigned};
use crate::verified::Match;
use crate::{CandidateSecret, PayloadKind, Rules, Scheme, Scope, SignatureError, SigningKey, Verified, headers};

/// A signature that was read and not yet verified. Nothing in it may be believed except which secret to try.
#[derive(Clone, Debug)]
pub struct Claim {
    statement: Statement,
}

impl Claim {
    /// Reads the claim of a head; `None` when nothing in it speaks of authentication, that is an anonymous request.
    ///
    /// # Errors
    /// A head that speaks of authentication in any way and makes no well-formed claim is refused, never taken for
    /// anonymous.
    pub fn parse(parts: &Parts, rules: &Rules) -> Result<Option<Self>, SignatureError> {
        let statement = match Carrier::of(parts)? {
            Carrier::Nowhere => return Ok(None),
            Carrier::Header(value) => authorization::read(value, &parts.headers, rules)?,
            Carrier::Query => presigned::read(parts, rules)?,
        };
        Ok(Some(Self { statement }))
    }

    /// Whose secrets to try. It may hold any character that a header or an escape can carry.
    pub fn access_key_id(&self) -> &str {
        self.statement.credential.access_key_id()
    }

    /// How the request was signed.
    pub fn scheme(&self) -> Scheme {
        self.statement.scheme
    }

    /// What the signing key is bound to.
    pub fn scope(&self) -> Scope<'_> {
        self.statement.credential.scope()
    }

    /// What the body is held against.
    pub fn payload_kind(&self) -> PayloadKind {
        self.statement.payload.content.kind()
    }

    /// The moment that the signature states.
    pub fn signed_at(&self) -> Timestamp {
        self.statement.signed_at.moment()
    }

    /// The last moment of a presigned URL.
    pub fn valid_until(&self) -> Option<Timestamp> {
        self.statement.life.map(|life| self.signed_at().plus(life))
    }

    /// Verifies the signature of `parts`, the head that [`parse`](Self::parse) read, and tells which of
    /// `candidates` made it. The caller leaves expired secrets out.
    ///
    /// The string to sign is computed once and costs one HMAC per candidate. Candidates whose signing key is kept
    /// are tried first, all of them and in constant time; a key is derived only when none of those fits.
    ///
    /// # Errors
    /// [`SignatureError`] for a time outside the window, a header that had to be signed, or a signature that fits
    /// no candidate.
    pub fn verify<C: CandidateSecret>(
        &self,
        parts: &Parts,
        candidates: &[C],
        now: Timestamp,
    ) -> Result<Verified, SignatureError> {
        let statement = &self.statement;
        statement.check_time(now)?;
        statement.signed_headers.cover(&parts.headers)?;
        let host = headers::host(parts)?;
        let mut trials = Trials::new(candidates, statement);
        let mut scratch = Vec::with_capacity(1024);
        let alternates = std::iter::once_with(|| Reading::alternates(parts)).flatten();
        for reading in std::iter::once(Reading::STANDARD).chain(alternates) {
            statement.write_string_to_sign(parts, host, reading, &mut scratch)?;
            if let Some((candidate, key)) = trials.sign_and_compare(&scratch) {
                return Ok(self.verified(&candidates[candidate], candidate, key, reading));
            }
        }
        Err(SignatureError::SignatureDoesNotMatch)
    }

    fn verified<C: CandidateSecret>(
        &self,
        secret: &C,
        candidate: usize,
        key: Arc<SigningKey>,
        reading: Reading,
    ) -> Verified {
        let statement = &self.statement;
        let chain =
            statement.payload.content.kind().has_signed_chunks().then(|| {
                ChunkChain::new(key, statement.signed_at, statement.credential.scope_text(), statement.signature)
            });
        let matched = Match { secret_id: secret.id(), candidate };
        Verified::new(statement.scheme, matched, statement.payload.clone(), chain, reading.query)
    }
}

/// The candidates of one verification, with the signing keys that it has at hand.
struct Trials<'a, C> {
    statement: &'a Statement,
    candidates: Vec<Trial<'a, C>>,
}

struct Trial<'a, C> {
    secret: &'a C,
    key: Option<Arc<SigningKey>>,
    is_kept: bool,
}

impl<'a, C: CandidateSecret> Trials<'a, C> {
    fn new(candidates: &'a [C], statement: &'a Statement) -> Self {
        let scope = statement.credential.scope_text();
        let trial = |secret: &'a C| {
            let key = secret.signing_keys().find(scope);
            Trial { secret, is_kept: key.is_some(), key }
        };
        Self { statement, candidates: candidates.iter().map(trial).collect() }
    }

    /// Which candidate signed `text`, and its key, which is kept from now on.
    fn sign_and_compare(&mut self, text: &[u8]) -> Option<(usize, Arc<SigningKey>)> {
        let found = self.compare(text, true).or_else(|| {
            self.derive_missing();
            self.compare(text, false)
        })?;
        let trial = &self.candidates[found];
        let key = trial.key.clone()?;
        if !trial.is_kept {
            trial.secret.signing_keys().keep(self.statement.credential.scope_text(), &key);
        }
        Some((found, key))
    }

    /// Tries all candidates whose key was kept, or all others. It does not stop at the first that fits, so that the
    /// time taken does not tell which of them did.
    fn compare(&self, text: &[u8], kept: bool) -> Option<usize> {
        let mut found = None;
        for (at, trial) in self.candidates.iter().enumerate().filter(|(_, trial)| trial.is_kept == kept) {
            let Some(key) = &trial.key else { continue };
            if bool::from(key.sign(text).ct_eq(&self.statement.signature)) {
                found = Some(at);
            }
        }
        found
    }

    fn derive_missing(&mut self) {
        let scope = self.statement.credential.scope();
        for trial in self.candidates.iter_mut().filter(|trial| trial.key.is_none()) {
            trial.key = Some(Arc::new(SigningKey::derive(trial.secret.secret(), scope.date, scope.region, SERVICE)));
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::v4::canonical::{PathReading, QueryReading};
    use crate::{SigningKeys, hex};

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
        let claim = Claim::parse(&parts, &Rules::default()).unwrap().unwrap();
        let mut text = Vec::new();
        claim.statement.write_string_to_sign(&parts, b"h", reading, &mut text).unwrap();
        head(SigningKey::derive(b"secret", "20260305", "here", "s3").sign(&text))
    }

    fn verify(parts: &Parts) -> Result<Verified, SignatureError> {
        let claim = Claim::parse(parts, &Rules::default()).unwrap().unwrap();
        claim.verify(parts, &[Secret(SigningKeys::new())], claim.signed_at())
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
