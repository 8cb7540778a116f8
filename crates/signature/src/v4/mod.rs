//! AWS Signature Version 4 for S3: what the client states, the canonical request, and keys.

pub(crate) mod authorization;
pub(crate) mod canonical;
mod chain;
mod credential;
mod hoisted;
pub(crate) mod presigned;
#[cfg(test)]
mod published_examples;
mod signed_headers;
mod signing_key;
mod signing_time;
mod statement;
mod trials;

pub(crate) use chain::ChunkChain;
pub use credential::Scope;
pub(crate) use credential::{Credential, TERMINATOR};
pub(crate) use signed_headers::SignedHeaders;
pub use signing_key::SigningKey;
pub(crate) use signing_time::SigningTime;
pub(crate) use statement::Statement;
pub(crate) use trials::Trials;

/// The name of the algorithm in headers, parameters and strings to sign.
pub(crate) const ALGORITHM: &str = "AWS4-HMAC-SHA256";

/// The service in every scope.
pub(crate) const SERVICE: &str = "s3";
