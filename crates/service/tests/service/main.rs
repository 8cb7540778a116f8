//! What the use cases promise, asked from outside.

#![expect(clippy::unwrap_used, reason = "a test that cannot go on fails")]

mod first_keys;
mod house;
mod races;
mod revocation;
mod rotation;
