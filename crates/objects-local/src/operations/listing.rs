//! What listings have in common: where a page begins and ends.

use keyward_s3_wire::{ErrorCode, ObjectKey, S3Error};

use crate::engine::After;

/// Where the page begins that follows `marker`; empty for the start.
pub(super) fn after(prefix: &str, delimiter: Option<&str>, marker: &str) -> After {
    if marker.is_empty() { After::Nothing } else { After::marker(prefix, delimiter, marker) }
}

/// The key or common prefix that a page ended with.
pub(super) fn last(after: After) -> String {
    match after {
        After::Nothing => String::new(),
        After::Key(key) => key,
        After::Prefix(prefix) => prefix,
    }
}

/// So many entries at most.
pub(super) fn limit(most: u32) -> usize {
    usize::try_from(most).unwrap_or(usize::MAX)
}

/// A key out of the store.
pub(super) fn key(key: &str) -> Result<ObjectKey, S3Error> {
    ObjectKey::parse(key).map_err(|error| {
        tracing::error!(%error, "a stored key cannot be one");
        ErrorCode::InternalError.into()
    })
}
