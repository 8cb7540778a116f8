//! ExtendObjectRetention: a longer period for an object that is there (ECS Data Access Guide, *Retention*).

use bytes::Bytes;
use http::{Response, StatusCode};

use super::answer::empty;
use crate::ecs_retention::RetentionPeriod;
use crate::error::S3Error;
use crate::request_head::RequestHead;
use crate::version_id::VersionId;

/// A request for another period.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ExtendObjectRetention {
    /// The version, when not the latest.
    pub version_id: Option<VersionId>,
    /// The whole period, counted from when the object was written.
    pub period: RetentionPeriod,
}

impl ExtendObjectRetention {
    /// Reads the request's head.
    ///
    /// # Errors
    /// `InvalidArgument` for a version that cannot be one, and where no period is named.
    pub fn from_request(head: RequestHead<'_>) -> Result<Self, S3Error> {
        let missing = || {
            let message = "Name the new period, in seconds from when the object was written, or -1 for ever.";
            S3Error::argument("x-emc-retention-period", "", message)
        };
        Ok(Self {
            version_id: VersionId::of(head.query)?,
            period: RetentionPeriod::of(head.headers)?.ok_or_else(missing)?,
        })
    }

    /// 200: the object is kept for so long.
    pub fn response() -> Response<Bytes> {
        empty(StatusCode::OK)
    }
}
