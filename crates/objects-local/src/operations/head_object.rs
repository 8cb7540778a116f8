//! HeadObject: what GetObject would answer, without opening the bytes.

use keyward_objects::empty;
use keyward_s3_wire::operations::{Extent, HeadObject};

use super::Answer;
use super::get_object::{no_such_part, span_of};
use crate::answers;
use crate::call::{Call, latest_only};
use crate::engine::{ByteRange, EngineError};

pub(crate) async fn head_object(call: Call<'_>) -> Answer {
    let place = call.place()?;
    let request = HeadObject::from_request(call.head)?;
    latest_only(request.read.version_id.as_ref(), place.key)?;
    let (bucket, key) = (place.bucket_id(), place.key.as_str());
    let object = answers::object_head(&call.engine.head(bucket, key).await?);
    let (object, span) = match request.extent(&object)? {
        Extent::Whole => (object, None),
        Extent::Span(span) => (object, Some(span)),
        // Only with its bytes does the engine tell where a part lies.
        Extent::Part(part) => match call.engine.open_object(bucket, key, ByteRange::Part(part.number())).await {
            Ok(opened) => (answers::object_head(&opened.record), span_of(&opened.range)),
            Err(EngineError::NoSuchPart { number }) => return Err(no_such_part(number)),
            Err(error) => return Err(error.into()),
        },
    };
    Ok(request.response(&object, span).map(|()| empty()))
}
