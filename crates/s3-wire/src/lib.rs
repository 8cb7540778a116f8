//! S3 on the wire, without I/O: which operation a request asks for on what, its typed form, the typed answer, the errors.
//!
//! A request's head goes through [`Address::resolve`] (namespace, bucket, key) and [`Operation::resolve`] (the table of
//! operations); then `operations::X::from_request` makes it the typed request of its operation. Answers are types that
//! turn into an [`http::Response`]. Whether a request may be done, and doing it, is for others.

pub mod acl_headers;
pub mod address;
pub mod bucket_owner;
pub mod checksum;
pub mod conditions;
pub mod configuration;
pub mod customer_key;
pub mod date;
pub mod ecs_retention;
pub mod encryption;
pub mod error;
pub mod etag;
pub mod listing;
pub mod metadata;
pub mod object_key;
pub mod object_lock;
pub mod operation;
pub mod operations;
pub mod owner;
mod percent;
pub mod query;
pub mod range;
mod request_head;
pub mod single_header;
pub mod storage_class;
pub mod tagging_header;
pub mod upload;
pub mod version_id;
pub mod xml;

pub use address::{Address, BaseUrls, Shape, Style};
pub use error::{ErrorCode, S3Error};
pub use etag::ETag;
pub use object_key::ObjectKey;
pub use operation::Operation;
pub use owner::Owner;
pub use request_head::RequestHead;
pub use storage_class::StorageClass;
pub use upload::{PartNumber, UploadId};
pub use version_id::VersionId;
