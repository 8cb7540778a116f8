//! ListObjectVersions: every version and delete marker of a bucket, page by page.

use keyward_objects::full;
use keyward_s3_wire::operations::{ListObjectVersions, ListObjectVersionsAnswer, ListedVersion};
use keyward_s3_wire::{Owner, S3Error};

use super::{Answer, listing};
use crate::call::{Call, version_id};
use crate::engine::{After, BucketId, ListedObject, Version, VersionsQuery};
use crate::{answers, owners, stored_head};

pub(crate) async fn list_object_versions(call: Call<'_>) -> Answer {
    let bucket = call.bucket()?;
    let request = ListObjectVersions::from_request(call.head)?;
    let (after, after_version) = start(&request)?;
    let query = VersionsQuery {
        prefix: request.prefix.clone(),
        delimiter: request.delimiter.clone(),
        after,
        after_version,
        limit: listing::limit(request.max_keys),
    };
    let page = call.engine.list_versions(BucketId(bucket.id), query).await?;
    let heads = page.versions.iter().map(|(_, version, _)| version.head.as_deref());
    let owners = owners::of_each(call, bucket, heads).await?;
    let answer = ListObjectVersionsAnswer {
        request,
        bucket: bucket.name.clone(),
        versions: page.versions.iter().zip(owners).map(listed).collect::<Result<_, _>>()?,
        common_prefixes: page.common_prefixes,
        next: page.next.map(|(after, version)| (listing::last(after), version.map(version_id))),
    };
    Ok(answer.response().map(full))
}

fn start(request: &ListObjectVersions) -> Result<(After, Option<Version>), S3Error> {
    let Some(marker) = &request.version_id_marker else {
        return Ok((listing::after(&request.prefix, request.delimiter.as_deref(), &request.key_marker), None));
    };
    let version = Version::parse(marker.as_str()).ok_or_else(|| {
        let message = "This is not a version id; take it from NextVersionIdMarker of the page before.";
        S3Error::argument("version-id-marker", marker.as_str(), message)
    })?;
    Ok((After::Key(request.key_marker.clone()), Some(version)))
}

fn listed(
    ((key, version, is_latest), owner): (&(String, ListedObject, bool), Owner),
) -> Result<ListedVersion, S3Error> {
    let storage_class = stored_head::storage_class(version.storage_class.as_deref());
    Ok(ListedVersion {
        key: listing::key(key)?,
        version_id: version_id(version.version),
        is_latest: *is_latest,
        last_modified: version.modified,
        owner: Some(owner),
        content: (!version.is_marker).then(|| (answers::etag(version.etag), version.size, storage_class)),
    })
}
