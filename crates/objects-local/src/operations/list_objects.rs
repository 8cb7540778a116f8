//! ListObjects, versions 1 and 2: one listing under two ways of paging.

use keyward_identity::Bucket;
use keyward_objects::full;
use keyward_s3_wire::S3Error;
use keyward_s3_wire::listing::{ContinuationToken, ListedObject};
use keyward_s3_wire::operations::{ListObjects, ListObjectsAnswer, ListObjectsV2, ListObjectsV2Answer};

use super::{Answer, listing};
use crate::call::Call;
use crate::engine::{self, BucketId, ListQuery, Page};
use crate::{answers, checksum, owners, stored_head};

pub(crate) async fn list_objects(call: Call<'_>) -> Answer {
    let bucket = call.bucket()?;
    let request = ListObjects::from_request(call.head)?;
    let query = ListQuery {
        after: listing::after(&request.prefix, request.delimiter.as_deref(), &request.marker),
        prefix: request.prefix.clone(),
        delimiter: request.delimiter.clone(),
        limit: listing::limit(request.max_keys),
        with_heads: true,
    };
    let page = call.engine.list(BucketId(bucket.id), query).await?;
    let answer = ListObjectsAnswer {
        request,
        bucket: bucket.name.clone(),
        objects: objects(call, &page, bucket, true).await?,
        common_prefixes: page.common_prefixes,
        next_marker: page.next.map(listing::last),
    };
    Ok(answer.response().map(full))
}

pub(crate) async fn list_objects_v2(call: Call<'_>) -> Answer {
    let bucket = call.bucket()?;
    let request = ListObjectsV2::from_request(call.head)?;
    let query = ListQuery {
        after: listing::after(&request.prefix, request.delimiter.as_deref(), request.after()),
        prefix: request.prefix.clone(),
        delimiter: request.delimiter.clone(),
        limit: listing::limit(request.max_keys),
        with_heads: request.fetch_owner,
    };
    let page = call.engine.list(BucketId(bucket.id), query).await?;
    let answer = ListObjectsV2Answer {
        objects: objects(call, &page, bucket, request.fetch_owner).await?,
        request,
        bucket: bucket.name.clone(),
        common_prefixes: page.common_prefixes,
        next: page.next.map(|next| ContinuationToken::after(listing::last(next))),
    };
    Ok(answer.response().map(full))
}

async fn objects(
    call: Call<'_>,
    page: &Page,
    bucket: &Bucket,
    with_owners: bool,
) -> Result<Vec<ListedObject>, S3Error> {
    let heads = page.entries.iter().filter(|_| with_owners).map(|(_, object)| object.head.as_deref());
    let mut owners = owners::of_each(call, bucket, heads).await?.into_iter();
    let listed = |(key, object): &(String, engine::ListedObject)| {
        Ok(ListedObject {
            key: listing::key(key)?,
            last_modified: object.modified,
            etag: answers::etag(object.etag),
            size: object.size,
            checksum: object.checksum.map(checksum::shown_plan),
            owner: owners.next(),
            storage_class: stored_head::storage_class(object.storage_class.as_deref()),
        })
    };
    page.entries.iter().map(listed).collect()
}
