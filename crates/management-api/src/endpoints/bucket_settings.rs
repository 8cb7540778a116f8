//! `/object/bucket/{bucket}/…`: owner, stale reads, lock, quota, retention and tags of a bucket (ECS REST API,
//! *Buckets*).

use keyward_ecs_wire::{EcsError, answers, requests};
use keyward_identity::{Bucket, Quota};
use keyward_service::{BucketChange, Caller, ServiceError};

use crate::call::Call;
use crate::error::Failure;
use crate::mapping::buckets::quota;
use crate::mapping::object_users::tags;
use crate::reply::{Answering, Reply};

/// Gives a bucket to another object user.
pub(crate) async fn set_owner(caller: Caller, call: Call) -> Answering {
    let order: requests::BucketOwner = call.request()?;
    change(&caller, &call, order.namespace.as_deref(), BucketChange::Owner(order.new_owner)).await
}

/// Chooses whether a bucket may be read while a site is out of reach.
pub(crate) async fn set_stale_allowed(caller: Caller, call: Call) -> Answering {
    let order: requests::BucketStaleAllowed = call.request()?;
    change(&caller, &call, order.namespace.as_deref(), BucketChange::StaleAllowed(order.is_stale_allowed)).await
}

/// Whether a bucket is locked.
pub(crate) async fn lock(caller: Caller, call: Call) -> Answering {
    let bucket = bucket(&caller, &call).await?;
    let answer = answers::BucketLock { bucket_name: bucket.name.to_string(), is_locked: bucket.settings.locked };
    Ok(call.answer(&answer))
}

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

/// Sets the quota of a bucket.
pub(crate) async fn set_quota(caller: Caller, call: Call) -> Answering {
    let order: requests::BucketQuota = call.request()?;
    let quota = quota(order.block_size, order.notification_size)?;
    change(&caller, &call, order.namespace.as_deref(), BucketChange::Quota(quota)).await
}

/// Removes the quota of a bucket.
pub(crate) async fn remove_quota(caller: Caller, call: Call) -> Answering {
    change(&caller, &call, None, BucketChange::Quota(Quota::NONE)).await
}

/// How long objects of a bucket may not be deleted.
pub(crate) async fn show_retention(caller: Caller, call: Call) -> Answering {
    let bucket = bucket(&caller, &call).await?;
    Ok(call.answer(&answers::BucketRetention { period: bucket.settings.retention }))
}

/// Chooses how long objects of a bucket may not be deleted.
pub(crate) async fn set_retention(caller: Caller, call: Call) -> Answering {
    let order: requests::BucketRetention = call.request()?;
    change(&caller, &call, order.namespace.as_deref(), BucketChange::Retention(order.period)).await
}

/// Adds tags to a bucket; those of a name that is there get the new value.
pub(crate) async fn put_tags(caller: Caller, call: Call) -> Answering {
    let order: requests::BucketTags = call.request()?;
    change(&caller, &call, order.namespace.as_deref(), BucketChange::PutTags(tags(&order.tags))).await
}

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
