//! GetObject: opens the object and streams what was asked for.
//!
//! Permission, conditions and range are judged over the very object that is opened, in the same read transaction.

use std::sync::Arc;

use keyward_identity::Bucket;
use keyward_objects::ObjectFacts;
use keyward_s3_wire::operations::{Extent, GetObject, ObjectHead, found_delete_marker};
use keyward_s3_wire::range::Span;
use keyward_s3_wire::{ErrorCode, S3Error};

use super::Answer;
use crate::call::{Call, version_id, which};
use crate::encryption::Keys;
use crate::engine::{ByteRange, EngineError, Judge, ObjectRecord, Plan, Which};
use crate::{access, answers, damage, lifecycle};

pub(crate) async fn get_object(call: Call<'_>) -> Answer {
    let place = call.place()?;
    let request = GetObject::from_request(call.head)?;
    let which = which(request.read.version_id.as_ref())?;
    let reading = Reading {
        request,
        bucket: Arc::clone(call.access.resource.bucket().ok_or(ErrorCode::NoSuchBucket)?),
        facts: call.judged_object(),
        keys: call.keys.clone(),
        judged: None,
    };
    let opened = call.engine.open_judged(place.bucket_id(), place.key.as_str(), which, reading).await;
    let (opened, Reading { request, judged, .. }) = opened.map_err(|refused| match refused {
        Refused::ByEngine(error) => unread(call, which, damage::noted(place)(error)),
        Refused::ByRequest(error) => error,
    })?;
    // Whatever was opened was judged.
    let (object, extent) = judged.ok_or(ErrorCode::InternalError)?;
    let object = answers::of_opened(object, &opened);
    let span = span_of(&opened.range).filter(|_| extent != Extent::Whole);
    let mut response = request.response(&object, span).map(|()| answers::body(opened.body, place));
    let described = (place.key.as_str(), opened.record.size, &opened.record.head);
    let modified = opened.record.modified;
    let expiration = lifecycle::expiration_header(place.bucket, described, modified, call.day);
    lifecycle::show(expiration.filter(|_| which == Which::Latest), response.headers_mut());
    Ok(response)
}

/// A request that is held against the object that was found.
struct Reading {
    request: GetObject,
    bucket: Arc<Bucket>,
    /// The facts by which the request was allowed, where it depended on any.
    facts: Option<Option<ObjectFacts>>,
    keys: Keys,
    /// The object as the answer describes it, and which of its bytes are sent.
    judged: Option<(ObjectHead, Extent)>,
}

/// Why an object is not sent.
enum Refused {
    ByEngine(EngineError),
    ByRequest(S3Error),
}

impl From<EngineError> for Refused {
    fn from(error: EngineError) -> Self {
        Refused::ByEngine(error)
    }
}

impl From<S3Error> for Refused {
    fn from(error: S3Error) -> Self {
        Refused::ByRequest(error)
    }
}

impl Judge for Reading {
    type Error = Refused;

    fn judge(&mut self, record: &ObjectRecord) -> Result<Plan, Refused> {
        access::require_judged(self.facts.as_ref(), &record.head, &self.bucket)?;
        let key = self.keys.opening(&record.head, self.request.read.customer_key.as_ref())?;
        let object = answers::object_head(record, &self.bucket);
        let extent = self.request.extent(&object)?;
        self.judged = Some((object, extent));
        Ok(Plan { range: range_of(extent), key })
    }
}

/// Why an object was not read; a delete marker is told apart.
pub(super) fn unread(call: Call<'_>, which: Which, error: EngineError) -> S3Error {
    match error {
        EngineError::IsDeleteMarker { version, made } => {
            found_delete_marker(call.head.method, &version_id(version), made, which != Which::Latest)
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

fn range_of(extent: Extent) -> ByteRange {
    match extent {
        Extent::Whole => ByteRange::Whole,
        Extent::Span(span) => ByteRange::Span(span.first(), span.last()),
        Extent::Part(part) => ByteRange::Part(part.number()),
    }
}
