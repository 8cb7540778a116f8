//! Where a request carries its signature: in an `Authorization` header, in query parameters, or nowhere.

use http::header::{AUTHORIZATION, HeaderValue};
use http::request::Parts;
use memchr::memchr;

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
    /// What follows `AWS ` in the one `Authorization` header: SigV2.
    V2Header(&'a str),
    /// The parameters of a SigV2 presigned URL.
    V2Query,
}

impl<'a> Carrier<'a> {
    /// Finds the one place. Two places and two `Authorization` headers are refused.
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
            (_, false, true) => Ok(Self::V2Query),
            (_, true, false) => Ok(Self::Query),
            (Some(header), _, _) => Ok(v2_header(header).map_or(Self::Header(header), Self::V2Header)),
            (None, false, false) => Ok(Self::Nowhere),
        }
    }
}

fn v2_header(value: &HeaderValue) -> Option<&str> {
    let rest = value.as_bytes().trim_ascii().strip_prefix(b"AWS")?;
    let rest = std::str::from_utf8(rest).ok()?;
    (rest.is_empty() || rest.starts_with(' ')).then_some(rest)
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
    /// Which one a name on the wire stands for. Names are read as a backend would read them, that is decoded, so
    /// that an escaped name cannot slip by; the `X-Amz-` names are known in any case.
    pub(crate) fn named(wire: &str) -> Option<Self> {
        // Nearly every name of another kind is told apart by its first character.
        if !matches!(wire.as_bytes().first()?, b'X' | b'x' | b'A' | b'S' | b'E' | b'%') {
            return None;
        }
        if !wire.as_bytes().contains(&b'%') {
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

    /// Whether it belongs to Version 2.
    pub(crate) fn is_v2(self) -> bool {
        matches!(self, Self::V2AccessKeyId | Self::V2Signature | Self::V2Expires)
    }

    fn with_name(name: &[u8]) -> Option<Self> {
        let (known, parameter) = match name.len() {
            7 => ("Expires", Self::V2Expires),
            9 => ("Signature", Self::V2Signature),
            10 => ("X-Amz-Date", Self::Date),
            13 => ("X-Amz-Expires", Self::Expires),
            14 => ("AWSAccessKeyId", Self::V2AccessKeyId),
            15 if name[6].eq_ignore_ascii_case(&b'S') => ("X-Amz-Signature", Self::Signature),
            15 => ("X-Amz-Algorithm", Self::Algorithm),
            16 => ("X-Amz-Credential", Self::Credential),
            19 => ("X-Amz-SignedHeaders", Self::SignedHeaders),
            20 if name[6].eq_ignore_ascii_case(&b'S') => ("X-Amz-Security-Token", Self::SecurityToken),
            20 => ("X-Amz-Content-Sha256", Self::ContentSha256),
            _ => return None,
        };
        let is_named = name == known.as_bytes() || !parameter.is_v2() && name.eq_ignore_ascii_case(known.as_bytes());
        is_named.then_some(parameter)
    }
}

/// The parameters of a query as they are on the wire; empty ones are passed over.
pub(crate) fn parameters<'a>(query: &'a str) -> impl Iterator<Item = (&'a str, Option<&'a str>)> {
    let mut rest = query;
    let next = move || {
        let end = memchr(b'&', rest.as_bytes());
        let (parameter, after) = end.map_or((rest, ""), |end| (&rest[..end], &rest[end + 1..]));
        let is_over = rest.is_empty();
        rest = after;
        (!is_over).then_some(parameter)
    };
    let cut = |parameter: &'a str| match memchr(b'=', parameter.as_bytes()) {
        Some(at) => (&parameter[..at], Some(&parameter[at + 1..])),
        None => (parameter, None),
    };
    std::iter::from_fn(next).filter(|parameter| !parameter.is_empty()).map(cut)
}

/// The same where one without `=` has an empty value.
pub(crate) fn pairs(query: &str) -> impl Iterator<Item = (&str, &str)> {
    parameters(query).map(|(name, value)| (name, value.unwrap_or_default()))
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
            Carrier::V2Header(_) => "v2 header",
            Carrier::V2Query => "v2 query",
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
            ("/b/k?AWSAccessKeyId=a", &["AWS a:00"]),
            ("/b/k?Signature=00&X-Amz-Algorithm=AWS4-HMAC-SHA256", &[]),
            ("/b/k", &["AWS4-HMAC-SHA256 x", "AWS4-HMAC-SHA256 y"]),
        ] {
            assert_eq!(carrier(uri, authorization), Err(SignatureError::SeveralMechanisms), "{uri}");
        }
    }

    #[test]
    fn the_versions_are_told_apart() {
        for uri in ["/b/k?AWSAccessKeyId=a&Expires=1&Signature=s", "/b/k?%53ignature=s", "/b/k?AWSAccessKeyId=a"] {
            assert_eq!(carrier(uri, &[]), Ok("v2 query"), "{uri}");
        }
        for (value, place) in [("AWS a:b", "v2 header"), (" AWS ", "v2 header"), ("AWS4 a:b", "header")] {
            assert_eq!(carrier("/b/k?Expires=1", &[value]), Ok(place), "{value}");
        }
    }

    #[test]
    fn every_parameter_of_authentication_is_known() {
        let of_v4 = [
            "Algorithm",
            "Credential",
            "Date",
            "Expires",
            "SignedHeaders",
            "Signature",
            "Security-Token",
            "Content-Sha256",
        ];
        for name in of_v4.map(|name| format!("X-Amz-{name}")) {
            for spelling in [name.clone(), name.to_ascii_lowercase(), name.replace('-', "%2D")] {
                assert!(AuthParameter::named(&spelling).is_some_and(|known| !known.is_v2()), "{spelling}");
            }
        }
        for name in ["AWSAccessKeyId", "Signature", "Expires"] {
            assert!(AuthParameter::named(name).is_some_and(AuthParameter::is_v2), "{name}");
            assert_eq!(AuthParameter::named(&name.to_ascii_lowercase()), None, "{name}");
        }
        for name in ["", "Xxxxxxx", "X-Amz-Datum", "x-amz-meta-signed", "X-Amz-Meta-Algorit", "prefix", "%58"] {
            assert_eq!(AuthParameter::named(name), None, "{name}");
        }
    }
}
