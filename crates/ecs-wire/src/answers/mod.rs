//! The answers of the management API, a module a resource.

mod authn_providers;
mod base_urls;
mod link;
mod management_users;
mod namespaces;
mod object_users;
mod page;
mod properties;
mod secret_keys;
mod session;

pub use authn_providers::{AuthnProvider, AuthnProviders};
pub use base_urls::{BaseUrl, BaseUrls};
pub use link::{NamedLink, self_link};
pub use management_users::{ManagementUser, ManagementUsers, TokenCount};
pub use namespaces::{Namespace, Namespaces};
pub use object_users::{ListedUser, ObjectUser, ObjectUserLock, ObjectUserTags, ObjectUsers};
pub use page::Page;
pub use properties::PropertyInfo;
pub use secret_keys::{IssuedKey, UserSecretKey, UserSecretKeys, UserSecretKeysExist};
pub use session::{LoggedIn, LoggedOut, WhoAmI};
