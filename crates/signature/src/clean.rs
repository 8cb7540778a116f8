//! A head without anything that served authentication or transfer: what a backend may see.

use http::header::{AUTHORIZATION, CONTENT_ENCODING, CONTENT_LENGTH, Entry, HeaderMap, HeaderValue, TRANSFER_ENCODING};
use http::request::Parts;
use http::uri::PathAndQuery;
use http::{Extensions, Method, Uri, Version};

use crate::carrier::{AuthParameter, Carrier, pairs};
use crate::headers::{
    X_AMZ_CONTENT_SHA256, X_AMZ_DATE, X_AMZ_DECODED_CONTENT_LENGTH, X_AMZ_SECURITY_TOKEN, X_AMZ_TRAILER,
};
use crate::payload::{PayloadPlan, PayloadStatement};
use crate::percent::{self, Plus};
use crate::verified::SignedReading;
use crate::{ContentSha256, SignatureError, object_headers};

/// A head that was verified, or found to be anonymous, and then rid of `Authorization`, the authentication
/// parameters of the query, and the headers that describe the framing of the body. Where the body was `aws-chunked`,
/// `Content-Length` is the length of the content. Only this crate can make one.
#[derive(Debug)]
pub struct Clean {
    parts: Parts,
    content_sha256: Option<ContentSha256>,
    has_query_as_sent: bool,
}

impl Clean {
    /// Takes a head that makes no claim, and says how its body is to be read.
    ///
    /// # Errors
    /// A head that does speak of authentication is refused: it must be verified.
    pub fn anonymous(parts: Parts) -> Result<(Self, PayloadPlan), SignatureError> {
        if !matches!(Carrier::of(&parts)?, Carrier::Nowhere) {
            return Err(SignatureError::NotAnonymous);
        }
        if bears_session_token(&parts) {
            return Err(SignatureError::TemporaryCredentials);
        }
        let payload = PayloadStatement::of_unsigned_chunks(&parts.headers)?;
        let clean = Self::scrub(parts, &payload, SignedReading::default(), false);
        Ok((clean, payload.plan(None)))
    }

    /// `always_states_content` for a request that says how its body is verified even where no header does.
    pub(crate) fn scrub(
        mut parts: Parts,
        payload: &PayloadStatement,
        reading: SignedReading,
        always_states_content: bool,
    ) -> Self {
        let states_content = always_states_content || parts.headers.contains_key(X_AMZ_CONTENT_SHA256);
        for name in [
            AUTHORIZATION,
            X_AMZ_DATE,
            X_AMZ_CONTENT_SHA256,
            X_AMZ_DECODED_CONTENT_LENGTH,
            X_AMZ_SECURITY_TOKEN,
            X_AMZ_TRAILER,
        ] {
            parts.headers.remove(name);
        }
        if let Some(length) = payload.decoded_length() {
            // Of a body that was not framed by `x-amz-content-sha256` the word stays, as with AWS: it may be true of
            // the content itself.
            strip_aws_chunked(&mut parts.headers);
            parts.headers.insert(CONTENT_LENGTH, HeaderValue::from(length));
            parts.headers.remove(TRANSFER_ENCODING);
        }
        // What earlier layers attached is for them to hand on.
        parts.extensions = Extensions::new();
        let has_query_as_sent = !strip_parameters(&mut parts.uri, &reading);
        parts.headers.extend(reading.headers.unwrap_or_default());
        Self { parts, content_sha256: states_content.then_some(payload.content), has_query_as_sent }
    }

    /// The method.
    pub fn method(&self) -> &Method {
        &self.parts.method
    }

    /// The target, without authentication parameters; what remains of the query is spelt as the client spelt it,
    /// except that a `+` which was signed as itself reads `%2B`.
    pub fn uri(&self) -> &Uri {
        &self.parts.uri
    }

    /// The HTTP version.
    pub fn version(&self) -> Version {
        self.parts.version
    }

    /// The headers.
    pub fn headers(&self) -> &HeaderMap {
        &self.parts.headers
    }

    /// What `x-amz-content-sha256` says, by which the body is verified: a hash, or a word such as `UNSIGNED-PAYLOAD`,
    /// which is also what a URL presigned with Version 4 means that says nothing. `None` for a request without it.
    pub fn content_sha256(&self) -> Option<&str> {
        self.content_sha256.as_ref().and_then(|content| std::str::from_utf8(content.as_bytes()).ok())
    }

    /// Whether the query is the one that was sent: nothing had to be taken out of it.
    pub fn has_query_as_sent(&self) -> bool {
        self.has_query_as_sent
    }

    /// The head as a whole, to read.
    pub fn parts(&self) -> &Parts {
        &self.parts
    }

    /// The head as a whole, no longer known to be clean.
    pub fn into_parts(self) -> Parts {
        self.parts
    }
}

/// Whether somebody who did not sign presents a session token all the same: it would be of no effect.
pub(crate) fn bears_session_token(parts: &Parts) -> bool {
    let is_token = |(name, _)| AuthParameter::named(name) == Some(AuthParameter::SecurityToken);
    parts.headers.contains_key(X_AMZ_SECURITY_TOKEN) || pairs(parts.uri.query().unwrap_or_default()).any(is_token)
}

/// Takes `aws-chunked` out of `Content-Encoding`: it describes the transfer, and must not be stored. The rest stays.
fn strip_aws_chunked(headers: &mut HeaderMap) {
    let Entry::Occupied(encodings) = headers.entry(CONTENT_ENCODING) else { return };
    let is_framing = |coding: &str| coding.eq_ignore_ascii_case("aws-chunked");
    let mut kept = Vec::new();
    let mut stripped = false;
    for value in encodings.iter() {
        let Ok(text) = value.to_str() else { return };
        for coding in text.split(',').map(str::trim).filter(|coding| !coding.is_empty()) {
            if is_framing(coding) { stripped = true } else { kept.push(coding) }
        }
    }
    if !stripped {
        return;
    }
    // Codings come from valid header values, so joining them makes one.
    match HeaderValue::try_from(kept.join(", ")) {
        Ok(value) if !kept.is_empty() => drop(headers.insert(CONTENT_ENCODING, value)),
        _ => drop(headers.remove(CONTENT_ENCODING)),
    }
}

/// Whether anything had to be changed.
fn strip_parameters(uri: &mut Uri, reading: &SignedReading) -> bool {
    let Some(query) = uri.query() else { return false };
    let plus_is_literal = reading.plus_is_literal;
    let goes = |pair: &&str| {
        let name = pair.split('=').next().unwrap_or_default();
        AuthParameter::named(name).is_some() || reading.headers.is_some() && was_hoisted(name)
    };
    if !plus_is_literal && !query.split('&').any(|pair| goes(&pair)) {
        return false;
    }
    let kept: Vec<&str> = query.split('&').filter(|pair| !goes(pair)).collect();
    let mut target = uri.path().to_owned();
    if !kept.is_empty() {
        target.push('?');
        target.push_str(&kept.join("&"));
    }
    if plus_is_literal {
        let path = uri.path().len();
        let spelt_out = target[path..].replace('+', "%2B");
        target.truncate(path);
        target.push_str(&spelt_out);
    }
    // A part of a valid target is one too, and the reading that spells plus signs out is tried on short ones only.
    let target: PathAndQuery = target.parse().expect("a shortened target remains a target");
    let mut pieces = std::mem::take(uri).into_parts();
    pieces.path_and_query = Some(target);
    *uri = Uri::from_parts(pieces).expect("the scheme and authority of a target fit its path");
    true
}

/// Whether a parameter, by its decoded name, is one that stands for a header.
fn was_hoisted(wire_name: &str) -> bool {
    let name = percent::decode(wire_name, Plus::Space);
    object_headers::hoisted(&String::from_utf8_lossy(&name).to_ascii_lowercase()).is_some()
}

#[cfg(test)]
mod tests {
    use http::header::HeaderName;

    use super::*;

    fn clean(uri: &str, headers: &[(&'static str, &str)]) -> Result<(Clean, PayloadPlan), SignatureError> {
        let mut request = http::Request::builder().uri(uri);
        for (name, value) in headers {
            request = request.header(*name, *value);
        }
        Clean::anonymous(request.body(()).unwrap().into_parts().0)
    }

    fn scrub(uri: &str, reading: SignedReading) -> Clean {
        let parts = http::Request::builder().uri(uri).body(()).unwrap().into_parts().0;
        let payload = PayloadStatement::read(&parts.headers, ContentSha256::UNSIGNED).unwrap();
        Clean::scrub(parts, &payload, reading, false)
    }

    fn scrubbed(uri: &str, plus_is_literal: bool) -> String {
        scrub(uri, SignedReading { plus_is_literal, headers: None }).uri().to_string()
    }

    #[test]
    fn authentication_parameters_go_and_all_others_stay_as_they_were() {
        let presigned = "X-Amz-Algorithm=a&X-Amz-Credential=c&X-Amz-Date=d&X-Amz-Expires=e&X-Amz-SignedHeaders=h\
                         &x-amz-signature=s&X-Amz-Content-Sha256=u&X-Amz-Security-Token=t";
        assert_eq!(scrubbed(&format!("/b/k?{presigned}"), false), "/b/k");
        assert_eq!(scrubbed(&format!("/b/k?acl&{presigned}&prefix=a+b%2f"), false), "/b/k?acl&prefix=a+b%2f");
        assert_eq!(scrubbed("/b/k?AWSAccessKeyId=a&Expires=1&Signature=s&uploads", false), "/b/k?uploads");
        assert_eq!(scrubbed("https://h:9021/b/k?X-Amz%2DSignature=s", false), "https://h:9021/b/k");
        assert_eq!(
            scrubbed("/b/k?x-amz-acl=private&response-expires=1", false),
            "/b/k?x-amz-acl=private&response-expires=1"
        );
    }

    #[test]
    fn a_plus_that_was_signed_as_itself_says_so() {
        assert_eq!(scrubbed("/b/a+b?prefix=a+b&X-Amz-Signature=s", true), "/b/a+b?prefix=a%2Bb");
    }

    #[test]
    fn parameters_that_were_signed_as_headers_become_headers() {
        let headers = vec![(HeaderName::from_static("x-amz-acl"), HeaderValue::from_static("private"))];
        let reading = SignedReading { plus_is_literal: false, headers: Some(headers) };
        let clean = scrub("/b/k?X%2DAmz-Acl=private&Expires=1&x-id=PutObject", reading);
        assert_eq!((clean.uri().to_string().as_str(), clean.headers().len()), ("/b/k?x-id=PutObject", 1));
        assert_eq!(clean.headers()["x-amz-acl"], "private");
    }

    #[test]
    fn aws_chunked_is_taken_out_of_the_content_encoding() {
        let encoding = |values: &[&str]| {
            let mut headers = vec![
                ("x-amz-content-sha256", "STREAMING-UNSIGNED-PAYLOAD-TRAILER"),
                ("x-amz-decoded-content-length", "5"),
            ];
            headers.extend(values.iter().map(|value| ("content-encoding", *value)));
            let (clean, _) = clean("/b/k", &headers).unwrap();
            clean.headers().get(CONTENT_ENCODING).map(|value| value.to_str().unwrap().to_owned())
        };
        assert_eq!(encoding(&["aws-chunked"]), None);
        assert_eq!(encoding(&["gzip,aws-chunked"]).as_deref(), Some("gzip"));
        assert_eq!(encoding(&["AWS-Chunked", "gzip , br"]).as_deref(), Some("gzip, br"));
        assert_eq!(encoding(&["gzip"]).as_deref(), Some("gzip"));
    }

    #[test]
    fn aws_chunked_stays_where_no_framing_was_taken_off() {
        let (sha256, chunked) = ("x-amz-content-sha256", ("content-encoding", "gzip, aws-chunked"));
        let (literal, _) = clean("/b/k", &[(sha256, &"0f".repeat(32)), chunked]).unwrap();
        assert_eq!(literal.headers()[CONTENT_ENCODING], "gzip, aws-chunked");
        for unsigned in [&[chunked][..], &[(sha256, "UNSIGNED-PAYLOAD"), chunked]] {
            assert_eq!(clean("/b/k", unsigned).err(), Some(SignatureError::UnframedAwsChunked));
        }
    }

    #[test]
    fn a_chunked_head_tells_the_length_of_the_content() {
        let (clean, plan) = clean(
            "/b/k",
            &[
                ("x-amz-content-sha256", "STREAMING-UNSIGNED-PAYLOAD-TRAILER"),
                ("x-amz-decoded-content-length", "5"),
                ("x-amz-trailer", "x-amz-checksum-crc32"),
                ("content-length", "52"),
                ("transfer-encoding", "chunked"),
                ("x-amz-meta-a", "kept"),
            ],
        )
        .unwrap();
        assert_eq!(clean.headers()[CONTENT_LENGTH], "5");
        assert_eq!(clean.headers().len(), 2, "{:?}", clean.headers());
        assert_eq!(plan.decoded_length(), Some(5));
    }

    #[test]
    fn what_vouches_for_the_body_is_kept() {
        let sha256 = "0f".repeat(32);
        for value in [sha256.as_str(), "UNSIGNED-PAYLOAD"] {
            let (clean, _) = clean("/b/k", &[("x-amz-content-sha256", value)]).unwrap();
            assert_eq!((clean.content_sha256(), clean.headers().len()), (Some(value), 0));
        }
        assert_eq!(clean("/b/k", &[]).unwrap().0.content_sha256(), None);
        let parts = http::Request::builder().uri("/b/k").body(()).unwrap().into_parts().0;
        let payload = PayloadStatement::read(&parts.headers, ContentSha256::UNSIGNED).unwrap();
        let presigned = Clean::scrub(parts, &payload, SignedReading::default(), true);
        assert_eq!(presigned.content_sha256(), Some("UNSIGNED-PAYLOAD"));
    }

    #[test]
    fn a_query_of_which_something_was_taken_is_not_as_it_was_sent() {
        assert!(scrub("/b/k?acl", SignedReading::default()).has_query_as_sent());
        assert!(!scrub("/b/k?acl&X-Amz%2DSignature=s", SignedReading::default()).has_query_as_sent());
        let literal = SignedReading { plus_is_literal: true, headers: None };
        assert!(!scrub("/b/k?prefix=a+b", literal).has_query_as_sent());
    }

    #[test]
    fn a_head_that_speaks_of_authentication_is_not_anonymous() {
        for (uri, headers) in [("/b/k", &[("authorization", "x")][..]), ("/b/k?X-Amz-Signature=s", &[])] {
            assert!(clean(uri, headers).is_err());
        }
        for (uri, headers) in [("/b/k", &[("x-amz-security-token", "x")][..]), ("/b/k?X-Amz-Security-Token=t", &[])] {
            assert_eq!(clean(uri, headers).err(), Some(SignatureError::TemporaryCredentials), "{uri}");
        }
        let signed = clean("/b/k", &[("x-amz-content-sha256", "STREAMING-AWS4-HMAC-SHA256-PAYLOAD")]);
        assert_eq!(signed.err(), Some(SignatureError::ChunksWithoutSignature));
    }
}
