//! HeadObject: what GetObject would answer, without opening the bytes.

use keyward_objects::empty;
use keyward_s3_wire::operations::{Extent, HeadObject};

use super::Answer;
use super::get_object::{no_such_part, span_of, unread};
use crate::call::Call;
use crate::engine::{ByteRange, EngineError, Which};
use crate::{answers, lifecycle};

pub(crate) async fn head_object(call: Call<'_>) -> Answer {
    let place = call.place()?;
    let request = HeadObject::from_request(call.head)?;
    let which = call.which()?;
    let (bucket, key) = (place.bucket_id(), place.key.as_str());
    let record = call.engine.head_version(bucket, key, which).await;
    let record = record.map_err(|error| unread(call, which, error))?;
    call.require_judged_object(place, &record.head)?;
    call.keys.opening(&record.head, request.read.customer_key.as_ref())?;
    let described = (key, record.size, &record.head);
    let expiration = lifecycle::expiration_header(place.bucket, described, record.modified, call.day);
    let object = answers::object_head(&record, place.bucket);
    let unlock = call.unlock(request.read.customer_key.clone());
    let (object, span) = match request.extent(&object)? {
        Extent::Whole => (object, None),
        Extent::Span(span) => (object, Some(span)),
        // Only with its bytes does the engine tell where a part lies.
        Extent::Part(part) => {
            match call.engine.open_version(bucket, key, which, ByteRange::Part(part.number()), unlock).await {
                Ok(opened) => (answers::of_opened(object, &opened), span_of(&opened.range)),
                Err(EngineError::NoSuchPart { number }) => return Err(no_such_part(number)),
                Err(error) => return Err(unread(call, which, error)),
            }
        }
    };
    let mut response = request.response(&object, span).map(|()| empty());
    lifecycle::show(expiration.filter(|_| which == Which::Latest), response.headers_mut());
    Ok(response)
}
