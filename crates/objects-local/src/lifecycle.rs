//! Lifecycle rules carried out: what a bucket's rules say of each key's versions and of its uploads, and doing it.

mod judge;
mod moment;
mod sweep;

pub use sweep::Swept;

pub(crate) use moment::{expiration_header, show};
pub(crate) use sweep::sweep;
