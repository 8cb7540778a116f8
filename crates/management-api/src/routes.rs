//! The table of routes: every call of the API, and whether it takes a login.
//!
//! What the roles of a caller allow is said in one place, the permissions of `identity`, which each use case asks first.

use http::Method;

use crate::endpoints::{
    audit, authn_providers, base_urls, bucket_access, bucket_metadata, bucket_settings, buckets, description, entry,
    health, keyward_keys, login, login_security, management_access, management_users, metrics, namespace_limits,
    namespace_sigv2, namespaces, object_user_tags, object_users, people, properties, secret_keys, session, site,
    user_secret_keys,
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
        open(GET, "/login", login::log_in, login::LOG_IN),
        logged_in(GET, "/logout", session::log_out, session::LOG_OUT).changing().despite_old_password(),
        logged_in(GET, "/user/whoami", session::who_am_i, session::WHO_AM_I).despite_old_password(),
        logged_in(PUT, "/user/password", session::change_password, session::CHANGE_PASSWORD).despite_old_password(),
    ]
}

fn keys() -> [Route; 8] {
    [
        logged_in(GET, "/object/secret-keys", secret_keys::show, secret_keys::SHOW),
        logged_in(POST, "/object/secret-keys", secret_keys::create, secret_keys::CREATE),
        logged_in(POST, "/object/secret-keys/deactivate", secret_keys::deactivate, secret_keys::DEACTIVATE),
        logged_in(
            GET,
            "/object/user-secret-keys/exist/{uid}/{namespace}",
            user_secret_keys::exist,
            user_secret_keys::EXIST,
        ),
        logged_in(GET, "/object/user-secret-keys/{uid}", user_secret_keys::show, user_secret_keys::SHOW),
        logged_in(GET, "/object/user-secret-keys/{uid}/{namespace}", user_secret_keys::show, user_secret_keys::SHOW),
        logged_in(POST, "/object/user-secret-keys/{uid}", user_secret_keys::create, user_secret_keys::CREATE),
        logged_in(
            POST,
            "/object/user-secret-keys/{uid}/deactivate",
            user_secret_keys::deactivate,
            user_secret_keys::DEACTIVATE,
        ),
    ]
}

fn users() -> [Route; 13] {
    [
        logged_in(GET, "/object/users", object_users::list, object_users::LIST),
        logged_in(POST, "/object/users", object_users::create, object_users::CREATE),
        logged_in(POST, "/object/users/deactivate", object_users::delete, object_users::DELETE),
        logged_in(GET, "/object/users/query", object_users::query, object_users::QUERY),
        logged_in(PUT, "/object/users/lock", object_users::set_lock, object_users::SET_LOCK),
        logged_in(GET, "/object/users/lock/{uid}", object_users::lock, object_users::LOCK),
        logged_in(GET, "/object/users/lock/{uid}/{namespace}", object_users::lock, object_users::LOCK),
        logged_in(GET, "/object/users/{namespace}", object_users::list, object_users::LIST),
        logged_in(GET, "/object/users/{uid}/info", object_users::info, object_users::INFO),
        logged_in(GET, "/object/users/{uid}/tags", object_user_tags::show, object_user_tags::SHOW),
        logged_in(POST, "/object/users/{uid}/tags", object_user_tags::add, object_user_tags::ADD),
        logged_in(PUT, "/object/users/{uid}/tags", object_user_tags::replace, object_user_tags::REPLACE),
        logged_in(DELETE, "/object/users/{uid}/tags", object_user_tags::remove, object_user_tags::REMOVE),
    ]
}

fn administration() -> Vec<Route> {
    vec![
        logged_in(GET, "/object/namespaces", namespaces::list, namespaces::LIST),
        logged_in(POST, "/object/namespaces/namespace", namespaces::create, namespaces::CREATE),
        logged_in(GET, "/object/namespaces/namespace/{namespace}", namespaces::show, namespaces::SHOW),
        logged_in(PUT, "/object/namespaces/namespace/{namespace}", namespaces::update, namespaces::UPDATE),
        logged_in(POST, "/object/namespaces/namespace/{namespace}/deactivate", namespaces::delete, namespaces::DELETE),
        logged_in(GET, "/vdc/users", management_users::list, management_users::LIST),
        logged_in(POST, "/vdc/users", management_users::create, management_users::CREATE),
        logged_in(GET, "/vdc/users/{id}", management_users::show, management_users::SHOW),
        logged_in(PUT, "/vdc/users/{id}", management_users::update, management_users::UPDATE),
        logged_in(POST, "/vdc/users/{id}/deactivate", management_users::delete, management_users::DELETE),
        logged_in(GET, "/vdc/users/{id}/tokenCount", management_users::token_count, management_users::TOKEN_COUNT),
        logged_in(PUT, "/vdc/users/{id}/unlock", management_users::unlock, management_users::UNLOCK),
        logged_in(POST, "/vdc/users/{id}/unlock", management_users::unlock, management_users::UNLOCK),
        logged_in(POST, "/vdc/users/{id}/lock", management_users::lock, management_users::LOCK),
        logged_in(GET, "/config-admin/security", login_security::show, login_security::SHOW),
        logged_in(PUT, "/config-admin/security", login_security::update, login_security::UPDATE),
        logged_in(GET, "/vdc/admin/authnproviders", authn_providers::list, authn_providers::LIST),
        logged_in(POST, "/vdc/admin/authnproviders", authn_providers::create, authn_providers::CREATE),
        logged_in(GET, "/vdc/admin/authnproviders/{id}", authn_providers::show, authn_providers::SHOW),
        logged_in(PUT, "/vdc/admin/authnproviders/{id}", authn_providers::update, authn_providers::UPDATE),
        logged_in(DELETE, "/vdc/admin/authnproviders/{id}", authn_providers::delete, authn_providers::DELETE),
        logged_in(GET, "/object/baseurl", base_urls::list, base_urls::LIST),
        logged_in(POST, "/object/baseurl", base_urls::create, base_urls::CREATE),
        logged_in(GET, "/object/baseurl/{id}", base_urls::show, base_urls::SHOW),
        logged_in(PUT, "/object/baseurl/{id}", base_urls::update, base_urls::UPDATE),
        logged_in(POST, "/object/baseurl/{id}/deactivate", base_urls::delete, base_urls::DELETE),
        logged_in(GET, "/config/object/properties", properties::show, properties::SHOW),
        logged_in(PUT, "/config/object/properties", properties::update, properties::UPDATE),
        logged_in(
            GET,
            "/config/secretkey/hidesecretkey",
            properties::secret_keys_hidden,
            properties::SECRET_KEYS_HIDDEN,
        ),
        logged_in(PUT, "/config/secretkey/hidesecretkey", properties::hide_secret_keys, properties::HIDE_SECRET_KEYS),
    ]
}

fn audit_trail() -> [Route; 3] {
    [
        logged_in(GET, "/vdc/events", audit::events, audit::EVENTS),
        logged_in(GET, "/keyward/v1/audit", audit::export, audit::EXPORT),
        logged_in(GET, "/keyward/v1/audit/verify", audit::verify, audit::VERIFY),
    ]
}

fn buckets_of_all() -> Vec<Route> {
    vec![
        logged_in(GET, "/object/bucket", buckets::list, buckets::LIST),
        logged_in(POST, "/object/bucket", buckets::create, buckets::CREATE),
        logged_in(GET, "/object/bucket/acl/permissions", bucket_access::permissions, bucket_access::PERMISSIONS),
        logged_in(GET, "/object/bucket/acl/groups", bucket_access::groups, bucket_access::GROUPS),
        logged_in(GET, "/object/bucket/searchmetadata", bucket_metadata::system_keys, bucket_metadata::SYSTEM_KEYS),
        logged_in(GET, "/object/bucket/{bucket}/info", buckets::info, buckets::INFO),
        logged_in(POST, "/object/bucket/{bucket}/deactivate", buckets::delete, buckets::DELETE),
        logged_in(POST, "/object/bucket/{bucket}/owner", bucket_settings::set_owner, bucket_settings::SET_OWNER),
        logged_in(
            POST,
            "/object/bucket/{bucket}/isstaleallowed",
            bucket_settings::set_stale_allowed,
            bucket_settings::SET_STALE_ALLOWED,
        ),
        logged_in(GET, "/object/bucket/{bucket}/lock", bucket_settings::lock, bucket_settings::LOCK),
        logged_in(PUT, "/object/bucket/{bucket}/lock/{locked}", bucket_settings::set_lock, bucket_settings::SET_LOCK),
        logged_in(GET, "/object/bucket/{bucket}/quota", bucket_settings::show_quota, bucket_settings::SHOW_QUOTA),
        logged_in(PUT, "/object/bucket/{bucket}/quota", bucket_settings::set_quota, bucket_settings::SET_QUOTA),
        logged_in(
            DELETE,
            "/object/bucket/{bucket}/quota",
            bucket_settings::remove_quota,
            bucket_settings::REMOVE_QUOTA,
        ),
        logged_in(
            GET,
            "/object/bucket/{bucket}/retention",
            bucket_settings::show_retention,
            bucket_settings::SHOW_RETENTION,
        ),
        logged_in(
            PUT,
            "/object/bucket/{bucket}/retention",
            bucket_settings::set_retention,
            bucket_settings::SET_RETENTION,
        ),
        logged_in(PUT, "/object/bucket/{bucket}/tags", bucket_settings::put_tags, bucket_settings::PUT_TAGS),
        logged_in(POST, "/object/bucket/{bucket}/tags", bucket_settings::put_tags, bucket_settings::PUT_TAGS),
        logged_in(DELETE, "/object/bucket/{bucket}/tags", bucket_settings::remove_tags, bucket_settings::REMOVE_TAGS),
        logged_in(GET, "/object/bucket/{bucket}/metadata", bucket_metadata::show, bucket_metadata::SHOW),
        logged_in(PUT, "/object/bucket/{bucket}/metadata", bucket_metadata::put, bucket_metadata::PUT),
        logged_in(DELETE, "/object/bucket/{bucket}/metadata", bucket_metadata::remove, bucket_metadata::REMOVE),
        logged_in(
            DELETE,
            "/object/bucket/{bucket}/searchmetadata",
            bucket_metadata::disable_search,
            bucket_metadata::DISABLE_SEARCH,
        ),
        logged_in(GET, "/object/bucket/{bucket}/acl", bucket_access::show_acl, bucket_access::SHOW_ACL),
        logged_in(PUT, "/object/bucket/{bucket}/acl", bucket_access::put_acl, bucket_access::PUT_ACL),
        logged_in(GET, "/object/bucket/{bucket}/policy", bucket_access::show_policy, bucket_access::SHOW_POLICY),
        logged_in(PUT, "/object/bucket/{bucket}/policy", bucket_access::put_policy, bucket_access::PUT_POLICY),
        logged_in(DELETE, "/object/bucket/{bucket}/policy", bucket_access::remove_policy, bucket_access::REMOVE_POLICY),
    ]
}

/// What namespaces may hold, and what clients read before they make any.
fn limits_and_site() -> Vec<Route> {
    vec![
        logged_in(
            GET,
            "/object/namespaces/namespace/{namespace}/quota",
            namespace_limits::show_quota,
            namespace_limits::SHOW_QUOTA,
        ),
        logged_in(
            PUT,
            "/object/namespaces/namespace/{namespace}/quota",
            namespace_limits::set_quota,
            namespace_limits::SET_QUOTA,
        ),
        logged_in(
            DELETE,
            "/object/namespaces/namespace/{namespace}/quota",
            namespace_limits::remove_quota,
            namespace_limits::REMOVE_QUOTA,
        ),
        logged_in(
            GET,
            "/object/namespaces/namespace/{namespace}/retention",
            namespace_limits::list_classes,
            namespace_limits::LIST_CLASSES,
        ),
        logged_in(
            POST,
            "/object/namespaces/namespace/{namespace}/retention",
            namespace_limits::create_class,
            namespace_limits::CREATE_CLASS,
        ),
        logged_in(
            GET,
            "/object/namespaces/namespace/{namespace}/retention/{class}",
            namespace_limits::show_class,
            namespace_limits::SHOW_CLASS,
        ),
        logged_in(
            PUT,
            "/object/namespaces/namespace/{namespace}/retention/{class}",
            namespace_limits::update_class,
            namespace_limits::UPDATE_CLASS,
        ),
        logged_in(
            DELETE,
            "/object/namespaces/namespace/{namespace}/retention/{class}",
            namespace_limits::remove_class,
            namespace_limits::REMOVE_CLASS,
        ),
        logged_in(GET, "/vdc/data-service/vpools", site::replication_groups, site::REPLICATION_GROUPS),
        logged_in(GET, "/vdc/data-service/vpools/{id}", site::replication_group, site::REPLICATION_GROUP),
        logged_in(GET, "/vdc/data-services/varrays", site::storage_pools, site::STORAGE_POOLS),
        logged_in(GET, "/vdc/data-services/varrays/{id}", site::storage_pool, site::STORAGE_POOL),
        logged_in(GET, "/object/vdcs/vdc/local", site::data_center, site::DATA_CENTER),
        logged_in(GET, "/object/vdcs/vdc/list", site::data_centers, site::DATA_CENTERS),
        logged_in(GET, "/object/vdcs/vdc/{name}", site::data_center_by_name, site::DATA_CENTER_BY_NAME),
        logged_in(GET, "/object/vdcs/vdcid/{id}", site::data_center_by_id, site::DATA_CENTER_BY_ID),
        logged_in(GET, "/vdc/alerts", site::alerts, site::ALERTS),
        logged_in(GET, "/vdc/nodes", site::nodes, site::NODES),
        logged_in(GET, "/object/capacity", site::capacity, site::CAPACITY),
        logged_in(GET, "/object/capacity/{id}", site::capacity_of_pool, site::CAPACITY_OF_POOL),
    ]
}

/// What ECS does not have.
fn beyond_ecs() -> [Route; 19] {
    [
        logged_in(GET, "/keyward/v1/namespaces/{namespace}/sigv2", namespace_sigv2::show, namespace_sigv2::SHOW),
        logged_in(PUT, "/keyward/v1/namespaces/{namespace}/sigv2", namespace_sigv2::set, namespace_sigv2::SET),
        logged_in(GET, "/keyward/v1/people", people::list, people::LIST),
        logged_in(POST, "/keyward/v1/people", people::add, people::ADD),
        logged_in(PUT, "/keyward/v1/people/{name}/password", people::set_password, people::SET_PASSWORD),
        logged_in(DELETE, "/keyward/v1/people/{name}", people::remove, people::REMOVE),
        logged_in(GET, "/keyward/v1/secret-keys", keyward_keys::list, keyward_keys::LIST),
        logged_in(POST, "/keyward/v1/secret-keys", keyward_keys::create, keyward_keys::CREATE),
        logged_in(PUT, "/keyward/v1/secret-keys/{id}", keyward_keys::set_end, keyward_keys::SET_END),
        logged_in(DELETE, "/keyward/v1/secret-keys/{id}", keyward_keys::end, keyward_keys::END),
        logged_in(GET, "/keyward/v1/object-users/{uid}/secret-keys", keyward_keys::list_of, keyward_keys::LIST_OF),
        logged_in(
            PUT,
            "/keyward/v1/object-users/{uid}/management-user",
            management_access::bind,
            management_access::BIND,
        ),
        logged_in(
            DELETE,
            "/keyward/v1/object-users/{uid}/management-user",
            management_access::unbind,
            management_access::UNBIND,
        ),
        open(GET, "/openapi.json", description::document, description::DOCUMENT),
        open(GET, "/docs", description::page, description::PAGE),
        open(GET, "/", entry::show, entry::SHOW),
        open(GET, "/health/live", health::live, health::LIVE),
        open(GET, "/health/ready", health::ready, health::READY),
        // It decides by itself: a token of its own, this machine, or a login.
        open(GET, "/metrics", metrics::show, metrics::SHOW),
    ]
}
