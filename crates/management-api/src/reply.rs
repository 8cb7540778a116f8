//! An answer on its way out: a status, headers, and a body that is wiped from memory once it is sent.

use bytes::Bytes;
use http::header::{CONTENT_LENGTH, CONTENT_TYPE, LOCATION};
use http::{HeaderMap, HeaderName, HeaderValue, Method, Response, StatusCode};
use http_body_util::Full;
use keyward_ecs_wire::{Answer, Format};
use zeroize::Zeroizing;

use crate::error::Failure;

/// What a handler comes to.
pub(crate) type Answering = Result<Reply, Failure>;

/// A success: 200 as a rule, never 201 or 204, because clients of ECS compare.
#[derive(Debug)]
pub(crate) struct Reply {
    status: StatusCode,
    headers: HeaderMap,
    body: Bytes,
}

impl Reply {
    /// 200 without a body.
    pub(crate) fn empty() -> Self {
        Self { status: StatusCode::OK, headers: HeaderMap::new(), body: Bytes::new() }
    }

    /// 200 with a document of the ECS API.
    pub(crate) fn document(document: &impl Answer, format: Format) -> Self {
        Self::of(format.content_type(), document.render(format))
    }

    /// 200 with a body of this media type.
    pub(crate) fn of(content_type: &'static str, body: Vec<u8>) -> Self {
        let headers = HeaderMap::from_iter([(CONTENT_TYPE, HeaderValue::from_static(content_type))]);
        // Some answers show a secret key or a password.
        Self { status: StatusCode::OK, headers, body: Bytes::from_owner(Zeroizing::new(body)) }
    }

    /// 302 to another path of this server.
    pub(crate) fn redirect(to: HeaderValue) -> Self {
        Self { status: StatusCode::FOUND, ..Self::empty() }.with(LOCATION, to)
    }

    /// The same with another status.
    pub(crate) fn with_status(self, status: StatusCode) -> Self {
        Self { status, ..self }
    }

    /// The same with one header more.
    pub(crate) fn with(mut self, name: HeaderName, value: HeaderValue) -> Self {
        self.headers.append(name, value);
        self
    }

    /// The response to a request with `method`.
    pub(crate) fn into_response(self, method: &Method) -> Response<Full<Bytes>> {
        let length = self.body.len();
        let body = if method == Method::HEAD { Bytes::new() } else { self.body };
        let mut response = Response::new(Full::new(body));
        *response.status_mut() = self.status;
        *response.headers_mut() = self.headers;
        response.headers_mut().insert(CONTENT_LENGTH, HeaderValue::from(length));
        response
    }
}
