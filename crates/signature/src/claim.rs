//! What a request claims: that the owner of an access key id signed it. Read without any secret, then verified.

use http::request::Parts;
use keyward_ambient::Timestamp;

use crate::carrier::Carrier;
use crate::v4::{authorization, presigned};
use crate::{Addressed, CandidateSecret, PayloadKind, Rules, Scheme, Scope, SigV2, SignatureError, Verified, v2, v4};

/// A signature that was read and not yet verified. Nothing in it may be believed except which secret to try.
#[derive(Clone, Debug)]
pub struct Claim {
    statement: Statement,
}

#[derive(Clone, Debug)]
enum Statement {
    V4(v4::Statement),
    V2(v2::Statement),
}

impl Claim {
    /// Reads the claim of a head; `None` when nothing in it speaks of authentication, that is an anonymous request.
    ///
    /// Signature Version 2 is refused, whatever `rules` say: it signs a resource that begins with what the host name
    /// names, and who does not know that could be led to another bucket. See [`parse_addressed`](Self::parse_addressed).
    ///
    /// # Errors
    /// A head that speaks of authentication in any way and makes no well-formed claim is refused, never taken for
    /// anonymous.
    pub fn parse(parts: &Parts, rules: &Rules) -> Result<Option<Self>, SignatureError> {
        Self::read(parts, None, rules)
    }

    /// The same for a front that knows what the host name says, and so can honour Signature Version 2 too.
    ///
    /// # Errors
    /// As [`parse`](Self::parse).
    pub fn parse_addressed(
        parts: &Parts,
        addressed: Addressed<'_>,
        rules: &Rules,
    ) -> Result<Option<Self>, SignatureError> {
        Self::read(parts, Some(addressed), rules)
    }

    fn read(parts: &Parts, addressed: Option<Addressed<'_>>, rules: &Rules) -> Result<Option<Self>, SignatureError> {
        let addressed = || addressed.ok_or(SignatureError::SigV2NotSupported);
        let statement = match Carrier::of(parts)? {
            Carrier::Nowhere => return Ok(None),
            Carrier::Header(value) => Statement::V4(authorization::read(value, &parts.headers, rules)?),
            Carrier::Query => Statement::V4(presigned::read(parts, rules)?),
            Carrier::V2Header(text) => Statement::V2(v2::Statement::of_header(text, parts, addressed()?, rules)?),
            Carrier::V2Query => Statement::V2(v2::Statement::of_query(parts, addressed()?, rules)?),
        };
        Ok(Some(Self { statement }))
    }

    /// The same under another choice about Version 2, such as that of the namespace to which the access key id belongs.
    #[must_use]
    pub fn under(mut self, sigv2: SigV2) -> Self {
        if let Statement::V2(statement) = &mut self.statement {
            statement.under(sigv2);
        }
        self
    }

    /// Whose secrets to try. It may hold any character that a header or an escape can carry.
    pub fn access_key_id(&self) -> &str {
        match &self.statement {
            Statement::V4(statement) => statement.credential.access_key_id(),
            Statement::V2(statement) => statement.access_key_id(),
        }
    }

    /// How the request was signed.
    pub fn scheme(&self) -> Scheme {
        match &self.statement {
            Statement::V4(statement) => statement.scheme,
            Statement::V2(statement) => statement.scheme(),
        }
    }

    /// What the signing key is bound to; Version 2 signs with the secret itself.
    pub fn scope(&self) -> Option<Scope<'_>> {
        match &self.statement {
            Statement::V4(statement) => Some(statement.credential.scope()),
            Statement::V2(_) => None,
        }
    }

    /// What the body is held against.
    pub fn payload_kind(&self) -> PayloadKind {
        match &self.statement {
            Statement::V4(statement) => statement.payload.content.kind(),
            Statement::V2(statement) => statement.payload_kind(),
        }
    }

    /// The moment that the signature states; a presigned URL of Version 2 states only its end.
    pub fn signed_at(&self) -> Option<Timestamp> {
        match &self.statement {
            Statement::V4(statement) => Some(statement.signed_at.moment()),
            Statement::V2(statement) => statement.signed_at(),
        }
    }

    /// The last moment of a presigned URL.
    pub fn valid_until(&self) -> Option<Timestamp> {
        match &self.statement {
            Statement::V4(statement) => statement.life.map(|life| statement.signed_at.moment().plus(life)),
            Statement::V2(statement) => statement.valid_until(),
        }
    }

    /// Verifies the signature of `parts`, the head that [`parse`](Self::parse) read, and tells which of
    /// `candidates` made it. The caller leaves expired secrets out.
    ///
    /// The string to sign is computed once and costs one HMAC per candidate, whichever of them fits. Under Version 4
    /// candidates whose signing key is kept are tried first, and a key is derived only when none of those fits.
    ///
    /// # Errors
    /// [`SignatureError`] for a time outside the window, a header or parameter that had to be signed, or a signature
    /// that fits no candidate.
    pub fn verify<C: CandidateSecret>(
        &self,
        parts: &Parts,
        candidates: &[C],
        now: Timestamp,
    ) -> Result<Verified, SignatureError> {
        match &self.statement {
            Statement::V4(statement) => statement.verify(parts, candidates, now),
            Statement::V2(statement) => statement.verify(parts, candidates, now),
        }
    }
}
