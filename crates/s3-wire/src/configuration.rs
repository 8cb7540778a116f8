//! The configuration documents of a bucket: XML as clients send and read them, to and from the types that are kept.
//!
//! Each file has a `read`, which refuses whatever would be kept and not honoured, and a `write`.

mod access;
mod cors;
mod element;
mod encryption;
mod fixed;
mod lifecycle;
mod object_lock;
mod ownership;
mod public_access;
mod tags;
mod versioning;

pub use access::{AccessControlPolicy, NamedGrant};
pub use cors::{read_cors, write_cors};
pub use encryption::{read_encryption, write_encryption};
pub use fixed::{FixedReader, reads_fixed, write_fixed};
pub use lifecycle::{read_lifecycle, write_lifecycle};
pub use object_lock::{read_object_lock, write_object_lock};
pub use ownership::{read_ownership, write_ownership};
pub use public_access::{read_public_access_block, write_policy_status, write_public_access_block};
pub use tags::{read_bucket_tags, write_tags};
pub use versioning::{read_versioning, write_versioning};

/// The largest configuration document, in bytes: what S3 allows a lifecycle of a thousand rules.
pub const BODY_LIMIT: usize = 1024 * 1024;
