//! GetObject: reads an object or some of its bytes.

use http::Response;

use super::object_head::ObjectHead;
use super::object_read::{Extent, ObjectRead};
use crate::error::S3Error;
use crate::range::Span;
use crate::request_head::RequestHead;

/// A request for an object's bytes.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct GetObject {
    /// What is to be read.
    pub read: ObjectRead,
}

impl GetObject {
    /// Reads the request.
    ///
    /// # Errors
    /// `InvalidArgument` for a parameter that cannot be read, `InvalidRequest` for a part number together with a range, and as
    /// [`CustomerKey::of`](crate::customer_key::CustomerKey::of).
    pub fn from_request(head: RequestHead<'_>) -> Result<Self, S3Error> {
        Ok(GetObject { read: ObjectRead::of(head)? })
    }

    /// Which bytes are to be sent, as [`ObjectRead::extent`].
    ///
    /// # Errors
    /// `NotModified`, `PreconditionFailed`, `InvalidRange`.
    pub fn extent(&self, object: &ObjectHead) -> Result<Extent, S3Error> {
        self.read.extent(object)
    }

    /// The head of the answer; the bytes of `span`, or all, follow.
    pub fn response(&self, object: &ObjectHead, span: Option<Span>) -> Response<()> {
        self.read.response(object, span)
    }
}
