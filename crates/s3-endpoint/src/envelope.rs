//! What surrounds every answer: request ids, the error document, and no body where there must be none.

use bytes::Bytes;
use http::header::{CONTENT_LENGTH, CONTENT_TYPE, HeaderName, HeaderValue, SERVER};
use http::{Method, Response, StatusCode};
use keyward_listener::Refusal;
use keyward_objects::{ResponseBody, empty, full};
use keyward_s3_wire::{ErrorCode, S3Error};

use crate::request_id::{RequestId, RequestIds};
use crate::seen::Seen;

const REQUEST_ID: HeaderName = HeaderName::from_static("x-amz-request-id");
const HOST_ID: HeaderName = HeaderName::from_static("x-amz-id-2");

pub(crate) fn finish(
    result: Result<Response<ResponseBody>, S3Error>,
    seen: &Seen,
    id: RequestId,
    ids: &RequestIds,
    method: &Method,
) -> Response<ResponseBody> {
    let mut answer = result.unwrap_or_else(|error| failed(error, seen, id, ids, method));
    let headers = answer.headers_mut();
    headers.insert(REQUEST_ID, id.header());
    headers.insert(HOST_ID, ids.host_id().clone());
    headers.insert(SERVER, HeaderValue::from_static("Keyward"));
    answer
}

fn failed(error: S3Error, seen: &Seen, id: RequestId, ids: &RequestIds, method: &Method) -> Response<ResponseBody> {
    let error = match (error.resource(), seen.resource()) {
        (None, Some(resource)) => error.with_resource(resource),
        _ => error,
    };
    let mut answer = Response::new(empty());
    *answer.status_mut() = error.status();
    if error.has_body() {
        let document = match seen.query_api {
            Some(api) => api.document(&error, id.as_str()),
            None => error.to_xml(id.as_str(), ids.host_id().to_str().unwrap_or_default()),
        };
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

/// The answer to what a listener refuses by itself: there is no request, so that the refusal is all that is known.
pub(crate) fn refused(refusal: Refusal, id: RequestId, ids: &RequestIds) -> Response<Bytes> {
    let error = match refusal {
        Refusal::Head(StatusCode::REQUEST_HEADER_FIELDS_TOO_LARGE) => {
            S3Error::new(ErrorCode::RequestHeaderSectionTooLarge)
        }
        Refusal::Head(StatusCode::URI_TOO_LONG) => {
            S3Error::because(ErrorCode::InvalidURI, "The address is too long; shorten it.")
        }
        Refusal::Head(_) => S3Error::because(
            ErrorCode::InvalidRequest,
            "The head of the request is not well-formed HTTP; send another.",
        ),
        Refusal::TransferCoding => S3Error::because(
            ErrorCode::NotImplemented,
            "A header you provided implies functionality that is not implemented: the only Transfer-Encoding is chunked.",
        ),
        Refusal::PlainHttp => S3Error::because(
            ErrorCode::InvalidRequest,
            "Invalid Request: this port speaks HTTPS, and the request came as plain HTTP; write https:// in the endpoint's URL.",
        ),
    };
    document(&error, id, ids)
}

/// The answer to a request for S3 that came to a port where S3 is not served.
pub(crate) fn at_other_port(remedy: &str, id: RequestId, ids: &RequestIds) -> Response<Bytes> {
    let message = format!("Invalid Request: this port serves the management API, not S3. {remedy}");
    document(&S3Error::because(ErrorCode::InvalidRequest, message), id, ids)
}

fn document(error: &S3Error, id: RequestId, ids: &RequestIds) -> Response<Bytes> {
    let mut answer = Response::new(Bytes::from(error.to_xml(id.as_str(), ids.host_id().to_str().unwrap_or_default())));
    *answer.status_mut() = error.status();
    let headers = answer.headers_mut();
    headers.insert(CONTENT_TYPE, HeaderValue::from_static("application/xml"));
    headers.insert(REQUEST_ID, id.header());
    headers.insert(HOST_ID, ids.host_id().clone());
    headers.insert(SERVER, HeaderValue::from_static("Keyward"));
    answer
}

#[cfg(test)]
mod tests {
    use http_body::Body;
    use keyward_testkit::SeededEntropy;

    use super::*;

    fn answer_to(method: Method) -> Response<ResponseBody> {
        let ids = RequestIds::new(&SeededEntropy::new(1));
        finish(Err(S3Error::new(ErrorCode::NoSuchKey)), &Seen::default(), RequestId::of(7), &ids, &method)
    }

    #[test]
    fn an_error_carries_its_document_and_the_ids() {
        let answer = answer_to(Method::GET);
        assert_eq!(answer.status(), StatusCode::NOT_FOUND);
        assert_eq!(answer.headers()["x-amz-request-id"], "0000000000000007");
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
