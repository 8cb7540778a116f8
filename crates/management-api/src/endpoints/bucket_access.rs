//! `/object/bucket/…/acl` and `/policy`: who may do what in a bucket, which so far is its owner alone (ECS REST API,
//! *Buckets*).

use keyward_ecs_wire::answers::{AclWord, BucketAclGroups, BucketAclPermissions};
use keyward_ecs_wire::requests;
use keyward_service::{BucketChange, Caller};

use crate::call::Call;
use crate::endpoints::bucket_settings::{bucket, change};
use crate::mapping::buckets::{acl, shown_acl};
use crate::reply::{Answering, Reply};

/// The permissions that access control lists of ECS know.
const PERMISSIONS: [AclWord; 9] = [
    word("read", "read"),
    word("read_acl", "read ACL"),
    word("write", "write"),
    word("write_acl", "write ACL"),
    word("execute", "execute"),
    word("full_control", "full control"),
    word("privileged_write", "privileged write"),
    word("delete", "delete"),
    word("none", "none"),
];

/// The groups that access control lists of ECS know.
const GROUPS: [AclWord; 4] = [
    described("public", "public", "everybody, whether they sign or not"),
    described("all_users", "all users", "every object user"),
    described("other", "other", "every object user but the owner"),
    described("log_delivery", "log delivery", "who writes the access logs of S3"),
];

/// The access control list of a bucket.
pub(crate) async fn show_acl(caller: Caller, call: Call) -> Answering {
    Ok(call.answer(&shown_acl(&bucket(&caller, &call).await?)))
}

/// Puts the access control list of a bucket.
pub(crate) async fn put_acl(caller: Caller, call: Call) -> Answering {
    let order: requests::BucketAcl = call.request()?;
    let namespace = order.namespace.clone();
    change(&caller, &call, namespace.as_deref(), BucketChange::Acl(acl(order))).await
}

/// The permissions there are.
pub(crate) async fn permissions(caller: Caller, call: Call) -> Answering {
    caller.principal().may_list_buckets()?;
    Ok(call.answer(&BucketAclPermissions { permissions: PERMISSIONS.to_vec() }))
}

/// The groups there are.
pub(crate) async fn groups(caller: Caller, call: Call) -> Answering {
    caller.principal().may_list_buckets()?;
    Ok(call.answer(&BucketAclGroups { groups: GROUPS.to_vec() }))
}

/// The policy of a bucket as it was put; nothing when there is none.
pub(crate) async fn show_policy(caller: Caller, call: Call) -> Answering {
    let policy = bucket(&caller, &call).await?.settings.policy;
    Ok(policy.map_or_else(Reply::empty, |policy| Reply::of("application/json", policy.into_bytes())))
}

/// Puts the policy of a bucket.
pub(crate) async fn put_policy(caller: Caller, call: Call) -> Answering {
    change(&caller, &call, None, BucketChange::PutPolicy).await
}

/// Removes the policy of a bucket.
pub(crate) async fn remove_policy(caller: Caller, call: Call) -> Answering {
    change(&caller, &call, None, BucketChange::RemovePolicy).await
}

const fn word(id: &'static str, display_name: &'static str) -> AclWord {
    AclWord { id, display_name, description: None }
}

const fn described(id: &'static str, display_name: &'static str, description: &'static str) -> AclWord {
    AclWord { id, display_name, description: Some(description) }
}
