//! The bodies that pass between front and backend.

use std::error::Error;

use bytes::Bytes;
use http_body::Body;
use http_body_util::combinators::UnsyncBoxBody;
use http_body_util::{BodyExt, Empty, Full};

/// Why a body ended early: the peer went away, or the store could not read on.
#[derive(Debug, thiserror::Error)]
#[error("the body ended early")]
pub struct BodyError(#[source] Box<dyn Error + Send + Sync>);

impl BodyError {
    /// A body that ended for this reason.
    pub fn new(cause: impl Into<Box<dyn Error + Send + Sync>>) -> Self {
        Self(cause.into())
    }
}

/// The client sent nothing of the body it announced for so long that it was given up.
#[derive(Clone, Copy, Debug, thiserror::Error)]
#[error("the client stopped sending the body")]
pub struct Stalled;

/// A request's body as it arrives, framing and all.
pub type RequestBody = UnsyncBoxBody<Bytes, BodyError>;

/// A response's body.
pub type ResponseBody = UnsyncBoxBody<Bytes, BodyError>;

/// No body.
pub fn empty() -> ResponseBody {
    Empty::new().map_err(|never| match never {}).boxed_unsync()
}

/// A body in one piece.
pub fn full(bytes: impl Into<Bytes>) -> ResponseBody {
    Full::new(bytes.into()).map_err(|never| match never {}).boxed_unsync()
}

/// A body in many pieces.
pub fn streamed<B>(body: B) -> ResponseBody
where
    B: Body<Data = Bytes> + Send + 'static,
    B::Error: Into<Box<dyn Error + Send + Sync>>,
{
    body.map_err(BodyError::new).boxed_unsync()
}
