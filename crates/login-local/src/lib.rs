//! The accounts that need no directory: local management users (`root`) and the people of built-in local domains.
//!
//! Passwords are stored as Argon2id hashes; [`Passwords`] makes and verifies them off the async threads, a bounded
//! number at a time. Accounts are read through the small port [`LocalAccounts`], so this crate knows no store.

mod accounts;
mod hashing;
mod passwords;
mod providers;
mod workers;

pub use accounts::{AccountsUnavailable, LocalAccounts};
pub use hashing::{HashError, SALT_BYTES, hash_password};
pub use passwords::{PasswordError, Passwords};
pub use providers::{LocalPeople, ManagementUsers};
