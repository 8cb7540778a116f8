//! The head of a request as operations read it: its headers, and its query parsed.

use http::request::Parts;
use http::{HeaderMap, Method, Version};

use crate::query::Query;

/// A head whose query was parsed before. Cheap to copy.
#[derive(Clone, Copy, Debug)]
pub struct RequestHead<'r> {
    /// The headers.
    pub headers: &'r HeaderMap,
    /// The query parameters.
    pub query: &'r Query,
    /// The path, as it was sent.
    pub path: &'r str,
    /// The method.
    pub method: &'r Method,
    /// The version of HTTP.
    pub version: Version,
}

impl<'r> RequestHead<'r> {
    /// The head `parts`, of which `query` is the query.
    pub fn of(parts: &'r Parts, query: &'r Query) -> Self {
        RequestHead {
            headers: &parts.headers,
            query,
            path: parts.uri.path(),
            method: &parts.method,
            version: parts.version,
        }
    }
}
