//! The accept loop: takes connections, wraps them in TLS, hands their requests to a service, drains at the end.

use std::convert::Infallible;
use std::error::Error;
use std::future::Future;
use std::net::SocketAddr;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::Duration;

use http::{Request, Response};
use http_body::Body;
use hyper::body::Incoming;
use hyper::server::conn::{http1, http2};
use hyper::service::service_fn;
use hyper_util::rt::{TokioExecutor, TokioIo, TokioTimer};
use hyper_util::server::graceful::{GracefulShutdown, Watcher};
use rustls::ServerConfig;
use tokio::io::{AsyncRead, AsyncWrite};
use tokio::net::{TcpListener, TcpStream};
use tokio::sync::{OwnedSemaphorePermit, Semaphore, watch};
use tokio_rustls::TlsAcceptor;
use tokio_rustls::server::TlsStream;

use crate::Peer;
use crate::progress::Progress;
use crate::refused_head::{Explained, RefusedHead};

/// The most headers of a request. An object's metadata are headers, and 2 KiB of them may be several hundred.
const MOST_HEADERS: usize = 1024;

/// The most bytes of all headers of a request over HTTP/2; over HTTP/1 the library's own bound is as large.
const MOST_HEAD_BYTES: u32 = 400 * 1024;

/// What bounds the patience with one client and the room for all.
#[derive(Clone, Copy, Debug)]
pub struct Limits {
    /// Connections held at once; further ones wait to be accepted.
    pub connections: usize,
    /// How long a client may take for the TLS handshake, and for the head of each request.
    pub head_timeout: Duration,
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
            idle_write: Duration::from_secs(60),
            drain_timeout: Duration::from_secs(30),
        }
    }
}

/// Serves connections from `listener` until `shutdown` becomes true, then lets requests in flight finish.
///
/// `refused_head` makes the answer to a first request whose head cannot be read; without, it is a bare status.
///
/// `tls` is read anew for each connection only through its certificate resolver, so a certificate that changes does
/// not end connections.
pub async fn serve<S, F, B>(
    listener: TcpListener,
    tls: Option<Arc<ServerConfig>>,
    limits: Limits,
    refused_head: Option<RefusedHead>,
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
        let front = Front { limits, refused_head: refused_head.clone() };
        let acceptor = acceptor.clone();
        let mut stopping = shutdown.clone();
        tokio::spawn(async move {
            let peer = Peer { address, encrypted: acceptor.is_some() };
            match acceptor {
                None => speak_in_clear(stream, peer, front, service, watcher).await,
                Some(acceptor) => {
                    let handshake = tokio::time::timeout(limits.head_timeout, acceptor.accept(stream));
                    let outcome = tokio::select! {
                        outcome = handshake => outcome,
                        // Nothing is in flight yet that shutdown would have to wait for.
                        _ = stopping.wait_for(|stop| *stop) => return,
                    };
                    match outcome {
                        Ok(Ok(stream)) => speak_over_tls(stream, peer, front, service, watcher).await,
                        Ok(Err(cause)) => tracing::debug!(%address, %cause, "TLS handshake failed"),
                        Err(_) => tracing::debug!(%address, "TLS handshake took too long"),
                    }
                }
            }
            drop(permit);
        });
    }
    drop(listener);
    if tokio::time::timeout(limits.drain_timeout, graceful.shutdown()).await.is_err() {
        tracing::warn!("connections still open after the drain time were cut");
    }
}

/// What holds for each connection of a front.
struct Front {
    limits: Limits,
    refused_head: Option<RefusedHead>,
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

/// Speaks the version of HTTP that was agreed on in the TLS handshake.
async fn speak_over_tls<S, F, B>(stream: TlsStream<TcpStream>, peer: Peer, front: Front, service: S, watcher: Watcher)
where
    S: Fn(Request<Incoming>) -> F + Send + Sync + 'static,
    F: Future<Output = Response<B>> + Send + 'static,
    B: Body + Send + 'static,
    B::Data: Send,
    B::Error: Into<Box<dyn Error + Send + Sync>>,
{
    let is_http2 = stream.get_ref().1.alpn_protocol() == Some(b"h2");
    speak_http(stream, is_http2, peer, front, service, watcher).await;
}

/// Speaks the version of HTTP that the client's first bytes show, once they have come.
async fn speak_in_clear<S, F, B>(stream: TcpStream, peer: Peer, front: Front, service: S, watcher: Watcher)
where
    S: Fn(Request<Incoming>) -> F + Send + Sync + 'static,
    F: Future<Output = Response<B>> + Send + 'static,
    B: Body + Send + 'static,
    B::Data: Send,
    B::Error: Into<Box<dyn Error + Send + Sync>>,
{
    match tokio::time::timeout(front.limits.head_timeout, begins_with_http2(&stream)).await {
        Ok(Ok(is_http2)) => speak_http(stream, is_http2, peer, front, service, watcher).await,
        Ok(Err(cause)) => tracing::debug!(address = %peer.address, %cause, "connection ended before a request"),
        Err(_) => tracing::debug!(address = %peer.address, "connection without a request"),
    }
}

/// Whether the client begins with the preface of HTTP/2 (RFC 9113, section 3.4). No request of HTTP/1 begins with the
/// same three letters: there is no such method.
async fn begins_with_http2(stream: &TcpStream) -> std::io::Result<bool> {
    let mut first = [0; 3];
    loop {
        match stream.peek(&mut first).await? {
            0 => return Err(std::io::ErrorKind::UnexpectedEof.into()),
            3 => return Ok(&first == b"PRI"),
            seen if !b"PRI".starts_with(&first[..seen]) => return Ok(false),
            // A letter or two so far. More of them wake nobody who peeks, so look again in a moment.
            _ => tokio::time::sleep(Duration::from_millis(10)).await,
        }
    }
}

async fn speak_http<I, S, F, B>(stream: I, is_http2: bool, peer: Peer, front: Front, service: S, watcher: Watcher)
where
    I: AsyncRead + AsyncWrite + Unpin + Send + 'static,
    S: Fn(Request<Incoming>) -> F + Send + Sync + 'static,
    F: Future<Output = Response<B>> + Send + 'static,
    B: Body + Send + 'static,
    B::Data: Send,
    B::Error: Into<Box<dyn Error + Send + Sync>>,
{
    let Front { limits, refused_head } = front;
    let came_through = Arc::new(AtomicBool::new(false));
    let seen = Arc::clone(&came_through);
    let service = service_fn(move |mut request: Request<Incoming>| {
        seen.store(true, Ordering::Relaxed);
        request.extensions_mut().insert(peer);
        // Answering takes kilobytes of state: better on the heap, for as long as it lasts, than moved from layer to
        // layer with each request and held by each connection that waits for one.
        let answer = Box::pin(service(request));
        async move { Ok::<_, Infallible>(answer.await) }
    });
    let stream = Progress::new(stream, limits.idle_write);
    let ended = if is_http2 {
        let stream = TokioIo::new(stream.expecting_preface_within(limits.head_timeout));
        let mut builder = http2::Builder::new(TokioExecutor::new());
        builder
            .timer(TokioTimer::new())
            .keep_alive_interval(Some(limits.head_timeout))
            .max_header_list_size(MOST_HEAD_BYTES);
        watcher.watch(builder.serve_connection(stream, service)).await
    } else {
        let stream = TokioIo::new(Explained::new(stream, refused_head, came_through));
        let mut builder = http1::Builder::new();
        builder
            .timer(TokioTimer::new())
            .header_read_timeout(limits.head_timeout)
            .max_headers(MOST_HEADERS)
            // Who has said all may shut the sending half, and still waits for the answer.
            .half_close(true);
        watcher.watch(builder.serve_connection(stream, service)).await
    };
    if let Err(cause) = ended {
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
    async fn whoever_shuts_the_sending_half_is_answered_all_the_same() {
        let listener = TcpListener::bind("127.0.0.1:0").await.expect("bound");
        let address = listener.local_addr().expect("address");
        let (_stop, stopped) = watch::channel(false);
        let answer = |_: Request<Incoming>| async {
            tokio::task::yield_now().await;
            Response::new(Full::new(Bytes::from_static(b"here you are")))
        };
        tokio::spawn(serve(listener, None, Limits::default(), None, answer, stopped));
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
        let answer = |_: Request<Incoming>| async { Response::new(Full::new(Bytes::new())) };
        tokio::spawn(serve(listener, None, Limits::default(), None, answer, stopped));
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
        let answer = |request: Request<Incoming>| async move {
            let peer = *request.extensions().get::<Peer>().expect("peer");
            Response::new(Full::new(Bytes::from(format!("{} {}", peer.address.ip(), peer.encrypted))))
        };
        let server = tokio::spawn(serve(listener, None, Limits::default(), None, answer, stopped));
        assert!(exchange(address).await.ends_with("127.0.0.1 false"));
        stop.send(true).expect("server listens");
        server.await.expect("the loop ends");
        assert!(TcpStream::connect(address).await.is_err(), "nobody listens any more");
    }
}
