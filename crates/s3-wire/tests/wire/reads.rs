//! GetObject and HeadObject over an object that was found: which bytes, which head.

use http::HeaderMap;
use http::header::{HeaderName, HeaderValue};
use keyward_s3_wire::checksum::{Checksum, ChecksumAlgorithm, ChecksumType};
use keyward_s3_wire::metadata::ObjectMetadata;
use keyward_s3_wire::object_lock::ObjectLock;
use keyward_s3_wire::operations::{Extent, GetObject, HeadObject, ObjectHead};
use keyward_s3_wire::range::Span;
use keyward_s3_wire::{ErrorCode, PartNumber, StorageClass, VersionId};

use crate::examples::{MOMENT, etag, head};

fn object() -> ObjectHead {
    let sent = [("content-type", "text/plain"), ("x-amz-meta-colour", "green")];
    let sent: HeaderMap =
        sent.iter().map(|(name, value)| (HeaderName::from_static(name), HeaderValue::from_static(value))).collect();
    ObjectHead {
        size: 100,
        etag: etag(),
        last_modified: MOMENT,
        metadata: ObjectMetadata::of(&sent).unwrap(),
        storage_class: StorageClass::Standard,
        version_id: Some(VersionId::null()),
        checksum: Some((Checksum::new(ChecksumAlgorithm::Crc32, &[1, 2, 3, 4]).unwrap(), ChecksumType::FullObject)),
        parts: Some(3),
        tags: 2,
        lock: ObjectLock::default(),
        retention: None,
        encryption: None,
    }
}

fn get(query: &str, headers: &[(&str, &str)]) -> GetObject {
    GetObject::from_request(head(&format!("GET /logs/a?{query}"), headers)).unwrap()
}

fn extent(query: &str, headers: &[(&str, &str)]) -> Result<Extent, ErrorCode> {
    get(query, headers).extent(&object()).map_err(|error| error.code())
}

/// The response's headers as `name: value`, in order.
fn shown(response: &http::Response<()>) -> Vec<String> {
    let mut lines: Vec<_> =
        response.headers().iter().map(|(name, value)| format!("{name}: {}", value.to_str().unwrap())).collect();
    lines.sort();
    lines
}

#[test]
fn a_whole_object_is_served_with_all_that_was_stored_beside_it() {
    let request = get("", &[("x-amz-checksum-mode", "ENABLED")]);
    assert_eq!(request.extent(&object()), Ok(Extent::Whole));
    let response = request.response(&object(), None);
    assert_eq!(response.status(), 200);
    assert_eq!(
        shown(&response),
        [
            "accept-ranges: bytes",
            "content-length: 100",
            "content-type: text/plain",
            "etag: \"a5a5a5a5a5a5a5a5a5a5a5a5a5a5a5a5\"",
            "last-modified: Thu, 05 Mar 2026 17:39:13 GMT",
            "x-amz-checksum-crc32: AQIDBA==",
            "x-amz-checksum-type: FULL_OBJECT",
            "x-amz-meta-colour: green",
            "x-amz-tagging-count: 2",
            "x-amz-version-id: null",
        ]
    );
}

#[test]
fn a_range_is_served_as_206_without_the_whole_objects_checksum() {
    let request = get("", &[("range", "bytes=90-200"), ("x-amz-checksum-mode", "ENABLED")]);
    let Ok(Extent::Span(span)) = request.extent(&object()) else { panic!("a span is expected") };
    let response = request.response(&object(), Some(span));
    assert_eq!(response.status(), 206);
    assert_eq!(response.headers()["content-range"], "bytes 90-99/100");
    assert_eq!(response.headers()["content-length"], "10");
    assert!(!response.headers().contains_key("x-amz-checksum-crc32"));
}

#[test]
fn the_bytes_are_those_asked_for() {
    assert_eq!(extent("", &[("range", "bytes=-10")]), Ok(Extent::Span(Span::new(90, 99).unwrap())));
    assert_eq!(extent("", &[("range", "bytes=0-1,5-6")]), Ok(Extent::Whole));
    assert_eq!(extent("", &[("range", "bytes=100-")]), Err(ErrorCode::InvalidRange));
    assert_eq!(extent("partNumber=2", &[]), Ok(Extent::Part(PartNumber::new(2).unwrap())));
}

#[test]
fn a_range_for_another_object_gets_the_whole_one() {
    let range = ("range", "bytes=0-9");
    let part = Ok(Extent::Span(Span::new(0, 9).unwrap()));
    assert_eq!(extent("", &[range, ("if-range", "\"a5a5a5a5a5a5a5a5a5a5a5a5a5a5a5a5\"")]), part);
    assert_eq!(extent("", &[range, ("if-range", "Thu, 05 Mar 2026 17:39:13 GMT")]), part);
    assert_eq!(extent("", &[range, ("if-range", "\"other\"")]), Ok(Extent::Whole));
    assert_eq!(extent("", &[range, ("if-range", "Thu, 05 Mar 2026 17:39:12 GMT")]), Ok(Extent::Whole));
}

#[test]
fn conditions_are_asked_before_the_range() {
    let range = ("range", "bytes=500-");
    assert_eq!(extent("", &[range, ("if-none-match", "*")]), Err(ErrorCode::NotModified));
    assert_eq!(extent("", &[range, ("if-match", "\"x\"")]), Err(ErrorCode::PreconditionFailed));
}

#[test]
fn a_request_may_name_the_headers_of_its_answer() {
    let request = get("response-content-type=image%2Fpng&response-content-disposition=attachment%3B+filename%3Da", &[]);
    let response = request.response(&object(), None);
    assert_eq!(response.headers()["content-type"], "image/png");
    assert_eq!(response.headers()["content-disposition"], "attachment; filename=a");
    let smuggled = head("GET /logs/a?response-content-type=a%0d%0aSet-Cookie:x", &[]);
    assert_eq!(GetObject::from_request(smuggled).unwrap_err().code(), ErrorCode::InvalidArgument);
}

#[test]
fn a_part_says_how_many_there_are() {
    let request = HeadObject::from_request(head("HEAD /logs/a?partNumber=2", &[])).unwrap();
    let response = request.response(&object(), Span::new(50, 79));
    assert_eq!(response.status(), 206);
    assert_eq!(response.headers()["x-amz-mp-parts-count"], "3");
    assert_eq!(response.headers()["content-length"], "30");
}

#[test]
fn contradictions_and_keys_of_the_client_are_refused() {
    for (query, headers, expected) in [
        ("partNumber=1", &[("range", "bytes=0-1")][..], ErrorCode::InvalidRequest),
        ("partNumber=0", &[], ErrorCode::InvalidArgument),
        ("versionId=", &[], ErrorCode::InvalidArgument),
        ("versionId=a&versionId=b", &[], ErrorCode::InvalidArgument),
        ("", &[("x-amz-server-side-encryption-customer-key", "k")], ErrorCode::InvalidArgument),
    ] {
        let refused = GetObject::from_request(head(&format!("GET /logs/a?{query}"), headers)).unwrap_err();
        assert_eq!(refused.code(), expected, "{query}");
    }
}
