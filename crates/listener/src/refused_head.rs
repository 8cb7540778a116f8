//! Answers heads that the HTTP library refuses by itself, and to which it says nothing but a status: with a document.

use std::io::{self, IoSlice};
use std::pin::Pin;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::task::{Context, Poll, ready};

use bytes::{Buf, Bytes};
use http::header::{CONNECTION, CONTENT_LENGTH};
use http::{Response, StatusCode};
use tokio::io::{AsyncRead, AsyncWrite, ReadBuf};

use crate::refusal::{Refusal, Refuse};
use crate::spelling::spelled;

/// A stream of HTTP/1 whose first answer, if it is the library's own, is replaced by ours.
///
/// Only the first: later on bytes of an object could look like such an answer.
pub(crate) struct Explained<S> {
    stream: S,
    refuse: Option<Refuse>,
    /// Whether a request came through to the service; from then on answers are not the library's own.
    came_through: Arc<AtomicBool>,
    /// What is left of our answer.
    ours: Option<Bytes>,
}

impl<S> Explained<S> {
    pub(crate) fn new(stream: S, refuse: Option<Refuse>, came_through: Arc<AtomicBool>) -> Self {
        Self { stream, refuse, came_through, ours: None }
    }

    /// Looks at the first bytes that are written.
    fn look_at(&mut self, first: &[u8]) {
        let Some(refuse) = self.refuse.take() else { return };
        if self.came_through.load(Ordering::Relaxed) {
            return;
        }
        if let Some(status) = status_of(first) {
            self.ours = Some(wire(refuse(Refusal::Head(status))));
        }
    }
}

impl<S: AsyncWrite + Unpin> Explained<S> {
    /// Writes our answer in place of the `replaced` bytes; `None` when there is none to write.
    fn poll_ours(&mut self, context: &mut Context<'_>, replaced: usize) -> Option<Poll<io::Result<usize>>> {
        let ours = self.ours.as_mut()?;
        while ours.has_remaining() {
            match Pin::new(&mut self.stream).poll_write(context, ours) {
                Poll::Ready(Ok(0)) => return Some(Poll::Ready(Err(io::ErrorKind::WriteZero.into()))),
                Poll::Ready(Ok(written)) => ours.advance(written),
                Poll::Ready(Err(error)) => return Some(Poll::Ready(Err(error))),
                Poll::Pending => return Some(Poll::Pending),
            }
        }
        self.ours = None;
        Some(Poll::Ready(Ok(replaced)))
    }
}

/// The status of a whole answer that is a client error.
fn status_of(answer: &[u8]) -> Option<StatusCode> {
    let code = answer.strip_prefix(b"HTTP/1.1 ").or_else(|| answer.strip_prefix(b"HTTP/1.0 "))?.get(..3)?;
    StatusCode::from_bytes(code).ok().filter(|status| status.is_client_error() && answer.ends_with(b"\r\n\r\n"))
}

/// An answer as it stands on the wire, the last one of its connection.
fn wire(answer: Response<Bytes>) -> Bytes {
    let (head, body) = answer.into_parts();
    let mut wire = format!("HTTP/1.1 {}\r\n", head.status).into_bytes();
    let others = head.headers.iter().filter(|(name, _)| **name != CONTENT_LENGTH && **name != CONNECTION);
    for (name, value) in others {
        wire.extend_from_slice(spelled(name.as_str()).as_bytes());
        wire.extend_from_slice(b": ");
        wire.extend_from_slice(value.as_bytes());
        wire.extend_from_slice(b"\r\n");
    }
    wire.extend_from_slice(format!("Content-Length: {}\r\nConnection: close\r\n\r\n", body.len()).as_bytes());
    wire.extend_from_slice(&body);
    wire.into()
}

impl<S: AsyncRead + Unpin> AsyncRead for Explained<S> {
    fn poll_read(
        mut self: Pin<&mut Self>,
        context: &mut Context<'_>,
        buffer: &mut ReadBuf<'_>,
    ) -> Poll<io::Result<()>> {
        Pin::new(&mut self.stream).poll_read(context, buffer)
    }
}

impl<S: AsyncWrite + Unpin> AsyncWrite for Explained<S> {
    fn poll_write(mut self: Pin<&mut Self>, context: &mut Context<'_>, bytes: &[u8]) -> Poll<io::Result<usize>> {
        self.look_at(bytes);
        if let Some(outcome) = self.poll_ours(context, bytes.len()) {
            return outcome;
        }
        Pin::new(&mut self.stream).poll_write(context, bytes)
    }

    fn poll_write_vectored(
        mut self: Pin<&mut Self>,
        context: &mut Context<'_>,
        pieces: &[IoSlice<'_>],
    ) -> Poll<io::Result<usize>> {
        self.look_at(pieces.first().map_or(&[], |piece| piece));
        let length = pieces.iter().map(|piece| piece.len()).sum();
        if let Some(outcome) = self.poll_ours(context, length) {
            return outcome;
        }
        Pin::new(&mut self.stream).poll_write_vectored(context, pieces)
    }

    fn is_write_vectored(&self) -> bool {
        self.stream.is_write_vectored()
    }

    fn poll_flush(mut self: Pin<&mut Self>, context: &mut Context<'_>) -> Poll<io::Result<()>> {
        if let Some(outcome) = self.poll_ours(context, 0) {
            ready!(outcome)?;
        }
        Pin::new(&mut self.stream).poll_flush(context)
    }

    fn poll_shutdown(mut self: Pin<&mut Self>, context: &mut Context<'_>) -> Poll<io::Result<()>> {
        Pin::new(&mut self.stream).poll_shutdown(context)
    }
}

#[cfg(test)]
mod tests {
    use tokio::io::{AsyncReadExt, AsyncWriteExt};

    use super::*;

    const BARE: &[u8] = b"HTTP/1.1 431 Request Header Fields Too Large\r\ncontent-length: 0\r\n\r\n";

    async fn written(came_through: bool, writes: &[&[u8]]) -> String {
        let ours: Refuse = Arc::new(|refusal| {
            let mut answer = Response::new(Bytes::from(format!("<Status>{}</Status>", refusal.status().as_u16())));
            *answer.status_mut() = StatusCode::BAD_REQUEST;
            answer
        });
        // Smaller than the answer, so that it goes out in pieces.
        let (near, mut far) = tokio::io::duplex(16);
        let mut stream = Explained::new(near, Some(ours), Arc::new(AtomicBool::new(came_through)));
        let reader = tokio::spawn(async move {
            let mut all = String::new();
            far.read_to_string(&mut all).await.map(|_| all)
        });
        for bytes in writes {
            stream.write_all(bytes).await.expect("written");
        }
        drop(stream);
        reader.await.expect("joined").expect("read")
    }

    #[tokio::test]
    async fn a_head_that_the_library_refuses_is_answered_with_a_document() {
        let answer = written(false, &[BARE]).await;
        assert!(answer.starts_with("HTTP/1.1 400 Bad Request\r\n"), "{answer}");
        assert!(answer.ends_with("Content-Length: 20\r\nConnection: close\r\n\r\n<Status>431</Status>"), "{answer}");
    }

    #[tokio::test]
    async fn what_a_service_answers_is_left_alone() {
        let bare = std::str::from_utf8(BARE).expect("text");
        assert_eq!(written(true, &[BARE]).await, bare);
        assert_eq!(written(false, &[b"HTTP/1.1 200 OK\r\n\r\n", BARE]).await, format!("HTTP/1.1 200 OK\r\n\r\n{bare}"));
    }
}
