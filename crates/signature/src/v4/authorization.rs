//! The `Authorization` header: `AWS4-HMAC-SHA256 Credential=…, SignedHeaders=…, Signature=…`.

use http::HeaderMap;
use http::header::HeaderValue;
use memchr::memchr;

use super::{ALGORITHM, Credential, SignedHeaders, SigningTime, Statement, TERMINATOR};
use crate::headers::{X_AMZ_CONTENT_SHA256, X_AMZ_SECURITY_TOKEN, single};
use crate::payload::PayloadStatement;
use crate::{ContentSha256, Flaw, Rules, Scheme, SignatureError, hex};

/// Reads what a signed head states.
pub(crate) fn read(value: &HeaderValue, headers: &HeaderMap, rules: &Rules) -> Result<Statement, SignatureError> {
    let rest = value.as_bytes().trim_ascii().strip_prefix(ALGORITHM.as_bytes());
    let rest =
        rest.filter(|rest| matches!(rest.first(), None | Some(b' '))).and_then(|rest| std::str::from_utf8(rest).ok());
    let rest = rest.ok_or(SignatureError::UnsupportedMechanism)?;
    if headers.contains_key(X_AMZ_SECURITY_TOKEN) {
        return Err(SignatureError::TemporaryCredentials);
    }
    let signed_at = SigningTime::of(headers)?;
    let (credential, signed_headers, signature) =
        claimed(rest, &signed_at, rules).map_err(SignatureError::MalformedAuthorization)?;
    let content = single(headers, X_AMZ_CONTENT_SHA256, "x-amz-content-sha256")?
        .ok_or(SignatureError::MissingContentSha256)?
        .as_bytes();
    let content = ContentSha256::parse(content).ok_or(SignatureError::InvalidContentSha256)?;
    let payload = PayloadStatement::read(headers, content)?;
    Ok(Statement { scheme: Scheme::SigV4Header, credential, signed_headers, signature, signed_at, life: None, payload })
}

fn claimed(text: &str, signed_at: &SigningTime, rules: &Rules) -> Result<(Credential, SignedHeaders, [u8; 32]), Flaw> {
    let parts = Parts::read(text)?;
    let credential = Credential::parse(parts.credential.ok_or(Flaw::Missing("Credential"))?)?;
    credential.check(signed_at, rules)?;
    let signed_headers = SignedHeaders::parse(parts.signed_headers.ok_or(Flaw::Missing("SignedHeaders"))?)?;
    let signature = hex::decode_lower(parts.signature.ok_or(Flaw::Missing("Signature"))?.as_bytes());
    Ok((credential, signed_headers, signature.ok_or(Flaw::Signature)?))
}

#[derive(Default)]
struct Parts<'a> {
    credential: Option<&'a str>,
    signed_headers: Option<&'a str>,
    signature: Option<&'a str>,
}

impl<'a> Parts<'a> {
    /// Takes the parts in whatever order they come, with or without blanks after the commas.
    fn read(text: &'a str) -> Result<Self, Flaw> {
        let mut parts = Self::default();
        let mut rest = text.trim_ascii();
        while !rest.is_empty() {
            let at = memchr(b'=', rest.as_bytes()).ok_or(Flaw::UnknownPart)?;
            let (name, after) = (&rest[..at], &rest[at + 1..]);
            let (place, length) = match name {
                "Credential" => (&mut parts.credential, credential_length(after)),
                "SignedHeaders" => (&mut parts.signed_headers, value_length(after)),
                "Signature" => (&mut parts.signature, value_length(after)),
                _ => return Err(Flaw::UnknownPart),
            };
            let (value, after) = after.split_at(length);
            if place.replace(value.trim_ascii()).is_some() {
                return Err(Flaw::Repeated(match name {
                    "Credential" => "Credential",
                    "SignedHeaders" => "SignedHeaders",
                    _ => "Signature",
                }));
            }
            rest = after.strip_prefix(',').unwrap_or(after).trim_ascii_start();
        }
        Ok(parts)
    }
}

/// Up to the next comma.
fn value_length(text: &str) -> usize {
    memchr(b',', text.as_bytes()).unwrap_or(text.len())
}

/// Up to the comma after the terminator: an access key id may itself contain commas.
fn credential_length(text: &str) -> usize {
    // Nearly none does.
    let first = value_length(text);
    if text[..first].trim_ascii_end().ends_with(TERMINATOR) {
        return first;
    }
    let ends = text.match_indices(TERMINATOR).map(|(at, _)| at + TERMINATOR.len());
    let mut ends = ends.filter(|end| matches!(text[*end..].trim_ascii_start().as_bytes().first(), None | Some(b',')));
    ends.next().unwrap_or_else(|| value_length(text))
}

#[cfg(test)]
mod tests {
    use super::*;

    const SIGNATURE: &str = "f0e8bdb87c964420e857bd35b5d6ed310bd44f0170aba48dd91039c6036bdb41";

    fn read_with(authorization: &str, more: &[(&'static str, &str)]) -> Result<Statement, SignatureError> {
        let mut headers = HeaderMap::new();
        headers.insert("x-amz-date", "20130524T000000Z".parse().unwrap());
        headers.insert("x-amz-content-sha256", "UNSIGNED-PAYLOAD".parse().unwrap());
        for (name, value) in more {
            headers.insert(*name, value.parse().unwrap());
        }
        read(&authorization.parse().unwrap(), &headers, &Rules::default())
    }

    fn flaw(parts: &str) -> Option<Flaw> {
        match read_with(&format!("AWS4-HMAC-SHA256 {parts}"), &[]).err()? {
            SignatureError::MalformedAuthorization(flaw) => Some(flaw),
            other => panic!("{other}"),
        }
    }

    #[test]
    fn parts_come_in_any_order_and_spacing() {
        let credential = "Credential=alice/20130524/us-east-1/s3/aws4_request";
        let (headers, signature) = ("SignedHeaders=host;x-amz-date", format!("Signature={SIGNATURE}"));
        for text in [
            format!("{credential},{headers},{signature}"),
            format!("{credential}, {headers}, {signature}"),
            format!(" {signature} ,{headers} , {credential} "),
        ] {
            let statement = read_with(&format!("AWS4-HMAC-SHA256 {text}"), &[]).unwrap();
            assert_eq!(statement.credential.access_key_id(), "alice");
            assert_eq!(statement.signed_headers.as_str(), "host;x-amz-date");
            assert_eq!(hex::text(&statement.signature), SIGNATURE);
        }
    }

    #[test]
    fn an_access_key_id_may_contain_commas_and_equals_signs() {
        let id = "o=acme, ou=a,Signature=x@corp.example/aws4_request";
        let statement = read_with(
            &format!(
                "AWS4-HMAC-SHA256 Credential={id}/20130524/us-east-1/s3/aws4_request, SignedHeaders=host, Signature={SIGNATURE}"
            ),
            &[],
        );
        assert_eq!(statement.unwrap().credential.access_key_id(), id);
    }

    #[test]
    fn each_flaw_is_named() {
        let credential = "Credential=alice/20130524/us-east-1/s3/aws4_request";
        assert_eq!(flaw(""), Some(Flaw::Missing("Credential")));
        assert_eq!(flaw(credential), Some(Flaw::Missing("SignedHeaders")));
        assert_eq!(flaw(&format!("{credential},SignedHeaders=host")), Some(Flaw::Missing("Signature")));
        assert_eq!(flaw(&format!("{credential},{credential}")), Some(Flaw::Repeated("Credential")));
        assert_eq!(flaw(&format!("{credential},Extra=1")), Some(Flaw::UnknownPart));
        assert_eq!(flaw("nonsense"), Some(Flaw::UnknownPart));
        assert_eq!(flaw(&format!("{credential},SignedHeaders=host,Signature=00")), Some(Flaw::Signature));
        let stale = "Credential=alice/20130523/us-east-1/s3/aws4_request";
        assert_eq!(flaw(&format!("{stale},SignedHeaders=host,Signature={SIGNATURE}")), Some(Flaw::ScopeDate));
    }

    #[test]
    fn other_mechanisms_are_told_apart() {
        let refused = |text: &str| read_with(text, &[]).err();
        assert_eq!(refused("Basic YTpi"), Some(SignatureError::UnsupportedMechanism));
        assert_eq!(refused(""), Some(SignatureError::UnsupportedMechanism));
        let token = read_with("AWS4-HMAC-SHA256 x", &[("x-amz-security-token", "t")]);
        assert_eq!(token.err(), Some(SignatureError::TemporaryCredentials));
    }

    #[test]
    fn the_payload_hash_must_be_stated() {
        let good = format!(
            "AWS4-HMAC-SHA256 Credential=alice/20130524/us-east-1/s3/aws4_request,SignedHeaders=host,Signature={SIGNATURE}"
        );
        let stated = read_with(&good, &[("x-amz-content-sha256", "whatever")]);
        assert_eq!(stated.err(), Some(SignatureError::InvalidContentSha256));
        let streaming = read_with(&good, &[("x-amz-content-sha256", "STREAMING-AWS4-HMAC-SHA256-PAYLOAD")]);
        assert_eq!(streaming.err(), Some(SignatureError::MissingDecodedLength));
    }
}
