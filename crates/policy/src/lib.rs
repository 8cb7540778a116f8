//! May this principal do this operation on this bucket? The only maker of [`Allowed`].
//!
//! Until bucket policies and ACLs exist the rule is short: a bucket is its owner's alone, any object user makes buckets
//! in its own namespace and lists its own, and nobody else may do anything. What an administrator has locked, its owner
//! reads and cannot change.

mod access;
mod decide;

pub use access::{Access, Allowed, Requester, Resource};
pub use decide::{Denied, decide};
