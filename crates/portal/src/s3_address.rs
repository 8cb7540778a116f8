//! The address of the S3 endpoint as people should type it.

use std::net::{IpAddr, SocketAddr};

/// Where S3 is, as far as the operator has said.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum S3Address {
    /// At this URL, by the operator's word.
    At(String),
    /// On this machine. People reach it by the name under which they reached the portal, unless it listens elsewhere.
    Here {
        /// Whether with TLS.
        encrypted: bool,
        /// Where it listens.
        address: SocketAddr,
        /// Where the portal listens.
        portal: IpAddr,
    },
    /// Nowhere: both endpoints are switched off.
    Off,
}

impl S3Address {
    /// The URL, for somebody who reached the portal under `host`.
    pub(crate) fn url(&self, host: Option<&str>) -> Option<String> {
        match self {
            Self::At(url) => Some(url.clone()),
            Self::Off => None,
            Self::Here { encrypted, address, portal } => {
                let is_beside = address.ip().is_unspecified() || address.ip() == *portal;
                let name = host.filter(|_| is_beside).and_then(host_name);
                let name = name.unwrap_or_else(|| match address.ip() {
                    IpAddr::V4(address) => address.to_string(),
                    IpAddr::V6(address) => format!("[{address}]"),
                });
                let scheme = if *encrypted { "https" } else { "http" };
                Some(format!("{scheme}://{name}:{}", address.port()))
            }
        }
    }
}

/// The name without its port, if it is one: it ends up in lines that people run.
fn host_name(host: &str) -> Option<String> {
    let authority: http::uri::Authority = host.parse().ok()?;
    let name = authority.host().to_ascii_lowercase();
    let sound = |byte: u8| byte.is_ascii_alphanumeric() || matches!(byte, b'.' | b'-' | b'_' | b':' | b'[' | b']');
    (!name.is_empty() && name.bytes().all(sound)).then_some(name)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn here(encrypted: bool, address: &str, portal: &str) -> S3Address {
        let (address, portal) = (address.parse().expect("address"), portal.parse().expect("address"));
        S3Address::Here { encrypted, address, portal }
    }

    #[test]
    fn people_reach_s3_by_the_name_under_which_they_reached_the_portal() {
        let everywhere = here(true, "0.0.0.0:9021", "0.0.0.0");
        let url = |host| everywhere.url(host).expect("a URL");
        assert_eq!(url(Some("Keys.Example:4443")), "https://keys.example:9021");
        assert_eq!(url(Some("[::1]:4443")), "https://[::1]:9021");
        assert_eq!(here(false, "127.0.0.1:9020", "127.0.0.1").url(None).as_deref(), Some("http://127.0.0.1:9020"));
    }

    #[test]
    fn an_endpoint_on_another_address_is_named_by_that_address() {
        assert_eq!(here(false, "10.0.0.5:80", "10.0.0.4").url(Some("x")).as_deref(), Some("http://10.0.0.5:80"));
    }

    #[test]
    fn what_is_no_host_name_does_not_reach_a_line_that_people_run() {
        for host in ["a'b", "a b", "$(x)", "a;b", ""] {
            let url = here(false, "127.0.0.1:9020", "127.0.0.1").url(Some(host));
            assert_eq!(url.as_deref(), Some("http://127.0.0.1:9020"), "{host}");
        }
    }

    #[test]
    fn the_operators_word_counts() {
        assert_eq!(
            S3Address::At("https://s3.example".to_owned()).url(Some("x")).as_deref(),
            Some("https://s3.example")
        );
        assert_eq!(S3Address::Off.url(Some("x")), None);
    }
}
