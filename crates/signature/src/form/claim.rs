//! What a form claims: that the owner of an access key id signed its policy.

use std::fmt;

use http::request::Parts;
use keyward_ambient::Timestamp;

use super::policy::Policy;
use super::{FormError, FormFields, FormUpload};
use crate::carrier::Carrier;
use crate::headers::X_AMZ_CONTENT_SHA256;
use crate::v2::{self, Signature, read_signature};
use crate::v4::{ALGORITHM, Credential, SigningTime, Trials};
use crate::verified::Match;
use crate::{CLOCK_WINDOW, CandidateSecret, Flaw, Rules, Scheme, SigV2, SignatureError, hex, object_headers};

/// A signed policy that was read and not yet verified. Nothing in it may be believed except which secret to try.
#[derive(Clone)]
pub struct FormClaim {
    signed: Signed,
    /// The text that was signed.
    policy: Box<str>,
}

#[derive(Clone)]
enum Signed {
    V4 { credential: Credential, signed_at: SigningTime, signature: [u8; 32] },
    V2 { access_key_id: Box<str>, signature: Signature, rules: SigV2 },
}

/// Fields that belong to a signature of Version 4, but for `x-amz-date`, which alone claims nothing.
const V4: [&str; 4] = ["x-amz-algorithm", "x-amz-credential", "x-amz-signature", "x-amz-security-token"];

/// Fields that belong to a signature of Version 2.
const V2: [&str; 2] = ["awsaccesskeyid", "signature"];

impl FormClaim {
    /// Reads the claim of a form; `None` when nothing in it speaks of a signature, that is an anonymous form. `head` is
    /// that of the request.
    ///
    /// # Errors
    /// A form that speaks of a signature in any way and makes no well-formed claim is refused, never taken for
    /// anonymous. So is one that comes with a signed head.
    pub fn parse(head: &Parts, fields: &FormFields, rules: &Rules) -> Result<Option<Self>, FormError> {
        if !Self::is_made_by(head, fields)? {
            return Ok(None);
        }
        if fields.value("x-amz-security-token").is_some() {
            return Err(SignatureError::TemporaryCredentials.into());
        }
        let speaks = |names: &[&str]| names.iter().any(|name| fields.value(name).is_some());
        let signed = match (speaks(&V4), speaks(&V2)) {
            (true, true) => return Err(SignatureError::SeveralMechanisms.into()),
            (_, false) => Self::v4(fields, rules)?,
            (false, true) => Self::v2(fields, rules)?,
        };
        Ok(Some(Self { signed, policy: field(fields, "policy")?.into() }))
    }

    /// The same under another choice about Version 2, such as that of the namespace to which the access key id belongs.
    #[must_use]
    pub fn under(mut self, sigv2: SigV2) -> Self {
        if let Signed::V2 { rules, .. } = &mut self.signed {
            *rules = sigv2;
        }
        self
    }

    /// Whether anything in a form speaks of a signature.
    pub(crate) fn is_made_by(head: &Parts, fields: &FormFields) -> Result<bool, FormError> {
        if !matches!(Carrier::of(head)?, Carrier::Nowhere) {
            return Err(SignatureError::SeveralMechanisms.into());
        }
        Ok(["policy"].iter().chain(&V4).chain(&V2).any(|name| fields.value(name).is_some()))
    }

    fn v4(fields: &FormFields, rules: &Rules) -> Result<Signed, FormError> {
        let flaw = FormError::MalformedSignature;
        if field(fields, "x-amz-algorithm")? != ALGORITHM {
            return Err(flaw(Flaw::Algorithm));
        }
        let credential = Credential::parse(field(fields, "x-amz-credential")?).map_err(flaw)?;
        let signed_at = SigningTime::parse_basic(field(fields, "x-amz-date")?).ok_or(flaw(Flaw::Date))?;
        credential.check(&signed_at, rules).map_err(flaw)?;
        let signature = hex::decode_lower(field(fields, "x-amz-signature")?.as_bytes());
        Ok(Signed::V4 { credential, signed_at, signature: signature.ok_or(flaw(Flaw::Signature))? })
    }

    fn v2(fields: &FormFields, rules: &Rules) -> Result<Signed, FormError> {
        if rules.sigv2 == SigV2::Refused {
            return Err(SignatureError::SigV2NotSupported.into());
        }
        let access_key_id = field(fields, "awsaccesskeyid")?.into();
        let signature = read_signature(field(fields, "signature")?);
        // Whatever is no signature is not the right one.
        let signature = signature.ok_or(SignatureError::SignatureDoesNotMatch)?;
        Ok(Signed::V2 { access_key_id, signature, rules: rules.sigv2 })
    }

    /// Whose secrets to try. It may hold any character.
    pub fn access_key_id(&self) -> &str {
        match &self.signed {
            Signed::V4 { credential, .. } => credential.access_key_id(),
            Signed::V2 { access_key_id, .. } => access_key_id,
        }
    }

    /// How the policy was signed.
    pub fn scheme(&self) -> Scheme {
        match self.signed {
            Signed::V4 { .. } => Scheme::SigV4Form,
            Signed::V2 { .. } => Scheme::SigV2Form,
        }
    }

    /// Verifies the signature of the policy, and holds the form against it. `head` and `fields` are those that
    /// [`parse`](Self::parse) read, `bucket` is the one that the request addresses. The caller leaves expired secrets
    /// out.
    ///
    /// # Errors
    /// [`FormError`] for a signature that fits no candidate, and after that for a policy that cannot be read, has
    /// expired, or does not permit these fields.
    pub fn verify<C: CandidateSecret>(
        &self,
        head: &Parts,
        fields: &FormFields,
        bucket: &str,
        candidates: &[C],
        now: Timestamp,
    ) -> Result<FormUpload, FormError> {
        let candidate = self.matching(candidates).ok_or(SignatureError::SignatureDoesNotMatch)?;
        let policy = Policy::parse(&self.policy).map_err(FormError::InvalidPolicy)?;
        self.check_time(policy.expiration(), now)?;
        refuse_acting_headers(head)?;
        policy.check(fields, bucket, |name| self.leaves_open(name))?;
        let matched = Match { secret_id: candidates[candidate].id(), candidate };
        FormUpload::new(head, fields, Some((self.scheme(), matched)), policy.file_length())
    }

    fn matching<C: CandidateSecret>(&self, candidates: &[C]) -> Option<usize> {
        let text = self.policy.as_bytes();
        match &self.signed {
            Signed::V4 { credential, signature, .. } => {
                let (candidate, _) = Trials::new(candidates, credential, signature).sign_and_compare(text)?;
                Some(candidate)
            }
            Signed::V2 { signature, .. } => v2::Trials::new(candidates).find(text, signature),
        }
    }

    fn check_time(&self, expiration: Timestamp, now: Timestamp) -> Result<(), FormError> {
        if now > expiration {
            return Err(FormError::PolicyExpired);
        }
        match &self.signed {
            Signed::V4 { signed_at, .. } if now < signed_at.moment().minus(CLOCK_WINDOW) => {
                Err(SignatureError::NotYetValid.into())
            }
            Signed::V4 { .. } => Ok(()),
            Signed::V2 { rules, .. } => Ok(rules.check_end(expiration, now)?),
        }
    }

    /// Whether a field needs no condition: the policy and its signature, which cannot be in it.
    fn leaves_open(&self, name: &str) -> bool {
        match self.signed {
            Signed::V4 { .. } => matches!(name, "policy" | "x-amz-signature"),
            Signed::V2 { .. } => matches!(name, "policy" | "awsaccesskeyid" | "signature"),
        }
    }
}

/// S3 acts on such headers, and a policy says nothing about them: one added to somebody's form would be obeyed in the
/// signer's name.
fn refuse_acting_headers(head: &Parts) -> Result<(), FormError> {
    let acts = |name: &&http::HeaderName| object_headers::acts(name.as_str()) && **name != X_AMZ_CONTENT_SHA256;
    match head.headers.keys().find(acts) {
        Some(name) => Err(FormError::HeaderNotCovered { name: name.as_str().to_owned() }),
        None => Ok(()),
    }
}

fn field<'a>(fields: &'a FormFields, name: &'static str) -> Result<&'a str, FormError> {
    fields.value(name).filter(|value| !value.is_empty()).ok_or(FormError::MissingField { name })
}

impl fmt::Debug for FormClaim {
    /// Without policy and signature: together they open what the policy permits.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("FormClaim")
            .field("scheme", &self.scheme())
            .field("access_key_id", &self.access_key_id())
            .finish_non_exhaustive()
    }
}
