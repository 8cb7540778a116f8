//! The two ways S3 writes a moment: HTTP dates in headers, ISO 8601 in documents.

mod http_date;
mod iso8601;

pub use http_date::{http_date, parse_http_date};
pub use iso8601::{iso8601, parse_iso8601};
