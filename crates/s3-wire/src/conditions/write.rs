//! The conditions of writes and deletions: against lost updates.

use http::HeaderMap;
use keyward_ambient::Timestamp;

use super::EntityTags;
use super::read::failed;
use crate::date::{parse_http_date, parse_iso8601};
use crate::error::{ErrorCode, S3Error};
use crate::etag::ETag;
use crate::single_header;

/// The object that stands under the key at the moment of the write; a delete marker is no object.
#[derive(Clone, Copy, Debug)]
pub struct CurrentObject<'a> {
    /// Its tag.
    pub etag: &'a ETag,
    /// When it was last written.
    pub last_modified: Timestamp,
    /// Its size in bytes.
    pub size: u64,
}

/// The conditions of PutObject, CopyObject and CompleteMultipartUpload.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct WriteConditions {
    /// Write only over an object with one of these tags.
    pub if_match: Option<EntityTags>,
    /// Write only when there is no object with one of these tags; `*`: only when there is none.
    pub if_none_match: Option<EntityTags>,
}

impl WriteConditions {
    /// The conditions of a write.
    pub fn of(headers: &HeaderMap) -> Self {
        WriteConditions {
            if_match: EntityTags::of(headers, "if-match"),
            if_none_match: EntityTags::of(headers, "if-none-match"),
        }
    }

    /// Whether the write sets any condition.
    pub fn is_empty(&self) -> bool {
        self.if_match.is_none() && self.if_none_match.is_none()
    }

    /// Lets the write go on. To be asked in the transaction that writes.
    ///
    /// # Errors
    /// `NoSuchKey` when `If-Match` meets no object, `PreconditionFailed` when a condition does not hold.
    pub fn permit(&self, current: Option<&ETag>) -> Result<(), S3Error> {
        match (&self.if_match, current) {
            (Some(_), None) => return Err(ErrorCode::NoSuchKey.into()),
            (Some(tags), Some(etag)) if !tags.include(etag) => return Err(failed("If-Match")),
            _ => {}
        }
        match (&self.if_none_match, current) {
            (Some(tags), Some(etag)) if tags.include_weakly(etag) => Err(failed("If-None-Match")),
            _ => Ok(()),
        }
    }
}

/// The conditions of a deletion.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct DeleteConditions {
    /// Delete only an object with one of these tags.
    pub if_match: Option<EntityTags>,
    /// Delete only an object that was last written in this second.
    pub last_modified: Option<Timestamp>,
    /// Delete only an object of this size in bytes.
    pub size: Option<u64>,
}

impl DeleteConditions {
    /// The conditions of DeleteObject.
    ///
    /// # Errors
    /// `InvalidArgument` when a moment or size cannot be read: a deletion must not lose its condition.
    pub fn of(headers: &HeaderMap) -> Result<Self, S3Error> {
        const MOMENT: &str = "x-amz-if-match-last-modified-time";
        const SIZE: &str = "x-amz-if-match-size";
        Ok(DeleteConditions {
            if_match: EntityTags::of(headers, "if-match"),
            last_modified: single_header::filled(headers, MOMENT)?.map(|text| moment(MOMENT, text)).transpose()?,
            size: single_header::filled(headers, SIZE)?.map(|text| size(SIZE, text)).transpose()?,
        })
    }

    /// Whether the deletion sets any condition.
    pub fn is_empty(&self) -> bool {
        *self == Self::default()
    }

    /// Whether any object at all meets them: `If-Match: *`.
    pub fn is_any(&self) -> bool {
        *self == DeleteConditions { if_match: Some(EntityTags::Any), ..Self::default() }
    }

    /// Lets the deletion of what stands under the key go on. What is not there is deleted already, so that a deletion
    /// may be sent again after its answer was lost. To be asked in the transaction that deletes.
    ///
    /// # Errors
    /// `PreconditionFailed` when a condition does not hold.
    pub fn permit(&self, current: CurrentObject<'_>) -> Result<(), S3Error> {
        if self.if_match.as_ref().is_some_and(|tags| !tags.include(current.etag)) {
            return Err(failed("If-Match"));
        }
        if self.last_modified.is_some_and(|moment| moment.as_seconds() != current.last_modified.as_seconds()) {
            return Err(failed("x-amz-if-match-last-modified-time"));
        }
        if self.size.is_some_and(|size| size != current.size) {
            return Err(failed("x-amz-if-match-size"));
        }
        Ok(())
    }
}

/// A moment in HTTP's form or in ISO 8601: clients send either.
pub(crate) fn moment(name: &str, text: &str) -> Result<Timestamp, S3Error> {
    parse_http_date(text)
        .or_else(|| parse_iso8601(text))
        .ok_or_else(|| S3Error::argument(name, text, format!("{name} has to be a date such as 2026-03-05T17:39:13Z.")))
}

/// A size in bytes.
pub(crate) fn size(name: &str, text: &str) -> Result<u64, S3Error> {
    text.trim().parse().map_err(|_| S3Error::argument(name, text, format!("{name} has to be a number of bytes.")))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn etag() -> ETag {
        ETag::parse("abc").unwrap()
    }

    fn write(is: Option<&str>, is_not: Option<&str>, current: Option<&ETag>) -> Option<ErrorCode> {
        let conditions =
            WriteConditions { if_match: is.map(EntityTags::parse), if_none_match: is_not.map(EntityTags::parse) };
        conditions.permit(current).err().map(|error| error.code())
    }

    #[test]
    fn a_create_only_write_spares_what_is_there() {
        assert_eq!(write(None, Some("*"), None), None);
        assert_eq!(write(None, Some("*"), Some(&etag())), Some(ErrorCode::PreconditionFailed));
        assert_eq!(write(None, Some("\"other\""), Some(&etag())), None);
    }

    #[test]
    fn a_replacing_write_needs_the_object_that_was_read() {
        assert_eq!(write(Some("\"abc\""), None, Some(&etag())), None);
        assert_eq!(write(Some("\"old\""), None, Some(&etag())), Some(ErrorCode::PreconditionFailed));
        assert_eq!(write(Some("\"abc\""), None, None), Some(ErrorCode::NoSuchKey));
        assert_eq!(write(Some("*"), None, None), Some(ErrorCode::NoSuchKey));
    }

    #[test]
    fn a_conditional_deletion_spares_another_object() {
        let etag = etag();
        let current = CurrentObject { etag: &etag, last_modified: Timestamp::from_millis(5_300), size: 7 };
        let code = |conditions: DeleteConditions| conditions.permit(current).err().map(|error| error.code());
        let size = |size| DeleteConditions { size: Some(size), ..DeleteConditions::default() };
        let at = |seconds| DeleteConditions {
            last_modified: Some(Timestamp::from_seconds(seconds)),
            ..DeleteConditions::default()
        };
        assert_eq!(code(DeleteConditions::default()), None);
        assert_eq!(code(size(7)), None);
        assert_eq!(code(size(8)), Some(ErrorCode::PreconditionFailed));
        assert_eq!(code(at(5)), None);
        assert_eq!(code(at(6)), Some(ErrorCode::PreconditionFailed));
    }

    #[test]
    fn an_unreadable_condition_stops_the_deletion() {
        let mut headers = HeaderMap::new();
        headers.insert("x-amz-if-match-last-modified-time", http::HeaderValue::from_static("yesterday"));
        assert_eq!(DeleteConditions::of(&headers).unwrap_err().code(), ErrorCode::InvalidArgument);
    }
}
