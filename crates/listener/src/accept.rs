//! The accept loop: takes connections while there are places for them, hands each to a task of its own, drains at the end.

use std::error::Error;
use std::future::Future;
use std::net::SocketAddr;
use std::sync::Arc;
use std::time::Duration;

use bytes::Bytes;
use http::{Request, Response};
use http_body::Body;
use rustls::ServerConfig;
use tokio::net::{TcpListener, TcpSocket, TcpStream};
use tokio::sync::{OwnedSemaphorePermit, mpsc, watch};
use tokio_rustls::TlsAcceptor;

use crate::bodies::RequestBody;
use crate::connections::{Connection, Connections};
use crate::refusal::{self, Refusal, Refuse};
use crate::speak::{self, Front};
use crate::{Peer, TrustedProxies, plain_http};

/// How many connections the system holds that are not accepted yet.
const BACKLOG: u32 = 1024;

/// What bounds the patience with one client and the room for all.
#[derive(Clone, Copy, Debug)]
pub struct Limits {
    /// Connections held at once. When they are nearly so many, the address that holds most loses those that have been
    /// idle longest; while all are busy, further ones wait to be accepted.
    pub connections: usize,
    /// How long a client may take for the TLS handshake, and for the head of each request.
    pub head_timeout: Duration,
    /// How long a connection of HTTP/2 may be without a request.
    pub idle_timeout: Duration,
    /// How long a client may take nothing of an answer.
    pub idle_write: Duration,
    /// How long requests in flight may take to finish once shutdown began.
    pub drain_timeout: Duration,
}

impl Default for Limits {
    fn default() -> Self {
        Self {
            connections: 10_000,
            head_timeout: Duration::from_secs(30),
            idle_timeout: Duration::from_secs(60),
            idle_write: Duration::from_secs(60),
            drain_timeout: Duration::from_secs(30),
        }
    }
}

/// What holds for one port.
#[derive(Clone, Default)]
pub struct Port {
    /// TLS, unless it is spoken in clear. The certificate resolver is asked for each connection, so a
    /// certificate that changes does not end connections.
    pub tls: Option<Arc<ServerConfig>>,
    /// The bounds.
    pub limits: Limits,
    /// Makes the answers to what the listener refuses by itself; without, they are bare statuses.
    pub refuse: Option<Refuse>,
    /// The proxies whose connections are never closed to make room for others.
    pub trusted_proxies: TrustedProxies,
}

impl std::fmt::Debug for Port {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Port").field("tls", &self.tls.is_some()).field("limits", &self.limits).finish_non_exhaustive()
    }
}

/// Listens on an address, with a queue for bursts of connections.
///
/// # Errors
/// Those of the system: the address is taken, or not of this machine.
pub fn listen(address: SocketAddr) -> std::io::Result<TcpListener> {
    let socket = if address.is_ipv4() { TcpSocket::new_v4() } else { TcpSocket::new_v6() }?;
    // A restart need not wait until the connections of the process before it are forgotten.
    socket.set_reuseaddr(true)?;
    socket.bind(address)?;
    socket.listen(BACKLOG)
}

/// Serves connections from `listener` until `shutdown` becomes true, then lets requests in flight finish.
pub async fn serve<S, F, B>(listener: TcpListener, port: Port, service: S, mut shutdown: watch::Receiver<bool>)
where
    S: Fn(Request<RequestBody>) -> F + Clone + Send + Sync + 'static,
    F: Future<Output = Response<B>> + Send + 'static,
    B: Body<Data = Bytes> + Unpin + Send + 'static,
    B::Error: Into<Box<dyn Error + Send + Sync>>,
{
    let limits = port.limits;
    let acceptor = port.tls.map(TlsAcceptor::from);
    let connections = Connections::new(limits.connections, port.trusted_proxies);
    // Each connection holds a sender; the last one that ends closes the channel.
    let (open, mut all_closed) = mpsc::channel::<()>(1);
    loop {
        let accepted = tokio::select! {
            accepted = accept(&listener, &connections) => accepted,
            () = speak::stopped(&mut shutdown) => break,
        };
        let Some((stream, address, place)) = accepted else { continue };
        let connection = connections.take_in(address, place);
        let peer = Peer { address, encrypted: acceptor.is_some() };
        let front = Front { peer, limits, refuse: port.refuse.clone(), stopping: shutdown.clone() };
        let (acceptor, service, open) = (acceptor.clone(), service.clone(), open.clone());
        tokio::spawn(async move {
            tokio::select! {
                () = converse(stream, acceptor, front, &connection, service) => {}
                () = connection.closed() => tracing::debug!(%address, "connection closed to make room for others"),
            }
            drop((connection, open));
        });
    }
    drop((listener, open));
    if tokio::time::timeout(limits.drain_timeout, all_closed.recv()).await.is_err() {
        tracing::warn!("connections still open after the drain time were cut");
    }
}

/// The next connection, once there is room for it; `None` when accepting failed and may be tried again.
async fn accept(
    listener: &TcpListener,
    connections: &Connections,
) -> Option<(TcpStream, SocketAddr, OwnedSemaphorePermit)> {
    let place = connections.free_place().await;
    match listener.accept().await {
        Ok((stream, address)) => {
            if let Err(cause) = stream.set_nodelay(true) {
                tracing::debug!(%address, %cause, "connection without TCP_NODELAY");
            }
            Some((stream, address, place))
        }
        Err(cause) => {
            // Out of file descriptors, mostly: closing connections make room, so try again in a moment.
            tracing::warn!(%cause, "cannot accept a connection");
            tokio::time::sleep(Duration::from_millis(50)).await;
            None
        }
    }
}

/// One connection, from its first byte to its last.
async fn converse<S, F, B>(
    stream: TcpStream,
    acceptor: Option<TlsAcceptor>,
    front: Front,
    connection: &Connection,
    service: S,
) where
    S: Fn(Request<RequestBody>) -> F + Send + Sync + 'static,
    F: Future<Output = Response<B>> + Send + 'static,
    B: Body<Data = Bytes> + Unpin + Send + 'static,
    B::Error: Into<Box<dyn Error + Send + Sync>>,
{
    let activity = Arc::clone(connection.activity());
    let address = front.peer.address;
    let Some(acceptor) = acceptor else { return speak::in_clear(stream, front, activity, service).await };
    let mut stopping = front.stopping.clone();
    let begun = tokio::time::timeout(front.limits.head_timeout, begin(stream, acceptor));
    let begun = tokio::select! {
        begun = begun => begun,
        // Nothing is in flight yet that shutdown would have to wait for.
        () = speak::stopped(&mut stopping) => return,
    };
    match begun {
        Ok(Ok(Begun::Tls(stream))) => speak::over_tls(*stream, front, activity, service).await,
        Ok(Ok(Begun::PlainHttp(stream))) => {
            tracing::debug!(%address, "HTTP without TLS on a port that speaks HTTPS");
            let answer = refusal::answer(front.refuse.as_ref(), Refusal::PlainHttp);
            let refused = plain_http::refuse(stream, answer, front.limits);
            if let Ok(Err(cause)) = tokio::time::timeout(front.limits.head_timeout, refused).await {
                tracing::debug!(%address, %cause, "connection ended early");
            }
        }
        Ok(Err(cause)) => tracing::debug!(%address, %cause, "TLS handshake failed"),
        Err(_) => tracing::debug!(%address, "TLS handshake took too long"),
    }
}

/// How a connection to a port with TLS begins.
enum Begun {
    Tls(Box<tokio_rustls::server::TlsStream<TcpStream>>),
    PlainHttp(TcpStream),
}

async fn begin(stream: TcpStream, acceptor: TlsAcceptor) -> std::io::Result<Begun> {
    match plain_http::is_next(&stream).await? {
        true => Ok(Begun::PlainHttp(stream)),
        false => Ok(Begun::Tls(Box::new(acceptor.accept(stream).await?))),
    }
}

#[cfg(test)]
mod tests {
    use bytes::Bytes;
    use http_body_util::Full;
    use tokio::io::{AsyncReadExt, AsyncWriteExt};

    use super::*;

    async fn exchange(address: SocketAddr) -> String {
        let mut stream = TcpStream::connect(address).await.expect("connected");
        stream.write_all(b"GET / HTTP/1.1\r\nhost: a\r\nconnection: close\r\n\r\n").await.expect("written");
        let mut answer = String::new();
        stream.read_to_string(&mut answer).await.expect("read");
        answer
    }

    #[tokio::test]
    async fn whoever_shuts_the_sending_half_is_answered_all_the_same() {
        let listener = TcpListener::bind("127.0.0.1:0").await.expect("bound");
        let address = listener.local_addr().expect("address");
        let (_stop, stopped) = watch::channel(false);
        let answer = |_: Request<RequestBody>| async {
            tokio::task::yield_now().await;
            Response::new(Full::new(Bytes::from_static(b"here you are")))
        };
        tokio::spawn(serve(listener, Port::default(), answer, stopped));
        let mut stream = TcpStream::connect(address).await.expect("connected");
        stream.write_all(b"GET / HTTP/1.1\r\nhost: a\r\n\r\n").await.expect("written");
        stream.shutdown().await.expect("half closed");
        let mut answer = String::new();
        stream.read_to_string(&mut answer).await.expect("read to the end: the connection ends by itself");
        assert!(answer.ends_with("here you are"), "{answer}");
    }

    #[tokio::test(start_paused = true)]
    async fn a_connection_that_says_nothing_is_ended() {
        let listener = TcpListener::bind("127.0.0.1:0").await.expect("bound");
        let address = listener.local_addr().expect("address");
        let (_stop, stopped) = watch::channel(false);
        let answer = |_: Request<RequestBody>| async { Response::new(Full::new(Bytes::new())) };
        tokio::spawn(serve(listener, Port::default(), answer, stopped));
        for said in ["", "PR"] {
            let mut stream = TcpStream::connect(address).await.expect("connected");
            stream.write_all(said.as_bytes()).await.expect("written");
            let mut answer = Vec::new();
            // In order, or by a reset where something was left unread: either way it ends.
            let _ = stream.read_to_end(&mut answer).await;
            assert!(answer.is_empty());
        }
    }

    #[tokio::test]
    async fn a_request_knows_its_peer_and_shutdown_ends_the_loop() {
        let listener = TcpListener::bind("127.0.0.1:0").await.expect("bound");
        let address = listener.local_addr().expect("address");
        let (stop, stopped) = watch::channel(false);
        let answer = |request: Request<RequestBody>| async move {
            let peer = *request.extensions().get::<Peer>().expect("peer");
            Response::new(Full::new(Bytes::from(format!("{} {}", peer.address.ip(), peer.encrypted))))
        };
        let server = tokio::spawn(serve(listener, Port::default(), answer, stopped));
        assert!(exchange(address).await.ends_with("127.0.0.1 false"));
        stop.send(true).expect("server listens");
        server.await.expect("the loop ends");
        assert!(TcpStream::connect(address).await.is_err(), "nobody listens any more");
    }
}
