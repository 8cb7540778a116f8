//! CORS: the pages of other origins that may read our answers (Fetch standard, *CORS protocol*).
//!
//! Off unless the operator names origins. A page that is named sends its token in the header, as every client does:
//! credentials that a browser adds by itself are never allowed, so a cookie goes on counting for our own pages alone.

use std::fmt;
use std::str::FromStr;

use http::header::{
    ACCESS_CONTROL_ALLOW_HEADERS, ACCESS_CONTROL_ALLOW_METHODS, ACCESS_CONTROL_ALLOW_ORIGIN,
    ACCESS_CONTROL_EXPOSE_HEADERS, ACCESS_CONTROL_MAX_AGE, ACCESS_CONTROL_REQUEST_METHOD, ORIGIN, VARY,
};
use http::request::Parts;
use http::{HeaderMap, HeaderValue, Method, StatusCode};

use crate::reply::Reply;

/// What scripts of ECS send; `Accept` is always allowed and some browsers want it named all the same.
const REQUEST_HEADERS: &str = "Accept, Authorization, Content-Type, X-EMC-Namespace, X-EMC-Override, X-SDS-AUTH-TOKEN";
const METHODS: &str = "GET, HEAD, POST, PUT, DELETE";
const ANSWER_HEADERS: &str = "X-SDS-AUTH-TOKEN, X-SDS-AUTH-MAX-AGE, X-SDS-AUTH-USERNAME, Retry-After, Allow";

/// How long a browser may remember a preflight, in seconds: a change of the configuration is felt soon.
const REMEMBERED: HeaderValue = HeaderValue::from_static("600");

/// The origin of web pages, as a browser writes it: scheme, host in lower case, and the port unless it is the scheme's.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct WebOrigin(HeaderValue);

/// The text is not the origin of web pages.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct WebOriginError;

impl fmt::Display for WebOriginError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("an origin is a scheme, a host and maybe a port, such as https://console.example.com")
    }
}

impl std::error::Error for WebOriginError {}

impl FromStr for WebOrigin {
    type Err = WebOriginError;

    /// Reads one origin. There is no `*` and no `null`: both would let in pages that nobody has named.
    fn from_str(text: &str) -> Result<Self, WebOriginError> {
        let text = text.to_ascii_lowercase();
        let (scheme, host) = text.split_once("://").ok_or(WebOriginError)?;
        let default_port = match scheme {
            "https" => ":443",
            "http" => ":80",
            _ => return Err(WebOriginError),
        };
        let host = host.strip_suffix('/').unwrap_or(host);
        let authority: http::uri::Authority = host.parse().map_err(|_| WebOriginError)?;
        let name = authority.host();
        let is_letter =
            |byte: u8| byte.is_ascii_alphanumeric() || matches!(byte, b'.' | b'-' | b'_' | b':' | b'[' | b']');
        if name.is_empty() || !name.bytes().all(is_letter) || authority.as_str().contains('@') {
            return Err(WebOriginError);
        }
        let host = host.strip_suffix(default_port).unwrap_or(host);
        HeaderValue::from_str(&format!("{scheme}://{host}")).map(Self).map_err(|_| WebOriginError)
    }
}

/// The origins whose pages may read our answers.
#[derive(Clone, Debug, Default)]
pub struct AllowedOrigins(Vec<WebOrigin>);

impl AllowedOrigins {
    /// Allows these.
    pub fn new(origins: Vec<WebOrigin>) -> Self {
        Self(origins)
    }

    /// The answer to a browser that asks beforehand what a page may send; `None` when this is no such question, or
    /// nobody whose pages may send anything.
    pub(crate) fn preflight(&self, head: &Parts) -> Option<Reply> {
        if head.method != Method::OPTIONS || !head.headers.contains_key(ACCESS_CONTROL_REQUEST_METHOD) {
            return None;
        }
        self.allowed(&head.headers)?;
        let permissions = Reply::empty()
            .with(ACCESS_CONTROL_ALLOW_METHODS, HeaderValue::from_static(METHODS))
            .with(ACCESS_CONTROL_ALLOW_HEADERS, HeaderValue::from_static(REQUEST_HEADERS))
            .with(ACCESS_CONTROL_MAX_AGE, REMEMBERED);
        Some(permissions.with_status(StatusCode::NO_CONTENT))
    }

    /// Lets the page read the answer, if it may.
    pub(crate) fn share(&self, request: &HeaderMap, answer: &mut HeaderMap) {
        if self.0.is_empty() {
            return;
        }
        answer.append(VARY, HeaderValue::from_static("Origin"));
        if let Some(WebOrigin(origin)) = self.allowed(request) {
            answer.insert(ACCESS_CONTROL_ALLOW_ORIGIN, origin.clone());
            answer.insert(ACCESS_CONTROL_EXPOSE_HEADERS, HeaderValue::from_static(ANSWER_HEADERS));
        }
    }

    /// Whether the page that sends this is of an origin that is allowed.
    pub(crate) fn allows(&self, request: &HeaderMap) -> bool {
        self.allowed(request).is_some()
    }

    fn allowed(&self, request: &HeaderMap) -> Option<&WebOrigin> {
        let given = request.get(ORIGIN)?;
        self.0.iter().find(|WebOrigin(origin)| origin == given)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_origin_is_read_as_browsers_write_it() {
        for (given, meant) in [
            ("https://console.example.com", "https://console.example.com"),
            ("HTTPS://Console.Example.com:443/", "https://console.example.com"),
            ("http://localhost:8080", "http://localhost:8080"),
            ("http://localhost:80", "http://localhost"),
            ("https://[::1]:8443", "https://[::1]:8443"),
        ] {
            assert_eq!(given.parse().map(|WebOrigin(origin)| origin), Ok(HeaderValue::from_static(meant)), "{given}");
        }
    }

    #[test]
    fn what_names_no_single_origin_is_refused() {
        for given in [
            "*",
            "null",
            "",
            "https://",
            "https://*",
            "https://*.example.com",
            "example.com",
            "file:///x",
            "https://a.example/path",
            "https://user@a.example",
            "https://a b",
            "https://a'b",
        ] {
            assert_eq!(given.parse::<WebOrigin>(), Err(WebOriginError), "{given}");
        }
    }
}
