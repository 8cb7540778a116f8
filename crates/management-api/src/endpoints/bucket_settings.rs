//! `/object/bucket/{bucket}/…`: owner, stale reads, lock, quota, retention and tags of a bucket (ECS REST API,
//! *Buckets*).

use keyward_ecs_wire::{EcsError, answers, requests};
use keyward_identity::{Bucket, Quota};
use keyward_service::{BucketChange, Caller, ServiceError};

use crate::about::{About, NAMESPACE, Topic, who};
use crate::call::Call;
use crate::error::Failure;
use crate::mapping::buckets::quota;
use crate::mapping::object_users::tags;
use crate::reply::{Answering, Reply};

pub(crate) const SET_OWNER: About = About::call(Topic::Buckets, "Give a bucket to another object user", "")
    .roles(who::ADMINS)
    .query(&[NAMESPACE])
    .takes::<requests::BucketOwner>();

/// Gives a bucket to another object user.
pub(crate) async fn set_owner(caller: Caller, call: Call) -> Answering {
    let order: requests::BucketOwner = call.request()?;
    change(&caller, &call, order.namespace.as_deref(), BucketChange::Owner(order.new_owner)).await
}

pub(crate) const SET_STALE_ALLOWED: About =
    About::call(Topic::Buckets, "Choose whether a bucket may be read while a site is out of reach", "")
        .roles(who::ADMINS)
        .query(&[NAMESPACE])
        .takes::<requests::BucketStaleAllowed>();

/// Chooses whether a bucket may be read while a site is out of reach.
pub(crate) async fn set_stale_allowed(caller: Caller, call: Call) -> Answering {
    let order: requests::BucketStaleAllowed = call.request()?;
    change(&caller, &call, order.namespace.as_deref(), BucketChange::StaleAllowed(order.is_stale_allowed)).await
}

pub(crate) const LOCK: About = About::call(Topic::Buckets, "Show whether a bucket is locked", "")
    .roles(who::READERS)
    .query(&[NAMESPACE])
    .gives::<answers::BucketLock>();

/// Whether a bucket is locked.
pub(crate) async fn lock(caller: Caller, call: Call) -> Answering {
    let bucket = bucket(&caller, &call).await?;
    let answer = answers::BucketLock { bucket_name: bucket.name.to_string(), is_locked: bucket.settings.locked };
    Ok(call.answer(&answer))
}

pub(crate) const SET_LOCK: About = About::call(Topic::Buckets, "Lock or unlock a bucket", "")
    .roles(who::ADMINS)
    .query(&[NAMESPACE])
    .takes::<requests::BucketLock>();

/// Locks or unlocks a bucket.
pub(crate) async fn set_lock(caller: Caller, call: Call) -> Answering {
    let order: requests::BucketLock = call.request()?;
    let locked = match call.parameter("locked") {
        word if word.eq_ignore_ascii_case("true") => true,
        word if word.eq_ignore_ascii_case("false") => false,
        _ => return Err(EcsError::invalid_field("isLocked", "end the path with true or false").into()),
    };
    change(&caller, &call, order.namespace.as_deref(), BucketChange::Locked(locked)).await
}

pub(crate) const SHOW_QUOTA: About = About::call(Topic::Buckets, "Show the quota of a bucket", "")
    .roles(who::READERS)
    .query(&[NAMESPACE])
    .gives::<answers::BucketQuota>();

/// The quota of a bucket.
pub(crate) async fn show_quota(caller: Caller, call: Call) -> Answering {
    let bucket = bucket(&caller, &call).await?;
    Ok(call.answer(&answers::BucketQuota {
        bucketname: bucket.name.to_string(),
        namespace: bucket.namespace.to_string(),
        block_size: bucket.settings.quota.block_size,
        notification_size: bucket.settings.quota.notification_size,
    }))
}

pub(crate) const SET_QUOTA: About = About::call(Topic::Buckets, "Set the quota of a bucket", "")
    .roles(who::ADMINS)
    .query(&[NAMESPACE])
    .takes::<requests::BucketQuota>();

/// Sets the quota of a bucket.
pub(crate) async fn set_quota(caller: Caller, call: Call) -> Answering {
    let order: requests::BucketQuota = call.request()?;
    let quota = quota(order.block_size, order.notification_size)?;
    change(&caller, &call, order.namespace.as_deref(), BucketChange::Quota(quota)).await
}

pub(crate) const REMOVE_QUOTA: About =
    About::call(Topic::Buckets, "Remove the quota of a bucket", "").roles(who::ADMINS).query(&[NAMESPACE]);

/// Removes the quota of a bucket.
pub(crate) async fn remove_quota(caller: Caller, call: Call) -> Answering {
    change(&caller, &call, None, BucketChange::Quota(Quota::NONE)).await
}

pub(crate) const SHOW_RETENTION: About = About::call(Topic::Buckets, "Show how long objects of a bucket are kept", "")
    .roles(who::READERS)
    .query(&[NAMESPACE])
    .gives::<answers::BucketRetention>();

/// How long objects of a bucket may not be deleted.
pub(crate) async fn show_retention(caller: Caller, call: Call) -> Answering {
    let bucket = bucket(&caller, &call).await?;
    Ok(call.answer(&answers::BucketRetention { period: bucket.settings.retention }))
}

pub(crate) const SET_RETENTION: About = About::call(Topic::Buckets, "Choose how long objects of a bucket are kept", "")
    .roles(who::ADMINS)
    .query(&[NAMESPACE])
    .takes::<requests::BucketRetention>();

/// Chooses how long objects of a bucket may not be deleted.
pub(crate) async fn set_retention(caller: Caller, call: Call) -> Answering {
    let order: requests::BucketRetention = call.request()?;
    change(&caller, &call, order.namespace.as_deref(), BucketChange::Retention(order.period)).await
}

pub(crate) const PUT_TAGS: About =
    About::call(Topic::Buckets, "Add tags to a bucket", "A tag of a name that is there already gets the new value.")
        .roles(who::ADMINS)
        .query(&[NAMESPACE])
        .takes::<requests::BucketTags>();

/// Adds tags to a bucket; those of a name that is there get the new value.
pub(crate) async fn put_tags(caller: Caller, call: Call) -> Answering {
    let order: requests::BucketTags = call.request()?;
    change(&caller, &call, order.namespace.as_deref(), BucketChange::PutTags(tags(&order.tags))).await
}

pub(crate) const REMOVE_TAGS: About = About::call(
    Topic::Buckets,
    "Remove tags from a bucket",
    "The tags of the names in the request; their values do not matter.",
)
.roles(who::ADMINS)
.query(&[NAMESPACE])
.takes::<requests::BucketTags>();

/// Removes tags of a bucket by their names.
pub(crate) async fn remove_tags(caller: Caller, call: Call) -> Answering {
    let order: requests::BucketTags = call.request()?;
    let names = order.tags.into_iter().map(|tag| tag.name).collect();
    change(&caller, &call, order.namespace.as_deref(), BucketChange::RemoveTags(names)).await
}

/// The bucket that the path names.
pub(super) async fn bucket(caller: &Caller, call: &Call) -> Result<Bucket, ServiceError> {
    caller.bucket(call.parameter("bucket"), call.namespace()).await
}

/// Changes the bucket that the path names, in the namespace that the body names or else the query.
pub(super) async fn change(
    caller: &Caller,
    call: &Call,
    namespace: Option<&str>,
    change: BucketChange,
) -> Result<Reply, Failure> {
    caller.change_bucket(call.parameter("bucket"), namespace.or(call.namespace()), &change).await?;
    Ok(Reply::empty())
}
