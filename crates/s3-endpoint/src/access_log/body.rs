//! The body of an answer, which leaves the request's record when it ends.

use std::fmt;
use std::pin::Pin;
use std::sync::Arc;
use std::task::{Context, Poll};

use bytes::Bytes;
use http_body::{Body, Frame, SizeHint};
use keyward_ambient::Clock;
use keyward_objects::{BodyError, ResponseBody};

use super::{AccessLog, AccessRecord};

/// The body of an answer. Where there is an access log, the record of the request is left there when the body was sent,
/// or given up.
pub struct AnswerBody {
    body: ResponseBody,
    end: Option<Box<End>>,
}

struct End {
    log: AccessLog,
    clock: Arc<dyn Clock>,
    record: Option<AccessRecord>,
    /// How long the body is, where that was announced: a body of that length need not be asked for its end.
    length: Option<u64>,
}

impl AnswerBody {
    /// A body of which nothing is logged.
    pub(crate) fn unlogged(body: ResponseBody) -> Self {
        Self { body, end: None }
    }

    /// A body at whose end `record` is left in `log`.
    pub(crate) fn logged(
        body: ResponseBody,
        log: AccessLog,
        clock: Arc<dyn Clock>,
        record: AccessRecord,
        length: Option<u64>,
    ) -> Self {
        Self { body, end: Some(Box::new(End { log, clock, record: Some(record), length })) }
    }
}

impl Body for AnswerBody {
    type Data = Bytes;
    type Error = BodyError;

    fn poll_frame(
        mut self: Pin<&mut Self>,
        context: &mut Context<'_>,
    ) -> Poll<Option<Result<Frame<Bytes>, BodyError>>> {
        let polled = Pin::new(&mut self.body).poll_frame(context);
        if let Some(record) = self.end.as_mut().and_then(|end| end.record.as_mut()) {
            match &polled {
                Poll::Ready(Some(Ok(frame))) => record.sent += frame.data_ref().map_or(0, |data| data.len() as u64),
                Poll::Ready(None) => record.complete = true,
                Poll::Ready(Some(Err(_))) | Poll::Pending => {}
            }
        }
        polled
    }

    fn is_end_stream(&self) -> bool {
        self.body.is_end_stream()
    }

    fn size_hint(&self) -> SizeHint {
        self.body.size_hint()
    }
}

impl Drop for AnswerBody {
    fn drop(&mut self) {
        let is_sent = self.body.is_end_stream();
        if let Some(end) = &mut self.end
            && let Some(mut record) = end.record.take()
        {
            record.complete |= is_sent || end.length == Some(record.sent);
            record.ended_after = end.clock.now().since(record.started);
            end.log.leave(record);
        }
    }
}

impl fmt::Debug for AnswerBody {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("AnswerBody").finish_non_exhaustive()
    }
}
