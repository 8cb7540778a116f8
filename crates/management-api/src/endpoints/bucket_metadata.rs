//! `/object/bucket/…/metadata` and `/searchmetadata`: what clients keep with a bucket, and what objects could be searched
//! by (ECS REST API, *Buckets*).

use keyward_ecs_wire::answers::{BucketMetadata, SystemMetadataKey, SystemMetadataKeys};
use keyward_ecs_wire::{EcsError, requests};
use keyward_service::{BucketChange, Caller};

use crate::about::{About, Kind, NAMESPACE, Named, Topic, who};
use crate::call::Call;
use crate::endpoints::bucket_settings::{bucket, change};
use crate::error::Failure;
use crate::mapping::buckets::metadata;
use crate::mapping::object_users::shown_tags;
use crate::reply::{Answering, Reply};

/// What every object carries.
const KEYS: [SystemMetadataKey; 6] = [
    key("ObjectName", "string"),
    key("Owner", "string"),
    key("Size", "integer"),
    key("CreateTime", "datetime"),
    key("LastModified", "datetime"),
    key("ContentType", "string"),
];

const HEAD_TYPE: Named =
    Named { name: "headType", text: "The protocol whose clients keep the metadata, such as `S3`.", kind: Kind::Text };

pub(crate) const SHOW: About = About::call(Topic::Buckets, "Show the metadata of a bucket", "")
    .roles(who::READERS)
    .query(&[NAMESPACE, HEAD_TYPE])
    .gives::<BucketMetadata>();

/// The metadata that clients of one protocol keep with a bucket.
pub(crate) async fn show(caller: Caller, call: Call) -> Answering {
    let kept = caller.bucket_metadata(call.parameter("bucket"), call.namespace(), head_type(&call)?).await?;
    Ok(call.answer(&BucketMetadata { head_type: kept.head_type, metadata: shown_tags(kept.entries) }))
}

pub(crate) const PUT: About =
    About::call(Topic::Buckets, "Add metadata to a bucket", "Entries of a name that is there get the new value.")
        .roles(who::ADMINS)
        .query(&[NAMESPACE])
        .takes::<requests::BucketMetadata>();

/// Adds to it.
pub(crate) async fn put(caller: Caller, call: Call) -> Answering {
    let order: requests::BucketMetadata = call.request()?;
    let namespace = order.namespace.clone();
    change(&caller, &call, namespace.as_deref(), BucketChange::PutMetadata(metadata(order))).await
}

pub(crate) const REMOVE: About = About::call(Topic::Buckets, "Remove the metadata of a bucket", "")
    .roles(who::ADMINS)
    .query(&[NAMESPACE, HEAD_TYPE]);

/// Removes it.
pub(crate) async fn remove(caller: Caller, call: Call) -> Answering {
    let head_type = head_type(&call)?.to_owned();
    change(&caller, &call, None, BucketChange::RemoveMetadata(head_type)).await
}

pub(crate) const SYSTEM_KEYS: About = About::call(
    Topic::Buckets,
    "List what objects could be searched by",
    "No bucket has an index, so `max_keys` is 0.",
)
.roles(who::READERS)
.gives::<SystemMetadataKeys>();

/// The keys by which objects could be searched for: there are some, and no bucket indexes any.
pub(crate) async fn system_keys(caller: Caller, call: Call) -> Answering {
    caller.principal().may_list_buckets()?;
    Ok(call.answer(&SystemMetadataKeys { keys: KEYS.to_vec(), max_keys: 0 }))
}

pub(crate) const DISABLE_SEARCH: About =
    About::call(Topic::Buckets, "End the search by metadata in a bucket", "No bucket has one, so nothing changes.")
        .roles(who::ADMINS)
        .query(&[NAMESPACE]);

/// Ends the search by metadata in a bucket, which none has.
pub(crate) async fn disable_search(caller: Caller, call: Call) -> Answering {
    let bucket = bucket(&caller, &call).await?;
    caller.principal().may_manage_buckets_in(&bucket.namespace)?;
    Ok(Reply::empty())
}

fn head_type(call: &Call) -> Result<&str, Failure> {
    call.query.text("headType").ok_or_else(|| EcsError::missing_field("headType").into())
}

const fn key(name: &'static str, datatype: &'static str) -> SystemMetadataKey {
    SystemMetadataKey { name, datatype }
}
