//! What the object store promises to S3 clients, asked through signed requests and the real type states.

#![expect(clippy::unwrap_used, reason = "a test that cannot go on fails")]

mod bodies;
mod buckets;
mod check;
mod copies;
mod damage;
mod deletions;
mod encryption;
mod ended_keys;
mod extensions;
mod lifecycle;
mod listings;
mod master_keys;
mod multipart;
mod objects;
mod quotas;
mod reads;
mod refusals;
mod shop;
