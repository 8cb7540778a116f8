//! One file for each group of use cases.

pub(crate) mod administrators;
pub(crate) mod audit_trail;
pub(crate) mod base_urls;
pub(crate) mod bucket_configuration;
pub(crate) mod bucket_grants;
pub(crate) mod buckets;
pub(crate) mod key_usage;
pub(crate) mod log_in;
pub(crate) mod login_security;
pub(crate) mod managed_buckets;
pub(crate) mod management_access;
pub(crate) mod management_users;
pub(crate) mod namespace_limits;
pub(crate) mod namespaces;
pub(crate) mod object_users;
pub(crate) mod own_keys;
pub(crate) mod own_record;
pub(crate) mod passwords;
pub(crate) mod people;
pub(crate) mod properties;
pub(crate) mod providers;
pub(crate) mod rings;
pub(crate) mod secret_visibility;
pub(crate) mod site;
pub(crate) mod user_keys;
pub(crate) mod user_mappings;
