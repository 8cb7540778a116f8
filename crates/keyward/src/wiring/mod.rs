//! Where adapters meet their ports: the only place that knows them all.

mod bucket_contents;
mod directories;
mod first_password;
mod local_accounts;
mod node;
mod object_keys;
mod owner_names;
mod password_hashing;
mod policies;

pub(crate) use bucket_contents::BackendContents;
pub(crate) use directories::LdapDirectories;
pub(crate) use first_password::FirstPasswordFile;
pub(crate) use local_accounts::StoredAccounts;
pub(crate) use node::Machine;
pub(crate) use object_keys::ObjectKeys;
pub(crate) use owner_names::OwnersOfService;
pub(crate) use password_hashing::PasswordHashing;
pub(crate) use policies::PolicyLanguage;
