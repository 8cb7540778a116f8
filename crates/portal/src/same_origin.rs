//! Whether a form was sent by one of our own pages.
//!
//! A browser sends our cookie with a form of ours; another page on this host, on another port, is "same site" to it, so
//! `SameSite` alone is no wall. What no page can make a browser leave out or forge is `Sec-Fetch-Site`, on HTTPS, and
//! `Origin`, on every POST (Fetch standard). One of them has to say that the page is ours; saying nothing is refused,
//! because only browsers have business here.

use http::header::{HOST, ORIGIN};
use http::request::Parts;

/// Whether the request proves to come from a page of this very server.
pub(crate) fn is_proven(head: &Parts) -> bool {
    let text = |name: &str| head.headers.get(name).map(|value| value.to_str().unwrap_or("unreadable"));
    match (text("sec-fetch-site"), text(ORIGIN.as_str())) {
        (Some(site), _) => site == "same-origin",
        (None, Some(origin)) => host(head).is_some_and(|host| is_at(origin, host)),
        (None, None) => false,
    }
}

/// The host and port that the browser wanted to reach.
pub(crate) fn host(head: &Parts) -> Option<&str> {
    let named = head.headers.get(HOST).and_then(|host| host.to_str().ok());
    head.uri.authority().map(|authority| authority.as_str()).or(named)
}

fn is_at(origin: &str, host: &str) -> bool {
    // Browsers leave the scheme's own port out of an origin; a Host header may name it.
    let without_port = |host: &str| host.strip_suffix(":443").unwrap_or(host).to_ascii_lowercase();
    origin.strip_prefix("https://").is_some_and(|origin| without_port(origin) == without_port(host))
}

#[cfg(test)]
mod tests {
    use http::Request;

    use super::*;

    fn proven(headers: &[(&str, &str)]) -> bool {
        let mut request = Request::post("/portal/keys").header("host", "keys.example:4443");
        for (name, value) in headers {
            request = request.header(*name, *value);
        }
        is_proven(&request.body(()).expect("request").into_parts().0)
    }

    #[test]
    fn a_form_of_ours_is_known_by_either_header() {
        assert!(proven(&[("sec-fetch-site", "same-origin"), ("origin", "https://behind-a-proxy.example")]));
        assert!(proven(&[("origin", "https://keys.example:4443")]));
    }

    #[test]
    fn whoever_says_nothing_or_another_name_is_refused() {
        assert!(!proven(&[]));
        for site in ["cross-site", "same-site", "none", ""] {
            assert!(!proven(&[("sec-fetch-site", site), ("origin", "https://keys.example:4443")]), "{site}");
        }
        for origin in ["null", "https://keys.example", "http://keys.example:4443", "https://keys.example:4444", ""] {
            assert!(!proven(&[("origin", origin)]), "{origin}");
        }
    }
}
