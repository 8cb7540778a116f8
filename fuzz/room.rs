//! Who is in the room of every target: a moment, Alice with two secrets, and bodies that come in pieces.

use std::collections::VecDeque;
use std::convert::Infallible;
use std::pin::{Pin, pin};
use std::task::{Context, Poll, Waker};

use bytes::Bytes;
use http::request::Parts;
use http_body::{Body, Frame};
use keyward_ambient::Timestamp;
use keyward_signature::sign::SigningCredential;
use keyward_signature::{CandidateSecret, PayloadError, SigningKeys};

/// 2026-03-05T17:39:13Z.
pub fn now() -> Timestamp {
    Timestamp::from_seconds(1_772_732_353)
}

/// A live secret.
pub struct Secret {
    key: &'static str,
    keys: SigningKeys,
}

impl CandidateSecret for Secret {
    fn id(&self) -> [u8; 16] {
        [7; 16]
    }

    fn secret(&self) -> &[u8] {
        self.key.as_bytes()
    }

    fn signing_keys(&self) -> &SigningKeys {
        &self.keys
    }
}

/// What Alice signs with.
pub const SECRET: &str = "the-secret-of-the-fuzz-targets";

/// Alice's secrets.
pub fn secrets() -> [Secret; 2] {
    ["another-secret", SECRET].map(|key| Secret { key, keys: SigningKeys::new() })
}

/// What Alice signs Version 4 with.
pub fn credential() -> SigningCredential<'static> {
    SigningCredential { access_key_id: "alice@corp.example", secret_key: SECRET.as_bytes(), region: "us-east-1" }
}

/// Reads `METHOD TARGET` and a header a line. What no server would hand on is none.
pub fn head(text: &[u8]) -> Option<Parts> {
    let mut lines = text.split(|byte| *byte == b'\n');
    let first = lines.next()?;
    let at = first.iter().position(|byte| *byte == b' ')?;
    let mut request = http::Request::builder().method(&first[..at]).uri(&first[at + 1..]);
    for line in lines.take(64) {
        let at = line.iter().position(|byte| *byte == b':')?;
        request = request.header(&line[..at], line[at + 1..].trim_ascii());
    }
    Some(request.body(()).ok()?.into_parts().0)
}

/// Bytes in pieces of a size.
#[derive(Debug)]
pub struct Pieces(VecDeque<Bytes>);

impl Pieces {
    /// Pieces of `size` bytes; all in one for zero.
    pub fn of(wire: &[u8], size: usize) -> Self {
        let size = if size == 0 { wire.len().max(1) } else { size };
        Self(wire.chunks(size).map(Bytes::copy_from_slice).collect())
    }
}

impl Body for Pieces {
    type Data = Bytes;
    type Error = Infallible;

    fn poll_frame(mut self: Pin<&mut Self>, _: &mut Context<'_>) -> Poll<Option<Result<Frame<Bytes>, Infallible>>> {
        Poll::Ready(self.0.pop_front().map(|piece| Ok(Frame::data(piece))))
    }
}

/// Reads to the end: the content that was handed out, and the error code.
pub fn read<B: Body<Data = Bytes, Error = PayloadError> + Unpin>(mut body: B) -> (Vec<u8>, Option<&'static str>) {
    let mut content = Vec::new();
    let mut context = Context::from_waker(Waker::noop());
    loop {
        match Pin::new(&mut body).poll_frame(&mut context) {
            Poll::Ready(Some(Ok(frame))) => content.extend_from_slice(&frame.into_data().expect("data")),
            Poll::Ready(Some(Err(error))) => return (content, Some(error.code())),
            Poll::Ready(None) => return (content, None),
            Poll::Pending => panic!("the pieces are all at hand"),
        }
    }
}

/// The outcome of something that never has to wait.
pub fn at_once<F: Future>(future: F) -> F::Output {
    match pin!(future).poll(&mut Context::from_waker(Waker::noop())) {
        Poll::Ready(outcome) => outcome,
        Poll::Pending => panic!("all that it waits for is at hand"),
    }
}
