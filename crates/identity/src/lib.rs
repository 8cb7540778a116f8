//! Who there is and who may do what: namespaces, users, providers, principals, roles, sessions, permissions.
//!
//! Names are types that cannot be wrong once parsed. Records are plain data as it is persisted; the rules are functions
//! of those records alone. No record holds a secret key: those live in the `keyring` crate and are sealed at rest.

mod base_url;
mod bucket;
mod bucket_grants;
mod caseless;
mod cors;
mod derived;
mod directory_user;
#[cfg(test)]
mod examples;
mod lifecycle;
mod login_security;
mod management_user;
mod mapping;
mod name_shapes;
mod names;
mod namespace;
mod object_lock;
mod object_user;
mod password_past;
mod permissions;
mod person;
mod policy_principals;
mod principal;
mod provider;
mod redacted;
mod roles;
mod session;
mod sharing;
mod tokens;
mod unique_id;

pub use base_url::BaseUrl;
pub use bucket::{Bucket, BucketSettings, Versioning};
pub use bucket_grants::{BucketGrant, BucketGrants, HeadMetadata};
pub use cors::CorsRule;
pub use derived::Derived;
pub use directory_user::{DirectoryUser, LOCAL_PROVIDER};
pub use lifecycle::{Expiration, LifecycleFilter, LifecycleRule, NoncurrentExpiration};
pub use login_security::{LONGEST_PASSWORD, LoginSecurity, WeakPassword};
pub use management_user::ManagementUser;
pub use mapping::{MappedAttribute, MappingError, SeveralNamespaces, UserMapping, namespace_for};
pub use name_shapes::NameError;
pub use names::{BucketName, DomainName, ManagementUserId, NamespaceName, ObjectUserId};
pub use namespace::{Namespace, NamespaceSettings, Quota, RetentionClass, SigV2Setting};
pub use object_lock::{DefaultRetention, ObjectLockConfiguration, RetentionMode, RetentionPeriod};
pub use object_user::{DirectoryBinding, ManagementAccess, ObjectUser, Tag};
pub use password_past::PasswordPast;
pub use permissions::{Forbidden, Reach};
pub use person::Person;
pub use policy_principals::{NamedPrincipal, NamespaceRef, PolicyPrincipals};
pub use principal::{NoNamespace, Principal, principal_of, roles_by_name};
pub use provider::{AuthnProvider, ProviderError, ProviderMode, SearchScope, StartTls};
pub use roles::{Role, Roles};
pub use session::SessionIdentity;
pub use sharing::{Acl, AclGrant, AclGrantee, ObjectOwnership, Permission, PublicAccessBlock, UserRef};
pub use tokens::{Standing, TokenHash, TokenHashError, TokenRecord, TokenRules};
pub use unique_id::{NoUniqueId, UniqueId};
