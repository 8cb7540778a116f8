//! An object's headers in the form in which the engine keeps them, byte for byte.

use std::iter::once;

use keyward_identity::Bucket;
use keyward_s3_wire::metadata::{HeaderText, ObjectMetadata};
use keyward_s3_wire::operations::NewObject;
use keyward_s3_wire::{S3Error, StorageClass};

use crate::access;
use crate::call::Call;
use crate::engine::{HeadOwner, ObjectHead};
use crate::lock;

/// Marks text that stands for bytes which are not UTF-8, a character for each. No header can carry U+0001 itself.
const BYTES: char = '\u{1}';

/// The head of a new object in `bucket`.
///
/// # Errors
/// As [`lock::of_new`].
pub(crate) fn of_new(object: &NewObject, call: Call<'_>, bucket: &Bucket) -> Result<ObjectHead, S3Error> {
    let list = call.allowed.new_object().and_then(|new| new.acl.as_ref());
    Ok(ObjectHead {
        acl: list.map(access::to_stored).transpose()?,
        tags: object.tags.iter().cloned().collect(),
        lock: lock::of_new(&object.lock, bucket, call.engine.now())?,
        retention: object.retention.map(lock::kept_period),
        storage_class: object.storage_class.and_then(StorageClass::shown).map(str::to_owned),
        ..to_stored(&object.metadata, call.requester())
    })
}

/// The head of an object with this metadata; everything else is left empty.
fn to_stored(metadata: &ObjectMetadata, writer: Option<HeadOwner>) -> ObjectHead {
    let kept = |value: &Option<HeaderText>| value.as_ref().map(text);
    let (owner, owner_unique_id) = writer.map_or((None, None), |writer| (Some(writer.name), writer.unique_id));
    ObjectHead {
        owner,
        owner_unique_id,
        content_type: kept(&metadata.content_type),
        content_encoding: kept(&metadata.content_encoding),
        content_language: kept(&metadata.content_language),
        content_disposition: kept(&metadata.content_disposition),
        cache_control: kept(&metadata.cache_control),
        expires: kept(&metadata.expires),
        website_redirect_location: kept(&metadata.website_redirect),
        user_metadata: metadata.user.iter().map(|(name, value)| (name.clone(), text(value))).collect(),
        ..ObjectHead::default()
    }
}

/// The metadata that was stored.
pub(crate) fn from_stored(head: &ObjectHead) -> ObjectMetadata {
    let shown = |value: &Option<String>| value.as_deref().and_then(header);
    ObjectMetadata {
        content_type: shown(&head.content_type),
        cache_control: shown(&head.cache_control),
        content_disposition: shown(&head.content_disposition),
        content_encoding: shown(&head.content_encoding),
        content_language: shown(&head.content_language),
        expires: shown(&head.expires),
        website_redirect: shown(&head.website_redirect_location),
        user: head.user_metadata.iter().filter_map(|(name, value)| Some((name.clone(), header(value)?))).collect(),
    }
}

/// The class that is stored under this name. `STANDARD` is not stored.
pub(crate) fn storage_class(stored: Option<&str>) -> StorageClass {
    stored.and_then(StorageClass::named).unwrap_or_default()
}

fn text(value: &HeaderText) -> String {
    match std::str::from_utf8(value.as_bytes()) {
        Ok(text) => text.to_owned(),
        Err(_) => once(BYTES).chain(value.as_bytes().iter().copied().map(char::from)).collect(),
    }
}

/// `None` for what no header can carry, which only damage can have stored.
fn header(text: &str) -> Option<HeaderText> {
    match text.strip_prefix(BYTES) {
        None => HeaderText::parse(text).ok(),
        Some(bytes) => {
            let bytes: Option<Vec<u8>> = bytes.chars().map(|one| u8::try_from(one).ok()).collect();
            HeaderText::parse(bytes?).ok()
        }
    }
}

#[cfg(test)]
mod tests {
    use http::{HeaderMap, HeaderName, HeaderValue};
    use proptest::prelude::*;

    use super::*;

    #[test]
    fn every_header_survives_storing() {
        let mut headers = HeaderMap::new();
        for name in [
            "content-type",
            "content-encoding",
            "content-language",
            "content-disposition",
            "cache-control",
            "expires",
            "x-amz-website-redirect-location",
            "x-amz-meta-colour",
            "x-amz-meta-none",
        ] {
            let value = if name == "x-amz-meta-none" { "" } else { name };
            headers.insert(HeaderName::from_static(name), HeaderValue::from_static(value));
        }
        let metadata = ObjectMetadata::of(&headers).unwrap();
        assert_eq!(from_stored(&to_stored(&metadata, None)), metadata);
    }

    proptest! {
        #[test]
        fn every_byte_of_a_header_survives_storing(bytes in proptest::collection::vec(any::<u8>(), 0..40)) {
            if let Ok(value) = HeaderText::parse(&bytes) {
                prop_assert_eq!(header(&text(&value)), Some(value));
            }
        }
    }
}
