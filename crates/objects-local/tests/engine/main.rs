//! What the engine promises, asked from outside.

#![expect(clippy::unwrap_used, reason = "a test that cannot go on fails")]

mod books;
mod buckets;
mod copy;
mod crash;
mod headroom;
mod kill;
mod locks;
mod model;
mod multipart;
mod objects;
mod power_cut;
mod races;
mod room;
mod sweep;
mod versions;
