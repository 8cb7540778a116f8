//! The use cases: log in, issue, rotate, revoke, list. The only place that orders steps.
//!
//! A use case reads, asks the rules, commits one transaction with its audit record, makes the caches forget, and only
//! then answers. Everything but logging in is a method of [`Caller`], which only a live token yields: without a login
//! there is nothing to call.

mod cached;
mod caller;
mod change_rate;
mod commit;
mod ended_secrets;
mod error;
mod failed_logins;
mod first_start;
mod governing;
mod known_callers;
mod lockouts;
mod ports;
mod service;
mod unique;
mod unlock;
mod use_cases;

pub use cached::{BucketSource, CredentialSource};
pub use caller::{Caller, Origin};
pub use ended_secrets::Erased;
pub use error::{KeyTime, ServiceError, Subject};
pub use first_start::FirstStart;
pub use governing::UserScope;
pub use ports::{
    BucketContents, BucketPolicies, ContentsError, ContentsState, Directories, DirectoryCheckFailed, FirstPassword,
    Passwords, PolicyFault, ReadPolicy, Space, ThisNode,
};
pub use service::{Parts, Service, SystemSettings};
pub use unlock::unlock_account;
pub use use_cases::audit_trail::AuditVerdict;
pub use use_cases::base_urls::BaseUrlChange;
pub use use_cases::bucket_configuration::Configuration;
pub use use_cases::bucket_grants::{BUCKET_GROUPS, BUCKET_PERMISSIONS, BucketAcl};
pub use use_cases::buckets::BucketCreation;
pub use use_cases::grantees::ResolvedPolicy;
pub use use_cases::key_usage::KeyInUse;
pub use use_cases::log_in::Session;
pub use use_cases::managed_buckets::{BucketChange, NewBucket};
pub use use_cases::management_users::{ManagementUserChange, NewManagementUser};
pub use use_cases::namespace_limits::NamespaceLimit;
pub use use_cases::namespaces::NamespaceChange;
pub use use_cases::object_users::page_request;
pub use use_cases::own_keys::{IssuedKey, OwnKeyOrder};
pub use use_cases::people::{MadePassword, RemovedPerson};
pub use use_cases::providers::{ListChange, ProviderChange};
pub use use_cases::site::{Node, Site};

// What the use cases take and give that is not theirs, so that fronts need no further crate.
pub use keyward_ambient::Timestamp;
pub use keyward_login::Password;
pub use keyward_store::{AuditEntry, AuditOutcome, ChainError, ChainReport, Page, PageRequest, SecretUsage};
