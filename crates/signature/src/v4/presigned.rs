//! The query parameters of a presigned URL.

use std::borrow::Cow;
use std::time::Duration;

use http::request::Parts;

use super::{ALGORITHM, Credential, SignedHeaders, SigningTime, Statement};
use crate::carrier::{AuthParameter, pairs};
use crate::headers::{X_AMZ_CONTENT_SHA256, X_AMZ_SECURITY_TOKEN, single};
use crate::payload::PayloadStatement;
use crate::percent::{self, Plus};
use crate::{ContentSha256, Flaw, LONGEST_PRESIGNED_LIFE, Rules, Scheme, SignatureError, hex};

/// Reads what a presigned URL states.
pub(crate) fn read(parts: &Parts, rules: &Rules) -> Result<Statement, SignatureError> {
    let parameters = Parameters::read(parts.uri.query().unwrap_or_default()).map_err(SignatureError::MalformedQuery)?;
    if parameters.has_security_token || parts.headers.contains_key(X_AMZ_SECURITY_TOKEN) {
        return Err(SignatureError::TemporaryCredentials);
    }
    let content = content_sha256(&parameters, parts)?;
    let Terms { credential, signed_headers, signature, signed_at, life } =
        parameters.terms(rules).map_err(SignatureError::MalformedQuery)?;
    Ok(Statement {
        scheme: Scheme::SigV4Presigned,
        credential,
        signed_headers,
        signature,
        signed_at,
        life: Some(life),
        payload: PayloadStatement::read(&parts.headers, content)?,
    })
}

/// The parameter, else the header, else unsigned. Each becomes the last line of the canonical request, so that a
/// value which the signer did not mean does not verify.
fn content_sha256(parameters: &Parameters<'_>, parts: &Parts) -> Result<ContentSha256, SignatureError> {
    let header = single(&parts.headers, X_AMZ_CONTENT_SHA256, "x-amz-content-sha256")?;
    let content = match (&parameters.content_sha256, header) {
        (Some(value), _) => ContentSha256::parse(value.as_bytes()),
        (None, Some(value)) => ContentSha256::parse(value.as_bytes()),
        (None, None) => Some(ContentSha256::UNSIGNED),
    }
    .ok_or(SignatureError::InvalidContentSha256)?;
    if content.kind().is_chunked() { Err(SignatureError::StreamingPresigned) } else { Ok(content) }
}

struct Terms {
    credential: Credential,
    signed_headers: SignedHeaders,
    signature: [u8; 32],
    signed_at: SigningTime,
    life: Duration,
}

#[derive(Default)]
struct Parameters<'a> {
    algorithm: Option<Cow<'a, str>>,
    credential: Option<Cow<'a, str>>,
    date: Option<Cow<'a, str>>,
    expires: Option<Cow<'a, str>>,
    signed_headers: Option<Cow<'a, str>>,
    signature: Option<Cow<'a, str>>,
    content_sha256: Option<Cow<'a, str>>,
    has_security_token: bool,
}

impl<'a> Parameters<'a> {
    fn read(query: &'a str) -> Result<Self, Flaw> {
        let mut parameters = Self::default();
        for (name, value) in pairs(query) {
            let Some(parameter) = AuthParameter::named(name) else { continue };
            let (place, name) = match parameter {
                AuthParameter::Algorithm => (&mut parameters.algorithm, "X-Amz-Algorithm"),
                AuthParameter::Credential => (&mut parameters.credential, "X-Amz-Credential"),
                AuthParameter::Date => (&mut parameters.date, "X-Amz-Date"),
                AuthParameter::Expires => (&mut parameters.expires, "X-Amz-Expires"),
                AuthParameter::SignedHeaders => (&mut parameters.signed_headers, "X-Amz-SignedHeaders"),
                AuthParameter::Signature => (&mut parameters.signature, "X-Amz-Signature"),
                AuthParameter::ContentSha256 => (&mut parameters.content_sha256, "X-Amz-Content-Sha256"),
                AuthParameter::SecurityToken => {
                    parameters.has_security_token = true;
                    continue;
                }
                // Without the other parameters of SigV2 this one means nothing.
                AuthParameter::V2AccessKeyId | AuthParameter::V2Signature | AuthParameter::V2Expires => continue,
            };
            // A raw `+` is taken as itself here: access key ids contain plus signs and no blanks.
            let value = match percent::decode(value, Plus::Literal) {
                Cow::Borrowed(_) => Cow::Borrowed(value),
                Cow::Owned(bytes) => Cow::Owned(String::from_utf8(bytes).map_err(|_| Flaw::Encoding(name))?),
            };
            if place.replace(value).is_some() {
                return Err(Flaw::Repeated(name));
            }
        }
        Ok(parameters)
    }

    fn terms(&self, rules: &Rules) -> Result<Terms, Flaw> {
        fn given<'a>(value: &'a Option<Cow<'_, str>>, name: &'static str) -> Result<&'a str, Flaw> {
            value.as_deref().ok_or(Flaw::Missing(name))
        }
        if given(&self.algorithm, "X-Amz-Algorithm")? != ALGORITHM {
            return Err(Flaw::Algorithm);
        }
        let credential = Credential::parse(given(&self.credential, "X-Amz-Credential")?)?;
        let signed_at = SigningTime::parse_basic(given(&self.date, "X-Amz-Date")?).ok_or(Flaw::Date)?;
        credential.check(&signed_at, rules)?;
        let signature = hex::decode_lower(given(&self.signature, "X-Amz-Signature")?.as_bytes());
        Ok(Terms {
            credential,
            signed_headers: SignedHeaders::parse(given(&self.signed_headers, "X-Amz-SignedHeaders")?)?,
            signature: signature.ok_or(Flaw::Signature)?,
            signed_at,
            life: life(given(&self.expires, "X-Amz-Expires")?).ok_or(Flaw::Expires)?,
        })
    }
}

fn life(text: &str) -> Option<Duration> {
    if !text.bytes().all(|digit| digit.is_ascii_digit()) {
        return None;
    }
    let life = Duration::from_secs(text.parse().ok()?);
    (Duration::from_secs(1)..=LONGEST_PRESIGNED_LIFE).contains(&life).then_some(life)
}

#[cfg(test)]
mod tests {
    use super::*;

    const SIGNATURE: &str = "aeeed9bbccd4d02ee5c0109b86d86835f995330da4c265957d157751f604d404";

    fn query(change: (&str, &str)) -> String {
        let parameters = [
            ("X-Amz-Algorithm", "AWS4-HMAC-SHA256"),
            ("X-Amz-Credential", "a%2Fb+c%20d@x.y%2F20130524%2Fus-east-1%2Fs3%2Faws4_request"),
            ("X-Amz-Date", "20130524T000000Z"),
            ("X-Amz-Expires", "86400"),
            ("X-Amz-SignedHeaders", "host"),
            ("X-Amz-Signature", SIGNATURE),
        ];
        let (name, value) = change;
        let kept = parameters.iter().filter(|(known, _)| *known != name).map(|(name, value)| format!("{name}={value}"));
        kept.chain((!value.is_empty()).then(|| format!("{name}={value}"))).collect::<Vec<_>>().join("&")
    }

    fn read_query(query: &str) -> Result<Statement, SignatureError> {
        let request = http::Request::builder().uri(format!("/b/k?{query}")).header("host", "h").body(()).unwrap();
        read(&request.into_parts().0, &Rules::default())
    }

    fn flaw(change: (&str, &str)) -> Option<Flaw> {
        match read_query(&query(change)).err()? {
            SignatureError::MalformedQuery(flaw) => Some(flaw),
            other => panic!("{other}"),
        }
    }

    #[test]
    fn the_credential_is_decoded() {
        let statement = read_query(&query(("x", "y"))).unwrap();
        assert_eq!(statement.credential.access_key_id(), "a/b+c d@x.y");
        assert_eq!(statement.life, Some(Duration::from_secs(86400)));
    }

    #[test]
    fn each_flaw_is_named() {
        assert_eq!(flaw(("X-Amz-Algorithm", "")), Some(Flaw::Missing("X-Amz-Algorithm")));
        assert_eq!(flaw(("X-Amz-Algorithm", "AWS4-ECDSA-P256-SHA256")), Some(Flaw::Algorithm));
        assert_eq!(flaw(("X-Amz-Signature", "")), Some(Flaw::Missing("X-Amz-Signature")));
        assert_eq!(flaw(("X-Amz-Date", "20130525T000000Z")), Some(Flaw::ScopeDate));
        assert_eq!(flaw(("X-Amz-Date", "yesterday")), Some(Flaw::Date));
        assert_eq!(flaw(("X-Amz-SignedHeaders", "range")), Some(Flaw::HostNotSigned));
        assert_eq!(flaw(("X-Amz-Credential", "%ff")), Some(Flaw::Encoding("X-Amz-Credential")));
        assert_eq!(flaw(("x-amz-date", "20130524T000000Z")), Some(Flaw::Repeated("X-Amz-Date")));
    }

    #[test]
    fn life_is_from_a_second_to_seven_days() {
        for good in ["1", "604800"] {
            assert_eq!(flaw(("X-Amz-Expires", good)), None, "{good}");
        }
        for bad in ["0", "604801", "-1", "%2B60", "1.5", "99999999999999999999999"] {
            assert_eq!(flaw(("X-Amz-Expires", bad)), Some(Flaw::Expires), "{bad}");
        }
    }

    #[test]
    fn session_tokens_and_streaming_payloads_are_refused() {
        let token = read_query(&query(("X-Amz-Security-Token", "t")));
        assert_eq!(token.err(), Some(SignatureError::TemporaryCredentials));
        let streaming = read_query(&query(("X-Amz-Content-Sha256", "STREAMING-UNSIGNED-PAYLOAD-TRAILER")));
        assert_eq!(streaming.err(), Some(SignatureError::StreamingPresigned));
    }
}
