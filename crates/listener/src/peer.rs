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
            .collect();
        for hop in forwarded.iter().rev() {
            if !self.trusts(client) {
                break;
            }
            let Ok(address) = hop.trim().parse::<IpAddr>() else { break };
            client = address.to_canonical();
        }
        client
    }

    fn trusts(&self, address: IpAddr) -> bool {
        self.0.iter().any(|network| network.contains(&address))
    }
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
}
