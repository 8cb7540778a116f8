//! Whether a browser sends a request on behalf of a page of this server, or of somebody else's.

use http::header::{HOST, ORIGIN};
use http::request::Parts;

/// Whether nothing speaks against the request coming from one of our own pages. A cookie travels with every request
/// that any page makes a browser send; this is what tells ours from theirs. Clients that are no browsers say nothing.
pub(crate) fn is_same_origin(head: &Parts) -> bool {
    let text = |name: &str| head.headers.get(name).map(|value| value.to_str().unwrap_or("unreadable"));
    match text("sec-fetch-site") {
        Some(site) => site == "same-origin" || site == "none",
        None => text(ORIGIN.as_str()).is_none_or(|origin| is_ours(origin, head)),
    }
}

fn is_ours(origin: &str, head: &Parts) -> bool {
    let host = head.headers.get(HOST).and_then(|host| host.to_str().ok());
    let host = head.uri.authority().map(|authority| authority.as_str()).or(host);
    match (origin.strip_prefix("https://"), host) {
        (Some(origin), Some(host)) => without_port(origin).eq_ignore_ascii_case(without_port(host)),
        _ => false,
    }
}

/// Leaves the default port out, which browsers do in one of the two headers and not always in the other.
fn without_port(host: &str) -> &str {
    host.strip_suffix(":443").unwrap_or(host)
}

#[cfg(test)]
mod tests {
    use http::Request;

    use super::*;

    fn same_origin(headers: &[(&str, &str)]) -> bool {
        let mut request = Request::get("/logout").header("host", "keys.example:4443");
        for (name, value) in headers {
            request = request.header(*name, *value);
        }
        is_same_origin(&request.body(()).expect("request").into_parts().0)
    }

    #[test]
    fn what_is_no_browser_says_nothing_and_is_let_in() {
        assert!(same_origin(&[]));
    }

    #[test]
    fn only_pages_of_this_very_server_count() {
        assert!(same_origin(&[("origin", "https://keys.example:4443")]));
        for origin in ["https://evil.example", "https://keys.example", "http://keys.example:4443", "null", ""] {
            assert!(!same_origin(&[("origin", origin)]), "{origin}");
        }
    }

    #[test]
    fn what_the_browser_itself_says_outranks_the_origin() {
        assert!(same_origin(&[("sec-fetch-site", "same-origin"), ("origin", "https://behind-a-proxy.example")]));
        assert!(same_origin(&[("sec-fetch-site", "none")]));
        for site in ["cross-site", "same-site", "x"] {
            assert!(!same_origin(&[("sec-fetch-site", site)]), "{site}");
        }
    }
}
