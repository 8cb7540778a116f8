//! The ports: one narrow trait an aggregate for reading, and one way to write.
//!
//! All reads see what was committed when they began, and never less than what the caller was told is committed.

mod audit_log;
mod base_urls;
mod buckets;
mod change_feed;
mod commit;
mod management_users;
mod namespaces;
mod object_users;
mod people;
mod providers;
mod secret_usages;
mod settings;
mod tokens;
mod upkeep;

pub use audit_log::AuditLog;
pub use base_urls::BaseUrls;
pub use buckets::{BucketFilter, Buckets};
pub use change_feed::ChangeFeed;
pub use commit::Commit;
pub use management_users::ManagementUsers;
pub use namespaces::Namespaces;
pub use object_users::{ObjectUserFilter, ObjectUsers};
pub use people::People;
pub use providers::Providers;
pub use secret_usages::SecretUsages;
pub use settings::Settings;
pub use tokens::Tokens;
pub use upkeep::Upkeep;

/// Everything a store is; what the service holds as `Arc<dyn Store>`.
pub trait Store:
    Namespaces
    + ObjectUsers
    + ManagementUsers
    + People
    + Providers
    + Tokens
    + SecretUsages
    + Buckets
    + BaseUrls
    + Settings
    + AuditLog
    + ChangeFeed
    + Commit
    + Upkeep
{
}

impl<T> Store for T where
    T: Namespaces
        + ObjectUsers
        + ManagementUsers
        + People
        + Providers
        + Tokens
        + SecretUsages
        + Buckets
        + BaseUrls
        + Settings
        + AuditLog
        + ChangeFeed
        + Commit
        + Upkeep
{
}
