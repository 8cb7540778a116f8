//! What GetObject and HeadObject have in common: which object, which of its bytes, under which conditions, and the
//! head of the answer.

use http::header::{
    CACHE_CONTROL, CONTENT_DISPOSITION, CONTENT_ENCODING, CONTENT_LANGUAGE, CONTENT_LENGTH, CONTENT_RANGE,
    CONTENT_TYPE, EXPIRES, HeaderMap, HeaderName, HeaderValue, IF_RANGE, RANGE,
};
use http::{Response, StatusCode};

use super::answer::write_checksum;
use super::object_head::ObjectHead;
use crate::conditions::{EntityTags, ReadConditions};
use crate::customer_key::CustomerKey;
use crate::date::parse_http_date;
use crate::encryption::Encryption;
use crate::error::{ErrorCode, S3Error};
use crate::metadata::HeaderText;
use crate::query::Query;
use crate::range::{ByteRange, Span};
use crate::request_head::RequestHead;
use crate::single_header;
use crate::upload::PartNumber;
use crate::version_id::VersionId;

const PARTS_COUNT: HeaderName = HeaderName::from_static("x-amz-mp-parts-count");

const OVERRIDES: [(&str, HeaderName); 6] = [
    ("response-cache-control", CACHE_CONTROL),
    ("response-content-disposition", CONTENT_DISPOSITION),
    ("response-content-encoding", CONTENT_ENCODING),
    ("response-content-language", CONTENT_LANGUAGE),
    ("response-content-type", CONTENT_TYPE),
    ("response-expires", EXPIRES),
];

/// A read of an object.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct ObjectRead {
    /// The version, when not the latest.
    pub version_id: Option<VersionId>,
    /// The part of a multipart object, when not all; never together with a range.
    pub part_number: Option<PartNumber>,
    /// The bytes, when not all.
    pub range: Option<ByteRange>,
    /// The object that the range is meant for; the whole object is sent when it is another.
    pub if_range: Option<String>,
    /// The conditions.
    pub conditions: ReadConditions,
    /// Headers that the answer is to have in place of the object's (`response-*`); anonymous requests may have none.
    pub overrides: Vec<(HeaderName, HeaderText)>,
    /// Whether the answer is to show the additional checksum.
    pub shows_checksum: bool,
    /// The client's key, where the object is encrypted with one.
    pub customer_key: Option<CustomerKey>,
}

/// Which bytes a read comes to.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Extent {
    /// All of them.
    Whole,
    /// These.
    Span(Span),
    /// Those of this part; `InvalidPartNumber` when the object has no such part.
    Part(PartNumber),
}

impl ObjectRead {
    pub(super) fn of(head: RequestHead<'_>) -> Result<Self, S3Error> {
        let query = head.query;
        Encryption::refuse_on_read(head.headers)?;
        let part_number = PartNumber::of(query)?;
        let asks_for_range = head.headers.contains_key(RANGE);
        if part_number.is_some() && asks_for_range {
            let message = "A part number and a range contradict each other; send one of them.";
            return Err(S3Error::because(ErrorCode::InvalidRequest, message));
        }
        let mode = single_header::filled(head.headers, "x-amz-checksum-mode")?;
        Ok(ObjectRead {
            version_id: VersionId::of(query)?,
            part_number,
            range: single_header::filled(head.headers, RANGE.as_str())?.and_then(ByteRange::parse),
            if_range: single_header::filled(head.headers, IF_RANGE.as_str())?.map(str::to_owned),
            conditions: ReadConditions::of(head.headers),
            overrides: overrides(query)?,
            shows_checksum: mode.is_some_and(|mode| mode.eq_ignore_ascii_case("ENABLED")),
            customer_key: CustomerKey::of(head.headers)?,
        })
    }

    /// Decides over the object that was found: whether it is sent, and which bytes.
    ///
    /// # Errors
    /// `NotModified`, `PreconditionFailed`, `InvalidRange`.
    pub fn extent(&self, object: &ObjectHead) -> Result<Extent, S3Error> {
        self.conditions.permit_read(&object.etag, object.last_modified)?;
        if let Some(part) = self.part_number {
            return Ok(Extent::Part(part));
        }
        match self.range {
            Some(range) if self.range_is_meant_for(object) => Ok(Extent::Span(range.resolve(object.size)?)),
            _ => Ok(Extent::Whole),
        }
    }

    fn range_is_meant_for(&self, object: &ObjectHead) -> bool {
        match &self.if_range {
            None => true,
            Some(text) => match parse_http_date(text) {
                Some(moment) => moment.as_seconds() == object.last_modified.as_seconds(),
                None => EntityTags::parse(text).include(&object.etag),
            },
        }
    }

    /// The head of the answer: 200 for the whole object, 206 for the bytes of `span`.
    pub(super) fn response(&self, object: &ObjectHead, span: Option<Span>) -> Response<()> {
        let mut headers = object.headers();
        for (name, value) in &self.overrides {
            headers.insert(name, value.header_value());
        }
        headers.insert(CONTENT_LENGTH, HeaderValue::from(span.map_or(object.size, Span::len)));
        if let Some(span) = span {
            headers.insert(CONTENT_RANGE, span.content_range(object.size));
        }
        if let (Some(_), Some(count)) = (self.part_number, object.parts) {
            headers.insert(PARTS_COUNT, HeaderValue::from(count));
        }
        self.show_checksum(&mut headers, object, span);
        let mut response = Response::new(());
        *response.status_mut() = if span.is_some() { StatusCode::PARTIAL_CONTENT } else { StatusCode::OK };
        *response.headers_mut() = headers;
        response
    }

    /// A client compares the checksum with the bytes it gets, so it is shown only with all that it covers: the object,
    /// or the part that was asked for.
    fn show_checksum(&self, headers: &mut HeaderMap, object: &ObjectHead, span: Option<Span>) {
        let whole = self.part_number.is_some() || span.is_none_or(|span| span.len() == object.size);
        if let (true, true, Some((checksum, kind))) = (self.shows_checksum, whole, &object.checksum) {
            write_checksum(headers, Some(checksum), Some(*kind));
        }
    }
}

fn overrides(query: &Query) -> Result<Vec<(HeaderName, HeaderText)>, S3Error> {
    let mut found = Vec::new();
    for (parameter, header) in OVERRIDES {
        if let Some(value) = query.filled(parameter)? {
            let text = HeaderText::parse(value).map_err(|error| {
                S3Error::argument(parameter, value, format!("{parameter} cannot be sent: {error}."))
            })?;
            found.push((header, text));
        }
    }
    Ok(found)
}
