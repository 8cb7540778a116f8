//! What goes over the wire of the ECS management API: requests, answers and the error document, in XML and in JSON.
//!
//! ```text
//! body ── read_xml / read_json ──▶ Node ──▶ EcsRequest::read        one reader a request, whatever the format
//! answer ──▶ Document ── write_xml / write_json ──▶ body            one definition an answer, whatever the format
//! ```
//!
//! Both formats meet in one small tree in each direction, so they cannot come to mean different things; every oddity
//! of real clients is settled in the tree's accessors ([`Fields`]). Nothing here does I/O, knows a rule of the
//! product or reads a clock. Wire types are plain: the front maps them to the domain's.

mod answer;
mod answer_schema;
pub mod answers;
mod document;
mod error;
mod error_code;
mod expiry;
mod field_error;
mod fields;
mod format;
mod meaning;
mod moment;
mod node;
mod path_suffix;
mod read_json;
mod read_xml;
mod request;
mod request_format;
mod request_schema;
pub mod requests;
mod sample;
mod schema;
mod secret;
mod tag;
mod time_range;
mod user_mapping;
mod write_json;
mod write_xml;

pub use answer::Answer;
pub use answer_schema::AnswerSchema;
pub use document::Document;
pub use error::EcsError;
pub use error_code::ErrorCode;
pub use expiry::parse_expiry_minutes;
pub use field_error::FieldError;
pub use fields::{Fields, Item};
pub use format::Format;
pub use meaning::{explained, meaning};
pub use moment::{event_time, instant, java_date, key_time, parse_event_time, parse_instant, sample_time};
pub use path_suffix::strip_suffix;
pub use request::{BodyError, EcsRequest, decode, decode_naming_unknown};
pub use request_format::{RequestFormat, UnsupportedMediaType};
pub use request_schema::RequestSchema;
pub use schema::{Property, Schema};
pub use secret::{GivenSecret, ShownOnce};
pub use tag::Tag;
pub use time_range::TimeRange;
pub use user_mapping::{MappedAttribute, UserMapping};
