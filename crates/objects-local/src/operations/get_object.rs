//! GetObject: opens the object and streams what was asked for.

use keyward_s3_wire::operations::{Extent, GetObject, found_delete_marker};
use keyward_s3_wire::range::{self, Span};
use keyward_s3_wire::{ErrorCode, S3Error};

use super::Answer;
use crate::call::{Call, version_id, which};
use crate::engine::{ByteRange, EngineError, Which};
use crate::{answers, lifecycle};

/// How often an object may change between being judged and being opened before the client is told.
const ATTEMPTS: usize = 4;

/// Conditions and range are judged by the object that was opened, so the answer is of one moment.
pub(crate) async fn get_object(call: Call<'_>) -> Answer {
    let place = call.place()?;
    let request = GetObject::from_request(call.head)?;
    let which = which(request.read.version_id.as_ref())?;
    let mut range = first_guess(&request);
    for _ in 0..ATTEMPTS {
        let extent = match call
            .engine
            .open_version(
                place.bucket_id(),
                place.key.as_str(),
                which,
                range,
                call.unlock(request.read.customer_key.clone()),
            )
            .await
        {
            Ok(opened) => {
                call.require_judged_object(place, &opened.record.head)?;
                let object = answers::opened_head(&opened, place);
                let extent = request.extent(&object)?;
                let span = span_of(&opened.range);
                let is_meant = match extent {
                    Extent::Whole => opened.range == (0..opened.record.size),
                    Extent::Span(wanted) => span == Some(wanted),
                    Extent::Part(_) => true,
                };
                if is_meant {
                    let span = span.filter(|_| extent != Extent::Whole);
                    let mut response = request.response(&object, span).map(|()| answers::body(opened.body));
                    let described = (place.key.as_str(), opened.record.size, &opened.record.head);
                    let modified = opened.record.modified;
                    let expiration = lifecycle::expiration_header(place.bucket, described, modified, call.day);
                    lifecycle::show(expiration.filter(|_| which == Which::Latest), response.headers_mut());
                    return Ok(response);
                }
                extent
            }
            // The conditions come first, so the object is judged before the range is refused.
            Err(EngineError::RangeNotSatisfiable { .. } | EngineError::NoSuchPart { .. }) => {
                let record = call.engine.head_version(place.bucket_id(), place.key.as_str(), which).await?;
                match request.extent(&answers::object_head(&record, place))? {
                    Extent::Part(part) => return Err(no_such_part(part.number())),
                    extent => extent,
                }
            }
            Err(error) => return Err(unread(call, which, error)),
        };
        range = range_of(extent);
    }
    Err(ErrorCode::ServiceUnavailable.into())
}

/// Why an object was not read; a delete marker is told apart.
pub(super) fn unread(call: Call<'_>, which: Which, error: EngineError) -> S3Error {
    match error {
        EngineError::IsDeleteMarker { version, made } => {
            found_delete_marker(&call.head.method, &version_id(version), made, which != Which::Latest)
        }
        error => error.into(),
    }
}

/// The object has no part of this number.
pub(super) fn no_such_part(number: u16) -> S3Error {
    EngineError::NoSuchPart { number }.into()
}

/// The bytes of an answer in part; `None` where there are none.
pub(super) fn span_of(range: &std::ops::Range<u64>) -> Option<Span> {
    Span::new(range.start, range.end.checked_sub(1)?)
}

fn first_guess(request: &GetObject) -> ByteRange {
    match (request.read.part_number, request.read.range) {
        (Some(part), _) => ByteRange::Part(part.number()),
        (None, None) => ByteRange::Whole,
        (None, Some(range::ByteRange::From { first, last: None })) => ByteRange::From(first),
        (None, Some(range::ByteRange::From { first, last: Some(last) })) => ByteRange::Span(first, last),
        (None, Some(range::ByteRange::Suffix(count))) => ByteRange::Suffix(count),
    }
}

fn range_of(extent: Extent) -> ByteRange {
    match extent {
        Extent::Whole => ByteRange::Whole,
        Extent::Span(span) => ByteRange::Span(span.first(), span.last()),
        Extent::Part(part) => ByteRange::Part(part.number()),
    }
}
