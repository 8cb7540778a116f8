//! Who may call what: every method of a caller against everybody, and nothing changed where it was refused.

use std::collections::BTreeSet;
use std::path::PathBuf;

use keyward_identity::Role;
use keyward_service::{Caller, PageRequest, ServiceError};

use crate::house::{BOB, House};

/// Calls that need a right, and who has it: system **a**dministrator, **m**onitor, **s**ecurity administrator,
/// administrator of the **n**amespace concerned, administrator of a **f**oreign namespace. A plain person never has.
const RIGHTS: [(&str, &str); 67] = [
    ("create_namespace", "a"),
    ("update_namespace", "an"),
    ("update_namespace: mappings", "a"),
    ("update_namespace: administrators", "a"),
    ("update_namespace: administrator groups", "a"),
    ("delete_namespace", "a"),
    ("namespace", "amn"),
    ("namespaces", "am"),
    ("create_object_user", "an"),
    ("delete_object_user", "an"),
    ("set_object_user_lock", "an"),
    ("change_object_user_tags", "an"),
    ("object_user", "amn"),
    ("object_users", "amn"),
    ("object_users: everywhere", "amnf"),
    ("keys_of", "an"),
    ("keys_in_use_of", "an"),
    ("issue_key_for", "an"),
    ("deactivate_keys_of", "an"),
    ("bind_management_user", "a"),
    ("unbind_management_user", "a"),
    ("create_management_user", "as"),
    ("update_management_user", "as"),
    ("delete_management_user", "as"),
    ("management_user", "ams"),
    ("management_users", "ams"),
    ("token_count", "ams"),
    ("unlock_account", "as"),
    ("lock_management_user", "as"),
    ("login_security", "ams"),
    ("update_login_security", "as"),
    ("log_out_other", "as"),
    ("add_person", "as"),
    ("set_person_password", "as"),
    ("remove_person", "as"),
    ("people", "ams"),
    ("create_provider", "as"),
    ("update_provider", "as"),
    ("delete_provider", "as"),
    ("provider", "ams"),
    ("providers", "ams"),
    ("create_base_url", "a"),
    ("update_base_url", "a"),
    ("delete_base_url", "a"),
    ("base_url", "am"),
    ("base_urls", "am"),
    ("create_bucket", "an"),
    ("bucket", "amn"),
    ("buckets", "amn"),
    ("buckets: everywhere", "amnf"),
    ("bucket_grants", "amn"),
    ("bucket_metadata", "amn"),
    ("bucket_policy", "amn"),
    ("change_bucket", "an"),
    ("delete_bucket", "an"),
    ("set_namespace_limit", "a"),
    ("site", "amnf"),
    ("node", "amnf"),
    ("data_center", "am"),
    ("capacity", "am"),
    ("user_scope", "am"),
    ("choose_user_scope", "a"),
    ("secret_keys_hidden", "am"),
    ("hide_secret_keys", "a"),
    ("audit_entries", "amn"),
    ("audit_entries: everywhere", "amnf"),
    ("verify_audit", "am"),
];

/// Calls that everybody may make who is logged in: they are about the caller alone.
const OPEN: [&str; 15] = [
    "principal",
    "own_keys",
    "hides_secret_keys",
    "own_keys_in_use",
    "issue_own_key",
    "order_own_key",
    "deactivate_own_keys",
    "set_own_grace_end",
    "change_own_password",
    "password_changed_at",
    "token_life",
    "require_fresh_password",
    "now",
    "require_some_role",
    "log_out",
];

/// The names of all calls that need a right.
pub(crate) fn calls() -> impl Iterator<Item = &'static str> {
    RIGHTS.into_iter().map(|(call, _)| call)
}

async fn somebody(house: &House, kind: char) -> Caller {
    match kind {
        'a' => house.operator("ada", &[Role::SystemAdmin]).await,
        'm' => house.operator("mona", &[Role::SystemMonitor]).await,
        's' => house.operator("sid", &[Role::SecurityAdmin]).await,
        'n' => house.namespace_admin("nora", "ns1").await,
        'f' => {
            house.found_namespace("ns2", &[]).await;
            house.namespace_admin("fay", "ns2").await
        }
        _ => house.person(BOB).await,
    }
}

async fn rights_are_kept(kind: char) {
    let house = House::open().await;
    let (objects, caller) = (house.furnish().await, somebody(&house, kind).await);
    for (call, who) in RIGHTS {
        let before = house.revision().await;
        let outcome = objects.attempt(&caller, call).await;
        let refused = matches!(outcome, Err(ServiceError::Forbidden(_)));
        assert_eq!(refused, !who.contains(kind), "{call} by {kind}: {outcome:?}");
        assert!(!refused || house.revision().await == before, "{call} by {kind} was refused and changed something");
    }
}

#[tokio::test]
async fn a_system_administrator_may_do_everything() {
    rights_are_kept('a').await;
}

#[tokio::test]
async fn a_monitor_reads_and_neither_changes_anything_nor_sees_a_key() {
    rights_are_kept('m').await;
}

#[tokio::test]
async fn a_security_administrator_sees_to_who_may_log_in_and_to_nothing_else() {
    rights_are_kept('s').await;
}

#[tokio::test]
async fn a_namespace_administrator_keeps_the_users_and_keys_of_that_namespace() {
    rights_are_kept('n').await;
}

#[tokio::test]
async fn an_administrator_of_another_namespace_is_a_stranger_here() {
    rights_are_kept('f').await;
}

#[tokio::test]
async fn a_plain_person_has_no_rights_over_others() {
    rights_are_kept('p').await;
}

#[tokio::test]
async fn who_may_manage_nobody_is_not_told_who_exists() {
    let house = House::open().await;
    house.furnish().await;
    let bob = house.person(BOB).await;
    for user in ["app1", "nobody"] {
        assert!(matches!(bob.keys_of(user, None).await, Err(ServiceError::Forbidden(_))));
        assert!(matches!(bob.object_user(user, Some("ns9")).await, Err(ServiceError::Forbidden(_))));
        assert!(matches!(bob.delete_object_user(user, None).await, Err(ServiceError::Forbidden(_))));
    }
}

#[tokio::test]
async fn a_namespace_administrator_lists_the_users_of_that_namespace_alone() {
    let house = House::open().await;
    house.furnish().await;
    let fay = somebody(&house, 'f').await;
    fay.create_object_user("app3", "ns2", vec![]).await.unwrap();
    let page = fay.object_users(None, "", PageRequest::default()).await.unwrap();
    assert_eq!(page.items.iter().map(|user| user.id.as_str()).collect::<Vec<_>>(), ["app3"]);
}

#[test]
fn every_call_of_a_caller_is_in_one_of_these_tables() {
    let listed: BTreeSet<&str> = calls().map(|call| call.split(':').next().unwrap()).chain(OPEN).collect();
    let sources = PathBuf::from(env!("CARGO_MANIFEST_DIR")).join("src");
    let use_cases = std::fs::read_dir(sources.join("use_cases")).unwrap().map(|entry| entry.unwrap().path());
    let texts = use_cases.chain([sources.join("caller.rs")]).map(|path| std::fs::read_to_string(path).unwrap());
    let found: BTreeSet<String> = texts.flat_map(|text| public_methods_of_caller(&text)).collect();
    assert_eq!(found.iter().map(String::as_str).collect::<BTreeSet<_>>(), listed);
}

fn public_methods_of_caller(source: &str) -> Vec<String> {
    let blocks = source.split("\nimpl Caller {\n").skip(1).map(|block| block.split("\n}\n").next().unwrap());
    let lines = blocks.flat_map(str::lines);
    let methods = lines.filter_map(|line| {
        let public = line.strip_prefix("    pub ")?;
        public.strip_prefix("async ").unwrap_or(public).strip_prefix("fn ")
    });
    methods.map(|rest| rest.split(['(', '<']).next().unwrap().to_owned()).collect()
}
