//! Answers HTTP without TLS on a port that speaks HTTPS: in HTTP, where a TLS alert would only show as noise.

use std::convert::Infallible;
use std::io;

use bytes::Bytes;
use http::{Request, Response};
use http_body_util::Full;
use hyper::body::Incoming;
use hyper::server::conn::http1;
use hyper::service::service_fn;
use hyper_util::rt::{TokioIo, TokioTimer};
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::TcpStream;

use crate::Limits;
use crate::spelling::spell;

/// How much of a request that is refused is read, so that the client gets to see the refusal: what is unread when a
/// connection is closed resets it.
const LEFT_BEHIND: u64 = 1024 * 1024;

/// Whether a connection begins with a letter, as every request of HTTP does and no handshake of TLS. Nothing is taken
/// from the stream.
pub(crate) async fn is_next(stream: &TcpStream) -> io::Result<bool> {
    let mut first = [0];
    match stream.peek(&mut first).await? {
        0 => Err(io::ErrorKind::UnexpectedEof.into()),
        _ => Ok(first[0].is_ascii_alphabetic()),
    }
}

/// Answers the first request with `answer`, and ends the connection.
pub(crate) async fn refuse(stream: TcpStream, answer: Response<Bytes>, limits: Limits) -> io::Result<()> {
    let service = service_fn(move |_: Request<Incoming>| {
        let mut answer = answer.clone().map(Full::new);
        spell(&mut answer);
        async { Ok::<_, Infallible>(answer) }
    });
    let mut builder = http1::Builder::new();
    builder.timer(TokioTimer::new()).header_read_timeout(limits.head_timeout).keep_alive(false);
    let connection = builder.serve_connection(TokioIo::new(stream), service);
    let mut stream = connection.without_shutdown().await.map_err(io::Error::other)?.io.into_inner();
    stream.shutdown().await?;
    tokio::io::copy(&mut stream.take(LEFT_BEHIND), &mut tokio::io::sink()).await?;
    Ok(())
}
