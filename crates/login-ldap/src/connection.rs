//! Opens a connection to one server, encrypted as far as the provider demands it.

use std::io;
use std::net::Ipv6Addr;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::Duration;

use keyward_identity::{AuthnProvider, StartTls};
use ldap3::{Ldap, LdapConnAsync, LdapConnSettings, LdapError, StdStream};
use rustls::ClientConfig;
use tokio::net::{TcpStream, lookup_host};
use tokio::time::timeout;

use crate::failure::printable;
use crate::tls::{SystemRoots, Tls};
use crate::{ConfigurationError, Limits};

/// Why a server could not be connected to.
#[derive(Debug, thiserror::Error)]
pub(crate) enum ConnectFailure {
    #[error("its name could not be resolved within {} ms", limit.as_millis())]
    ResolvingTimedOut { limit: Duration },
    #[error("its name could not be resolved")]
    Resolving(#[source] io::Error),
    #[error("its name has no address")]
    NoAddress,
    #[error("it did not answer within {} ms", limit.as_millis())]
    TimedOut { limit: Duration },
    #[error("it could not be connected to")]
    Connecting(#[source] io::Error),
    #[error("it refuses StartTLS (LDAP result {code}: {text}); use ldaps:// or change start_tls")]
    StartTlsRefused { code: u32, text: String },
    #[error("the TLS handshake took longer than {} ms", limit.as_millis())]
    HandshakeTimedOut { limit: Duration },
    #[error("a secure connection could not be made")]
    Securing(#[source] LdapError),
}

/// One configured server.
#[derive(Debug)]
pub(crate) struct Server {
    /// As configured.
    pub(crate) url: String,
    address: Address,
    tls: Tls,
    warned: AtomicBool,
}

#[derive(Debug, PartialEq, Eq)]
struct Address {
    /// A name, or an address without brackets.
    host: String,
    port: u16,
    /// `ldaps://`: encrypted from the first byte.
    ldaps: bool,
    /// The host, when it is such an address.
    ipv6: Option<Ipv6Addr>,
}

impl Address {
    fn parse(url: &str) -> Option<Self> {
        let (scheme, rest) = url.split_once("://")?;
        let ldaps = scheme.eq_ignore_ascii_case("ldaps");
        let authority = rest.strip_suffix('/').unwrap_or(rest);
        let (host, port, ipv6) = match authority.strip_prefix('[') {
            Some(bracketed) => {
                let (host, after) = bracketed.split_once(']')?;
                let port = if after.is_empty() { None } else { Some(after.strip_prefix(':')?) };
                (host, port, Some(host.parse().ok()?))
            }
            None => match authority.split_once(':') {
                Some((host, port)) => (host, Some(port), None),
                None => (authority, None, None),
            },
        };
        let port = match port {
            Some(port) => port.parse().ok()?,
            None if ldaps => 636,
            None => 389,
        };
        (!host.is_empty()).then(|| Self { host: host.to_owned(), port, ldaps, ipv6 })
    }
}

impl Server {
    /// Reads a URL of `provider`, and how its server is recognised.
    pub(crate) fn new(url: &str, provider: &AuthnProvider, system: &SystemRoots) -> Result<Self, ConfigurationError> {
        let address = Address::parse(url).ok_or_else(|| ConfigurationError::ServerAddress { url: url.to_owned() })?;
        let tls = Tls::new(provider, system, address.ipv6)?;
        Ok(Self { url: url.to_owned(), address, tls, warned: AtomicBool::new(false) })
    }

    /// The URL for the client library, which takes the scheme from it and the name that TLS is about. It cannot read
    /// the address in brackets of IPv6: a name stands in for it, and [`Tls`] knows the address.
    fn library_url(&self) -> String {
        let scheme = if self.address.ldaps { "ldaps" } else { "ldap" };
        let host = if self.address.ipv6.is_some() { "ipv6.invalid" } else { &self.address.host };
        format!("{scheme}://{host}:{}", self.address.port)
    }

    fn warn_of_clear_text(&self, reason: &str) {
        if !self.warned.swap(true, Ordering::Relaxed) {
            tracing::warn!(server = %self.url, reason, "passwords travel to this directory server in clear text");
        }
    }
}

/// A connection on which nobody is bound.
pub(crate) struct Opened {
    pub(crate) ldap: Ldap,
    pub(crate) encrypted: bool,
}

#[derive(Clone, Copy, PartialEq, Eq)]
enum Encryption {
    None,
    FromTheStart,
    StartTls,
}

/// How connections are made for one provider.
#[derive(Debug)]
pub(crate) struct Connector {
    pub(crate) start_tls: StartTls,
    pub(crate) limits: Limits,
}

impl Connector {
    /// An open connection. Falls back to clear text only when `start_tls` is [`StartTls::IfOffered`] and the server
    /// itself says that it has no StartTLS: a handshake that fails is no reason to send passwords in clear.
    pub(crate) async fn open(&self, server: &Server) -> Result<Opened, ConnectFailure> {
        let tls = &server.tls;
        if server.address.ldaps {
            return self.open_with(server, &tls.demanded, Encryption::FromTheStart).await;
        }
        match self.start_tls {
            StartTls::Required => self.open_with(server, &tls.demanded, Encryption::StartTls).await,
            StartTls::IfOffered => match self.open_with(server, &tls.welcome, Encryption::StartTls).await {
                Err(ConnectFailure::StartTlsRefused { .. }) => {
                    server.warn_of_clear_text("the server does not offer StartTLS");
                    self.open_with(server, &tls.demanded, Encryption::None).await
                }
                opened => opened,
            },
            StartTls::Off => {
                server.warn_of_clear_text("start_tls is off");
                self.open_with(server, &tls.demanded, Encryption::None).await
            }
        }
    }

    async fn open_with(
        &self,
        server: &Server,
        tls: &Arc<ClientConfig>,
        encryption: Encryption,
    ) -> Result<Opened, ConnectFailure> {
        let limit = self.limits.operation;
        let stream = self.reach(&server.address).await?.into_std().map_err(ConnectFailure::Connecting)?;
        let settings = LdapConnSettings::new()
            .set_conn_timeout(limit)
            .set_config(Arc::clone(tls))
            .set_starttls(encryption == Encryption::StartTls)
            .set_std_stream(StdStream::Tcp(stream));
        let (connection, ldap) = match LdapConnAsync::with_settings(settings, &server.library_url()).await {
            Ok(opened) => opened,
            Err(LdapError::LdapResult { result }) => {
                return Err(ConnectFailure::StartTlsRefused { code: result.rc, text: printable(&result.text) });
            }
            Err(LdapError::Timeout { .. }) => return Err(ConnectFailure::HandshakeTimedOut { limit }),
            Err(error) => return Err(ConnectFailure::Securing(error)),
        };
        let url = server.url.clone();
        // Ends by itself when the last handle is dropped or the server goes away.
        tokio::spawn(async move {
            if let Err(error) = connection.drive().await {
                tracing::debug!(server = %url, %error, "directory connection ended");
            }
        });
        Ok(Opened { ldap, encrypted: encryption != Encryption::None })
    }

    /// Tries every address of the server: a name that stands for several machines often includes a dead one.
    async fn reach(&self, server: &Address) -> Result<TcpStream, ConnectFailure> {
        let limit = self.limits.connect;
        let addresses = timeout(limit, lookup_host((server.host.as_str(), server.port)))
            .await
            .map_err(|_| ConnectFailure::ResolvingTimedOut { limit })?
            .map_err(ConnectFailure::Resolving)?;
        let mut failure = ConnectFailure::NoAddress;
        for address in addresses {
            failure = match timeout(limit, TcpStream::connect(address)).await {
                Ok(Ok(stream)) => {
                    // Requests are small and waited for; only speed is lost where this is not supported.
                    let _ = stream.set_nodelay(true);
                    return Ok(stream);
                }
                Ok(Err(error)) => ConnectFailure::Connecting(error),
                Err(_) => ConnectFailure::TimedOut { limit },
            };
        }
        Err(failure)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn parts(url: &str) -> (String, u16, bool) {
        let address = Address::parse(url).unwrap();
        (address.host, address.port, address.ldaps)
    }

    #[test]
    fn urls_name_host_port_and_encryption() {
        assert_eq!(parts("ldap://dc1.corp.example"), ("dc1.corp.example".to_owned(), 389, false));
        assert_eq!(parts("LDAPS://dc1.corp.example/"), ("dc1.corp.example".to_owned(), 636, true));
        assert_eq!(parts("ldaps://192.0.2.1:3269"), ("192.0.2.1".to_owned(), 3269, true));
        assert_eq!(parts("ldap://[2001:db8::1]:1389"), ("2001:db8::1".to_owned(), 1389, false));
        assert_eq!(parts("ldap://[2001:db8::1]"), ("2001:db8::1".to_owned(), 389, false));
        assert_eq!(Address::parse("ldaps://[2001:db8::1]").unwrap().ipv6, Some("2001:db8::1".parse().unwrap()));
        assert_eq!(Address::parse("ldaps://192.0.2.1").unwrap().ipv6, None);
    }

    #[test]
    fn what_names_no_server_is_refused() {
        for url in [
            "dc1.corp.example",
            "ldap://",
            "ldap://:389",
            "ldap://dc1:389:636",
            "ldap://2001:db8::1",
            "ldap://[2001:db8::1",
            "ldap://[2001:db8::1]389",
            "ldap://[fe80::1%eth0]",
            "ldap://[dc1.corp.example]",
            "ldap://dc1:99999",
        ] {
            assert_eq!(Address::parse(url), None, "{url:?}");
        }
    }
}
