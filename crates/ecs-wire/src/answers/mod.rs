//! The answers of the management API, a module a resource.

mod audit_events;
mod authn_providers;
mod base_urls;
mod bucket_settings;
mod buckets;
mod link;
mod login_security;
mod management_users;
mod namespace_limits;
mod namespaces;
mod object_users;
mod page;
mod properties;
mod secret_keys;
mod session;
mod site;

pub use audit_events::{AuditEvent, AuditEvents};
pub use authn_providers::{AuthnProvider, AuthnProviders};
pub use base_urls::{BaseUrl, BaseUrls};
pub use bucket_settings::{
    AclWord, BucketAcl, BucketAclGroups, BucketAclPermissions, BucketLock, BucketMetadata, BucketQuota,
    BucketRetention, Grant, SystemMetadataKey, SystemMetadataKeys,
};
pub use buckets::{Bucket, Buckets, NewBucket};
pub use link::{NamedLink, self_link};
pub use login_security::LoginSecurity;
pub use management_users::{ManagementUser, ManagementUsers, TokenCount};
pub use namespace_limits::{NamespaceQuota, RetentionClass, RetentionClasses};
pub use namespaces::{Namespace, Namespaces};
pub use object_users::{ListedUser, ObjectUser, ObjectUserLock, ObjectUserTags, ObjectUsers};
pub use page::Page;
pub use properties::{HideSecretKeys, PropertyInfo};
pub use secret_keys::{IssuedKey, UserSecretKey, UserSecretKeys, UserSecretKeysExist};
pub use session::{LoggedIn, LoggedOut, WhoAmI};
pub use site::{
    Alerts, Capacity, Node, Nodes, ReplicationGroup, ReplicationGroups, StoragePool, StoragePools, VirtualDataCenter,
    VirtualDataCenters,
};
