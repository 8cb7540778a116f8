//! Logins against a real Active Directory domain controller: Samba's, one for all tests here.
//!
//! It listens on ports below 1024 that cannot be changed, so these tests need root, and Samba:
//!
//! ```text
//! apt-get install --no-install-recommends samba-ad-dc samba-ad-provision
//! cargo test -p keyward-login-ldap --features samba-tests --test samba
//! ```

#![expect(clippy::unwrap_used, reason = "what tests prepare stops at the first surprise")]

mod company;
mod domain_controller;
mod encryption;
mod groups;
mod house;
#[path = "../logins/mod.rs"]
mod logins;
mod names;
mod presence;
mod refusals;
