//! The S3 operations, a file each: read the typed request, ask the engine, shape the answer.

mod abort_multipart_upload;
mod complete_multipart_upload;
mod copy_object;
mod create_multipart_upload;
mod delete_object;
mod delete_objects;
mod extend_object_retention;
mod get_object;
mod get_object_attributes;
mod head_object;
mod list_multipart_uploads;
mod list_object_versions;
mod list_objects;
mod list_parts;
mod listing;
mod object_legal_hold;
mod object_retention;
mod object_tagging;
mod put_object;
mod upload;
mod upload_part;
mod upload_part_copy;
mod write_into;

use http::Response;
use keyward_objects::ResponseBody;
use keyward_s3_wire::{ErrorCode, S3Error};

pub(crate) use abort_multipart_upload::abort_multipart_upload;
pub(crate) use complete_multipart_upload::complete_multipart_upload;
pub(crate) use copy_object::copy_object;
pub(crate) use create_multipart_upload::create_multipart_upload;
pub(crate) use delete_object::delete_object;
pub(crate) use delete_objects::delete_objects;
pub(crate) use extend_object_retention::extend_object_retention;
pub(crate) use get_object::get_object;
pub(crate) use get_object_attributes::get_object_attributes;
pub(crate) use head_object::head_object;
pub(crate) use list_multipart_uploads::list_multipart_uploads;
pub(crate) use list_object_versions::list_object_versions;
pub(crate) use list_objects::{list_objects, list_objects_v2};
pub(crate) use list_parts::list_parts;
pub(crate) use object_legal_hold::{object_legal_hold, put_object_legal_hold};
pub(crate) use object_retention::{object_retention, put_object_retention};
pub(crate) use object_tagging::{delete_object_tagging, object_tagging, put_object_tagging};
pub(crate) use put_object::put_object;
pub(crate) use upload_part::upload_part;
pub(crate) use upload_part_copy::upload_part_copy;

/// A request whose body was not decided about, as no front sends.
fn undecided() -> S3Error {
    ErrorCode::InternalError.into()
}

/// What an operation comes to.
pub(crate) type Answer = Result<Response<ResponseBody>, S3Error>;
