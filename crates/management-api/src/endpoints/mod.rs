//! The handlers, a file for each group of calls: each reads its request, calls one use case, and shapes the answer.

pub(crate) mod audit;
pub(crate) mod authn_providers;
pub(crate) mod base_urls;
pub(crate) mod bucket_access;
pub(crate) mod bucket_metadata;
pub(crate) mod bucket_settings;
pub(crate) mod buckets;
pub(crate) mod description;
pub(crate) mod health;
pub(crate) mod keyward_keys;
pub(crate) mod login;
pub(crate) mod login_security;
pub(crate) mod management_access;
pub(crate) mod management_users;
pub(crate) mod metrics;
pub(crate) mod namespace_limits;
pub(crate) mod namespace_sigv2;
pub(crate) mod namespaces;
pub(crate) mod object_user_tags;
pub(crate) mod object_users;
pub(crate) mod people;
pub(crate) mod properties;
pub(crate) mod secret_keys;
pub(crate) mod session;
pub(crate) mod site;
pub(crate) mod user_secret_keys;
