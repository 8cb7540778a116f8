//! Ends connections whose client takes nothing of what it asked for, or never begins to ask.

use std::future::Future;
use std::io;
use std::pin::Pin;
use std::sync::Arc;
use std::task::{Context, Poll, ready};
use std::time::Duration;

use tokio::io::{AsyncRead, AsyncWrite, ReadBuf};
use tokio::time::{Instant, Sleep, sleep};

use crate::activity::Activity;

/// The bytes with which every connection of HTTP/2 begins (RFC 9113, section 3.4).
const PREFACE: usize = 24;

/// A stream whose writes fail once the other end has taken nothing for a while. Waiting to be read from is no fault,
/// once the beginning of a connection has come.
pub(crate) struct Progress<S> {
    stream: S,
    patience: Duration,
    /// What is still to come of the beginning, and how long it may take.
    beginning: Option<(usize, Pin<Box<Sleep>>)>,
    deadline: Pin<Box<Sleep>>,
    waiting: bool,
    activity: Arc<Activity>,
}

impl<S> Progress<S> {
    pub(crate) fn new(stream: S, patience: Duration, activity: Arc<Activity>) -> Self {
        Self { stream, patience, beginning: None, deadline: Box::pin(sleep(patience)), waiting: false, activity }
    }

    /// Fails reads too, when the preface of HTTP/2 does not come in time. Later silence is found out by pings, and that
    /// of HTTP/1 by the bound on a head.
    pub(crate) fn expecting_preface_within(mut self, patience: Duration) -> Self {
        self.beginning = Some((PREFACE, Box::pin(sleep(patience))));
        self
    }

    /// Passes on the outcome of a write; while it is pending, the time until it must move runs.
    fn watched<T>(&mut self, context: &mut Context<'_>, outcome: Poll<io::Result<T>>) -> Poll<io::Result<T>> {
        if outcome.is_ready() {
            if self.waiting {
                self.waiting = false;
                self.activity.set_blocked(false);
            }
            return outcome;
        }
        if !self.waiting {
            self.waiting = true;
            self.activity.set_blocked(true);
            #[expect(clippy::disallowed_methods, reason = "patience with a socket is real time, as the socket is")]
            let end = Instant::now() + self.patience;
            self.deadline.as_mut().reset(end);
        }
        ready!(self.deadline.as_mut().poll(context));
        Poll::Ready(Err(io::Error::new(io::ErrorKind::TimedOut, "the client takes nothing of its answer")))
    }
}

impl<S: AsyncRead + Unpin> AsyncRead for Progress<S> {
    fn poll_read(
        mut self: Pin<&mut Self>,
        context: &mut Context<'_>,
        buffer: &mut ReadBuf<'_>,
    ) -> Poll<io::Result<()>> {
        let before = buffer.filled().len();
        let outcome = Pin::new(&mut self.stream).poll_read(context, buffer);
        let Some((left, deadline)) = &mut self.beginning else { return outcome };
        *left = left.saturating_sub(buffer.filled().len() - before);
        if *left == 0 {
            self.beginning = None;
        } else if outcome.is_pending() {
            ready!(deadline.as_mut().poll(context));
            return Poll::Ready(Err(io::Error::new(io::ErrorKind::TimedOut, "the client does not begin")));
        }
        outcome
    }
}

impl<S: AsyncWrite + Unpin> AsyncWrite for Progress<S> {
    fn poll_write(mut self: Pin<&mut Self>, context: &mut Context<'_>, bytes: &[u8]) -> Poll<io::Result<usize>> {
        let outcome = Pin::new(&mut self.stream).poll_write(context, bytes);
        self.watched(context, outcome)
    }

    fn poll_write_vectored(
        mut self: Pin<&mut Self>,
        context: &mut Context<'_>,
        pieces: &[io::IoSlice<'_>],
    ) -> Poll<io::Result<usize>> {
        let outcome = Pin::new(&mut self.stream).poll_write_vectored(context, pieces);
        self.watched(context, outcome)
    }

    fn is_write_vectored(&self) -> bool {
        self.stream.is_write_vectored()
    }

    fn poll_flush(mut self: Pin<&mut Self>, context: &mut Context<'_>) -> Poll<io::Result<()>> {
        let outcome = Pin::new(&mut self.stream).poll_flush(context);
        self.watched(context, outcome)
    }

    fn poll_shutdown(mut self: Pin<&mut Self>, context: &mut Context<'_>) -> Poll<io::Result<()>> {
        let outcome = Pin::new(&mut self.stream).poll_shutdown(context);
        self.watched(context, outcome)
    }
}

#[cfg(test)]
mod tests {
    use tokio::io::{AsyncReadExt, AsyncWriteExt};

    use super::*;

    #[expect(clippy::disallowed_methods, reason = "patience with a socket is real time, as the socket is")]
    fn patient<S>(stream: S) -> Progress<S> {
        Progress::new(stream, Duration::from_secs(60), Activity::new(Instant::now()))
    }

    #[tokio::test(start_paused = true)]
    async fn a_client_that_takes_nothing_is_given_up() {
        let (near, _far) = tokio::io::duplex(16);
        let mut stream = patient(near);
        let error = stream.write_all(&[0; 64]).await.expect_err("given up");
        assert_eq!(error.kind(), io::ErrorKind::TimedOut);
    }

    #[tokio::test(start_paused = true)]
    async fn a_client_that_does_not_begin_is_given_up() {
        for said in [&b""[..], b"PRI * HTTP/2.0"] {
            let (near, mut far) = tokio::io::duplex(64);
            let mut stream = patient(near).expecting_preface_within(Duration::from_secs(30));
            far.write_all(said).await.expect("said");
            let mut all = Vec::new();
            let error = stream.read_to_end(&mut all).await.expect_err("given up");
            assert_eq!((error.kind(), all.as_slice()), (io::ErrorKind::TimedOut, said));
        }
    }

    #[tokio::test(start_paused = true)]
    async fn a_client_that_has_begun_may_be_silent() {
        let (near, mut far) = tokio::io::duplex(64);
        let mut stream = patient(near).expecting_preface_within(Duration::from_secs(30));
        let reader = tokio::spawn(async move {
            let mut all = Vec::new();
            stream.read_to_end(&mut all).await.map(|_| all.len())
        });
        far.write_all(b"PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n").await.expect("said");
        sleep(Duration::from_secs(3600)).await;
        drop(far);
        assert_eq!(reader.await.expect("joined").expect("read"), PREFACE);
    }

    #[tokio::test(start_paused = true)]
    async fn a_slow_client_is_not() {
        let (near, mut far) = tokio::io::duplex(16);
        let mut stream = patient(near);
        let reader = tokio::spawn(async move {
            let mut bytes = [0; 16];
            for _ in 0..4 {
                sleep(Duration::from_secs(50)).await;
                far.read_exact(&mut bytes).await.expect("read");
            }
        });
        stream.write_all(&[0; 64]).await.expect("taken in time");
        reader.await.expect("read all");
    }
}
