//! The conditions of GET, HEAD and of a copy's source.

use http::HeaderMap;
use http::header::{ETAG, HeaderValue, LAST_MODIFIED};
use keyward_ambient::Timestamp;

use super::EntityTags;
use crate::date::{http_date, parse_http_date, parse_iso8601};
use crate::error::{ErrorCode, S3Error};
use crate::etag::ETag;

/// The four conditions of a read.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct ReadConditions {
    /// Go on when the object's tag is listed.
    pub if_match: Option<EntityTags>,
    /// Go on when the object's tag is not listed.
    pub if_none_match: Option<EntityTags>,
    /// Go on when the object changed after this second.
    pub if_modified_since: Option<Timestamp>,
    /// Go on when the object did not change after this second.
    pub if_unmodified_since: Option<Timestamp>,
}

/// What the conditions come to.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum ReadVerdict {
    /// The read goes on.
    Proceed,
    /// The client has the object already.
    NotModified,
    /// The object is not the one the client means; the condition that says so, as the header's name.
    PreconditionFailed(&'static str),
}

impl ReadConditions {
    /// The conditions of GET and HEAD. A date that cannot be read is ignored (RFC 9110, 13.1.3).
    pub fn of(headers: &HeaderMap) -> Self {
        Self::named(headers, ["if-match", "if-none-match", "if-modified-since", "if-unmodified-since"])
    }

    /// The conditions that a copy sets on its source. A date that cannot be read is ignored, as S3 does.
    pub fn of_copy_source(headers: &HeaderMap) -> Self {
        Self::named(
            headers,
            [
                "x-amz-copy-source-if-match",
                "x-amz-copy-source-if-none-match",
                "x-amz-copy-source-if-modified-since",
                "x-amz-copy-source-if-unmodified-since",
            ],
        )
    }

    fn named(headers: &HeaderMap, [is, is_not, since, not_since]: [&str; 4]) -> Self {
        ReadConditions {
            if_match: EntityTags::of(headers, is),
            if_none_match: EntityTags::of(headers, is_not),
            if_modified_since: date(headers, since),
            if_unmodified_since: date(headers, not_since),
        }
    }

    /// Decides over an object. A tag condition outranks the date condition of its kind; dates count in whole seconds.
    pub fn evaluate(&self, etag: &ETag, last_modified: Timestamp) -> ReadVerdict {
        let changed_after = |moment: Timestamp| last_modified.as_seconds() > moment.as_seconds();
        match (&self.if_match, self.if_unmodified_since) {
            (Some(tags), _) if !tags.include(etag) => return ReadVerdict::PreconditionFailed("If-Match"),
            (None, Some(moment)) if changed_after(moment) => {
                return ReadVerdict::PreconditionFailed("If-Unmodified-Since");
            }
            _ => {}
        }
        match (&self.if_none_match, self.if_modified_since) {
            (Some(tags), _) if tags.include_weakly(etag) => ReadVerdict::NotModified,
            (None, Some(moment)) if !changed_after(moment) => ReadVerdict::NotModified,
            _ => ReadVerdict::Proceed,
        }
    }

    /// Lets a GET or HEAD go on.
    ///
    /// # Errors
    /// `NotModified` with the object's `ETag` and `Last-Modified`, or `PreconditionFailed`.
    pub fn permit_read(&self, etag: &ETag, last_modified: Timestamp) -> Result<(), S3Error> {
        match self.evaluate(etag, last_modified) {
            ReadVerdict::Proceed => Ok(()),
            ReadVerdict::PreconditionFailed(condition) => Err(failed(condition)),
            ReadVerdict::NotModified => Err(S3Error::new(ErrorCode::NotModified)
                .with_header(ETAG, etag.header_value())
                .with_header(LAST_MODIFIED, last_modified_value(last_modified))),
        }
    }

    /// Lets a copy from this source go on.
    ///
    /// # Errors
    /// `PreconditionFailed`, also where a read would be answered 304.
    pub fn permit_copy(&self, etag: &ETag, last_modified: Timestamp) -> Result<(), S3Error> {
        match self.evaluate(etag, last_modified) {
            ReadVerdict::Proceed => Ok(()),
            ReadVerdict::PreconditionFailed(condition) => Err(failed(&format!("x-amz-copy-source-{condition}"))),
            ReadVerdict::NotModified if self.if_none_match.is_some() => Err(failed("x-amz-copy-source-If-None-Match")),
            ReadVerdict::NotModified => Err(failed("x-amz-copy-source-If-Modified-Since")),
        }
    }
}

/// The value of a `Last-Modified` header.
pub(crate) fn last_modified_value(moment: Timestamp) -> HeaderValue {
    HeaderValue::from_str(&http_date(moment)).expect("a date is visible ASCII")
}

pub(super) fn failed(condition: &str) -> S3Error {
    S3Error::new(ErrorCode::PreconditionFailed).with("Condition", condition)
}

/// A date in HTTP's form or, as some clients send it, in ISO 8601.
pub(super) fn date(headers: &HeaderMap, name: &str) -> Option<Timestamp> {
    let text = headers.get(name)?.to_str().ok()?;
    parse_http_date(text).or_else(|| parse_iso8601(text))
}

#[cfg(test)]
mod tests {
    use http::HeaderName;

    use super::*;

    const CHANGED: Timestamp = Timestamp::from_millis(1_000_000_000_900);
    const BEFORE: &str = "Sun, 09 Sep 2001 01:46:39 GMT";
    const SAME_SECOND: &str = "Sun, 09 Sep 2001 01:46:40 GMT";

    fn verdict(pairs: &[(&'static str, &'static str)]) -> ReadVerdict {
        let headers = pairs
            .iter()
            .map(|(name, value)| (HeaderName::from_static(name), HeaderValue::from_static(value)))
            .collect();
        ReadConditions::of(&headers).evaluate(&ETag::parse("abc").unwrap(), CHANGED)
    }

    #[test]
    fn each_condition_alone() {
        use ReadVerdict::{NotModified, PreconditionFailed, Proceed};
        for (name, value, expected) in [
            ("if-match", "\"abc\"", Proceed),
            ("if-match", "abc", Proceed),
            ("if-match", "*", Proceed),
            ("if-match", "\"x\"", PreconditionFailed("If-Match")),
            ("if-none-match", "\"x\", \"abc\"", NotModified),
            ("if-none-match", "W/\"abc\"", NotModified),
            ("if-none-match", "\"x\"", Proceed),
            ("if-modified-since", BEFORE, Proceed),
            ("if-modified-since", SAME_SECOND, NotModified),
            ("if-unmodified-since", BEFORE, PreconditionFailed("If-Unmodified-Since")),
            ("if-unmodified-since", SAME_SECOND, Proceed),
            ("if-modified-since", "tomorrow", Proceed),
            ("if-unmodified-since", "tomorrow", Proceed),
        ] {
            assert_eq!(verdict(&[(name, value)]), expected, "{name}: {value}");
        }
    }

    #[test]
    fn tags_outrank_dates() {
        assert_eq!(verdict(&[("if-match", "\"abc\""), ("if-unmodified-since", BEFORE)]), ReadVerdict::Proceed);
        assert_eq!(verdict(&[("if-none-match", "\"abc\""), ("if-modified-since", BEFORE)]), ReadVerdict::NotModified);
        assert_eq!(verdict(&[("if-none-match", "\"x\""), ("if-modified-since", SAME_SECOND)]), ReadVerdict::Proceed);
    }

    #[test]
    fn not_modified_names_the_object_that_the_client_has() {
        let conditions = ReadConditions { if_none_match: Some(EntityTags::Any), ..ReadConditions::default() };
        let error = conditions.permit_read(&ETag::parse("abc").unwrap(), CHANGED).unwrap_err();
        assert_eq!(error.code(), ErrorCode::NotModified);
        assert!(error.headers().any(|(name, value)| name == ETAG && value == "\"abc\""));
        assert!(error.headers().any(|(name, value)| name == LAST_MODIFIED && value == SAME_SECOND));
    }

    #[test]
    fn a_copy_is_never_answered_304() {
        let conditions = ReadConditions { if_none_match: Some(EntityTags::Any), ..ReadConditions::default() };
        let error = conditions.permit_copy(&ETag::parse("abc").unwrap(), CHANGED).unwrap_err();
        assert_eq!(error.code(), ErrorCode::PreconditionFailed);
    }
}
