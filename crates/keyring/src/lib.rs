//! The two live secrets of an access key id: issue, rotate, grace, expiry, revoke, and which are valid at a moment.
//!
//! A [`KeyRing`] is a value; every change is a function from a ring to a new ring that leaves its input untouched.
//! Time comes in as an argument, and so do ids and random bytes.
//! Nothing here serialises: a secret is sealed before it is stored, and that is another crate's job.

mod deactivate;
mod expiry;
mod grace;
mod issue;
mod ring;
mod secret;
mod secret_id;
mod secret_key;

#[cfg(test)]
mod examples;
#[cfg(test)]
mod histories;

pub use deactivate::{DeactivateError, Deactivation};
pub use expiry::{ExpiryMinutes, OutOfRange};
pub use grace::GraceError;
pub use issue::{FirstKeyRule, IssueError};
pub use ring::{KeyRing, RingError};
pub use secret::Secret;
pub use secret_id::{SecretId, SecretIdError};
pub use secret_key::{SecretKey, SecretKeyError};
