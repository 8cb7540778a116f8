//! HeadObject: what GetObject would answer, without opening the bytes.

use keyward_objects::empty;
use keyward_s3_wire::operations::{Extent, HeadObject};

use super::Answer;
use super::get_object::{no_such_part, span_of, unread};
use crate::answers;
use crate::call::{Call, which};
use crate::engine::{ByteRange, EngineError};

pub(crate) async fn head_object(call: Call<'_>) -> Answer {
    let place = call.place()?;
    let request = HeadObject::from_request(call.head)?;
    let which = which(request.read.version_id.as_ref())?;
    let (bucket, key) = (place.bucket_id(), place.key.as_str());
    let record = call.engine.head_version(bucket, key, which).await;
    let record = record.map_err(|error| unread(call, which, error))?;
    let object = answers::object_head(&record, place);
    let (object, span) = match request.extent(&object)? {
        Extent::Whole => (object, None),
        Extent::Span(span) => (object, Some(span)),
        // Only with its bytes does the engine tell where a part lies.
        Extent::Part(part) => {
            match call.engine.open_version(bucket, key, which, ByteRange::Part(part.number())).await {
                Ok(opened) => (answers::object_head(&opened.record, place), span_of(&opened.range)),
                Err(EngineError::NoSuchPart { number }) => return Err(no_such_part(number)),
                Err(error) => return Err(unread(call, which, error)),
            }
        }
    };
    Ok(request.response(&object, span).map(|()| empty()))
}
