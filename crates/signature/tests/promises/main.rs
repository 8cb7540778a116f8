//! What this crate promises of heads, of bodies, and of every input.

#![expect(clippy::unwrap_used, reason = "a test that cannot go on fails")]

mod bodies;
mod botocore;
mod heads;
mod properties;
mod support;
