//! The table of routes: every call of the API, and whether it takes a login.
//!
//! What the roles of a caller allow is said in one place, the permissions of `identity`, which each use case asks first.

use http::Method;

use crate::endpoints::{
    authn_providers, base_urls, health, keyward_keys, login, management_users, metrics, namespaces, object_user_tags,
    object_users, people, properties, secret_keys, session, user_secret_keys,
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

/// What ECS does not have.
fn beyond_ecs() -> [Route; 9] {
    [
        logged_in(GET, "/keyward/v1/people", people::list),
        logged_in(POST, "/keyward/v1/people", people::add),
        logged_in(PUT, "/keyward/v1/people/{name}/password", people::set_password),
        logged_in(DELETE, "/keyward/v1/people/{name}", people::remove),
        logged_in(GET, "/keyward/v1/secret-keys", keyward_keys::list),
        logged_in(PUT, "/keyward/v1/secret-keys/{id}", keyward_keys::set_end),
        open(GET, "/health/live", health::live),
        open(GET, "/health/ready", health::ready),
        // Open to this machine alone; elsewhere it takes a login.
        open(GET, "/metrics", metrics::show),
    ]
}
