//! A body that verifies itself while it is read.

use std::error::Error;
use std::ops::RangeInclusive;
use std::pin::Pin;
use std::task::{Context, Poll, ready};

use bytes::Bytes;
use http_body::{Body, Frame, SizeHint};

use super::deframer::{Deframer, Step};
use super::sums::Asked;
use super::trailer::Trailer;
use super::verdict::Verdict;
use super::{BodyReport, Declared, PayloadError, PayloadPlan};
use crate::PayloadKind;

/// The content of a request. Frames are never empty; the last one is handed out only when all signatures, hashes,
/// checksums and lengths agree, and an end without an error is the sign to commit. Whoever reads it must read to
/// that end, also where the length is zero.
#[derive(Debug)]
pub struct VerifiedBody<B> {
    body: B,
    framing: Framing,
    verdict: Verdict,
    /// Input of the body that the framing has not used up.
    input: Bytes,
    /// The last frame so far, held back.
    held: Bytes,
    received: u64,
    handed_out: u64,
    length: Option<u64>,
    length_in: Option<RangeInclusive<u64>>,
    progress: Progress,
    report: BodyReport,
}

#[derive(Debug)]
enum Framing {
    Plain,
    Chunked(Box<Deframer>),
}

#[derive(Debug, PartialEq, Eq)]
enum Progress {
    Reading,
    /// Everything agrees; the held frame may go.
    Agreed,
    Failed,
}

impl<B> VerifiedBody<B>
where
    B: Body<Data = Bytes> + Unpin,
    B::Error: Into<Box<dyn Error + Send + Sync>>,
{
    pub(crate) fn new(mut plan: PayloadPlan, declared: Declared, asked: &Asked, length: Option<u64>, body: B) -> Self {
        let kind = plan.kind();
        let framing = match plan.decoded_length() {
            Some(length) => {
                let announced = if kind.has_trailer() { plan.announced().to_vec() } else { Vec::new() };
                let trailer = Trailer::new(announced, kind == PayloadKind::SignedChunksWithTrailer);
                Framing::Chunked(Box::new(Deframer::new(length, plan.take_chain(), trailer)))
            }
            None => Framing::Plain,
        };
        Self {
            body,
            framing,
            verdict: Verdict::new(&plan, declared, asked),
            input: Bytes::new(),
            held: Bytes::new(),
            received: 0,
            handed_out: 0,
            length,
            length_in: plan.length_in().cloned(),
            progress: Progress::Reading,
            report: BodyReport::default(),
        }
    }

    /// Where the facts of the body will be once it has ended.
    pub fn report(&self) -> BodyReport {
        self.report.clone()
    }

    /// Reads on until a frame may be handed out; `None` when all agreed and nothing is left.
    fn poll_content(&mut self, context: &mut Context<'_>) -> Poll<Result<Option<Bytes>, PayloadError>> {
        loop {
            if self.progress != Progress::Reading {
                let last = std::mem::take(&mut self.held);
                return Poll::Ready(Ok((!last.is_empty()).then_some(last)));
            }
            if let Some(data) = self.next_piece()? {
                let previous = self.take_in(data)?;
                if !previous.is_empty() {
                    return Poll::Ready(Ok(Some(previous)));
                }
                continue;
            }
            match ready!(Pin::new(&mut self.body).poll_frame(context)) {
                // Trailers of the HTTP message itself are not part of what S3 signs.
                Some(Ok(frame)) => self.input = frame.into_data().unwrap_or_default(),
                Some(Err(error)) => return Poll::Ready(Err(PayloadError::Transport(error.into()))),
                None => self.conclude()?,
            }
        }
    }

    /// The next piece of content in the input at hand.
    fn next_piece(&mut self) -> Result<Option<Bytes>, PayloadError> {
        match &mut self.framing {
            Framing::Plain if self.input.is_empty() => Ok(None),
            Framing::Plain => Ok(Some(std::mem::take(&mut self.input))),
            Framing::Chunked(deframer) => match deframer.step(&mut self.input)? {
                Step::Data(data) => Ok(Some(data)),
                Step::Starved => Ok(None),
            },
        }
    }

    /// Counts and hashes a piece, holds it back, and gives the one held before.
    fn take_in(&mut self, data: Bytes) -> Result<Bytes, PayloadError> {
        self.received += data.len() as u64;
        if let Some(declared) = self.length
            && self.received > declared
        {
            return Err(self.verdict.too_long(declared));
        }
        if let Some(largest) = self.length_in.as_ref().map(RangeInclusive::end)
            && self.received > *largest
        {
            return Err(PayloadError::TooLarge { largest: *largest });
        }
        self.verdict.update(&data);
        Ok(std::mem::replace(&mut self.held, data))
    }

    /// The body has ended: everything must agree now.
    fn conclude(&mut self) -> Result<(), PayloadError> {
        let fields = match &mut self.framing {
            Framing::Plain => Vec::new(),
            Framing::Chunked(deframer) => deframer.finish(self.verdict.in_head())?,
        };
        if let Some(declared) = self.length
            && declared != self.received
        {
            return Err(PayloadError::LengthMismatch { declared, received: self.received });
        }
        if let Some(smallest) = self.length_in.as_ref().map(RangeInclusive::start)
            && self.received < *smallest
        {
            return Err(PayloadError::TooSmall { smallest: *smallest });
        }
        let facts = self.verdict.reach(fields, self.received)?;
        self.report.set(facts);
        self.progress = Progress::Agreed;
        Ok(())
    }
}

impl<B> Body for VerifiedBody<B>
where
    B: Body<Data = Bytes> + Unpin,
    B::Error: Into<Box<dyn Error + Send + Sync>>,
{
    type Data = Bytes;
    type Error = PayloadError;

    fn poll_frame(self: Pin<&mut Self>, context: &mut Context<'_>) -> Poll<Option<Result<Frame<Bytes>, PayloadError>>> {
        let this = self.get_mut();
        Poll::Ready(match ready!(this.poll_content(context)) {
            Ok(Some(data)) => {
                this.handed_out += data.len() as u64;
                Some(Ok(Frame::data(data)))
            }
            Ok(None) => None,
            Err(error) => {
                // What is held back stays back.
                this.held = Bytes::new();
                this.progress = Progress::Failed;
                Some(Err(error))
            }
        })
    }

    /// True only once everything has agreed, so that nobody skips the verdict on an empty body.
    fn is_end_stream(&self) -> bool {
        self.progress != Progress::Reading && self.held.is_empty()
    }

    fn size_hint(&self) -> SizeHint {
        match (self.length, &self.progress) {
            (_, Progress::Failed) => SizeHint::with_exact(0),
            (Some(length), _) => SizeHint::with_exact(length.saturating_sub(self.handed_out)),
            (None, Progress::Agreed) => SizeHint::with_exact(self.held.len() as u64),
            (None, Progress::Reading) => SizeHint::default(),
        }
    }
}
