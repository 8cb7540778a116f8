//! How the space of a nearly full disk is shared out, so that users who fill it cannot keep anybody from taking their
//! access away or from freeing space.
//!
//! Three kinds of writes stop one after the other as free space shrinks ([`Reserve`]): the data of objects first; then
//! what users change about objects and buckets; what ends access or frees space never. For the last there is a file of
//! a few megabytes that is given up when the disk is full all the same ([`Ballast`]).

mod ballast;
mod reserve;
mod space;

pub use ballast::Ballast;
pub use reserve::{Kind, Reserve, log_pages};
pub use space::{FileSystemGauge, Space, SpaceGauge};
