//! Conditional requests: what the headers ask, and whether the object is in that state (RFC 9110, 13; S3's rules).

mod entity_tags;
mod read;
mod write;

pub use entity_tags::EntityTags;
pub(crate) use read::last_modified_value;
pub use read::{ReadConditions, ReadVerdict};
pub use write::{CurrentObject, DeleteConditions, WriteConditions};
pub(crate) use write::{moment, size};
