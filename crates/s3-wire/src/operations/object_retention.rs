//! GetObjectRetention and PutObjectRetention: until when a version may not be deleted.

use bytes::Bytes;
use http::{Response, StatusCode};
use keyward_ambient::Timestamp;

use super::answer::{document, empty};
use crate::date::{iso8601, parse_iso8601};
use crate::error::{ErrorCode, S3Error};
use crate::object_lock::RetentionMode;
use crate::request_head::RequestHead;
use crate::single_header;
use crate::version_id::VersionId;
use crate::xml::{Element, XmlWriter};

/// A request about the lock of an object.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct ObjectLockRead {
    /// The version, when not the latest.
    pub version_id: Option<VersionId>,
}

impl ObjectLockRead {
    /// Reads a request for a retention or a legal hold.
    ///
    /// # Errors
    /// `InvalidArgument` for what cannot be a version.
    pub fn from_request(head: RequestHead<'_>) -> Result<Self, S3Error> {
        Ok(Self { version_id: VersionId::of(head.query)? })
    }
}

/// A request to set a retention.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct PutObjectRetention {
    /// The version, when not the latest.
    pub version_id: Option<VersionId>,
    /// The retention; `None` takes it away.
    pub retention: Option<(RetentionMode, Timestamp)>,
    /// Whether a retention in governance mode may get shorter; that takes `s3:BypassGovernanceRetention`.
    pub bypasses_governance: bool,
}

impl PutObjectRetention {
    /// The largest body, in bytes.
    pub const BODY_LIMIT: usize = 16 * 1024;

    /// Reads the request and its body.
    ///
    /// # Errors
    /// `MalformedXML` for anything but `<Retention>` with both mode and date, or with neither.
    pub fn from_request(head: RequestHead<'_>, body: &[u8]) -> Result<Self, S3Error> {
        let root = Element::parse(body, "Retention", Self::BODY_LIMIT)?;
        let malformed = |message| S3Error::because(ErrorCode::MalformedXML, message);
        let mode = root.child_text("Mode")?.map(str::trim);
        let until = root.child_text("RetainUntilDate")?.map(str::trim);
        let retention = match (mode, until) {
            (None, None) => None,
            (Some(mode), Some(until)) => {
                let mode = RetentionMode::parse(mode)
                    .ok_or_else(|| malformed("<Mode> has to be GOVERNANCE or COMPLIANCE."))?;
                let until = parse_iso8601(until)
                    .ok_or_else(|| malformed("<RetainUntilDate> has to be a date such as 2030-01-01T00:00:00Z."))?;
                Some((mode, until))
            }
            _ => return Err(malformed("Send <Mode> and <RetainUntilDate> together.")),
        };
        Ok(Self {
            version_id: VersionId::of(head.query)?,
            retention,
            bypasses_governance: single_header::truth(head.headers, "x-amz-bypass-governance-retention")?,
        })
    }

    /// 200: the retention is set.
    pub fn response() -> Response<Bytes> {
        empty(StatusCode::OK)
    }
}

/// The retention of a version, as 200 with the `<Retention>` document.
pub fn retention_response((mode, until): (RetentionMode, Timestamp)) -> Response<Bytes> {
    document(XmlWriter::document("Retention", |xml| {
        xml.text("Mode", mode.as_str());
        xml.text("RetainUntilDate", &iso8601(until));
    }))
}

#[cfg(test)]
mod tests {
    use http::Request;

    use super::*;
    use crate::query::Query;

    fn put(body: &[u8]) -> Result<Option<(RetentionMode, Timestamp)>, ErrorCode> {
        let (parts, ()) = Request::put("/b/k?retention").body(()).unwrap().into_parts();
        let query = Query::of(&parts).unwrap();
        let head = RequestHead::of(&parts, &query);
        PutObjectRetention::from_request(head, body).map(|put| put.retention).map_err(|error| error.code())
    }

    #[test]
    fn a_retention_comes_back_as_it_was_put() {
        let retention = (RetentionMode::Governance, Timestamp::from_seconds(1_900_000_000));
        assert_eq!(put(retention_response(retention).body()), Ok(Some(retention)));
    }

    #[test]
    fn half_a_retention_is_malformed() {
        for body in [
            "<Retention><Mode>GOVERNANCE</Mode></Retention>",
            "<Retention><RetainUntilDate>2030-01-01T00:00:00Z</RetainUntilDate></Retention>",
            "<Retention><Mode>governance</Mode><RetainUntilDate>2030-01-01T00:00:00Z</RetainUntilDate></Retention>",
            "<Retention><Mode>GOVERNANCE</Mode><RetainUntilDate>soon</RetainUntilDate></Retention>",
        ] {
            assert_eq!(put(body.as_bytes()), Err(ErrorCode::MalformedXML), "{body}");
        }
        assert_eq!(put(b"<Retention/>"), Ok(None));
    }
}
