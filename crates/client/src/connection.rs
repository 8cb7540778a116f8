//! One HTTPS exchange with the management API.

use std::sync::Arc;
use std::time::Duration;

use bytes::Bytes;
use http::{Request, Response, Uri};
use http_body_util::{BodyExt, Full, Limited};
use hyper::client::conn::http1;
use hyper_util::rt::TokioIo;
use rustls_pki_types::ServerName;
use tokio::net::TcpStream;
use tokio_rustls::TlsConnector;

use crate::Trust;

/// Why the server did not do what was asked. Texts are for the person at the terminal.
#[derive(Debug, thiserror::Error)]
pub enum ClientError {
    /// The address is not an `https://host:port` URL.
    #[error("{0} is not a server address; give https://HOST:PORT")]
    Address(String),
    /// The certificates to trust cannot be read.
    #[error("cannot read the trusted certificates in {path}: {cause}")]
    Trust {
        /// The file.
        path: String,
        /// What is wrong with it.
        cause: String,
    },
    /// No connection, or it broke.
    #[error("cannot reach {server}: {cause}")]
    Unreachable {
        /// Whom we tried to reach.
        server: String,
        /// What happened.
        cause: String,
    },
    /// The server refused; the text is its own.
    #[error("the server answered {status}: {details}")]
    Refused {
        /// The HTTP status.
        status: u16,
        /// The server's `details`, or its whole answer when that is no error document.
        details: String,
    },
    /// The answer is not what this client knows.
    #[error("the server's answer cannot be understood: {0}")]
    Answer(String),
}

/// How long a server may take for one answer.
const PATIENCE: Duration = Duration::from_secs(60);

/// Answers larger than this are not read.
const LARGEST_ANSWER: usize = 16 * 1024 * 1024;

/// Where the server is and how it is trusted.
#[derive(Clone, Debug)]
pub(crate) struct Server {
    pub(crate) address: Uri,
    tls: Arc<rustls::ClientConfig>,
}

impl Server {
    pub(crate) fn new(address: &str, trust: &Trust) -> Result<Self, ClientError> {
        let wrong = || ClientError::Address(address.to_owned());
        let uri: Uri = address.parse().map_err(|_| wrong())?;
        if uri.scheme_str() != Some("https") || uri.host().is_none() {
            return Err(wrong());
        }
        Ok(Self { address: uri, tls: Arc::new(trust.client_config()?) })
    }

    /// Sends one request on a connection of its own and reads the whole answer, within [`PATIENCE`].
    pub(crate) async fn exchange(&self, request: Request<Full<Bytes>>) -> Result<Response<Bytes>, ClientError> {
        let answer = tokio::time::timeout(PATIENCE, self.exchange_at_leisure(request)).await;
        answer.unwrap_or_else(|_| {
            Err(ClientError::Unreachable {
                server: self.address.to_string(),
                cause: format!("no answer within {} seconds", PATIENCE.as_secs()),
            })
        })
    }

    async fn exchange_at_leisure(&self, request: Request<Full<Bytes>>) -> Result<Response<Bytes>, ClientError> {
        let unreachable = |cause: &dyn std::fmt::Display| ClientError::Unreachable {
            server: self.address.to_string(),
            cause: cause.to_string(),
        };
        let host = self.address.host().unwrap_or_default().trim_matches(['[', ']']);
        let port = self.address.port_u16().unwrap_or(4443);
        let stream = TcpStream::connect((host, port)).await.map_err(|cause| unreachable(&cause))?;
        let name = ServerName::try_from(host.to_owned()).map_err(|cause| unreachable(&cause))?;
        let stream =
            TlsConnector::from(Arc::clone(&self.tls)).connect(name, stream).await.map_err(|c| unreachable(&c))?;
        let (mut sender, connection) = http1::handshake(TokioIo::new(stream)).await.map_err(|c| unreachable(&c))?;
        let driver = tokio::spawn(connection);
        let answer = sender.send_request(request).await.map_err(|cause| unreachable(&cause))?;
        let (parts, body) = answer.into_parts();
        let body = Limited::new(body, LARGEST_ANSWER).collect().await.map_err(|cause| unreachable(&cause))?;
        driver.abort();
        Ok(Response::from_parts(parts, body.to_bytes()))
    }
}
