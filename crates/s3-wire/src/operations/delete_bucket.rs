//! DeleteBucket: deletes a bucket that is empty.

use bytes::Bytes;
use http::{Response, StatusCode};

use super::answer::empty;

/// The bucket is gone.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct DeleteBucketAnswer;

impl DeleteBucketAnswer {
    /// 204.
    pub fn response(self) -> Response<Bytes> {
        empty(StatusCode::NO_CONTENT)
    }
}
