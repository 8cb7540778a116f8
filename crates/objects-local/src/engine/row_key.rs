//! Keys of the metadata rows, laid out so that `memcmp` order is the order S3 lists in.
//!
//! ```text
//! object   bucket (8, big endian) | key | 0x00 | inverted version (8)
//! upload   bucket (8, big endian) | key | 0x00 | upload id (24)
//! part     upload id (24) | number (2, big endian)
//! ```
//! No key contains 0x00, so rows of a key that is a prefix of another stand before the other's.

use super::EngineError;
use super::error::KeyFault;
use super::ids::{BucketId, UploadId, Version};

const BUCKET: usize = 8;
const VERSION: usize = 8;
/// The longest object key, in bytes of UTF-8.
pub(super) const MAX_KEY: usize = 1024;

/// Refuses what cannot be an object's key.
pub(super) fn check(key: &str) -> Result<(), EngineError> {
    let fault = if key.is_empty() {
        KeyFault::Empty
    } else if key.len() > MAX_KEY {
        KeyFault::TooLong { bytes: key.len(), max: MAX_KEY }
    } else if key.contains('\0') {
        KeyFault::Nul
    } else {
        return Ok(());
    };
    Err(EngineError::KeyInvalid(fault))
}

fn row(bucket: BucketId, key: &str, tail: &[u8]) -> Vec<u8> {
    let mut row = Vec::with_capacity(BUCKET + key.len() + tail.len());
    row.extend_from_slice(&bucket.0.to_be_bytes());
    row.extend_from_slice(key.as_bytes());
    row.extend_from_slice(tail);
    row
}

/// The row of a version. The newest version's row stands first.
pub(super) fn object(bucket: BucketId, key: &str, version: Version) -> Result<Vec<u8>, EngineError> {
    check(key)?;
    let mut tail = [0; 1 + VERSION];
    tail[1..].copy_from_slice(&(!version.0).to_be_bytes());
    Ok(row(bucket, key, &tail))
}

/// At or before every version of `key`, and behind every row of a lesser key.
pub(super) fn at_key(bucket: BucketId, key: &str) -> Vec<u8> {
    row(bucket, key, &[0])
}

/// Behind this version of `key`, and at or before the next older one.
pub(super) fn behind_version(bucket: BucketId, key: &str, version: Version) -> Vec<u8> {
    match version.0.checked_sub(1) {
        None => behind_key(bucket, key),
        Some(older) => {
            let mut tail = [0; 1 + VERSION];
            tail[1..].copy_from_slice(&(!older).to_be_bytes());
            row(bucket, key, &tail)
        }
    }
}

/// The row of an upload.
pub(super) fn upload(bucket: BucketId, key: &str, id: UploadId) -> Result<Vec<u8>, EngineError> {
    check(key)?;
    let mut tail = [0; 1 + UploadId::LENGTH];
    tail[1..].copy_from_slice(&id.0);
    Ok(row(bucket, key, &tail))
}

/// The row of a part.
pub(super) fn part(set: UploadId, number: u16) -> [u8; UploadId::LENGTH + 2] {
    let mut row = [0; UploadId::LENGTH + 2];
    row[..UploadId::LENGTH].copy_from_slice(&set.0);
    row[UploadId::LENGTH..].copy_from_slice(&number.to_be_bytes());
    row
}

/// At or before every row whose key begins with `prefix`, and behind all others before them.
pub(super) fn at_prefix(bucket: BucketId, prefix: &str) -> Vec<u8> {
    row(bucket, prefix, &[])
}

/// Behind every row of `key` and at or before every row of a greater key.
pub(super) fn behind_key(bucket: BucketId, key: &str) -> Vec<u8> {
    row(bucket, key, &[1])
}

/// Behind the upload `id` of `key` and at or before the next one.
pub(super) fn behind_upload(bucket: BucketId, key: &str, id: UploadId) -> Vec<u8> {
    let mut tail = [0; 1 + UploadId::LENGTH + 1];
    tail[1..=UploadId::LENGTH].copy_from_slice(&id.0);
    row(bucket, key, &tail)
}

/// The least row key that is greater than every row whose key begins with `prefix`.
pub(super) fn behind_prefix(bucket: BucketId, prefix: &str) -> Vec<u8> {
    let mut bound = at_prefix(bucket, prefix);
    while let Some(last) = bound.pop() {
        if last < 0xFF {
            bound.push(last + 1);
            return bound;
        }
    }
    // The last bucket there can be: UTF-8 has no byte 0xFF, so this is behind all its keys.
    vec![0xFF; BUCKET + 1]
}

/// The bucket in a row of an object or upload.
pub(super) fn bucket_of(row: &[u8]) -> Option<BucketId> {
    Some(BucketId(u64::from_be_bytes(*row.first_chunk()?)))
}

/// The object key in a row of an object.
pub(super) fn key_of_object(row: &[u8]) -> Option<&str> {
    let key = row.get(BUCKET..row.len().checked_sub(1 + VERSION)?)?;
    std::str::from_utf8(key).ok()
}

/// The version in a row of an object.
pub(super) fn version_of(row: &[u8]) -> Option<Version> {
    let inverted = row.get(row.len().checked_sub(VERSION)?..)?;
    Some(Version(!u64::from_be_bytes(inverted.try_into().ok()?)))
}

/// The object key in a row of an upload.
pub(super) fn key_of_upload(row: &[u8]) -> Option<&str> {
    let key = row.get(BUCKET..row.len().checked_sub(1 + UploadId::LENGTH)?)?;
    std::str::from_utf8(key).ok()
}

/// The upload id in a row of an upload.
pub(super) fn upload_of(row: &[u8]) -> Option<UploadId> {
    UploadId::from_slice(row.get(row.len().checked_sub(UploadId::LENGTH)?..)?)
}

/// The number in a row of a part.
pub(super) fn number_of(row: &[u8]) -> Option<u16> {
    Some(u16::from_be_bytes(row.get(UploadId::LENGTH..)?.try_into().ok()?))
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    const BUCKET_7: BucketId = BucketId(7);

    fn keys() -> impl Strategy<Value = String> {
        "[\u{1}/ab\u{7f}é\u{10ffff}]{1,6}"
    }

    proptest! {
        #[test]
        fn rows_order_as_their_keys_do(left in keys(), right in keys()) {
            let rows = object(BUCKET_7, &left, Version::NULL).unwrap().cmp(&object(BUCKET_7, &right, Version::NULL).unwrap());
            prop_assert_eq!(rows, left.as_bytes().cmp(right.as_bytes()));
        }

        #[test]
        fn bounds_of_a_prefix_hold_exactly_its_keys(prefix in keys(), key in keys()) {
            let row = object(BUCKET_7, &key, Version(3)).unwrap();
            let within = at_prefix(BUCKET_7, &prefix) <= row && row < behind_prefix(BUCKET_7, &prefix);
            prop_assert_eq!(within, key.starts_with(&prefix));
        }

        #[test]
        fn what_is_behind_a_key_is_every_greater_key(after in keys(), key in keys()) {
            let behind = behind_key(BUCKET_7, &after) <= object(BUCKET_7, &key, Version(3)).unwrap();
            prop_assert_eq!(behind, key.as_bytes() > after.as_bytes());
        }

        #[test]
        fn versions_stand_between_their_bounds_the_newest_first(key in keys(), one in 1..u64::MAX, other in any::<u64>()) {
            let [newer, older] = [Version(one.max(other)), Version(one.min(other))];
            let row = |version| object(BUCKET_7, &key, version).unwrap();
            prop_assert!(at_key(BUCKET_7, &key) <= row(newer) && row(newer) <= row(older));
            prop_assert!(row(older) < behind_key(BUCKET_7, &key));
            prop_assert!(row(older) < behind_version(BUCKET_7, &key, older));
            prop_assert_eq!(newer != older, behind_version(BUCKET_7, &key, newer) <= row(older));
            prop_assert_eq!(version_of(&row(older)), Some(older));
        }

        #[test]
        fn keys_are_read_back_from_their_rows(key in keys(), id in any::<[u8; 24]>()) {
            let id = UploadId(id);
            let row = object(BUCKET_7, &key, Version(3)).unwrap();
            prop_assert_eq!(key_of_object(&row), Some(key.as_str()));
            let row = upload(BUCKET_7, &key, id).unwrap();
            prop_assert_eq!((key_of_upload(&row), upload_of(&row)), (Some(key.as_str()), Some(id)));
        }
    }

    #[test]
    fn the_last_bucket_has_an_end_too() {
        let last = BucketId(u64::MAX);
        assert!(object(last, "\u{10ffff}", Version::NULL).unwrap() < behind_prefix(last, ""));
    }

    #[test]
    fn keys_that_would_break_the_order_are_refused() {
        let fault = |key: &str| match object(BUCKET_7, key, Version::NULL) {
            Err(EngineError::KeyInvalid(fault)) => Some(fault),
            _ => None,
        };
        assert_eq!(fault("a\0b"), Some(KeyFault::Nul));
        assert_eq!(fault(""), Some(KeyFault::Empty));
        assert_eq!(fault(&"é".repeat(513)), Some(KeyFault::TooLong { bytes: 1026, max: 1024 }));
        assert_eq!(fault(&"é".repeat(512)), None);
    }
}
