//! All that the head of a request states about its Version 2 signature.

use std::fmt;

use http::HeaderMap;
use http::header::{DATE, HeaderName, HeaderValue};
use http::request::Parts;
use keyward_ambient::Timestamp;

use super::parameters::Parameters;
use super::resource::{Reading, Resource, Values};
use super::{Signature, Trials, authorization, presigned, string_to_sign};
use crate::headers::{X_AMZ_DATE, X_AMZ_SECURITY_TOKEN, single};
use crate::object_headers::changes_the_write;
use crate::payload::PayloadStatement;
use crate::v4::SigningTime;
use crate::verified::{Match, SignedReading};
use crate::{
    Addressed, CLOCK_WINDOW, CandidateSecret, PayloadKind, Rules, Scheme, SigV2, SignatureError, Verified, http_date,
};

/// Read from a head and not yet believed.
#[derive(Clone)]
pub(crate) struct Statement {
    access_key_id: Box<str>,
    signature: Signature,
    validity: Validity,
    rules: SigV2,
    bucket_in_host: Option<Box<str>>,
    namespace_in_host: Option<Box<str>>,
    payload: PayloadStatement,
}

/// When the signature holds, with the line of the string to sign that says so.
#[derive(Clone, Debug)]
enum Validity {
    Around { moment: Timestamp, line: Box<str> },
    Until { end: Timestamp, line: Box<str> },
}

impl Statement {
    /// Reads what follows `AWS ` in an `Authorization` header.
    pub(crate) fn of_header(
        text: &str,
        parts: &Parts,
        addressed: Addressed<'_>,
        rules: &Rules,
    ) -> Result<Self, SignatureError> {
        admit(parts, rules)?;
        let (access_key_id, signature) = authorization::read(text).map_err(SignatureError::MalformedV2Authorization)?;
        let validity = stated_date(&parts.headers)?;
        let payload = PayloadStatement::of_unsigned_chunks(&parts.headers)?;
        Ok(Self::new(access_key_id, signature, validity, addressed, rules, payload))
    }

    /// Reads the parameters of a presigned URL.
    pub(crate) fn of_query(parts: &Parts, addressed: Addressed<'_>, rules: &Rules) -> Result<Self, SignatureError> {
        admit(parts, rules)?;
        let terms = presigned::read(parts.uri.query().unwrap_or_default()).map_err(SignatureError::MalformedV2Query)?;
        let payload = PayloadStatement::of_unsigned_chunks(&parts.headers)?;
        if payload.content.kind().is_chunked() {
            return Err(SignatureError::StreamingPresigned);
        }
        let validity = Validity::Until { end: terms.end, line: terms.expires.into() };
        Ok(Self::new(&terms.access_key_id, terms.signature, validity, addressed, rules, payload))
    }

    fn new(
        access_key_id: &str,
        signature: Signature,
        validity: Validity,
        addressed: Addressed<'_>,
        rules: &Rules,
        payload: PayloadStatement,
    ) -> Self {
        Self {
            access_key_id: access_key_id.into(),
            signature,
            validity,
            rules: rules.sigv2,
            bucket_in_host: addressed.bucket_in_host.map(Into::into),
            namespace_in_host: addressed.namespace_in_host.map(Into::into),
            payload,
        }
    }

    pub(crate) fn under(&mut self, rules: SigV2) {
        self.rules = rules;
    }

    pub(crate) fn access_key_id(&self) -> &str {
        &self.access_key_id
    }

    pub(crate) fn scheme(&self) -> Scheme {
        match self.validity {
            Validity::Around { .. } => Scheme::SigV2Header,
            Validity::Until { .. } => Scheme::SigV2Presigned,
        }
    }

    pub(crate) fn payload_kind(&self) -> PayloadKind {
        self.payload.content.kind()
    }

    pub(crate) fn signed_at(&self) -> Option<Timestamp> {
        match self.validity {
            Validity::Around { moment, .. } => Some(moment),
            Validity::Until { .. } => None,
        }
    }

    pub(crate) fn valid_until(&self) -> Option<Timestamp> {
        match self.validity {
            Validity::Around { .. } => None,
            Validity::Until { end, .. } => Some(end),
        }
    }

    /// Verifies the signature of `parts`; see [`Claim::verify`](crate::Claim::verify).
    pub(crate) fn verify<C: CandidateSecret>(
        &self,
        parts: &Parts,
        candidates: &[C],
        now: Timestamp,
    ) -> Result<Verified, SignatureError> {
        self.rules.admit()?;
        let date_line = self.check_time(now)?;
        self.cover(parts)?;
        let parameters = Parameters::read(parts, self.scheme())?;
        let resource = Resource {
            namespace_in_host: self.namespace_in_host.as_deref(),
            bucket_in_host: self.bucket_in_host.as_deref(),
            path: parts.uri.path(),
            target_length: parts.uri.path_and_query().map_or(0, |target| target.as_str().len()),
            parameters: &parameters.signed,
        };
        let mut text = Vec::with_capacity(512);
        string_to_sign::write_head(parts, date_line, &parameters.headers, &mut text)?;
        let head = text.len();
        let trials = Trials::new(candidates);
        let alternates = std::iter::once_with(|| resource.alternates()).flatten();
        for reading in std::iter::once(Reading::STANDARD).chain(alternates) {
            text.truncate(head);
            resource.write(reading, &mut text);
            if let Some(candidate) = trials.find(&text, &self.signature) {
                let matched = Match { secret_id: candidates[candidate].id(), candidate };
                let reading = SignedReading {
                    plus_is_literal: reading.values != Values::PlusIsSpace,
                    headers: Some(parameters.headers),
                };
                return Ok(Verified::new(self.scheme(), matched, self.payload.clone(), None, reading));
            }
        }
        Err(SignatureError::SignatureDoesNotMatch)
    }

    /// Refuses a presigned URL with a header that changes what the write does and that Version 2 cannot sign: whoever
    /// has the URL could add it. In a signed head it is let through. Clients of ECS write into objects that way, whoever
    /// has such a head has it for minutes and from the connection itself, and could change the body there as well, which
    /// Version 2 does not sign either.
    fn cover(&self, parts: &Parts) -> Result<(), SignatureError> {
        let is_presigned = self.scheme() == Scheme::SigV2Presigned;
        let acts = |name: &&HeaderName| changes_the_write(&parts.method, name.as_str());
        match parts.headers.keys().find(acts).filter(|_| is_presigned) {
            Some(name) => Err(SignatureError::HeaderBesideV2Url { name: name.as_str().to_owned() }),
            None => Ok(()),
        }
    }

    /// Holds the stated time against the clock, and gives the line that states it.
    fn check_time(&self, now: Timestamp) -> Result<&str, SignatureError> {
        match &self.validity {
            Validity::Around { moment, .. } if now.distance(*moment) > CLOCK_WINDOW => {
                Err(SignatureError::RequestTimeTooSkewed)
            }
            Validity::Until { end, .. } if now > *end => Err(SignatureError::Expired),
            Validity::Until { end, line } => self.rules.check_end(*end, now).map(|()| &**line),
            Validity::Around { line, .. } => Ok(line),
        }
    }
}

/// Refuses what no Version 2 request can have here.
fn admit(parts: &Parts, rules: &Rules) -> Result<(), SignatureError> {
    rules.sigv2.admit()?;
    if parts.headers.contains_key(X_AMZ_SECURITY_TOKEN) {
        return Err(SignatureError::TemporaryCredentials);
    }
    Ok(())
}

/// The date of a signed head. `x-amz-date` counts where it is there; it is signed among its like, and the line of the
/// date is then empty.
fn stated_date(headers: &HeaderMap) -> Result<Validity, SignatureError> {
    let date = |value: &HeaderValue| {
        let text = value.to_str().ok()?.trim();
        let basic = SigningTime::parse_basic(text).map(|time| time.moment());
        Some((basic.or_else(|| http_date::parse(text))?, text.into()))
    };
    let stated = match single(headers, X_AMZ_DATE, "x-amz-date")? {
        Some(value) => date(value).map(|(moment, _)| (moment, Box::default())),
        None => single(headers, DATE, "date")?.and_then(date),
    };
    let (moment, line) = stated.ok_or(SignatureError::MissingDate)?;
    Ok(Validity::Around { moment, line })
}

impl fmt::Debug for Statement {
    /// Without the signature: that of a presigned URL opens what the URL opens.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Statement")
            .field("access_key_id", &self.access_key_id)
            .field("validity", &self.validity)
            .field("bucket_in_host", &self.bucket_in_host)
            .field("namespace_in_host", &self.namespace_in_host)
            .field("payload", &self.payload)
            .finish_non_exhaustive()
    }
}
