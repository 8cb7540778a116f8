//! HeadBucket: whether a bucket exists and may be used.

use bytes::Bytes;
use http::header::{HeaderName, HeaderValue};
use http::{Response, StatusCode};

use super::answer::empty;

const REGION: HeaderName = HeaderName::from_static("x-amz-bucket-region");

/// The bucket exists.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct HeadBucketAnswer {
    /// Its region.
    pub region: String,
}

impl HeadBucketAnswer {
    /// 200 with the region.
    pub fn response(&self) -> Response<Bytes> {
        let mut response = empty(StatusCode::OK);
        if let Ok(region) = HeaderValue::from_str(&self.region) {
            response.headers_mut().insert(REGION, region);
        }
        response
    }
}
