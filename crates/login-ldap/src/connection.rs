//! Opens a connection to one server, encrypted as far as the provider demands it.

use std::io;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::Duration;

use keyward_identity::StartTls;
use ldap3::{Ldap, LdapConnAsync, LdapConnSettings, LdapError, StdStream};
use rustls::ClientConfig;
use tokio::net::{TcpStream, lookup_host};
use tokio::time::timeout;

use crate::Limits;
use crate::failure::printable;

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
    host: String,
    port: u16,
    /// `ldaps://`: encrypted from the first byte.
    ldaps: bool,
    warned: AtomicBool,
}

impl Server {
    /// Reads a URL that [`AuthnProvider::check`](keyward_identity::AuthnProvider::check) has accepted; `None` for any
    /// other.
    pub(crate) fn parse(url: &str) -> Option<Self> {
        let (scheme, rest) = url.split_once("://")?;
        let ldaps = scheme.eq_ignore_ascii_case("ldaps");
        let authority = rest.strip_suffix('/').unwrap_or(rest);
        let (host, port) = match authority.rsplit_once(':') {
            Some((host, port)) if !port.ends_with(']') => (host, port.parse().ok()?),
            _ => (authority, if ldaps { 636 } else { 389 }),
        };
        let host = host.strip_prefix('[').and_then(|host| host.strip_suffix(']')).unwrap_or(host);
        Some(Self { url: url.to_owned(), host: host.to_owned(), port, ldaps, warned: AtomicBool::new(false) })
    }

    fn warn_of_clear_text(&self, reason: &str) {
        if !self.warned.swap(true, Ordering::Relaxed) {
            tracing::warn!(server = %self.url, reason, "passwords travel to this directory server in clear text");
        }
    }
}

/// How connections are made for one provider.
#[derive(Debug)]
pub(crate) struct Connector {
    /// For `ldaps://`, and for StartTLS that is required.
    pub(crate) tls: Arc<ClientConfig>,
    /// For StartTLS that is welcome and not required.
    pub(crate) opportunistic: Arc<ClientConfig>,
    pub(crate) start_tls: StartTls,
    pub(crate) limits: Limits,
}

impl Connector {
    /// An open connection on which nobody is bound. Falls back to clear text only when `start_tls` is
    /// [`StartTls::IfOffered`] and the server itself says that it has no StartTLS: a handshake that fails is no reason
    /// to send passwords in clear.
    pub(crate) async fn open(&self, server: &Server) -> Result<Ldap, ConnectFailure> {
        if server.ldaps {
            return self.open_with(server, &self.tls, false).await;
        }
        match self.start_tls {
            StartTls::Required => self.open_with(server, &self.tls, true).await,
            StartTls::IfOffered => match self.open_with(server, &self.opportunistic, true).await {
                Err(ConnectFailure::StartTlsRefused { .. }) => {
                    server.warn_of_clear_text("the server does not offer StartTLS");
                    self.open_with(server, &self.tls, false).await
                }
                opened => opened,
            },
            StartTls::Off => {
                server.warn_of_clear_text("start_tls is off");
                self.open_with(server, &self.tls, false).await
            }
        }
    }

    async fn open_with(
        &self,
        server: &Server,
        tls: &Arc<ClientConfig>,
        start_tls: bool,
    ) -> Result<Ldap, ConnectFailure> {
        let limit = self.limits.operation;
        let stream = self.reach(server).await?.into_std().map_err(ConnectFailure::Connecting)?;
        let settings = LdapConnSettings::new()
            .set_conn_timeout(limit)
            .set_config(Arc::clone(tls))
            .set_starttls(start_tls)
            .set_std_stream(StdStream::Tcp(stream));
        let (connection, ldap) = match LdapConnAsync::with_settings(settings, &server.url).await {
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
        Ok(ldap)
    }

    /// Tries every address of the server: a name that stands for several machines often includes a dead one.
    async fn reach(&self, server: &Server) -> Result<TcpStream, ConnectFailure> {
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
        let server = Server::parse(url).unwrap();
        (server.host, server.port, server.ldaps)
    }

    #[test]
    fn urls_name_host_port_and_encryption() {
        assert_eq!(parts("ldap://dc1.corp.example"), ("dc1.corp.example".to_owned(), 389, false));
        assert_eq!(parts("LDAPS://dc1.corp.example/"), ("dc1.corp.example".to_owned(), 636, true));
        assert_eq!(parts("ldaps://192.0.2.1:3269"), ("192.0.2.1".to_owned(), 3269, true));
        assert_eq!(parts("ldap://[2001:db8::1]:1389"), ("2001:db8::1".to_owned(), 1389, false));
        assert_eq!(parts("ldap://[2001:db8::1]"), ("2001:db8::1".to_owned(), 389, false));
        assert!(Server::parse("dc1.corp.example").is_none());
    }
}
