//! The accept loop: takes connections, wraps them in TLS, hands their requests to a service, drains at the end.

use std::convert::Infallible;
use std::error::Error;
use std::future::Future;
use std::net::SocketAddr;
use std::sync::Arc;
use std::time::Duration;

use http::{Request, Response};
use http_body::Body;
use hyper::body::Incoming;
use hyper::service::service_fn;
use hyper_util::rt::{TokioExecutor, TokioIo, TokioTimer};
use hyper_util::server::conn::auto;
use hyper_util::server::graceful::{GracefulShutdown, Watcher};
use rustls::ServerConfig;
use tokio::io::{AsyncRead, AsyncWrite};
use tokio::net::{TcpListener, TcpStream};
use tokio::sync::{OwnedSemaphorePermit, Semaphore, watch};
use tokio_rustls::TlsAcceptor;

use crate::Peer;

/// What bounds the patience with one client and the room for all.
#[derive(Clone, Copy, Debug)]
pub struct Limits {
    /// Connections held at once; further ones wait to be accepted.
    pub connections: usize,
    /// How long a client may take for the TLS handshake, and for the head of each request.
    pub head_timeout: Duration,
    /// How long requests in flight may take to finish once shutdown began.
    pub drain_timeout: Duration,
}

impl Default for Limits {
    fn default() -> Self {
        Self { connections: 10_000, head_timeout: Duration::from_secs(30), drain_timeout: Duration::from_secs(30) }
    }
}

/// Serves connections from `listener` until `shutdown` becomes true, then lets requests in flight finish.
///
/// `tls` is read anew for each connection only through its certificate resolver, so a certificate that changes does
/// not end connections.
pub async fn serve<S, F, B>(
    listener: TcpListener,
    tls: Option<Arc<ServerConfig>>,
    limits: Limits,
    service: S,
    mut shutdown: watch::Receiver<bool>,
) where
    S: Fn(Request<Incoming>) -> F + Clone + Send + Sync + 'static,
    F: Future<Output = Response<B>> + Send + 'static,
    B: Body + Send + 'static,
    B::Data: Send,
    B::Error: Into<Box<dyn Error + Send + Sync>>,
{
    let acceptor = tls.map(TlsAcceptor::from);
    let graceful = GracefulShutdown::new();
    let room = Arc::new(Semaphore::new(limits.connections));
    loop {
        let accepted = tokio::select! {
            accepted = accept(&listener, &room) => accepted,
            _ = shutdown.wait_for(|stop| *stop) => break,
        };
        let Some((stream, address, permit)) = accepted else { continue };
        let watcher = graceful.watcher();
        let service = service.clone();
        let acceptor = acceptor.clone();
        tokio::spawn(async move {
            let peer = Peer { address, encrypted: acceptor.is_some() };
            match acceptor {
                None => speak_http(stream, peer, limits, service, watcher).await,
                Some(acceptor) => match tokio::time::timeout(limits.head_timeout, acceptor.accept(stream)).await {
                    Ok(Ok(stream)) => speak_http(stream, peer, limits, service, watcher).await,
                    Ok(Err(cause)) => tracing::debug!(%address, %cause, "TLS handshake failed"),
                    Err(_) => tracing::debug!(%address, "TLS handshake took too long"),
                },
            }
            drop(permit);
        });
    }
    drop(listener);
    if tokio::time::timeout(limits.drain_timeout, graceful.shutdown()).await.is_err() {
        tracing::warn!("connections still open after the drain time were cut");
    }
}

/// The next connection, once there is room for it; `None` when accepting failed and may be tried again.
async fn accept(
    listener: &TcpListener,
    room: &Arc<Semaphore>,
) -> Option<(TcpStream, SocketAddr, OwnedSemaphorePermit)> {
    let permit = Arc::clone(room).acquire_owned().await.ok()?;
    match listener.accept().await {
        Ok((stream, address)) => {
            if let Err(cause) = stream.set_nodelay(true) {
                tracing::debug!(%address, %cause, "connection without TCP_NODELAY");
            }
            Some((stream, address, permit))
        }
        Err(cause) => {
            // Out of file descriptors, mostly: closing connections make room, so try again in a moment.
            tracing::warn!(%cause, "cannot accept a connection");
            tokio::time::sleep(Duration::from_millis(50)).await;
            None
        }
    }
}

async fn speak_http<I, S, F, B>(stream: I, peer: Peer, limits: Limits, service: S, watcher: Watcher)
where
    I: AsyncRead + AsyncWrite + Unpin + Send + 'static,
    S: Fn(Request<Incoming>) -> F + Send + Sync + 'static,
    F: Future<Output = Response<B>> + Send + 'static,
    B: Body + Send + 'static,
    B::Data: Send,
    B::Error: Into<Box<dyn Error + Send + Sync>>,
{
    let mut builder = auto::Builder::new(TokioExecutor::new());
    builder
        .http1()
        .timer(TokioTimer::new())
        .header_read_timeout(limits.head_timeout)
        .title_case_headers(false)
        .http2()
        .timer(TokioTimer::new())
        .keep_alive_interval(Some(limits.head_timeout));
    let service = service_fn(move |mut request: Request<Incoming>| {
        request.extensions_mut().insert(peer);
        let answer = service(request);
        async move { Ok::<_, Infallible>(answer.await) }
    });
    let connection = builder.serve_connection(TokioIo::new(stream), service).into_owned();
    if let Err(cause) = watcher.watch(connection).await {
        tracing::debug!(address = %peer.address, %cause, "connection ended early");
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
    async fn a_request_knows_its_peer_and_shutdown_ends_the_loop() {
        let listener = TcpListener::bind("127.0.0.1:0").await.expect("bound");
        let address = listener.local_addr().expect("address");
        let (stop, stopped) = watch::channel(false);
        let answer = |request: Request<Incoming>| async move {
            let peer = *request.extensions().get::<Peer>().expect("peer");
            Response::new(Full::new(Bytes::from(format!("{} {}", peer.address.ip(), peer.encrypted))))
        };
        let server = tokio::spawn(serve(listener, None, Limits::default(), answer, stopped));
        assert!(exchange(address).await.ends_with("127.0.0.1 false"));
        stop.send(true).expect("server listens");
        server.await.expect("the loop ends");
        assert!(TcpStream::connect(address).await.is_err(), "nobody listens any more");
    }
}
