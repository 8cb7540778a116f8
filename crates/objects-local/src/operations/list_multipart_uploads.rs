//! ListMultipartUploads: the uploads of a bucket that are neither completed nor aborted.

use keyward_objects::full;
use keyward_s3_wire::operations::{ListMultipartUploads, ListMultipartUploadsAnswer, ListedUpload};
use keyward_s3_wire::{Owner, S3Error};

use super::{Answer, listing, upload};
use crate::call::Call;
use crate::engine::{After, BucketId, UploadId, UploadRecord, UploadsQuery};
use crate::{checksum, owners, stored_head};

pub(crate) async fn list_multipart_uploads(call: Call<'_>) -> Answer {
    let bucket = call.bucket()?;
    let request = ListMultipartUploads::from_request(call.head)?;
    let (after, after_upload) = start(&request)?;
    let query = UploadsQuery {
        prefix: request.prefix.clone(),
        delimiter: request.delimiter.clone(),
        after,
        after_upload,
        limit: listing::limit(request.max_uploads),
    };
    let page = call.engine.list_uploads(BucketId(bucket.id), query).await?;
    let owners = owners::of_each(call, bucket, page.uploads.iter().map(|(_, upload)| Some(&upload.head))).await?;
    let next = match page.next {
        Some((after, id)) => Some((listing::last(after), id.map(upload::shown).transpose()?)),
        None => None,
    };
    let answer = ListMultipartUploadsAnswer {
        request,
        bucket: bucket.name.clone(),
        uploads: page.uploads.iter().zip(owners).map(listed).collect::<Result<_, _>>()?,
        common_prefixes: page.common_prefixes,
        next,
    };
    Ok(answer.response().map(full))
}

fn start(request: &ListMultipartUploads) -> Result<(After, Option<UploadId>), S3Error> {
    let Some(marker) = &request.upload_id_marker else {
        return Ok((listing::after(&request.prefix, request.delimiter.as_deref(), &request.key_marker), None));
    };
    let id = UploadId::parse(marker.as_str()).ok_or_else(|| {
        let message = "This is not an upload id; take it from NextUploadIdMarker of the page before.";
        S3Error::argument("upload-id-marker", marker.as_str(), message)
    })?;
    Ok((After::Key(request.key_marker.clone()), Some(id)))
}

fn listed(((key, record), owner): (&(String, UploadRecord), Owner)) -> Result<ListedUpload, S3Error> {
    Ok(ListedUpload {
        key: listing::key(key)?,
        upload_id: upload::shown(record.id)?,
        initiator: owner.clone(),
        owner,
        storage_class: stored_head::storage_class(record.head.storage_class.as_deref()),
        initiated: record.id.begun_at(),
        checksum: record.checksum.map(checksum::shown_plan),
    })
}
