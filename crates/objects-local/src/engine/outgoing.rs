//! An object's bytes on their way out: read in pieces on a blocking thread, one piece ahead of the consumer.

use std::collections::VecDeque;
use std::io::Cursor;
use std::ops::Range;
use std::pin::Pin as Pinned;
use std::sync::Arc;
use std::task::{Context, Poll};

use bytes::Bytes;
use futures_util::Stream;
use tokio::task::{JoinHandle, spawn_blocking};

use super::EngineError;
use super::body_dir::BodyDir;
use super::cipher::{DataKey, Decryption, Input};
use super::locate::{Extent, HeldBytes};
use super::plain_body::{PlainBody, Scrutiny, slice};

/// A stream of bytes. What it reads stays readable until it is dropped. Ends after its first error.
pub struct BodyReader {
    remaining: u64,
    next: Next,
}

enum Next {
    /// A piece is at hand; behind it may be more.
    Ready(Bytes, Option<Source>),
    /// A piece is being read.
    Reading(JoinHandle<Result<(Bytes, Option<Source>), EngineError>>),
    Ended,
}

/// The extents not yet read.
pub(super) struct Source {
    bodies: Arc<BodyDir>,
    extents: VecDeque<Extent>,
    /// The first extent's file on its way out, where it is not encrypted.
    open: Option<Box<PlainBody>>,
    scrutiny: Scrutiny,
    piece: u64,
    /// What the bytes are encrypted with, if they are.
    key: Option<DataKey>,
    /// The first extent's body on its way through decryption.
    decryption: Option<Decryption>,
}

impl BodyReader {
    /// Reads the first piece; blocks.
    pub(super) fn start(
        bodies: Arc<BodyDir>,
        mut extents: Vec<Extent>,
        piece: usize,
        key: Option<DataKey>,
        scrutiny: Scrutiny,
    ) -> Result<Self, EngineError> {
        extents.retain(|extent| !extent.wanted.is_empty());
        let remaining = extents.iter().map(|extent| extent.wanted.end - extent.wanted.start).sum();
        let extents = extents.into();
        let source = Source { bodies, extents, open: None, scrutiny, piece: piece as u64, key, decryption: None };
        let next = if remaining == 0 {
            Next::Ended
        } else {
            let (piece, rest) = source.read()?;
            Next::Ready(piece, rest)
        };
        Ok(Self { remaining, next })
    }

    /// Bytes that are at hand, of which `range` is wanted.
    pub(super) fn of(bytes: Bytes, range: &Range<u64>) -> Result<Self, EngineError> {
        let piece = slice(&bytes, range)?;
        let remaining = piece.len() as u64;
        let next = if piece.is_empty() { Next::Ended } else { Next::Ready(piece, None) };
        Ok(Self { remaining, next })
    }

    /// All bytes of an object of `size`, where they are at hand in one piece.
    pub(super) fn whole(&self, size: u64) -> Option<Bytes> {
        match &self.next {
            Next::Ended if size == 0 => Some(Bytes::new()),
            Next::Ready(piece, None) if piece.len() as u64 == size => Some(piece.clone()),
            _ => None,
        }
    }

    /// Whether all bytes still to come are in memory, so that nothing can go wrong with them.
    pub fn is_at_hand(&self) -> bool {
        matches!(self.next, Next::Ended | Next::Ready(_, None))
    }

    /// How many bytes are still to come.
    pub fn remaining(&self) -> u64 {
        self.remaining
    }

    /// The next piece; `None` at the end.
    pub async fn piece(&mut self) -> Option<Result<Bytes, EngineError>> {
        std::future::poll_fn(|context| Pinned::new(&mut *self).poll_next(context)).await
    }

    fn hand_out(&mut self, piece: Bytes, rest: Option<Source>) -> Poll<Option<Result<Bytes, EngineError>>> {
        self.remaining -= piece.len() as u64;
        self.next = match rest {
            Some(source) => Next::Reading(spawn_blocking(move || source.read())),
            None => Next::Ended,
        };
        Poll::Ready(Some(Ok(piece)))
    }
}

impl Stream for BodyReader {
    type Item = Result<Bytes, EngineError>;

    fn poll_next(mut self: Pinned<&mut Self>, context: &mut Context<'_>) -> Poll<Option<Self::Item>> {
        match std::mem::replace(&mut self.next, Next::Ended) {
            Next::Ended => Poll::Ready(None),
            Next::Ready(piece, rest) => self.hand_out(piece, rest),
            Next::Reading(mut reading) => match Pinned::new(&mut reading).poll(context) {
                Poll::Pending => {
                    self.next = Next::Reading(reading);
                    Poll::Pending
                }
                Poll::Ready(Ok(Ok((piece, rest)))) => self.hand_out(piece, rest),
                Poll::Ready(Ok(Err(error))) => Poll::Ready(Some(Err(error))),
                Poll::Ready(Err(_stopped)) => Poll::Ready(Some(Err(EngineError::Unavailable))),
            },
        }
    }
}

impl Source {
    /// Reads the next piece: never empty, and never across two extents.
    fn read(mut self) -> Result<(Bytes, Option<Self>), EngineError> {
        let extent = self.extents.front_mut().ok_or_else(|| EngineError::corrupt("an object has too few parts"))?;
        let piece = match (&self.key, &extent.bytes) {
            (Some(key), stored) => {
                let mut decryption = match self.decryption.take() {
                    Some(decryption) => decryption,
                    None => {
                        let input = match stored {
                            HeldBytes::Memory(bytes) => Input::Memory(Cursor::new(bytes.clone())),
                            HeldBytes::File(pin) => Input::File(self.bodies.open(pin.id())?),
                        };
                        Decryption::begin(key, input, extent.wanted.start)?
                    }
                };
                let piece = decryption.piece(&mut extent.wanted, self.piece)?;
                self.decryption = Some(decryption);
                piece
            }
            (None, HeldBytes::Memory(bytes)) => {
                // All of it is at hand, so that all of it is compared, whatever is wanted.
                if let Some(sum) = extent.sum.take() {
                    let mut sum = sum.begin();
                    sum.update(bytes);
                    sum.compare("of a small object")?;
                }
                let piece = slice(bytes, &extent.wanted)?;
                extent.wanted.start = extent.wanted.end;
                piece
            }
            (None, HeldBytes::File(pin)) => {
                let mut open = match self.open.take() {
                    Some(open) => open,
                    None => {
                        let sum = extent.sum.take();
                        Box::new(PlainBody::open(
                            &self.bodies,
                            pin.id(),
                            extent.size,
                            &extent.wanted,
                            sum,
                            &self.scrutiny,
                        )?)
                    }
                };
                let piece = open.piece(&mut extent.wanted, self.piece)?;
                self.open = Some(open);
                piece
            }
        };
        if extent.wanted.is_empty() {
            self.open = None;
            self.decryption = None;
            self.extents.pop_front();
        }
        let more = !self.extents.is_empty();
        Ok((piece, more.then_some(self)))
    }
}
