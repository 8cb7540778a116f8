//! Request heads and values to test with.

use http::Request;
use http::request::Parts;
use keyward_ambient::Timestamp;
use keyward_identity::BucketName;
use keyward_s3_wire::query::Query;
use keyward_s3_wire::{ETag, ObjectKey, Owner, RequestHead};

/// 2026-03-05T17:39:13.813Z.
pub const MOMENT: Timestamp = Timestamp::from_millis(1_772_732_353_813);

/// As [`parts`], with the query parsed. It stays until the tests end.
pub fn head(line: &str, headers: &[(&str, &str)]) -> RequestHead<'static> {
    let parts = Box::leak(Box::new(parts(line, headers)));
    RequestHead::of(parts, Box::leak(Box::new(Query::of(parts).unwrap())))
}

/// A head from `GET /bucket?acl` and headers.
pub fn parts(line: &str, headers: &[(&str, &str)]) -> Parts {
    let (method, target) = line.split_once(' ').unwrap();
    let mut request = Request::builder().method(method).uri(target);
    for (name, value) in headers {
        request = request.header(*name, *value);
    }
    request.body(()).unwrap().into_parts().0
}

pub fn bucket() -> BucketName {
    BucketName::parse("logs").unwrap()
}

pub fn key(text: &str) -> ObjectKey {
    ObjectKey::parse(text).unwrap()
}

pub fn etag() -> ETag {
    ETag::from_md5([0xa5; 16])
}

pub fn dana() -> Owner {
    Owner { id: "dana@corp.example".into(), display_name: "Dana Scully".into() }
}
