//! The engine's records as answers show them.

use futures_util::TryStreamExt;
use http_body::Frame;
use http_body_util::StreamBody;
use keyward_identity::Bucket;
use keyward_objects::{ResponseBody, streamed};
use keyward_s3_wire::ETag;
use keyward_s3_wire::operations::ObjectHead;

use crate::call::{self, Place};
use crate::engine::{BodyReader, Etag, ObjectRecord, OpenedObject};
use crate::{checksum, damage, encryption, lock, stored_head};

/// The entity tag on the wire.
pub(crate) fn etag(etag: Etag) -> ETag {
    match etag.parts.map(usize::try_from) {
        Some(Ok(parts)) => ETag::of_parts(etag.md5, parts),
        _ => ETag::from_md5(etag.md5),
    }
}

/// What GET and HEAD tell of an object.
pub(crate) fn object_head(record: &ObjectRecord, bucket: &Bucket) -> ObjectHead {
    ObjectHead {
        size: record.size,
        etag: etag(record.etag),
        last_modified: record.modified,
        metadata: stored_head::from_stored(&record.head),
        storage_class: stored_head::storage_class(record.head.storage_class.as_deref()),
        version_id: call::shown_version(bucket, record.version),
        checksum: record.checksum.as_ref().and_then(checksum::shown),
        parts: record.etag.parts.and_then(|parts| u16::try_from(parts).ok()),
        tags: record.head.tags.len(),
        lock: lock::shown(record.head.lock.unwrap_or_default()),
        retention: record.head.retention.map(lock::shown_period),
        encryption: encryption::shown(record.head.encryption.as_ref()),
    }
}

/// The same of an object of which one part was opened: with it goes the part's own checksum.
pub(crate) fn of_opened(whole: ObjectHead, opened: &OpenedObject) -> ObjectHead {
    let Some(part) = &opened.part else { return whole };
    let known = part.checksum.as_ref().and_then(checksum::shown);
    let checksum = known.zip(whole.checksum.as_ref()).map(|((sum, _), (_, kind))| (sum, *kind));
    ObjectHead { checksum, ..whole }
}

/// The bytes of the object at `place`. Reading goes no more than a piece ahead of the client; when the disk fails, or the
/// bytes are not those that arrived, the answer breaks off, so that the client sees fewer bytes than announced.
pub(crate) fn body(reader: BodyReader, place: Place<'_>) -> ResponseBody {
    if reader.is_at_hand() {
        return streamed(StreamBody::new(reader.map_ok(Frame::data)));
    }
    let name = place.in_words();
    let logged = reader.inspect_err(move |error| damage::note_unread(&name, error));
    streamed(StreamBody::new(logged.map_ok(Frame::data)))
}
