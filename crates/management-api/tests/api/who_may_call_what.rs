//! The rights, call by call and role by role. A route that is missing here fails the test.

use std::collections::BTreeSet;

use http::Method;
use keyward_identity::Role;

use crate::office::{ALICE, Office, PASSWORD};

/// Who is let in: `a` a system administrator, `m` a monitor, `s` a security administrator, `n` the administrator of the
/// namespace `team`, `p` a person without any role. The order of a line: method, route, path, body, who.
const TABLE: &[(&str, &str, &str, &str, &str)] = &[
    ("GET", "/user/whoami", "/user/whoami", "", "amsnp"),
    ("PUT", "/user/password", "/user/password", r#"{"password":"Another-Pass-77","oldPassword":"x"}"#, "amsnp"),
    ("GET", "/object/secret-keys", "/object/secret-keys", "", "amsnp"),
    ("POST", "/object/secret-keys", "/object/secret-keys", "{}", "amsnp"),
    ("POST", "/object/secret-keys/deactivate", "/object/secret-keys/deactivate", "{}", "amsnp"),
    ("GET", "/object/user-secret-keys/exist/{uid}/{namespace}", "/object/user-secret-keys/exist/app/team", "", "an"),
    ("GET", "/object/user-secret-keys/{uid}", "/object/user-secret-keys/app", "", "an"),
    ("GET", "/object/user-secret-keys/{uid}/{namespace}", "/object/user-secret-keys/app/team", "", "an"),
    ("POST", "/object/user-secret-keys/{uid}", "/object/user-secret-keys/app", "{}", "an"),
    ("POST", "/object/user-secret-keys/{uid}/deactivate", "/object/user-secret-keys/app/deactivate", "{}", "an"),
    ("GET", "/object/users", "/object/users", "", "amn"),
    ("POST", "/object/users", "/object/users", r#"{"user":"app","namespace":"team"}"#, "an"),
    ("POST", "/object/users/deactivate", "/object/users/deactivate", r#"{"user":"gone","namespace":"team"}"#, "an"),
    ("GET", "/object/users/query", "/object/users/query?namespace=team&tag=x", "", "amn"),
    ("PUT", "/object/users/lock", "/object/users/lock", r#"{"user":"app","isLocked":false}"#, "an"),
    ("GET", "/object/users/lock/{uid}", "/object/users/lock/app", "", "amn"),
    ("GET", "/object/users/lock/{uid}/{namespace}", "/object/users/lock/app/team", "", "amn"),
    ("GET", "/object/users/{namespace}", "/object/users/team", "", "amn"),
    ("GET", "/object/users/{uid}/info", "/object/users/app/info?namespace=team", "", "amn"),
    ("GET", "/object/users/{uid}/tags", "/object/users/app/tags", "", "amn"),
    ("POST", "/object/users/{uid}/tags", "/object/users/app/tags", r#"{"tags":[{"name":"a","value":"b"}]}"#, "an"),
    ("PUT", "/object/users/{uid}/tags", "/object/users/app/tags", r#"{"tags":[{"name":"a","value":"b"}]}"#, "an"),
    ("DELETE", "/object/users/{uid}/tags", "/object/users/app/tags", r#"{"tags":[{"name":"x"}]}"#, "an"),
    ("GET", "/object/namespaces", "/object/namespaces", "", "am"),
    ("POST", "/object/namespaces/namespace", "/object/namespaces/namespace", r#"{"namespace":"team"}"#, "a"),
    ("GET", "/object/namespaces/namespace/{namespace}", "/object/namespaces/namespace/team", "", "amn"),
    ("PUT", "/object/namespaces/namespace/{namespace}", "/object/namespaces/namespace/team", "{}", "an"),
    (
        "POST",
        "/object/namespaces/namespace/{namespace}/deactivate",
        "/object/namespaces/namespace/team/deactivate",
        "",
        "a",
    ),
    ("GET", "/vdc/users", "/vdc/users", "", "ams"),
    ("POST", "/vdc/users", "/vdc/users", r#"{"userId":"monitor","password":"Some-Pass-77"}"#, "as"),
    ("GET", "/vdc/users/{id}", "/vdc/users/root", "", "ams"),
    ("PUT", "/vdc/users/{id}", "/vdc/users/gone", "{}", "as"),
    ("POST", "/vdc/users/{id}/deactivate", "/vdc/users/gone/deactivate", "", "as"),
    ("GET", "/vdc/users/{id}/tokenCount", "/vdc/users/root/tokenCount", "", "ams"),
    ("PUT", "/vdc/users/{id}/unlock", "/vdc/users/leader/unlock", "{}", "as"),
    ("POST", "/vdc/users/{id}/unlock", "/vdc/users/leader/unlock", "", "as"),
    ("POST", "/vdc/users/{id}/lock", "/vdc/users/gone/lock", "", "as"),
    ("GET", "/config-admin/security", "/config-admin/security", "", "ams"),
    ("PUT", "/config-admin/security", "/config-admin/security", r#"{"entries":{"userLockMinutes":"10"}}"#, "as"),
    ("GET", "/vdc/admin/authnproviders", "/vdc/admin/authnproviders", "", "ams"),
    ("POST", "/vdc/admin/authnproviders", "/vdc/admin/authnproviders", PROVIDER, "as"),
    ("GET", "/vdc/admin/authnproviders/{id}", "/vdc/admin/authnproviders/urn:x", "", "ams"),
    ("PUT", "/vdc/admin/authnproviders/{id}", "/vdc/admin/authnproviders/urn:x", "{}", "as"),
    ("DELETE", "/vdc/admin/authnproviders/{id}", "/vdc/admin/authnproviders/urn:x", "", "as"),
    ("GET", "/object/baseurl", "/object/baseurl", "", "am"),
    ("POST", "/object/baseurl", "/object/baseurl", BASE_URL, "a"),
    ("GET", "/object/baseurl/{id}", "/object/baseurl/urn:x", "", "am"),
    ("PUT", "/object/baseurl/{id}", "/object/baseurl/urn:x", "{}", "a"),
    ("POST", "/object/baseurl/{id}/deactivate", "/object/baseurl/urn:x/deactivate", "", "a"),
    ("GET", "/config/object/properties", "/config/object/properties", "", "am"),
    ("PUT", "/config/object/properties", "/config/object/properties", r#"{"properties":{"user_scope":"GLOBAL"}}"#, "a"),
    ("GET", "/config/secretkey/hidesecretkey", "/config/secretkey/hidesecretkey", "", "am"),
    ("PUT", "/config/secretkey/hidesecretkey", "/config/secretkey/hidesecretkey", r#"{"value":false}"#, "a"),
    ("GET", "/vdc/events", "/vdc/events", "", "amn"),
    ("GET", "/keyward/v1/namespaces/{namespace}/sigv2", "/keyward/v1/namespaces/team/sigv2", "", "amn"),
    (
        "PUT",
        "/keyward/v1/namespaces/{namespace}/sigv2",
        "/keyward/v1/namespaces/team/sigv2",
        r#"{"enabled":null}"#,
        "a",
    ),
    ("GET", "/keyward/v1/object-users/{uid}/secret-keys", "/keyward/v1/object-users/app/secret-keys", "", "an"),
    ("PUT", "/keyward/v1/object-users/{uid}/management-user", "/keyward/v1/object-users/app/management-user", "", "a"),
    (
        "DELETE",
        "/keyward/v1/object-users/{uid}/management-user",
        "/keyward/v1/object-users/app/management-user",
        "",
        "a",
    ),
    ("GET", "/keyward/v1/audit", "/keyward/v1/audit", "", "amn"),
    ("GET", "/keyward/v1/audit/verify", "/keyward/v1/audit/verify", "", "am"),
    ("GET", "/object/bucket", "/object/bucket?namespace=team", "", "amn"),
    ("POST", "/object/bucket", "/object/bucket", r#"{"name":"b","namespace":"team"}"#, "an"),
    ("GET", "/object/bucket/acl/permissions", "/object/bucket/acl/permissions", "", "amn"),
    ("GET", "/object/bucket/acl/groups", "/object/bucket/acl/groups", "", "amn"),
    ("GET", "/object/bucket/searchmetadata", "/object/bucket/searchmetadata", "", "amn"),
    ("GET", "/object/bucket/{bucket}/metadata", "/object/bucket/b/metadata?namespace=team&headType=S3", "", "amn"),
    (
        "PUT",
        "/object/bucket/{bucket}/metadata",
        "/object/bucket/b/metadata?namespace=team",
        r#"{"head_type":"S3","metadata":[{"name":"a","value":"b"}]}"#,
        "an",
    ),
    ("DELETE", "/object/bucket/{bucket}/metadata", "/object/bucket/b/metadata?namespace=team&headType=S3", "", "an"),
    ("DELETE", "/object/bucket/{bucket}/searchmetadata", "/object/bucket/b/searchmetadata?namespace=team", "", "an"),
    ("GET", "/object/bucket/{bucket}/info", "/object/bucket/b/info?namespace=team", "", "amn"),
    ("POST", "/object/bucket/{bucket}/deactivate", "/object/bucket/b/deactivate?namespace=team", "", "an"),
    (
        "POST",
        "/object/bucket/{bucket}/owner",
        "/object/bucket/b/owner?namespace=team",
        r#"{"namespace":"team","new_owner":"app"}"#,
        "an",
    ),
    (
        "POST",
        "/object/bucket/{bucket}/isstaleallowed",
        "/object/bucket/b/isstaleallowed?namespace=team",
        r#"{"is_stale_allowed":true}"#,
        "an",
    ),
    ("GET", "/object/bucket/{bucket}/lock", "/object/bucket/b/lock?namespace=team", "", "amn"),
    ("PUT", "/object/bucket/{bucket}/lock/{locked}", "/object/bucket/b/lock/false?namespace=team", "{}", "an"),
    ("GET", "/object/bucket/{bucket}/quota", "/object/bucket/b/quota?namespace=team", "", "amn"),
    ("PUT", "/object/bucket/{bucket}/quota", "/object/bucket/b/quota?namespace=team", r#"{"blockSize":1}"#, "an"),
    ("DELETE", "/object/bucket/{bucket}/quota", "/object/bucket/b/quota?namespace=team", "", "an"),
    ("GET", "/object/bucket/{bucket}/retention", "/object/bucket/b/retention?namespace=team", "", "amn"),
    ("PUT", "/object/bucket/{bucket}/retention", "/object/bucket/b/retention?namespace=team", r#"{"period":0}"#, "an"),
    (
        "PUT",
        "/object/bucket/{bucket}/tags",
        "/object/bucket/b/tags?namespace=team",
        r#"{"TagSet":[{"Key":"a"}]}"#,
        "an",
    ),
    (
        "POST",
        "/object/bucket/{bucket}/tags",
        "/object/bucket/b/tags?namespace=team",
        r#"{"TagSet":[{"Key":"a"}]}"#,
        "an",
    ),
    (
        "DELETE",
        "/object/bucket/{bucket}/tags",
        "/object/bucket/b/tags?namespace=team",
        r#"{"TagSet":[{"Key":"a"}]}"#,
        "an",
    ),
    ("GET", "/object/bucket/{bucket}/acl", "/object/bucket/b/acl?namespace=team", "", "amn"),
    ("PUT", "/object/bucket/{bucket}/acl", "/object/bucket/b/acl?namespace=team", r#"{"acl":{"user_acl":[]}}"#, "an"),
    ("GET", "/object/bucket/{bucket}/policy", "/object/bucket/b/policy?namespace=team", "", "amn"),
    ("PUT", "/object/bucket/{bucket}/policy", "/object/bucket/b/policy?namespace=team", "{}", "an"),
    ("DELETE", "/object/bucket/{bucket}/policy", "/object/bucket/b/policy?namespace=team", "", "an"),
    ("GET", "/object/namespaces/namespace/{namespace}/quota", "/object/namespaces/namespace/team/quota", "", "amn"),
    (
        "PUT",
        "/object/namespaces/namespace/{namespace}/quota",
        "/object/namespaces/namespace/team/quota",
        r#"{"blockSize":1}"#,
        "a",
    ),
    ("DELETE", "/object/namespaces/namespace/{namespace}/quota", "/object/namespaces/namespace/team/quota", "", "a"),
    (
        "GET",
        "/object/namespaces/namespace/{namespace}/retention",
        "/object/namespaces/namespace/team/retention",
        "",
        "amn",
    ),
    (
        "POST",
        "/object/namespaces/namespace/{namespace}/retention",
        "/object/namespaces/namespace/team/retention",
        r#"{"name":"y7","period":1}"#,
        "a",
    ),
    (
        "GET",
        "/object/namespaces/namespace/{namespace}/retention/{class}",
        "/object/namespaces/namespace/team/retention/y7",
        "",
        "amn",
    ),
    (
        "PUT",
        "/object/namespaces/namespace/{namespace}/retention/{class}",
        "/object/namespaces/namespace/team/retention/y7",
        r#"{"period":2}"#,
        "a",
    ),
    (
        "DELETE",
        "/object/namespaces/namespace/{namespace}/retention/{class}",
        "/object/namespaces/namespace/team/retention/y7",
        "",
        "a",
    ),
    ("GET", "/vdc/data-service/vpools", "/vdc/data-service/vpools", "", "amn"),
    ("GET", "/vdc/data-service/vpools/{id}", "/vdc/data-service/vpools/urn:x", "", "amn"),
    ("GET", "/vdc/data-services/varrays", "/vdc/data-services/varrays", "", "amn"),
    ("GET", "/vdc/data-services/varrays/{id}", "/vdc/data-services/varrays/urn:x", "", "amn"),
    ("GET", "/object/vdcs/vdc/local", "/object/vdcs/vdc/local", "", "am"),
    ("GET", "/object/vdcs/vdc/list", "/object/vdcs/vdc/list", "", "am"),
    ("GET", "/object/vdcs/vdc/{name}", "/object/vdcs/vdc/Keyward", "", "am"),
    ("GET", "/object/vdcs/vdcid/{id}", "/object/vdcs/vdcid/urn:x", "", "am"),
    ("GET", "/vdc/alerts", "/vdc/alerts", "", "am"),
    ("GET", "/vdc/nodes", "/vdc/nodes", "", "amn"),
    ("GET", "/object/capacity", "/object/capacity", "", "am"),
    ("GET", "/object/capacity/{id}", "/object/capacity/urn:x", "", "am"),
    ("GET", "/keyward/v1/people", "/keyward/v1/people", "", "ams"),
    ("POST", "/keyward/v1/people", "/keyward/v1/people", r#"{"name":"alice@local.test"}"#, "as"),
    ("PUT", "/keyward/v1/people/{name}/password", "/keyward/v1/people/gone@local.test/password", "{}", "as"),
    ("DELETE", "/keyward/v1/people/{name}", "/keyward/v1/people/gone@local.test", "", "as"),
    ("GET", "/keyward/v1/secret-keys", "/keyward/v1/secret-keys", "", "amsnp"),
    ("POST", "/keyward/v1/secret-keys", "/keyward/v1/secret-keys", "{}", "amsnp"),
    ("DELETE", "/keyward/v1/secret-keys/{id}", "/keyward/v1/secret-keys/x", "", "amsnp"),
    ("PUT", "/keyward/v1/secret-keys/{id}", "/keyward/v1/secret-keys/x", r#"{"expires_in_minutes":1}"#, "amsnp"),
    ("GET", "/metrics", "/metrics", "", "am"),
    // Last: it ends the token.
    ("GET", "/logout", "/logout", "", "amsnp"),
];

/// A letter for each role, as the table has them.
const LETTERS: [(Role, char); 4] =
    [(Role::SystemAdmin, 'a'), (Role::SystemMonitor, 'm'), (Role::SecurityAdmin, 's'), (Role::NamespaceAdmin, 'n')];

const PROVIDER: &str = r#"{"mode":"ldap","server_urls":["ldap://x.test"],"domains":["x.test"],"manager_dn":"cn=m",
    "manager_password":"x","search_base":"dc=x","search_filter":"uid=%U","group_attribute":"CN"}"#;
const BASE_URL: &str = r#"{"name":"x","base_url":"https://not a host","is_namespace_in_host":false}"#;

/// A token for each role, and what they work on: the namespace `team` with the object user `app`.
async fn callers(office: &Office) -> [(char, String); 5] {
    let root = office.log_in("root").await;
    let monitor = office.operator(&root, "monitor", r#","isSystemMonitor":true"#).await;
    let security = office.operator(&root, "security", r#","isSecurityAdmin":true"#).await;
    let leader = format!(r#"{{"userId":"leader","password":"{PASSWORD}"}}"#);
    office.post("/vdc/users").token(&root).json(&leader).send().await.expect(200);
    let team = r#"{"namespace":"team","namespace_admins":"leader"}"#;
    office.post("/object/namespaces/namespace").token(&root).json(team).send().await.expect(200);
    office.post("/object/users").token(&root).json(r#"{"user":"app","namespace":"team"}"#).send().await.expect(200);
    let person = office.log_in(ALICE).await;
    [('a', root), ('m', monitor), ('s', security), ('n', office.log_in("leader").await), ('p', person)]
}

#[tokio::test]
async fn every_role_is_let_in_where_the_table_says_and_nowhere_else() {
    let (office, _) = Office::with_alice().await;
    let callers = callers(&office).await;
    for (method, _, path, body, let_in) in TABLE {
        for (role, token) in &callers {
            let method: Method = method.parse().expect("method");
            let answer = office.ask(method, path).token(token).json(body).send().await;
            assert_ne!(answer.status, 401, "{role} {}: {}", answer.what, answer.body);
            assert_eq!(answer.status != 403, let_in.contains(*role), "{role} {}: {}", answer.what, answer.body);
            if answer.status == 403 {
                assert!(answer.refused(403, 3000).field("details").starts_with("Insufficient permissions for user "));
            }
        }
    }
}

#[tokio::test]
async fn whoever_has_no_right_is_told_so_before_anything_is_said_of_the_body() {
    let (office, _) = Office::with_alice().await;
    let callers = callers(&office).await;
    for (method, _, path, _, let_in) in TABLE {
        for (role, token) in callers.iter().filter(|(role, _)| !let_in.contains(*role)) {
            let path = format!("{path}{}limit=none&rubbish", if path.contains('?') { '&' } else { '?' });
            for body in ["{\"rubbish", "[]", "<a", "\u{0}"] {
                let asked = office.ask(method.parse().expect("method"), &path).token(token).json(body);
                let answer = asked.send().await;
                assert_eq!(answer.status, 403, "{role} {}: {}", answer.what, answer.body);
            }
        }
    }
}

#[tokio::test]
async fn no_call_is_missing_in_the_table() {
    let office = Office::open().await;
    let everybody = ["/login", "/", "/health/live", "/health/ready", "/openapi.json", "/docs"];
    let routes = office.api.routes().filter(|route| !everybody.contains(&route.path));
    let routes: BTreeSet<_> = routes.map(|route| format!("{} {}", route.method, route.path)).collect();
    let listed: BTreeSet<_> = TABLE.iter().map(|(method, route, ..)| format!("{method} {route}")).collect();
    assert_eq!(routes, listed);
}

#[tokio::test]
async fn every_call_is_described_with_the_roles_that_it_lets_in() {
    let office = Office::open().await;
    for (method, path, _, _, let_in) in TABLE {
        let mut routes = office.api.routes();
        let route = routes.find(|route| route.method.as_str() == *method && route.path == *path).expect("a route");
        let described = LETTERS.iter().filter(|(role, _)| route.roles.contains(role)).map(|(_, letter)| *letter);
        let described = if route.roles.is_empty() { "amsnp".to_owned() } else { described.collect() };
        assert_eq!(described, *let_in, "{method} {path}");
    }
}

#[tokio::test]
async fn an_administrator_of_one_namespace_reaches_nothing_in_another() {
    let (office, _) = Office::with_alice().await;
    let [(_, root), _, _, (_, leader), _] = callers(&office).await;
    let stranger = r#"{"user":"stranger","namespace":"local"}"#;
    office.post("/object/users").token(&root).json(stranger).send().await.expect(200);
    office.post("/object/user-secret-keys/stranger").token(&root).json("{}").send().await.expect(200);
    for path in [
        "/object/user-secret-keys/stranger",
        "/object/user-secret-keys/stranger/local",
        "/object/user-secret-keys/exist/stranger/local",
        "/object/users/local",
        "/object/users/stranger/info",
        "/object/users/lock/stranger",
        "/object/namespaces/namespace/local",
        "/vdc/events?namespace=local",
        "/keyward/v1/audit?namespace=local",
    ] {
        office.get(path).token(&leader).send().await.refused(403, 3000);
    }
    for (path, body) in [
        ("/object/users", stranger),
        ("/object/users/deactivate", r#"{"user":"stranger"}"#),
        ("/object/user-secret-keys/stranger", r#"{"namespace":"local"}"#),
        ("/object/user-secret-keys/stranger/deactivate", "{}"),
    ] {
        office.post(path).token(&leader).json(body).send().await.refused(403, 3000);
    }
    for unknown in ["stranger", "nobody"] {
        // In the own namespace neither of them exists.
        let path = format!("/object/user-secret-keys/{unknown}/team");
        office.get(&path).token(&leader).send().await.refused(404, 2000);
        office.get(&format!("/object/users/{unknown}/info")).token(&leader).send().await.refused(403, 3000);
    }
    let listed = office.get("/object/users").token(&leader).for_json().send().await.expect(200);
    assert_eq!(listed.value()["blobuser"].to_string(), r#"[{"namespace":"team","userid":"app"}]"#);
}
