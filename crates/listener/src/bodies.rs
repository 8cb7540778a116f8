//! The bodies of requests and answers on their way, watched: they tell whether a connection makes progress.

use std::error::Error;
use std::pin::Pin;
use std::sync::Arc;
use std::task::{Context, Poll, ready};

use bytes::Bytes;
use http_body::{Body, Frame, SizeHint};
use http_body_util::Full;
use hyper::body::Incoming;

use crate::activity::{Activity, ClientsTurn, InProgress};

/// The body of a request, as it comes from its client.
#[derive(Debug)]
pub struct RequestBody {
    body: Incoming,
    activity: Arc<Activity>,
    /// Held while the server waits for the client to send more.
    turn: Option<ClientsTurn>,
}

impl RequestBody {
    pub(crate) fn new(body: Incoming, activity: Arc<Activity>) -> Self {
        Self { body, activity, turn: None }
    }
}

impl Body for RequestBody {
    type Data = Bytes;
    type Error = hyper::Error;

    fn poll_frame(
        mut self: Pin<&mut Self>,
        context: &mut Context<'_>,
    ) -> Poll<Option<Result<Frame<Bytes>, hyper::Error>>> {
        let this = &mut *self;
        let Poll::Ready(frame) = Pin::new(&mut this.body).poll_frame(context) else {
            this.turn.get_or_insert_with(|| ClientsTurn::begin(&this.activity));
            return Poll::Pending;
        };
        this.turn = None;
        this.activity.moved(length(frame.as_ref()));
        Poll::Ready(frame)
    }

    fn is_end_stream(&self) -> bool {
        self.body.is_end_stream()
    }

    fn size_hint(&self) -> SizeHint {
        self.body.size_hint()
    }
}

/// The body of an answer: that of the service, or one of the listener's own.
pub(crate) struct AnswerBody<B> {
    body: Source<B>,
    request: InProgress,
}

enum Source<B> {
    Service(B),
    Listener(Full<Bytes>),
}

impl<B> AnswerBody<B> {
    pub(crate) fn of_service(body: B, mut request: InProgress) -> Self {
        request.set_producing(false);
        Self { body: Source::Service(body), request }
    }

    pub(crate) fn of_listener(body: Bytes, mut request: InProgress) -> Self {
        request.set_producing(false);
        Self { body: Source::Listener(Full::new(body)), request }
    }
}

impl<B> Body for AnswerBody<B>
where
    B: Body<Data = Bytes> + Unpin,
    B::Error: Into<Box<dyn Error + Send + Sync>>,
{
    type Data = Bytes;
    type Error = Box<dyn Error + Send + Sync>;

    fn poll_frame(
        mut self: Pin<&mut Self>,
        context: &mut Context<'_>,
    ) -> Poll<Option<Result<Frame<Bytes>, Self::Error>>> {
        let this = &mut *self;
        let polled = match &mut this.body {
            Source::Service(body) => Pin::new(body).poll_frame(context).map_err(Into::into),
            Source::Listener(body) => Pin::new(body).poll_frame(context).map_err(|never| match never {}),
        };
        this.request.set_producing(polled.is_pending());
        let frame = ready!(polled);
        this.request.moved(length(frame.as_ref()));
        Poll::Ready(frame)
    }

    fn is_end_stream(&self) -> bool {
        match &self.body {
            Source::Service(body) => body.is_end_stream(),
            Source::Listener(body) => body.is_end_stream(),
        }
    }

    fn size_hint(&self) -> SizeHint {
        match &self.body {
            Source::Service(body) => body.size_hint(),
            Source::Listener(body) => body.size_hint(),
        }
    }
}

fn length<E>(frame: Option<&Result<Frame<Bytes>, E>>) -> usize {
    frame.and_then(|frame| frame.as_ref().ok()).and_then(Frame::data_ref).map_or(0, Bytes::len)
}
