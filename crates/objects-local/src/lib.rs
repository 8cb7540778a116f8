//! The built-in object store: objects on one machine, durable, in a directory of ours.
//!
//! ```text
//! Checked ─► LocalObjects ─► operations (a file each) ─► engine ─► SQLite and body files
//! ```
//! [`engine`] keeps the bytes and the metadata and knows neither HTTP nor XML; the rest of the crate turns S3 requests
//! into its calls. A body reaches a commit only after it has ended and agreed with all that was declared of it, so what
//! is cut short or corrupt on the way leaves nothing behind. What the store does not do is refused, never taken and
//! forgotten.

mod access;
mod answers;
mod call;
mod check;
mod checksum;
mod conditions;
mod damage;
mod encryption;
pub mod engine;
mod error;
mod lifecycle;
mod local_objects;
mod lock;
mod not_offered;
mod operations;
mod owners;
mod receive;
mod rewrite;
mod stored_head;
mod turns;

pub use check::{Checked, Fault, Finding, Place, check_store, sealed_keys};
pub use lifecycle::Swept;
pub use local_objects::LocalObjects;
