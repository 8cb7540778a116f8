//! The typed request and answer of each operation that this crate reads, a file each.
//!
//! A request is made by `X::from_request` from the request's head, and from its body where that is XML; bucket and key
//! are those of the [`Address`](crate::Address). An answer turns into an [`http::Response`]; where bytes of an object
//! follow, into its head.

mod abort_multipart_upload;
mod answer;
mod complete_multipart_upload;
mod content_md5;
mod copy_object;
mod copy_source;
mod create_bucket;
mod create_multipart_upload;
mod delete_bucket;
mod delete_marker;
mod delete_object;
mod delete_objects;
mod extend_object_retention;
mod get_bucket_location;
mod get_object;
mod get_object_attributes;
mod head_bucket;
mod head_object;
mod list_buckets;
mod list_multipart_uploads;
mod list_object_versions;
mod list_objects;
mod list_objects_v2;
mod list_parts;
mod new_object;
mod object_head;
mod object_legal_hold;
mod object_read;
mod object_retention;
mod object_tagging;
mod partial_write;
mod post_object;
mod put_object;
mod upload_part;
mod upload_part_copy;

pub use abort_multipart_upload::AbortMultipartUpload;
pub use complete_multipart_upload::{CompleteMultipartUpload, CompleteMultipartUploadAnswer, CompletedPart};
pub use copy_object::{CopyObject, CopyObjectAnswer, Directive};
pub use copy_source::CopySource;
pub use create_bucket::{CreateBucket, EcsBucketOptions};
pub use create_multipart_upload::{CreateMultipartUpload, CreateMultipartUploadAnswer};
pub use delete_bucket::DeleteBucketAnswer;
pub use delete_marker::found_delete_marker;
pub use delete_object::{DeleteObject, DeleteObjectAnswer};
pub use delete_objects::{DeleteObjects, DeleteObjectsAnswer, ObjectToDelete};
pub use extend_object_retention::ExtendObjectRetention;
pub use get_bucket_location::GetBucketLocationAnswer;
pub use get_object::GetObject;
pub use get_object_attributes::{GetObjectAttributes, GetObjectAttributesAnswer, ObjectAttribute};
pub use head_bucket::HeadBucketAnswer;
pub use head_object::HeadObject;
pub use list_buckets::{ListBuckets, ListBucketsAnswer, ListedBucket};
pub use list_multipart_uploads::{ListMultipartUploads, ListMultipartUploadsAnswer, ListedUpload};
pub use list_object_versions::{ListObjectVersions, ListObjectVersionsAnswer, ListedVersion};
pub use list_objects::{ListObjects, ListObjectsAnswer};
pub use list_objects_v2::{ListObjectsV2, ListObjectsV2Answer};
pub use list_parts::{ListParts, ListPartsAnswer, ListedPart};
pub use new_object::NewObject;
pub use object_head::ObjectHead;
pub use object_legal_hold::{PutObjectLegalHold, legal_hold_response};
pub use object_read::{Extent, ObjectRead};
pub use object_retention::{ObjectLockRead, PutObjectRetention, retention_response};
pub use object_tagging::{GetObjectTaggingAnswer, ObjectTagging, PutObjectTagging};
pub use partial_write::PartialWrite;
pub use post_object::{PostObjectAnswer, tags_of_form};
pub use put_object::{PutObject, PutObjectAnswer};
pub use upload_part::{UploadPart, UploadPartAnswer};
pub use upload_part_copy::{UploadPartCopy, UploadPartCopyAnswer};
