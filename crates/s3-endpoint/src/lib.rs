//! The S3 endpoint: address → operation → verify → authorise → dispatch, and the envelope of the answer.
//!
//! Nothing reaches a backend but what came through all of these. Making, listing and deleting buckets is answered here,
//! from the registry that serves every backend.

mod access_control;
mod access_log;
mod addressing;
mod authorise;
mod base_url;
mod bodies;
mod brake;
mod bucket_configuration;
mod bucket_operations;
mod counters;
mod cross_origin;
mod drain;
mod endpoint;
mod envelope;
mod expectation;
mod failure;
mod hoisted;
mod post_object;
mod query_api;
mod quota;
mod request_id;
mod seen;
mod signed_write;
mod sigv2;
mod verify;

pub use access_log::{AccessLog, AccessLogFile, AccessLogSettings};
pub use endpoint::{Endpoint, Parts};
pub use sigv2::SigV2Default;
