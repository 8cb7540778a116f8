//! What surrounds every answer: request ids, the error document, and no body where there must be none.

use bytes::Bytes;
use http::header::{CONTENT_LENGTH, CONTENT_TYPE, HeaderName, HeaderValue, SERVER};
use http::{Method, Response, StatusCode};
use keyward_objects::{ResponseBody, empty, full};
use keyward_s3_wire::{ErrorCode, S3Error};

const REQUEST_ID: HeaderName = HeaderName::from_static("x-amz-request-id");
const HOST_ID: HeaderName = HeaderName::from_static("x-amz-id-2");

pub(crate) fn finish(
    result: Result<Response<ResponseBody>, S3Error>,
    resource: Option<&str>,
    request_id: &str,
    host_id: &str,
    method: &Method,
) -> Response<ResponseBody> {
    let mut answer = result.unwrap_or_else(|error| failed(error, resource, request_id, host_id, method));
    let headers = answer.headers_mut();
    headers.insert(REQUEST_ID, value(request_id));
    headers.insert(HOST_ID, value(host_id));
    headers.insert(SERVER, HeaderValue::from_static("Keyward"));
    answer
}

fn failed(
    error: S3Error,
    resource: Option<&str>,
    request_id: &str,
    host_id: &str,
    method: &Method,
) -> Response<ResponseBody> {
    let error = match (error.resource(), resource) {
        (None, Some(resource)) => error.with_resource(resource),
        _ => error,
    };
    let mut answer = Response::new(empty());
    *answer.status_mut() = error.status();
    if error.has_body() {
        let document = error.to_xml(request_id, host_id);
        answer.headers_mut().insert(CONTENT_TYPE, HeaderValue::from_static("application/xml"));
        // A HEAD answer tells how long the document would be, and does not send it.
        answer.headers_mut().insert(CONTENT_LENGTH, HeaderValue::from(document.len()));
        if method != Method::HEAD {
            *answer.body_mut() = full(document);
        }
    }
    for (name, value) in error.headers() {
        answer.headers_mut().insert(name.clone(), value.clone());
    }
    answer
}

/// The answer to a head that could not be read, or was too large, where the status is all that is known.
pub(crate) fn unreadable_head(status: StatusCode, request_id: &str, host_id: &str) -> Response<Bytes> {
    let error = match status {
        StatusCode::REQUEST_HEADER_FIELDS_TOO_LARGE => S3Error::new(ErrorCode::RequestHeaderSectionTooLarge),
        StatusCode::URI_TOO_LONG => S3Error::because(ErrorCode::InvalidURI, "The address is too long; shorten it."),
        _ => S3Error::because(
            ErrorCode::InvalidRequest,
            "The head of the request is not well-formed HTTP; send another.",
        ),
    };
    let mut answer = Response::new(Bytes::from(error.to_xml(request_id, host_id)));
    *answer.status_mut() = error.status();
    let headers = answer.headers_mut();
    headers.insert(CONTENT_TYPE, HeaderValue::from_static("application/xml"));
    headers.insert(REQUEST_ID, value(request_id));
    headers.insert(HOST_ID, value(host_id));
    headers.insert(SERVER, HeaderValue::from_static("Keyward"));
    answer
}

fn value(text: &str) -> HeaderValue {
    HeaderValue::from_str(text).unwrap_or_else(|_| HeaderValue::from_static(""))
}

#[cfg(test)]
mod tests {
    use http_body::Body;

    use super::*;

    fn answer_to(method: Method) -> Response<ResponseBody> {
        finish(Err(S3Error::new(ErrorCode::NoSuchKey)), Some("/b/k"), "ID", "HOST", &method)
    }

    #[test]
    fn an_error_carries_its_document_and_the_ids() {
        let answer = answer_to(Method::GET);
        assert_eq!(answer.status(), StatusCode::NOT_FOUND);
        assert_eq!(answer.headers()["x-amz-request-id"], "ID");
        assert_eq!(answer.headers()["content-type"], "application/xml");
        assert!(!answer.body().is_end_stream());
    }

    #[test]
    fn an_error_to_a_head_request_has_no_body() {
        let answer = answer_to(Method::HEAD);
        assert_eq!(answer.status(), StatusCode::NOT_FOUND);
        assert!(answer.body().is_end_stream());
    }
}
