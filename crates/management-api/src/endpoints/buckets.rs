//! `/object/bucket`: buckets, whoever owns them (ECS REST API, *Buckets*).

use keyward_ecs_wire::{EcsError, answers, requests};
use keyward_service::Caller;

use crate::about::{About, LIMIT, MARKER, NAMESPACE, Named, Topic, who};
use crate::call::Call;
use crate::mapping::buckets::{made, new, shown};
use crate::paging::{Paging, Pattern};
use crate::reply::{Answering, Reply};

const NAME: Named = Named::text("name", "One whole name, or the beginning of names followed by `*`.");

const LIST_QUERY: &[Named] = &[NAMESPACE, LIMIT, MARKER, NAME];

const DELETE_QUERY: &[Named] =
    &[NAMESPACE, Named::flag("emptyBucket", "Buckets are not emptied here: `true` is refused.")];

pub(crate) const LIST: About =
    About::call(Topic::Buckets, "List buckets", "").roles(who::READERS).query(LIST_QUERY).gives::<answers::Buckets>();

/// A page of buckets.
pub(crate) async fn list(caller: Caller, call: Call) -> Answering {
    let paging = Paging::of(&call.query)?;
    let pattern = Pattern::of(&call.query, "name");
    let page = caller.buckets(call.namespace(), pattern.beginning(), paging.request()).await?;
    let site = caller.site().await?;
    let fields = paging.fields(&page, pattern.shown("name"));
    let meant = page.items.into_iter().filter(|bucket| pattern.means(bucket.name.as_str()));
    let buckets = meant.map(|bucket| shown(bucket, &site)).collect();
    Ok(call.answer(&answers::Buckets { buckets, page: fields }))
}

pub(crate) const CREATE: About = About::call(
    Topic::Buckets,
    "Make a bucket",
    "What this server does not do, such as encryption or a file system, is refused rather than promised.",
)
.roles(who::ADMINS)
.takes::<requests::BucketCreate>()
.gives::<answers::NewBucket>();

/// Makes a bucket.
pub(crate) async fn create(caller: Caller, call: Call) -> Answering {
    let order: requests::BucketCreate = call.request()?;
    Ok(call.answer(&made(caller.create_bucket(new(order)?).await?)))
}

pub(crate) const INFO: About =
    About::call(Topic::Buckets, "Show a bucket", "").roles(who::READERS).query(&[NAMESPACE]).gives::<answers::Bucket>();

/// What is known of a bucket.
pub(crate) async fn info(caller: Caller, call: Call) -> Answering {
    let bucket = caller.bucket(call.parameter("bucket"), call.namespace()).await?;
    Ok(call.answer(&shown(bucket, &caller.site().await?)))
}

pub(crate) const DELETE: About = About::call(Topic::Buckets, "Delete an empty bucket", "")
    .roles(who::ADMINS)
    .query(DELETE_QUERY)
    .takes::<requests::BucketDelete>();

/// Deletes an empty bucket.
pub(crate) async fn delete(caller: Caller, call: Call) -> Answering {
    if call.query.flag("emptyBucket")? {
        let why = "buckets are not emptied here; delete the objects with S3 first and leave it out";
        return Err(EcsError::invalid_field("emptyBucket", why).into());
    }
    let order: requests::BucketDelete = call.request()?;
    let namespace = match (order.namespace.as_deref(), call.namespace()) {
        (Some(body), Some(query)) if body != query => {
            let why = format!("the query says {query} and the body {body}; name one namespace");
            return Err(EcsError::invalid_field("namespace", &why).into());
        }
        (body, query) => body.or(query),
    };
    caller.delete_bucket(call.parameter("bucket"), namespace).await?;
    Ok(Reply::empty())
}
