//! Who is at the other end of a connection, seen through the proxies we trust.

use std::net::{IpAddr, SocketAddr};

use http::HeaderMap;
use ipnet::IpNet;

/// The other end of the connection that a request came over.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Peer {
    /// The address that the connection comes from.
    pub address: SocketAddr,
    /// Whether the connection is encrypted.
    pub encrypted: bool,
}

/// The networks whose `X-Forwarded-For` is believed.
#[derive(Clone, Debug, Default)]
pub struct TrustedProxies(Vec<IpNet>);

impl TrustedProxies {
    /// Believes proxies in these networks only.
    pub fn new(networks: Vec<IpNet>) -> Self {
        Self(networks)
    }

    /// The client's address: the connection's own unless it is a trusted proxy; then the last address in
    /// `X-Forwarded-For` that is no trusted proxy itself. What a client puts in front of that is never believed.
    pub fn client_address(&self, peer: Peer, headers: &HeaderMap) -> IpAddr {
        let mut client = peer.address.ip().to_canonical();
        if self.0.is_empty() {
            return client;
        }
        let forwarded: Vec<&str> = headers
            .get_all("x-forwarded-for")
            .iter()
            .filter_map(|value| value.to_str().ok())
            .flat_map(|value| value.split(','))
            .map(str::trim)
            // A list may hold empty elements, which say nothing (RFC 9110, *Lists*).
            .filter(|hop| !hop.is_empty())
            .collect();
        for hop in forwarded.iter().rev() {
            if !self.trusts(client) {
                break;
            }
            let Some(address) = address(hop) else { break };
            client = address.to_canonical();
        }
        client
    }

    /// Whether an address, in its canonical form, is that of a trusted proxy.
    pub fn trusts(&self, address: IpAddr) -> bool {
        self.0.iter().any(|network| network.contains(&address))
    }
}

/// The address of a hop, which some proxies write with a port, and then, or always, an IPv6 address in brackets.
fn address(hop: &str) -> Option<IpAddr> {
    let in_brackets = hop.strip_prefix('[').and_then(|rest| rest.strip_suffix(']'));
    let alone = in_brackets.map_or_else(|| hop.parse().ok(), |inner| inner.parse().ok().map(IpAddr::V6));
    alone.or_else(|| hop.parse::<SocketAddr>().ok().map(|with_port| with_port.ip()))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn peer(address: &str) -> Peer {
        Peer { address: SocketAddr::new(address.parse().expect("address"), 1), encrypted: true }
    }

    fn forwarded(value: &str) -> HeaderMap {
        HeaderMap::from_iter([(http::HeaderName::from_static("x-forwarded-for"), value.parse().expect("header"))])
    }

    fn proxies() -> TrustedProxies {
        TrustedProxies::new(vec!["10.0.0.0/8".parse().expect("network")])
    }

    #[test]
    fn a_strangers_header_is_not_believed() {
        let seen = proxies().client_address(peer("192.0.2.7"), &forwarded("203.0.113.9"));
        assert_eq!(seen.to_string(), "192.0.2.7");
    }

    #[test]
    fn a_trusted_proxy_names_its_client() {
        let seen = proxies().client_address(peer("10.0.0.1"), &forwarded("203.0.113.9, 10.0.0.2"));
        assert_eq!(seen.to_string(), "203.0.113.9");
    }

    #[test]
    fn what_a_client_prepends_is_not_believed() {
        let seen = proxies().client_address(peer("10.0.0.1"), &forwarded("198.51.100.1, 203.0.113.9"));
        assert_eq!(seen.to_string(), "203.0.113.9");
    }

    #[test]
    fn ports_brackets_and_empty_elements_hide_no_client() {
        for (value, client) in [
            ("203.0.113.9:99", "203.0.113.9"),
            ("[2001:db8::1]:5", "2001:db8::1"),
            ("[2001:db8::1]", "2001:db8::1"),
            ("2001:db8::1", "2001:db8::1"),
            ("203.0.113.9,", "203.0.113.9"),
            (", 203.0.113.9 ,, 10.0.0.2:8080 ,", "203.0.113.9"),
            ("::ffff:203.0.113.9", "203.0.113.9"),
        ] {
            assert_eq!(proxies().client_address(peer("10.0.0.1"), &forwarded(value)).to_string(), client, "{value}");
        }
    }

    #[test]
    fn what_is_no_address_names_nobody() {
        for value in ["unknown", "_hidden", "203.0.113.9:", "203.0.113.9:x", "[203.0.113.9]", "[2001:db8::1", ","] {
            let seen = proxies().client_address(peer("10.0.0.1"), &forwarded(value));
            assert_eq!(seen.to_string(), "10.0.0.1", "{value}");
        }
    }
}
