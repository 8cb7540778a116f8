//! The table of routes: every call of the API, and whether it takes a login.
//!
//! What the roles of a caller allow is said in one place, the permissions of `identity`, which each use case asks first.

use http::Method;

use crate::endpoints::{
    audit, authn_providers, base_urls, bucket_access, bucket_settings, buckets, health, keyward_keys, login,
    management_users, metrics, namespace_limits, namespaces, object_user_tags, object_users, people, properties,
    secret_keys, session, site, user_secret_keys,
};
use crate::route::{Route, logged_in, open};

const GET: Method = Method::GET;
const POST: Method = Method::POST;
const PUT: Method = Method::PUT;
const DELETE: Method = Method::DELETE;

/// All of them, in the order in which they are tried: fixed words before parameters.
pub(crate) fn all() -> Vec<Route> {
    let mut routes = Vec::new();
    routes.extend(sessions());
    routes.extend(keys());
    routes.extend(users());
    routes.extend(administration());
    routes.extend(buckets_of_all());
    routes.extend(limits_and_site());
    routes.extend(audit_trail());
    routes.extend(beyond_ecs());
    routes
}

fn sessions() -> [Route; 4] {
    [
        open(GET, "/login", login::log_in),
        logged_in(GET, "/logout", session::log_out).changing(),
        logged_in(GET, "/user/whoami", session::who_am_i),
        logged_in(PUT, "/user/password", session::change_password),
    ]
}

fn keys() -> [Route; 8] {
    [
        logged_in(GET, "/object/secret-keys", secret_keys::show),
        logged_in(POST, "/object/secret-keys", secret_keys::create),
        logged_in(POST, "/object/secret-keys/deactivate", secret_keys::deactivate),
        logged_in(GET, "/object/user-secret-keys/exist/{uid}/{namespace}", user_secret_keys::exist),
        logged_in(GET, "/object/user-secret-keys/{uid}", user_secret_keys::show),
        logged_in(GET, "/object/user-secret-keys/{uid}/{namespace}", user_secret_keys::show),
        logged_in(POST, "/object/user-secret-keys/{uid}", user_secret_keys::create),
        logged_in(POST, "/object/user-secret-keys/{uid}/deactivate", user_secret_keys::deactivate),
    ]
}

fn users() -> [Route; 13] {
    [
        logged_in(GET, "/object/users", object_users::list),
        logged_in(POST, "/object/users", object_users::create),
        logged_in(POST, "/object/users/deactivate", object_users::delete),
        logged_in(GET, "/object/users/query", object_users::query),
        logged_in(PUT, "/object/users/lock", object_users::set_lock),
        logged_in(GET, "/object/users/lock/{uid}", object_users::lock),
        logged_in(GET, "/object/users/lock/{uid}/{namespace}", object_users::lock),
        logged_in(GET, "/object/users/{namespace}", object_users::list),
        logged_in(GET, "/object/users/{uid}/info", object_users::info),
        logged_in(GET, "/object/users/{uid}/tags", object_user_tags::show),
        logged_in(POST, "/object/users/{uid}/tags", object_user_tags::add),
        logged_in(PUT, "/object/users/{uid}/tags", object_user_tags::replace),
        logged_in(DELETE, "/object/users/{uid}/tags", object_user_tags::remove),
    ]
}

fn administration() -> Vec<Route> {
    vec![
        logged_in(GET, "/object/namespaces", namespaces::list),
        logged_in(POST, "/object/namespaces/namespace", namespaces::create),
        logged_in(GET, "/object/namespaces/namespace/{namespace}", namespaces::show),
        logged_in(PUT, "/object/namespaces/namespace/{namespace}", namespaces::update),
        logged_in(POST, "/object/namespaces/namespace/{namespace}/deactivate", namespaces::delete),
        logged_in(GET, "/vdc/users", management_users::list),
        logged_in(POST, "/vdc/users", management_users::create),
        logged_in(GET, "/vdc/users/{id}", management_users::show),
        logged_in(PUT, "/vdc/users/{id}", management_users::update),
        logged_in(POST, "/vdc/users/{id}/deactivate", management_users::delete),
        logged_in(GET, "/vdc/users/{id}/tokenCount", management_users::token_count),
        logged_in(GET, "/vdc/admin/authnproviders", authn_providers::list),
        logged_in(POST, "/vdc/admin/authnproviders", authn_providers::create),
        logged_in(GET, "/vdc/admin/authnproviders/{id}", authn_providers::show),
        logged_in(PUT, "/vdc/admin/authnproviders/{id}", authn_providers::update),
        logged_in(DELETE, "/vdc/admin/authnproviders/{id}", authn_providers::delete),
        logged_in(GET, "/object/baseurl", base_urls::list),
        logged_in(POST, "/object/baseurl", base_urls::create),
        logged_in(GET, "/object/baseurl/{id}", base_urls::show),
        logged_in(PUT, "/object/baseurl/{id}", base_urls::update),
        logged_in(POST, "/object/baseurl/{id}/deactivate", base_urls::delete),
        logged_in(GET, "/config/object/properties", properties::show),
        logged_in(PUT, "/config/object/properties", properties::update),
    ]
}

fn audit_trail() -> [Route; 3] {
    [
        logged_in(GET, "/vdc/events", audit::events),
        logged_in(GET, "/keyward/v1/audit", audit::export),
        logged_in(GET, "/keyward/v1/audit/verify", audit::verify),
    ]
}

fn buckets_of_all() -> Vec<Route> {
    vec![
        logged_in(GET, "/object/bucket", buckets::list),
        logged_in(POST, "/object/bucket", buckets::create),
        logged_in(GET, "/object/bucket/acl/permissions", bucket_access::permissions),
        logged_in(GET, "/object/bucket/acl/groups", bucket_access::groups),
        logged_in(GET, "/object/bucket/{bucket}/info", buckets::info),
        logged_in(POST, "/object/bucket/{bucket}/deactivate", buckets::delete),
        logged_in(POST, "/object/bucket/{bucket}/owner", bucket_settings::set_owner),
        logged_in(POST, "/object/bucket/{bucket}/isstaleallowed", bucket_settings::set_stale_allowed),
        logged_in(GET, "/object/bucket/{bucket}/lock", bucket_settings::lock),
        logged_in(PUT, "/object/bucket/{bucket}/lock/{locked}", bucket_settings::set_lock),
        logged_in(GET, "/object/bucket/{bucket}/quota", bucket_settings::show_quota),
        logged_in(PUT, "/object/bucket/{bucket}/quota", bucket_settings::set_quota),
        logged_in(DELETE, "/object/bucket/{bucket}/quota", bucket_settings::remove_quota),
        logged_in(GET, "/object/bucket/{bucket}/retention", bucket_settings::show_retention),
        logged_in(PUT, "/object/bucket/{bucket}/retention", bucket_settings::set_retention),
        logged_in(PUT, "/object/bucket/{bucket}/tags", bucket_settings::put_tags),
        logged_in(POST, "/object/bucket/{bucket}/tags", bucket_settings::put_tags),
        logged_in(DELETE, "/object/bucket/{bucket}/tags", bucket_settings::remove_tags),
        logged_in(GET, "/object/bucket/{bucket}/acl", bucket_access::show_acl),
        logged_in(PUT, "/object/bucket/{bucket}/acl", bucket_access::put_acl),
        logged_in(GET, "/object/bucket/{bucket}/policy", bucket_access::show_policy),
        logged_in(PUT, "/object/bucket/{bucket}/policy", bucket_access::put_policy),
        logged_in(DELETE, "/object/bucket/{bucket}/policy", bucket_access::remove_policy),
    ]
}

/// What namespaces may hold, and what clients read before they make any.
fn limits_and_site() -> Vec<Route> {
    vec![
        logged_in(GET, "/object/namespaces/namespace/{namespace}/quota", namespace_limits::show_quota),
        logged_in(PUT, "/object/namespaces/namespace/{namespace}/quota", namespace_limits::set_quota),
        logged_in(DELETE, "/object/namespaces/namespace/{namespace}/quota", namespace_limits::remove_quota),
        logged_in(GET, "/object/namespaces/namespace/{namespace}/retention", namespace_limits::list_classes),
        logged_in(POST, "/object/namespaces/namespace/{namespace}/retention", namespace_limits::create_class),
        logged_in(GET, "/object/namespaces/namespace/{namespace}/retention/{class}", namespace_limits::show_class),
        logged_in(PUT, "/object/namespaces/namespace/{namespace}/retention/{class}", namespace_limits::update_class),
        logged_in(DELETE, "/object/namespaces/namespace/{namespace}/retention/{class}", namespace_limits::remove_class),
        logged_in(GET, "/vdc/data-service/vpools", site::replication_groups),
        logged_in(GET, "/vdc/data-service/vpools/{id}", site::replication_group),
        logged_in(GET, "/object/vdcs/vdc/local", site::data_center),
        logged_in(GET, "/vdc/nodes", site::nodes),
        logged_in(GET, "/object/capacity", site::capacity),
    ]
}

/// What ECS does not have.
fn beyond_ecs() -> [Route; 11] {
    [
        logged_in(GET, "/keyward/v1/people", people::list),
        logged_in(POST, "/keyward/v1/people", people::add),
        logged_in(PUT, "/keyward/v1/people/{name}/password", people::set_password),
        logged_in(DELETE, "/keyward/v1/people/{name}", people::remove),
        logged_in(GET, "/keyward/v1/secret-keys", keyward_keys::list),
        logged_in(POST, "/keyward/v1/secret-keys", keyward_keys::create),
        logged_in(PUT, "/keyward/v1/secret-keys/{id}", keyward_keys::set_end),
        logged_in(DELETE, "/keyward/v1/secret-keys/{id}", keyward_keys::end),
        open(GET, "/health/live", health::live),
        open(GET, "/health/ready", health::ready),
        // Open to this machine alone; elsewhere it takes a login.
        open(GET, "/metrics", metrics::show),
    ]
}
