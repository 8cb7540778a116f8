//! Between the plain types of the wire and those of the domain.

pub(crate) mod audit_events;
pub(crate) mod authn_providers;
pub(crate) mod buckets;
pub(crate) mod login_security;
pub(crate) mod management_users;
pub(crate) mod namespaces;
pub(crate) mod object_users;
pub(crate) mod secret_keys;
