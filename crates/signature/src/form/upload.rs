//! What a form asks to be stored, once it may be.

use std::ops::RangeInclusive;

use http::header::{HeaderName, HeaderValue};
use http::request::Parts;

use super::{FormClaim, FormError, FormFields, head};
use crate::clean::bears_session_token;
use crate::payload::{PayloadPlan, PayloadStatement};
use crate::verified::{Match, SignedReading};
use crate::{Clean, ContentSha256, Scheme, SignatureError};

/// The largest file of a form: as large as the body of one PUT (S3).
const LARGEST: u64 = 5 * 1024 * 1024 * 1024;

/// An upload by form, permitted by the policy that somebody signed, or anonymous.
#[derive(Debug)]
pub struct FormUpload {
    signed: Option<(Scheme, Match)>,
    put: Parts,
    file_length: Option<RangeInclusive<u64>>,
    success: Success,
    tagging: Option<String>,
}

/// What the form wants to be answered when all went well.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Success {
    /// The URL to send the browser to, with the bucket, key and ETag added to its query
    /// (`success_action_redirect`). It goes before the status.
    pub redirect: Option<String>,
    /// `success_action_status`: 200 and 204 without a document, 201 with one. Nothing, or anything else, means 204.
    pub status: Option<u16>,
}

impl FormUpload {
    /// Takes a form that makes no claim, for buckets that let anyone write.
    ///
    /// # Errors
    /// A form that does speak of a signature is refused: it must be verified. So is one whose key or other fields
    /// cannot be stored.
    pub fn anonymous(head: &Parts, fields: &FormFields) -> Result<Self, FormError> {
        if FormClaim::is_made_by(head, fields)? {
            return Err(SignatureError::NotAnonymous.into());
        }
        if bears_session_token(head) {
            return Err(SignatureError::TemporaryCredentials.into());
        }
        Self::new(head, fields, None, None)
    }

    pub(crate) fn new(
        head: &Parts,
        fields: &FormFields,
        signed: Option<(Scheme, Match)>,
        file_length: Option<RangeInclusive<u64>>,
    ) -> Result<Self, FormError> {
        let field = |name| fields.value(name).map(str::to_owned);
        let status = fields.value("success_action_status").and_then(|status| status.parse().ok());
        Ok(Self {
            signed,
            put: head::put(head, fields)?,
            file_length,
            success: Success {
                redirect: field("success_action_redirect").or_else(|| field("redirect")),
                status: status.filter(|status| matches!(status, 200 | 201 | 204)),
            },
            tagging: field("tagging"),
        })
    }

    /// The id of the secret that signed; `None` for an anonymous form.
    pub fn secret_id(&self) -> Option<[u8; 16]> {
        self.signed.map(|(_, matched)| matched.secret_id)
    }

    /// Where the secret that signed stands among the candidates that were given.
    pub fn candidate(&self) -> Option<usize> {
        self.signed.map(|(_, matched)| matched.candidate)
    }

    /// How the policy was signed.
    pub fn scheme(&self) -> Option<Scheme> {
        self.signed.map(|(scheme, _)| scheme)
    }

    /// What to answer when the file is stored.
    pub fn success(&self) -> &Success {
        &self.success
    }

    /// The tags that the object is to have: an XML document, as for PutObjectTagging.
    pub fn tagging(&self) -> Option<&str> {
        self.tagging.as_deref()
    }

    /// The head of the PUT that stores the file, and the plan for the file's body, which ends where the form says and
    /// holds 5 GiB at most. `tagging` is [`tagging`](Self::tagging) as the header `x-amz-tagging` has it.
    pub fn clean(mut self, tagging: Option<HeaderValue>) -> (Clean, PayloadPlan) {
        if let Some(tagging) = tagging {
            self.put.headers.insert(HeaderName::from_static("x-amz-tagging"), tagging);
        }
        let payload = PayloadStatement::whole(ContentSha256::UNSIGNED);
        let clean = Clean::scrub(self.put, &payload, SignedReading::default(), false);
        let length = self.file_length.unwrap_or(0..=LARGEST);
        (clean, payload.plan(None).with_length_in(Some(*length.start()..=LARGEST.min(*length.end()))))
    }
}
