//! HeadObject: tells what GetObject would answer, without the bytes.

use http::Response;

use super::object_head::ObjectHead;
use super::object_read::{Extent, ObjectRead};
use crate::error::S3Error;
use crate::range::Span;
use crate::request_head::RequestHead;

/// A request for an object's head.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct HeadObject {
    /// What would be read.
    pub read: ObjectRead,
}

impl HeadObject {
    /// Reads the request.
    ///
    /// # Errors
    /// As GetObject.
    pub fn from_request(head: RequestHead<'_>) -> Result<Self, S3Error> {
        Ok(HeadObject { read: ObjectRead::of(head)? })
    }

    /// Which bytes would be sent, as [`ObjectRead::extent`].
    ///
    /// # Errors
    /// `NotModified`, `PreconditionFailed`, `InvalidRange`.
    pub fn extent(&self, object: &ObjectHead) -> Result<Extent, S3Error> {
        self.read.extent(object)
    }

    /// The answer. Its `Content-Length` is that of the bytes which do not follow.
    pub fn response(&self, object: &ObjectHead, span: Option<Span>) -> Response<()> {
        self.read.response(object, span)
    }
}
