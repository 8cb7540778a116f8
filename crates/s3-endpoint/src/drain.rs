//! Gets back what a refused request left unread, and reads it, so that the client gets to see the refusal.
//!
//! Most clients read no answer before they have sent their whole request: a connection that is closed while they send
//! shows them a broken pipe instead.

use std::error::Error;
use std::future::Future;
use std::pin::Pin;
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};
use std::task::{Context, Poll, ready};
use std::time::Duration;

use bytes::Bytes;
use http_body::{Body, Frame, SizeHint};
use http_body_util::BodyExt;
use keyward_objects::{BodyError, RequestBody, Stalled, empty};
use tokio::sync::oneshot;
use tokio::time::{Sleep, sleep};

/// A client that sends more than this has to live with a broken connection.
const MOST: usize = 1024 * 1024 * 1024;

/// How long a client may send nothing of a body that it announced.
const PATIENCE: Duration = Duration::from_secs(60);

/// How long a client may take to send the rest of a refused request.
const LONGEST: Duration = Duration::from_secs(10);

/// Lends a body out; whoever drops it, read to its end or not, gives it back. A request without a body, as most are,
/// has nothing to give back.
pub(crate) fn lend<B>(body: B) -> (RequestBody, Option<Returned>)
where
    B: Body<Data = Bytes> + Send + 'static,
    B::Error: Into<Box<dyn Error + Send + Sync>>,
{
    if body.is_end_stream() {
        return (empty(), None);
    }
    let (owner, returned) = oneshot::channel();
    let received = Arc::new(AtomicU64::new(0));
    let body = body.map_err(BodyError::new).boxed_unsync();
    let lent = Lent { body: Some(body), owner: Some(owner), patience: None, received: Arc::clone(&received) };
    (lent.boxed_unsync(), Some(Returned { body: returned, received }))
}

/// A body that was lent out and may come back.
pub(crate) struct Returned {
    body: oneshot::Receiver<RequestBody>,
    received: Arc<AtomicU64>,
}

impl Returned {
    /// How many bytes of it were read, now and later.
    pub(crate) fn received(&self) -> Arc<AtomicU64> {
        Arc::clone(&self.received)
    }

    /// Reads and throws away what is left of the body, within bounds. To be called once nobody holds it.
    pub(crate) async fn discard(mut self) {
        let Ok(mut body) = self.body.try_recv() else { return };
        let reading = async {
            let mut read = 0;
            while let Some(Ok(frame)) = body.frame().await {
                read += frame.data_ref().map_or(0, Bytes::len);
                if read > MOST {
                    break;
                }
            }
        };
        // A client that is too slow for it sees the connection close.
        let _ = tokio::time::timeout(LONGEST, reading).await;
    }
}

struct Lent {
    body: Option<RequestBody>,
    owner: Option<oneshot::Sender<RequestBody>>,
    /// Runs while the next piece is waited for.
    patience: Option<Pin<Box<Sleep>>>,
    received: Arc<AtomicU64>,
}

impl Body for Lent {
    type Data = Bytes;
    type Error = BodyError;

    fn poll_frame(
        mut self: Pin<&mut Self>,
        context: &mut Context<'_>,
    ) -> Poll<Option<Result<Frame<Bytes>, BodyError>>> {
        let this = &mut *self;
        let Some(body) = &mut this.body else { return Poll::Ready(None) };
        if let Poll::Ready(frame) = Pin::new(body).poll_frame(context) {
            this.patience = None;
            if let Some(Ok(frame)) = &frame {
                let length = frame.data_ref().map_or(0, |data| data.len() as u64);
                this.received.fetch_add(length, Ordering::Relaxed);
            }
            return Poll::Ready(frame);
        }
        let patience = this.patience.get_or_insert_with(|| Box::pin(sleep(PATIENCE)));
        ready!(patience.as_mut().poll(context));
        Poll::Ready(Some(Err(BodyError::new(Stalled))))
    }

    fn is_end_stream(&self) -> bool {
        self.body.as_ref().is_none_or(Body::is_end_stream)
    }

    fn size_hint(&self) -> SizeHint {
        self.body.as_ref().map(Body::size_hint).unwrap_or_default()
    }
}

impl Drop for Lent {
    fn drop(&mut self) {
        if let (Some(body), Some(owner)) = (self.body.take(), self.owner.take()) {
            // Nobody wants it back once the answer is under way.
            let _ = owner.send(body);
        }
    }
}

#[cfg(test)]
mod tests {
    use http_body_util::Full;

    use super::*;

    #[tokio::test(start_paused = true)]
    async fn a_client_that_stops_sending_is_given_up() {
        let silent =
            http_body_util::StreamBody::new(futures_util::stream::pending::<Result<Frame<Bytes>, BodyError>>());
        let (mut lent, _returned) = lend(silent.boxed_unsync());
        let error = lent.frame().await.expect("an end").expect_err("given up");
        assert!(std::error::Error::source(&error).is_some_and(|cause| cause.is::<Stalled>()));
    }

    #[tokio::test]
    async fn what_was_not_read_comes_back() {
        let (lent, returned) = lend(Full::new(Bytes::from_static(b"unread")));
        let mut returned = returned.expect("a body");
        assert_eq!(lent.size_hint().exact(), Some(6));
        drop(lent);
        let left = returned.body.try_recv().expect("came back").collect().await.expect("readable").to_bytes();
        assert_eq!(left, "unread");
    }

    #[tokio::test]
    async fn a_body_that_is_still_held_is_not_waited_for() {
        let (lent, returned) = lend(Full::new(Bytes::from_static(b"held")));
        returned.expect("a body").discard().await;
        drop(lent);
    }

    #[tokio::test]
    async fn what_was_read_is_counted() {
        let (lent, returned) = lend(Full::new(Bytes::from_static(b"four")));
        let received = returned.expect("a body").received();
        lent.collect().await.expect("readable");
        assert_eq!(received.load(Ordering::Relaxed), 4);
        assert!(lend(Full::new(Bytes::new())).1.is_none());
    }
}
