//! `/object/bucket/…/acl` and `/policy`: who may do what in a bucket (ECS REST API, *Buckets*).

use keyward_ecs_wire::answers::{self, AclWord, BucketAclGroups, BucketAclPermissions};
use keyward_ecs_wire::requests;
use keyward_service::{BucketChange, Caller};

use crate::about::{About, NAMESPACE, Topic, who};
use crate::call::Call;
use crate::endpoints::bucket_settings::change;
use crate::mapping::buckets::{acl, shown_acl};
use crate::reply::{Answering, Reply};

/// The permissions that access control lists of ECS know.
const KNOWN_PERMISSIONS: [AclWord; 9] = [
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
const KNOWN_GROUPS: [AclWord; 4] = [
    described("public", "public", "everybody, whether they sign or not"),
    described("all_users", "all users", "every object user"),
    described("other", "other", "every object user but the owner"),
    described("log_delivery", "log delivery", "who writes the access logs of S3"),
];

pub(crate) const SHOW_ACL: About = About::call(Topic::Buckets, "Show the access control list of a bucket", "")
    .roles(who::READERS)
    .query(&[NAMESPACE])
    .gives::<answers::BucketAcl>();

/// The access control list of a bucket.
pub(crate) async fn show_acl(caller: Caller, call: Call) -> Answering {
    let (bucket, grants) = caller.bucket_grants(call.parameter("bucket"), call.namespace()).await?;
    Ok(call.answer(&shown_acl(bucket, grants)))
}

pub(crate) const PUT_ACL: About = About::call(Topic::Buckets, "Set the access control list of a bucket", "")
    .roles(who::ADMINS)
    .query(&[NAMESPACE])
    .takes::<requests::BucketAcl>();

/// Puts the access control list of a bucket.
pub(crate) async fn put_acl(caller: Caller, call: Call) -> Answering {
    let order: requests::BucketAcl = call.request()?;
    let namespace = order.namespace.clone();
    change(&caller, &call, namespace.as_deref(), BucketChange::Acl(acl(order))).await
}

pub(crate) const PERMISSIONS: About = About::call(Topic::Buckets, "List the permissions of access control lists", "")
    .roles(who::READERS)
    .gives::<BucketAclPermissions>();

/// The permissions there are.
pub(crate) async fn permissions(caller: Caller, call: Call) -> Answering {
    caller.principal().may_list_buckets()?;
    Ok(call.answer(&BucketAclPermissions { permissions: KNOWN_PERMISSIONS.to_vec() }))
}

pub(crate) const GROUPS: About = About::call(Topic::Buckets, "List the groups of access control lists", "")
    .roles(who::READERS)
    .gives::<BucketAclGroups>();

/// The groups there are.
pub(crate) async fn groups(caller: Caller, call: Call) -> Answering {
    caller.principal().may_list_buckets()?;
    Ok(call.answer(&BucketAclGroups { groups: KNOWN_GROUPS.to_vec() }))
}

pub(crate) const SHOW_POLICY: About = About::call(
    Topic::Buckets,
    "Show the policy of a bucket",
    "As it was put, with a dead id in the place of a principal that was deleted; nothing when there is none.",
)
.roles(who::READERS)
.query(&[NAMESPACE])
.gives_other("application/json", "The policy, in the language of S3.");

/// The policy of a bucket; nothing when there is none.
pub(crate) async fn show_policy(caller: Caller, call: Call) -> Answering {
    let policy = caller.bucket_policy(call.parameter("bucket"), call.namespace()).await?;
    Ok(policy.map_or_else(Reply::empty, |policy| Reply::of("application/json", policy.into_bytes())))
}

pub(crate) const PUT_POLICY: About =
    About::call(Topic::Buckets, "Set the policy of a bucket", "In the language of S3, as `PutBucketPolicy` takes it.")
        .roles(who::ADMINS)
        .query(&[NAMESPACE])
        .takes_any_json();

/// Puts the policy of a bucket.
pub(crate) async fn put_policy(caller: Caller, call: Call) -> Answering {
    let policy = call.text()?;
    change(&caller, &call, None, BucketChange::PutPolicy(policy)).await
}

pub(crate) const REMOVE_POLICY: About =
    About::call(Topic::Buckets, "Remove the policy of a bucket", "").roles(who::ADMINS).query(&[NAMESPACE]);

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

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_words_that_are_shown_are_the_words_that_are_taken() {
        assert_eq!(KNOWN_PERMISSIONS.map(|word| word.id), keyward_service::BUCKET_PERMISSIONS);
        assert_eq!(KNOWN_GROUPS.map(|word| word.id), keyward_service::BUCKET_GROUPS);
    }
}
