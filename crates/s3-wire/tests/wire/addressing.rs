//! Namespace, bucket and key by path, host name and header.

use keyward_s3_wire::{Address, BaseUrls, ErrorCode, Shape, Style};
use percent_encoding::{NON_ALPHANUMERIC, utf8_percent_encode};
use proptest::prelude::*;

use crate::examples::parts;

fn bases() -> BaseUrls {
    let mut bases = BaseUrls::none();
    bases.add("s3.test", false).unwrap();
    bases.add("ns.test", true).unwrap();
    bases
}

fn address(target: &str, headers: &[(&str, &str)]) -> Result<Address, ErrorCode> {
    Address::resolve(&parts(&format!("GET {target}"), headers), &bases()).map_err(|error| error.code())
}

/// Namespace, bucket, key.
fn named(target: &str, headers: &[(&str, &str)]) -> (Option<String>, Option<String>, Option<String>) {
    let address = address(target, headers).unwrap();
    (address.namespace.map(String::from), address.bucket.map(String::from), address.key.map(String::from))
}

fn some(text: &str) -> Option<String> {
    Some(text.to_owned())
}

#[test]
fn paths_name_bucket_and_key() {
    let host = [("host", "10.0.0.1:9020")];
    assert_eq!(named("/", &host), (None, None, None));
    assert_eq!(named("//", &host), (None, None, None));
    assert_eq!(named("/Logs_1", &host), (None, some("Logs_1"), None));
    assert_eq!(named("/logs/", &host), (None, some("logs"), None));
    assert_eq!(named("/logs/a/b?acl", &host), (None, some("logs"), some("a/b")));
    assert_eq!(named("/logs//a", &host), (None, some("logs"), some("/a")));
    assert_eq!(named("/logs/a//", &host), (None, some("logs"), some("a//")));
    assert_eq!(named("/lo%67s/a+b%20%2B%2525", &host), (None, some("logs"), some("a+b +%25")));
    assert_eq!(named("/logs/%2e%2e/x", &host), (None, some("logs"), some("../x")));
}

#[test]
fn host_names_under_a_base_url_name_bucket_and_namespace() {
    assert_eq!(named("/a/b", &[("host", "logs.S3.test:9020")]), (None, some("logs"), some("a/b")));
    assert_eq!(named("/", &[("host", "logs.s3.test")]), (None, some("logs"), None));
    assert_eq!(named("//a", &[("host", "logs.s3.test")]), (None, some("logs"), some("/a")));
    assert_eq!(named("/logs/a", &[("host", "s3.test")]), (None, some("logs"), some("a")));
    assert_eq!(named("/a", &[("host", "my.logs.sales.ns.test")]), (some("sales"), some("my.logs"), some("a")));
    assert_eq!(named("/logs/a", &[("host", "sales.ns.test")]), (some("sales"), some("logs"), some("a")));
    assert_eq!(named("/logs/a", &[("host", "elsewhere.example")]), (None, some("logs"), some("a")));
    assert_eq!(address("/a", &[("host", "logs.s3.test")]).unwrap().style, Style::VirtualHost);
    assert_eq!(address("/logs/a", &[("host", "sales.ns.test")]).unwrap().style, Style::Path);
}

#[test]
fn the_host_names_namespace_outranks_the_headers() {
    let header = ("x-emc-namespace", "finance");
    assert_eq!(named("/logs", &[("host", "s3.test"), header]).0, some("finance"));
    assert_eq!(named("/logs", &[("host", "sales.ns.test"), header]).0, some("sales"));
    assert_eq!(named("/logs", &[("host", "ns.test"), header]).0, some("finance"));
}

#[test]
fn http_2_names_the_host_in_the_request_line() {
    assert_eq!(named("https://logs.s3.test/a", &[]), (None, some("logs"), some("a")));
    assert_eq!(named("https://logs.s3.test:443/a", &[("host", "LOGS.s3.test")]), (None, some("logs"), some("a")));
}

#[test]
fn a_second_host_cannot_redirect_what_was_signed_for_the_first() {
    let signed = [("host", "logs.s3.test")];
    assert_eq!(address("http://secrets.s3.test/a", &signed), Err(ErrorCode::InvalidRequest));
    assert_eq!(address("/a", &[("host", "a.s3.test"), ("host", "b.s3.test")]), Err(ErrorCode::InvalidRequest));
    assert_eq!(address("http://127.0.0.1/a", &signed), Err(ErrorCode::InvalidRequest));
}

#[test]
fn what_names_nothing_is_refused() {
    for (target, headers, expected) in [
        ("/a..b", &[][..], ErrorCode::InvalidBucketName),
        ("/10.0.0.1/a", &[], ErrorCode::InvalidBucketName),
        ("///a", &[], ErrorCode::InvalidBucketName),
        ("/logs/%ff", &[], ErrorCode::InvalidURI),
        ("/logs/%zz", &[], ErrorCode::InvalidURI),
        ("/logs/a%00", &[], ErrorCode::InvalidArgument),
        ("/a", &[("host", "b!d.s3.test")], ErrorCode::InvalidBucketName),
        ("/a", &[("host", "logs.b!d.ns.test")], ErrorCode::InvalidURI),
        ("/a", &[("x-emc-namespace", "a.b")], ErrorCode::InvalidArgument),
        ("/a", &[("x-emc-namespace", "")], ErrorCode::InvalidArgument),
        ("/a", &[("x-emc-namespace", "a"), ("x-emc-namespace", "b")], ErrorCode::InvalidArgument),
        ("*", &[], ErrorCode::InvalidURI),
    ] {
        assert_eq!(address(target, headers), Err(expected), "{target} {headers:?}");
    }
    assert_eq!(address(&format!("/logs/{}", "a".repeat(1025)), &[]), Err(ErrorCode::KeyTooLongError));
}

#[test]
fn shape_and_resource_tell_what_is_addressed() {
    for (target, shape, resource) in [
        ("/", Shape::Service, "/"),
        ("/logs/", Shape::Bucket, "/logs"),
        ("/logs/%2Fa%20b", Shape::Object, "/logs//a b"),
    ] {
        let address = address(target, &[]).unwrap();
        assert_eq!((address.shape(), address.resource().as_str()), (shape, resource));
    }
}

proptest! {
    #[test]
    fn every_key_is_reached_by_its_encoded_path(key in "[^\0]{1,200}", hosted: bool) {
        let encoded = utf8_percent_encode(&key, NON_ALPHANUMERIC);
        let (target, host) =
            if hosted { (format!("/{encoded}"), "logs.s3.test") } else { (format!("/logs/{encoded}"), "s3.test") };
        prop_assert_eq!(named(&target, &[("host", host)]), (None, some("logs"), Some(key)));
    }

    #[test]
    fn no_target_or_host_makes_the_reader_panic(path in "/[ -~é]{0,40}", host in "[ -~]{0,20}") {
        let request = http::Request::builder().uri(path).header("host", host).body(());
        if let Ok(request) = request {
            let _ = Address::resolve(&request.into_parts().0, &bases());
        }
    }
}
