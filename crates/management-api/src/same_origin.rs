//! Whether a browser sends a request on behalf of a page of this server, or of somebody else's.

use http::HeaderMap;
use http::header::{HOST, ORIGIN};
use http::request::Parts;
use keyward_ecs_wire::{EcsError, ErrorCode};

use crate::credentials;
use crate::error::Failure;

/// Refuses a change for which a browser added the token by itself, on behalf of another site.
pub(crate) fn check(head: &Parts) -> Result<(), Failure> {
    let from_cookie = credentials::token(&head.headers).is_some_and(|token| token.from_cookie);
    if !from_cookie || is_same_origin(head) {
        return Ok(());
    }
    let details = "A cookie does not count for a change that another site asks for. \
                   Send the token in the header X-SDS-AUTH-TOKEN.";
    Err(EcsError::new(ErrorCode::Forbidden, details).into())
}

/// Whether a page of another site makes a browser send this. The address bar, a bookmark and clients that are no browsers
/// do not say so.
pub(crate) fn is_cross_site(headers: &HeaderMap) -> bool {
    headers.get("sec-fetch-site").is_some_and(|site| site == "cross-site")
}

/// Whether nothing speaks against the request coming from one of our own pages. A cookie travels with every request
/// that any page makes a browser send; this is what tells ours from theirs. Clients that are no browsers say nothing.
fn is_same_origin(head: &Parts) -> bool {
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
    fn a_token_in_a_header_counts_whoever_asks() {
        let head = |name: &str| {
            let value = if name == "cookie" { "X-SDS-AUTH-TOKEN=t" } else { "t" };
            let request = Request::post("/x").header(name, value).header("origin", "https://evil.example");
            request.body(()).expect("request").into_parts().0
        };
        assert!(check(&head("x-sds-auth-token")).is_ok());
        assert_eq!(check(&head("cookie")).expect_err("refused").status(), 403);
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
