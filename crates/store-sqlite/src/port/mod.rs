//! The port, aggregate by aggregate. Every question is answered from one snapshot; every write goes to the writer.

mod audit_log;
mod buckets;
mod change_feed;
mod keyed;
mod object_users;
mod secret_usages;
mod tokens;
mod writes;
