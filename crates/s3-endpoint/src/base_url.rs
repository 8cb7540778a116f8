//! The address as the client knows it, for answers that name an object by its URL.

use http::HeaderName;
use http::header::HOST;
use http::request::Parts as Head;

/// What a proxy that ends TLS says of its own side. Believed of anybody: whoever lies misleads only themselves.
const FORWARDED_PROTOCOL: HeaderName = HeaderName::from_static("x-forwarded-proto");

/// Scheme and host as the client addressed them.
/// `encrypted` is whether the connection is.
pub(crate) fn of(head: &Head, encrypted: bool) -> String {
    let encrypted = encrypted || head.headers.get(FORWARDED_PROTOCOL).is_some_and(|value| value == "https");
    let host = head.headers.get(HOST).and_then(|value| value.to_str().ok());
    let host = host.or_else(|| head.uri.authority().map(|authority| authority.as_str())).unwrap_or_default();
    format!("{}://{host}", if encrypted { "https" } else { "http" })
}

#[cfg(test)]
mod tests {
    use http::Request;
    use http::request::Builder;

    use super::*;

    fn base(request: Builder, encrypted: bool) -> String {
        of(&request.body(()).unwrap().into_parts().0, encrypted)
    }

    #[test]
    fn it_is_what_the_client_asked_for() {
        let asked = || Request::get("/b/k").header(HOST, "s3.test:9020");
        assert_eq!(base(asked(), false), "http://s3.test:9020");
        assert_eq!(base(asked(), true), "https://s3.test:9020");
        assert_eq!(base(Request::get("https://s3.test/b/k"), true), "https://s3.test");
    }

    #[test]
    fn a_proxy_in_front_says_that_it_ends_tls() {
        let asked = |protocol| Request::get("/b/k").header(HOST, "s3.test").header(FORWARDED_PROTOCOL, protocol);
        assert_eq!(base(asked("https"), false), "https://s3.test");
        assert_eq!(base(asked("gopher"), false), "http://s3.test");
    }
}
