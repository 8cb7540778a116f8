//! Where a request carries its signature: in an `Authorization` header, in query parameters, or nowhere.

use http::header::{AUTHORIZATION, HeaderValue};
use http::request::Parts;

use crate::SignatureError;
use crate::percent::{self, Plus};

/// The place of a request's signature.
pub(crate) enum Carrier<'a> {
    /// Nothing in the head speaks of authentication.
    Nowhere,
    /// The one `Authorization` header.
    Header(&'a HeaderValue),
    /// The parameters of a SigV4 presigned URL.
    Query,
}

impl<'a> Carrier<'a> {
    /// Finds the one place. Two places, two `Authorization` headers and SigV2 parameters are refused.
    pub(crate) fn of(parts: &'a Parts) -> Result<Self, SignatureError> {
        let mut values = parts.headers.get_all(AUTHORIZATION).iter();
        let header = values.next();
        let (mut v4, mut v2) = (false, false);
        for (name, _) in pairs(parts.uri.query().unwrap_or_default()) {
            match AuthParameter::named(name) {
                Some(AuthParameter::Algorithm | AuthParameter::Signature) => v4 = true,
                Some(AuthParameter::V2AccessKeyId | AuthParameter::V2Signature) => v2 = true,
                _ => {}
            }
        }
        match (header, v4, v2) {
            (Some(_), _, _) if v4 || v2 || values.next().is_some() => Err(SignatureError::SeveralMechanisms),
            (_, true, true) => Err(SignatureError::SeveralMechanisms),
            (_, false, true) => Err(SignatureError::SigV2NotSupported),
            (_, true, false) => Ok(Self::Query),
            (Some(header), _, _) => Ok(Self::Header(header)),
            (None, false, false) => Ok(Self::Nowhere),
        }
    }
}

/// A query parameter that serves authentication. None of them reaches a backend.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum AuthParameter {
    Algorithm,
    Credential,
    Date,
    Expires,
    SignedHeaders,
    Signature,
    SecurityToken,
    ContentSha256,
    V2AccessKeyId,
    V2Signature,
    V2Expires,
}

impl AuthParameter {
    const X_AMZ: [(&'static str, AuthParameter); 8] = [
        ("Algorithm", Self::Algorithm),
        ("Credential", Self::Credential),
        ("Date", Self::Date),
        ("Expires", Self::Expires),
        ("SignedHeaders", Self::SignedHeaders),
        ("Signature", Self::Signature),
        ("Security-Token", Self::SecurityToken),
        ("Content-Sha256", Self::ContentSha256),
    ];
    const V2: [(&'static str, AuthParameter); 3] =
        [("AWSAccessKeyId", Self::V2AccessKeyId), ("Signature", Self::V2Signature), ("Expires", Self::V2Expires)];

    /// Which one a name on the wire stands for. Names are read as a backend would read them, that is decoded, so
    /// that an escaped name cannot slip by; the `X-Amz-` names are known in any case.
    pub(crate) fn named(wire: &str) -> Option<Self> {
        // Nearly every name of another kind is told apart by its first character.
        if !matches!(wire.as_bytes().first()?, b'X' | b'x' | b'A' | b'S' | b'E' | b'%') {
            return None;
        }
        if !wire.contains('%') {
            return Self::with_name(wire.as_bytes());
        }
        // Room for the longest name; a longer one is none of these.
        let mut buffer = [0; 20];
        let mut length = 0;
        for byte in percent::decoded(wire.as_bytes(), Plus::Space) {
            *buffer.get_mut(length)? = byte;
            length += 1;
        }
        Self::with_name(&buffer[..length])
    }

    fn with_name(name: &[u8]) -> Option<Self> {
        match name.split_at_checked(6) {
            Some((prefix, rest)) if prefix.eq_ignore_ascii_case(b"x-amz-") => {
                Self::X_AMZ.iter().find(|(known, _)| rest.eq_ignore_ascii_case(known.as_bytes()))
            }
            _ => Self::V2.iter().find(|(known, _)| name == known.as_bytes()),
        }
        .map(|(_, parameter)| *parameter)
    }
}

/// The parameters of a query as they are on the wire; one without `=` has an empty value, empty ones are passed over.
pub(crate) fn pairs(query: &str) -> impl Iterator<Item = (&str, &str)> {
    query.split('&').filter(|pair| !pair.is_empty()).map(|pair| pair.split_once('=').unwrap_or((pair, "")))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn carrier(uri: &str, authorization: &[&str]) -> Result<&'static str, SignatureError> {
        let mut request = http::Request::builder().uri(uri);
        for value in authorization {
            request = request.header(AUTHORIZATION, *value);
        }
        let parts = request.body(()).unwrap().into_parts().0;
        Carrier::of(&parts).map(|carrier| match carrier {
            Carrier::Nowhere => "nowhere",
            Carrier::Header(_) => "header",
            Carrier::Query => "query",
        })
    }

    #[test]
    fn a_request_is_anonymous_only_when_nothing_speaks_of_authentication() {
        assert_eq!(carrier("/b/k?versionId=1&response-expires=0", &[]), Ok("nowhere"));
        assert_eq!(carrier("/b/k?X-Amz-Signature=", &[]), Ok("query"));
        assert_eq!(carrier("/b/k?x-amz-algorithm=none", &[]), Ok("query"));
        assert_eq!(carrier("/b/k?X%2DAmz%2dSignature=00", &[]), Ok("query"));
        assert_eq!(carrier("/b/k", &[""]), Ok("header"));
    }

    #[test]
    fn two_ways_of_authentication_are_refused() {
        for (uri, authorization) in [
            ("/b/k?X-Amz-Signature=00", &["AWS4-HMAC-SHA256 x"][..]),
            ("/b/k?Signature=00", &["AWS4-HMAC-SHA256 x"]),
            ("/b/k?Signature=00&X-Amz-Algorithm=AWS4-HMAC-SHA256", &[]),
            ("/b/k", &["AWS4-HMAC-SHA256 x", "AWS4-HMAC-SHA256 y"]),
        ] {
            assert_eq!(carrier(uri, authorization), Err(SignatureError::SeveralMechanisms), "{uri}");
        }
    }

    #[test]
    fn sigv2_parameters_are_refused_by_name() {
        for uri in ["/b/k?AWSAccessKeyId=a&Expires=1&Signature=s", "/b/k?Signature=s", "/b/k?AWSAccessKeyId=a"] {
            assert_eq!(carrier(uri, &[]), Err(SignatureError::SigV2NotSupported), "{uri}");
        }
    }
}
