//! What a request says about who sends it: a token in a header or a cookie, or a name and a password.

use base64::Engine;
use base64::prelude::BASE64_STANDARD_NO_PAD;
use http::header::{AUTHORIZATION, COOKIE};
use http::{HeaderMap, HeaderName};
use keyward_service::Password;
use zeroize::Zeroizing;

/// The header that carries a token, in both directions, and the name of the cookie.
pub(crate) const TOKEN: HeaderName = HeaderName::from_static("x-sds-auth-token");

/// A token as sent.
pub(crate) struct GivenToken {
    /// Its text; not checked yet.
    pub(crate) text: Zeroizing<String>,
    /// Whether it came in a cookie, which browsers add on their own.
    pub(crate) from_cookie: bool,
}

/// The token of a request: that of the header, else that of the cookie (ECS REST API, *Authentication*).
pub(crate) fn token(headers: &HeaderMap) -> Option<GivenToken> {
    let header = headers.get(&TOKEN).map(|value| String::from_utf8_lossy(value.as_bytes()).trim().to_owned());
    if let Some(text) = header.filter(|text| !text.is_empty()) {
        return Some(GivenToken { text: Zeroizing::new(text), from_cookie: false });
    }
    let cookies = headers.get_all(COOKIE).iter().filter_map(|value| value.to_str().ok());
    cookies
        .flat_map(|cookies| cookies.split(';'))
        .filter_map(|cookie| cookie.split_once('='))
        .find(|(name, _)| name.trim().eq_ignore_ascii_case(TOKEN.as_str()))
        .map(|(_, value)| value.trim().trim_matches('"').to_owned())
        .filter(|text| !text.is_empty())
        .map(|text| GivenToken { text: Zeroizing::new(text), from_cookie: true })
}

/// A name and a password, as HTTP Basic carries them.
pub(crate) struct Basic {
    pub(crate) name: String,
    pub(crate) password: Password,
}

impl Basic {
    /// Reads the `Authorization` header. `None` when there is none, or another kind; `Some(None)` when it says Basic
    /// and cannot be read.
    pub(crate) fn of(headers: &HeaderMap) -> Option<Option<Self>> {
        let value = headers.get(AUTHORIZATION)?.as_bytes();
        let scheme = value.get(..6)?;
        scheme.eq_ignore_ascii_case(b"basic ").then(|| Self::decoded(&value[6..]))
    }

    /// Clients send UTF-8 or, as ECS once read it, Latin-1. The name ends at the first colon.
    fn decoded(encoded: &[u8]) -> Option<Self> {
        let encoded = encoded.trim_ascii();
        let unpadded = encoded.iter().rposition(|byte| *byte != b'=').map_or(&[][..], |last| &encoded[..=last]);
        let bytes = Zeroizing::new(BASE64_STANDARD_NO_PAD.decode(unpadded).ok()?);
        let text = Zeroizing::new(match std::str::from_utf8(&bytes) {
            Ok(text) => text.to_owned(),
            Err(_) => bytes.iter().map(|byte| char::from(*byte)).collect(),
        });
        let (name, password) = text.split_once(':')?;
        Some(Self { name: name.to_owned(), password: Password::from(password) })
    }
}

#[cfg(test)]
mod tests {
    use http::HeaderValue;

    use super::*;

    fn with(name: HeaderName, value: &str) -> HeaderMap {
        HeaderMap::from_iter([(name, HeaderValue::from_str(value).expect("header"))])
    }

    fn basic(bytes: &[u8]) -> (String, String) {
        let value = format!("bAsIc {}", base64::prelude::BASE64_STANDARD.encode(bytes));
        let basic = Basic::of(&with(AUTHORIZATION, &value)).flatten().expect("readable");
        (basic.name, basic.password.expose().to_owned())
    }

    #[test]
    fn a_password_is_read_as_utf_8_where_it_is_and_as_latin_1_where_not() {
        let expected = ("dana".to_owned(), "Über".to_owned());
        assert_eq!(basic("dana:Über".as_bytes()), expected);
        assert_eq!(basic(b"dana:\xDCber"), expected);
    }

    #[test]
    fn a_password_may_hold_colons_and_a_name_may_not() {
        assert_eq!(basic(b"dana@corp.example:a:b::"), ("dana@corp.example".to_owned(), "a:b::".to_owned()));
    }

    #[test]
    fn what_is_not_basic_is_told_from_what_cannot_be_read() {
        assert!(Basic::of(&HeaderMap::new()).is_none());
        assert!(Basic::of(&with(AUTHORIZATION, "Bearer abc")).is_none());
        for unreadable in ["Basic ", "Basic !!!", "Basic bm9jb2xvbg=="] {
            assert!(matches!(Basic::of(&with(AUTHORIZATION, unreadable)), Some(None)), "{unreadable}");
        }
    }

    #[test]
    fn the_header_comes_before_the_cookie() {
        let mut headers = with(COOKIE, "a=b; x-SDS-auth-TOKEN=\"in/cookie+\"; c");
        let found = token(&headers).expect("found");
        assert_eq!((found.text.as_str(), found.from_cookie), ("in/cookie+", true));
        headers.insert(TOKEN, HeaderValue::from_static("in-header"));
        let found = token(&headers).expect("found");
        assert_eq!((found.text.as_str(), found.from_cookie), ("in-header", false));
    }

    #[test]
    fn an_empty_token_is_none() {
        assert!(token(&with(TOKEN, " ")).is_none());
        assert!(token(&with(COOKIE, "X-SDS-AUTH-TOKEN=; other=1")).is_none());
    }
}
