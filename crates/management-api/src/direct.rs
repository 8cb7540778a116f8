//! Whether a request was sent by a program on this machine, or may have been passed on by a proxy that runs here.

use std::net::IpAddr;

use http::Version;
use http::header::HOST;
use http::request::Parts;
use http::uri::Authority;
use keyward_listener::{Peer, TrustedProxies};

/// Headers by which proxies name those for whom they ask, beside the family of `X-Forwarded-…`.
const PASSED_ON: &[&str] = &[
    "forwarded",
    "via",
    "x-real-ip",
    "x-client-ip",
    "x-cluster-client-ip",
    "x-original-host",
    "true-client-ip",
    "cf-connecting-ip",
];

/// Whether a request comes from this machine and shows no sign of a proxy: the connection is a loopback one, no header
/// tells of another client, and it names a loopback address or name as its host.
///
/// A proxy that adds nothing and changes the host to a loopback address cannot be distinguished from a program here. HTTP/1.0,
/// which such proxies speak by default, is therefore taken for one of them.
pub(crate) fn is_from_this_machine(head: &Parts, trusted: &TrustedProxies) -> bool {
    let Some(peer) = head.extensions.get::<Peer>() else { return false };
    let address = peer.address.ip().to_canonical();
    address.is_loopback()
        // Where a proxy here is trusted, it is the proxy that asks, and for others.
        && !trusted.trusts(address)
        && head.version >= Version::HTTP_11
        && head.headers.keys().all(|name| !tells_of_another_client(name.as_str()))
        && host(head).is_some_and(|host| is_loopback(host.host()))
}

fn tells_of_another_client(name: &str) -> bool {
    name.starts_with("x-forwarded-") || PASSED_ON.contains(&name)
}

/// The host that a request names: that of its target, else of its one `Host` header (RFC 9112, section 3.2.2).
fn host(head: &Parts) -> Option<Authority> {
    if let Some(authority) = head.uri.authority() {
        return Some(authority.clone());
    }
    let mut values = head.headers.get_all(HOST).iter();
    match (values.next(), values.next()) {
        (Some(host), None) => host.to_str().ok()?.parse().ok(),
        _ => None,
    }
}

fn is_loopback(host: &str) -> bool {
    let host = host.strip_prefix('[').and_then(|host| host.strip_suffix(']')).unwrap_or(host);
    if let Ok(address) = host.parse::<IpAddr>() {
        return address.to_canonical().is_loopback();
    }
    // Names that mean loopback wherever they are asked for (RFC 6761, section 6.3).
    let name = host.strip_suffix('.').unwrap_or(host).to_ascii_lowercase();
    name == "localhost" || name.ends_with(".localhost")
}

#[cfg(test)]
mod tests {
    use http::Request;

    use super::*;

    fn head(peer: &str, uri: &str, headers: &[(&str, &str)]) -> Parts {
        let mut request = Request::builder().uri(uri);
        for (name, value) in headers {
            request = request.header(*name, *value);
        }
        let mut head = request.body(()).expect("request").into_parts().0;
        head.extensions.insert(Peer { address: peer.parse().expect("address"), encrypted: true });
        head
    }

    fn is_here(head: &Parts) -> bool {
        is_from_this_machine(head, &TrustedProxies::default())
    }

    #[test]
    fn a_program_here_is_known_by_its_connection_and_the_host_it_names() {
        for peer in ["127.0.0.1:5", "[::1]:5", "[::ffff:127.0.0.1]:5"] {
            for host in ["127.0.0.1:4443", "localhost:4443", "LOCALHOST", "[::1]:4443", "127.9.9.9", "keys.localhost."]
            {
                assert!(is_here(&head(peer, "/metrics", &[("host", host)])), "{peer} {host}");
            }
        }
        assert!(is_here(&head("127.0.0.1:5", "https://localhost:4443/metrics", &[])), "as HTTP/2 names it");
    }

    #[test]
    fn headers_do_not_make_another_machine_this_one() {
        assert!(!is_here(&head("192.0.2.7:5", "/metrics", &[("host", "localhost")])));
        let mut unknown = head("127.0.0.1:5", "/metrics", &[("host", "localhost")]);
        unknown.extensions.clear();
        assert!(!is_here(&unknown));
    }

    #[test]
    fn whatever_a_proxy_leaves_behind_gives_it_away() {
        let here = |more: &[(&str, &str)]| {
            is_here(&head("127.0.0.1:5", "/metrics", &[&[("host", "localhost")], more].concat()))
        };
        assert!(here(&[]));
        for name in [
            "Forwarded",
            "X-Forwarded-For",
            "X-Forwarded-Host",
            "X-Forwarded-Proto",
            "x-forwarded-server",
            "X-Real-IP",
            "Via",
            "X-Client-IP",
            "True-Client-IP",
        ] {
            for value in ["127.0.0.1", ""] {
                assert!(!here(&[(name, value)]), "{name}: {value}");
            }
        }
    }

    #[test]
    fn a_host_that_is_not_loopback_was_asked_of_a_proxy() {
        for host in ["keys.example", "192.0.2.1:4443", "localhost.example", "127.0.0.1.example", "", "a b", "0.0.0.0"] {
            assert!(!is_here(&head("127.0.0.1:5", "/metrics", &[("host", host)])), "{host}");
        }
        assert!(!is_here(&head("127.0.0.1:5", "/metrics", &[])));
        assert!(!is_here(&head("127.0.0.1:5", "/metrics", &[("host", "localhost"), ("host", "localhost")])));
        assert!(!is_here(&head("127.0.0.1:5", "https://keys.example/metrics", &[("host", "localhost")])));
    }

    #[test]
    fn http_1_0_is_what_proxies_speak() {
        let mut old = head("127.0.0.1:5", "/metrics", &[("host", "localhost")]);
        old.version = Version::HTTP_10;
        assert!(!is_here(&old));
    }

    #[test]
    fn where_a_proxy_here_is_trusted_no_request_counts_as_local() {
        let trusted = TrustedProxies::new(vec!["127.0.0.0/8".parse().expect("network")]);
        assert!(!is_from_this_machine(&head("127.0.0.1:5", "/metrics", &[("host", "localhost")]), &trusted));
    }
}
