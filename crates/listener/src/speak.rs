//! Speaks HTTP on one connection until it ends, is idle for too long, or the server stops.

use std::convert::Infallible;
use std::error::Error;
use std::future::Future;
use std::pin::{Pin, pin};
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::Duration;

use bytes::Bytes;
use http::{Request, Response};
use http_body::Body;
use hyper::body::Incoming;
use hyper::server::conn::{http1, http2};
use hyper::service::service_fn;
use hyper_util::rt::{TokioExecutor, TokioIo, TokioTimer};
use hyper_util::server::graceful::GracefulConnection;
use tokio::io::{AsyncRead, AsyncWrite};
use tokio::net::TcpStream;
use tokio::sync::watch;
use tokio_rustls::server::TlsStream;

use crate::activity::{Activity, InProgress, State};
use crate::bodies::{AnswerBody, RequestBody};
use crate::progress::Progress;
use crate::refusal::{self, Refusal, Refuse};
use crate::refused_head::Explained;
use crate::spelling::spell;
use crate::{Limits, Peer};

/// The most headers of a request. An object's metadata are headers, and 2 KiB of them may be several hundred.
const MOST_HEADERS: usize = 1024;

/// The most bytes of all headers of a request over HTTP/2; over HTTP/1 the library's own bound is as large.
const MOST_HEAD_BYTES: u32 = 400 * 1024;

/// What holds for one connection of a front.
pub(crate) struct Front {
    pub(crate) peer: Peer,
    pub(crate) limits: Limits,
    pub(crate) refuse: Option<Refuse>,
    pub(crate) stopping: watch::Receiver<bool>,
}

/// Speaks the version of HTTP that was agreed on in the TLS handshake.
pub(crate) async fn over_tls<S, F, B>(stream: TlsStream<TcpStream>, front: Front, activity: Arc<Activity>, service: S)
where
    S: Fn(Request<RequestBody>) -> F + Send + Sync + 'static,
    F: Future<Output = Response<B>> + Send + 'static,
    B: Body<Data = Bytes> + Unpin + Send + 'static,
    B::Error: Into<Box<dyn Error + Send + Sync>>,
{
    let is_http2 = stream.get_ref().1.alpn_protocol() == Some(b"h2");
    speak_http(stream, is_http2, front, activity, service).await;
}

/// Speaks the version of HTTP that the client's first bytes show, once they have come.
pub(crate) async fn in_clear<S, F, B>(stream: TcpStream, mut front: Front, activity: Arc<Activity>, service: S)
where
    S: Fn(Request<RequestBody>) -> F + Send + Sync + 'static,
    F: Future<Output = Response<B>> + Send + 'static,
    B: Body<Data = Bytes> + Unpin + Send + 'static,
    B::Error: Into<Box<dyn Error + Send + Sync>>,
{
    let address = front.peer.address;
    let begun = tokio::select! {
        begun = tokio::time::timeout(front.limits.head_timeout, begins_with_http2(&stream)) => begun,
        // Nothing is in flight yet that shutdown would have to wait for.
        () = stopped(&mut front.stopping) => return,
    };
    match begun {
        Ok(Ok(is_http2)) => speak_http(stream, is_http2, front, activity, service).await,
        Ok(Err(cause)) => tracing::debug!(%address, %cause, "connection ended before a request"),
        Err(_) => tracing::debug!(%address, "connection without a request"),
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
            // A letter or two so far. More of them do not complete a peek, so look again in a moment.
            _ => tokio::time::sleep(Duration::from_millis(10)).await,
        }
    }
}

async fn speak_http<I, S, F, B>(stream: I, is_http2: bool, front: Front, activity: Arc<Activity>, service: S)
where
    I: AsyncRead + AsyncWrite + Unpin + Send + 'static,
    S: Fn(Request<RequestBody>) -> F + Send + Sync + 'static,
    F: Future<Output = Response<B>> + Send + 'static,
    B: Body<Data = Bytes> + Unpin + Send + 'static,
    B::Error: Into<Box<dyn Error + Send + Sync>>,
{
    let Front { peer, limits, refuse, stopping } = front;
    let came_through = Arc::new(AtomicBool::new(false));
    let stream = Progress::new(stream, limits.idle_write, Arc::clone(&activity));
    let service = {
        let (came_through, activity, refuse) = (Arc::clone(&came_through), Arc::clone(&activity), refuse.clone());
        service_fn(move |request: Request<Incoming>| {
            came_through.store(true, Ordering::Relaxed);
            let in_progress = InProgress::begin(&activity);
            let refusal = refusal::has_unknown_coding(request.headers())
                .then(|| refusal::answer(refuse.as_ref(), Refusal::TransferCoding));
            let answer = match refusal {
                Some(refusal) => Err(refusal),
                None => {
                    let mut request = request.map(|body| RequestBody::new(body, Arc::clone(&activity)));
                    request.extensions_mut().insert(peer);
                    // Answering takes kilobytes of state: better on the heap, for as long as it lasts, than moved from
                    // layer to layer with each request and held by each connection that waits for one.
                    Ok(Box::pin(service(request)))
                }
            };
            async move {
                let mut answer = match answer {
                    Ok(answer) => answer.await.map(|body| AnswerBody::of_service(body, in_progress)),
                    Err(refusal) => refusal.map(|body| AnswerBody::of_listener(body, in_progress)),
                };
                if !is_http2 {
                    spell(&mut answer);
                }
                Ok::<_, Infallible>(answer)
            }
        })
    };
    let ended = if is_http2 {
        let stream = TokioIo::new(stream.expecting_preface_within(limits.head_timeout));
        let mut builder = http2::Builder::new(TokioExecutor::new());
        builder
            .timer(TokioTimer::new())
            .keep_alive_interval(Some(limits.head_timeout))
            .max_header_list_size(MOST_HEAD_BYTES);
        let connection = pin!(builder.serve_connection(stream, service));
        carry_on(connection, stopping, idle_for(&activity, limits), limits).await
    } else {
        let stream = TokioIo::new(Explained::new(stream, refuse, came_through));
        let mut builder = http1::Builder::new();
        builder
            .timer(TokioTimer::new())
            .header_read_timeout(limits.head_timeout)
            .max_headers(MOST_HEADERS)
            // A client may shut its sending half after the request, and still waits for the answer.
            .half_close(true);
        let connection = pin!(builder.serve_connection(stream, service));
        // The bound on the head of the next request ends those that are idle.
        carry_on(connection, stopping, std::future::pending(), limits).await
    };
    if let Err(cause) = ended {
        tracing::debug!(address = %peer.address, %cause, "connection ended early");
    }
}

/// Drives a connection to its end. Once the server stops, or `idle` completes, it takes no further requests; one that
/// was idle and does not end then is cut.
async fn carry_on<C>(
    mut connection: Pin<&mut C>,
    mut stopping: watch::Receiver<bool>,
    idle: impl Future<Output = ()>,
    limits: Limits,
) -> Result<(), C::Error>
where
    C: GracefulConnection,
{
    tokio::select! {
        ended = connection.as_mut() => return ended,
        () = stopped(&mut stopping) => {
            connection.as_mut().graceful_shutdown();
            return connection.await;
        }
        () = idle => {}
    }
    connection.as_mut().graceful_shutdown();
    // What was answered may still be on its way.
    tokio::time::timeout(limits.idle_write, connection).await.unwrap_or(Ok(()))
}

/// Completes when the server is to stop.
pub(crate) async fn stopped(stopping: &mut watch::Receiver<bool>) {
    // An error means that the sender is gone, which is the same.
    let _ = stopping.wait_for(|stop| *stop).await;
}

/// Completes when there has been no request for as long as a connection may be idle.
async fn idle_for(activity: &Activity, limits: Limits) {
    loop {
        let left = match activity.state() {
            State::Idle => limits.idle_timeout.saturating_sub(activity.quiet()),
            State::WaitsForClient | State::WaitsForServer => limits.idle_timeout,
        };
        if left.is_zero() {
            return;
        }
        tokio::time::sleep(left).await;
    }
}
