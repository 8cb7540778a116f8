//! The built-in object store: objects on one machine, durable, in a directory of ours.
//!
//! [`engine`] keeps the bytes and the metadata and knows neither HTTP nor XML.

pub mod engine;
