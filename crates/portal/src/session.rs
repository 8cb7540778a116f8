//! The session of a browser: a token in a cookie of its own, which the management API does not read.

use std::time::Duration;

use http::header::COOKIE;
use http::{HeaderMap, HeaderValue};
use zeroize::Zeroizing;

/// `__Host-` binds the cookie to this host and to HTTPS: no neighbouring host can set one (RFC 6265bis).
const NAME: &str = "__Host-Keyward-Session";

/// The token that a browser sends.
pub(crate) fn token(headers: &HeaderMap) -> Option<Zeroizing<String>> {
    let cookies = headers.get_all(COOKIE).iter().filter_map(|value| value.to_str().ok());
    cookies
        .flat_map(|cookies| cookies.split(';'))
        .filter_map(|cookie| cookie.trim().split_once('='))
        .find(|(name, value)| *name == NAME && !value.is_empty())
        .map(|(_, value)| Zeroizing::new(value.to_owned()))
}

/// The cookie that begins a session; `None` for a token that no header can carry.
///
/// `Lax` lets a link in a wiki or a mail find the session; forms are held to their origin besides.
pub(crate) fn begun(token: &str, life: Duration) -> Option<HeaderValue> {
    let cookie =
        Zeroizing::new(format!("{NAME}={token}; Path=/; Max-Age={}; Secure; HttpOnly; SameSite=Lax", life.as_secs()));
    let mut value = HeaderValue::from_str(&cookie).ok()?;
    value.set_sensitive(true);
    Some(value)
}

/// The cookie that takes it away.
pub(crate) const ENDED: HeaderValue =
    HeaderValue::from_static("__Host-Keyward-Session=; Path=/; Max-Age=0; Secure; HttpOnly; SameSite=Lax");

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_token_is_found_among_other_cookies() {
        let with = |value: &'static str| HeaderMap::from_iter([(COOKIE, HeaderValue::from_static(value))]);
        let found = token(&with("a=b; __Host-Keyward-Session=x/y+z=; c")).expect("found");
        assert_eq!(found.as_str(), "x/y+z=");
        for other in ["X-SDS-AUTH-TOKEN=t", "__Host-Keyward-Session=", "Keyward-Session=t", ""] {
            assert!(token(&with(other)).is_none(), "{other}");
        }
    }

    #[test]
    fn no_script_no_plain_connection_and_no_other_host_has_the_cookie() {
        let cookie = begun("token", Duration::from_secs(60)).expect("a header");
        assert!(cookie.is_sensitive());
        let text = cookie.to_str().expect("text");
        for part in ["Path=/;", "Secure", "HttpOnly", "SameSite=Lax", "Max-Age=60"] {
            assert!(text.contains(part), "{part}");
        }
    }
}
