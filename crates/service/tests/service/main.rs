//! What the use cases promise, asked from outside.

#![expect(clippy::unwrap_used, reason = "a test that cannot go on fails")]

mod administrators;
mod audit;
mod audit_trail;
mod buckets;
mod ended_secrets;
mod first_keys;
mod house;
mod key_usage;
mod leavers;
mod login_security;
mod logins;
mod management_access;
mod management_users;
mod namespaces;
mod object_users;
mod outages;
mod providers;
mod races;
mod revocation;
mod rights;
mod rotation;
mod s3_path;
mod sessions;
mod uploads;
mod user_scope;
