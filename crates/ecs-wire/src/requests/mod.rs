//! The requests of the management API, a module a resource.

mod authn_providers;
mod base_urls;
mod bucket_settings;
mod buckets;
mod login_security;
mod management_users;
mod namespace_limits;
mod namespaces;
mod object_users;
mod properties;
mod secret_keys;

pub use authn_providers::{AuthnProviderCreate, AuthnProviderUpdate, ListChanges};
pub use base_urls::{BaseUrlCreate, BaseUrlUpdate};
pub use bucket_settings::{
    BucketAcl, BucketLock, BucketMetadata, BucketOwner, BucketQuota, BucketRetention, BucketStaleAllowed, BucketTags,
    Grant,
};
pub use buckets::{BucketCreate, BucketDelete};
pub use login_security::LoginSecurityUpdate;
pub use management_users::{ManagementUserCreate, ManagementUserUnlock, ManagementUserUpdate, PasswordChange};
pub use namespace_limits::{NamespaceQuota, RetentionClassCreate, RetentionClassUpdate};
pub use namespaces::{NamespaceCreate, NamespaceUpdate};
pub use object_users::{ObjectUserCreate, ObjectUserDelete, ObjectUserLock, ObjectUserTags};
pub use properties::{HideSecretKeys, PropertyUpdate};
pub use secret_keys::{KeysToRemove, SecretKeyCreate, SecretKeyDelete, UserSecretKeyCreate, UserSecretKeyDelete};
