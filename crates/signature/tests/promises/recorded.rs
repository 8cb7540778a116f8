//! Requests as real clients make and sign them, at the tests' moment, with Alice's newer secret: boto3's core
//! (botocore 1.44.5), the AWS SDK for JavaScript (2.1693, the copy by 3.1162), s3cmd (2.4.0) and minio-py (7.2.20).

use http::Request;
use keyward_signature::form::{self, FormClaim};
use keyward_signature::{Declared, Payload, Rules, Scheme};

use crate::support::*;

/// Sections of a `#` line with a name, the request line, headers, an empty line and the body with CR LF escaped.
const SIGV4: &str = include_str!("sigv4-requests.txt");
const SIGV2: &str = include_str!("sigv2-requests.txt");
/// Requests of random keys, parameters and headers, through botocore's four signers.
const GENERATED: &str = include_str!("generated-requests.txt");
const FORMS: &str = include_str!("forms.txt");

struct Recorded {
    name: &'static str,
    head: http::request::Parts,
    body: Vec<u8>,
}

fn recorded(requests: &'static str) -> Vec<Recorded> {
    let sections = requests.strip_prefix("# ").unwrap().split("\n# ");
    sections
        .map(|section| {
            let (head, body) = section.split_once("\n\n").unwrap_or((section, ""));
            let mut lines = head.trim_end().lines();
            let name = lines.next().unwrap();
            let (method, target) = lines.next().unwrap().split_once(' ').unwrap();
            let headers = lines.map(|line| line.split_once(": ").unwrap());
            let request = Request::builder().method(method).uri(target);
            let request = headers.fold(request, |request, (name, value)| request.header(name, value));
            Recorded { name, head: parts(request), body: body.trim_end().replace("\\r\\n", "\r\n").into_bytes() }
        })
        .collect()
}

fn named(requests: &'static str, name: &str) -> http::request::Parts {
    recorded(requests).into_iter().find(|recorded| recorded.name == name).unwrap().head
}

#[test]
fn every_recorded_request_verifies_with_its_body() {
    let recorded = [SIGV4, SIGV2, GENERATED].map(recorded);
    assert_eq!(recorded.each_ref().map(Vec::len), [12, 41, 200]);
    for Recorded { name, head, body } in recorded.into_iter().flatten() {
        let verified = verify(&head).unwrap_or_else(|error| panic!("{name}: {error}"));
        assert_eq!(verified.candidate(), 1, "{name}");
        let (head, plan) = verified.clean(head);
        let declared = Declared::of_body(&head).unwrap();
        let mut body = Payload::new(plan, declared, Pieces::whole(&body)).unwrap().decoded();
        let (_, end) = read(&mut body);
        assert!(end.is_ok(), "{name}: {end:?}");
    }
}

#[test]
fn every_recorded_form_verifies_with_its_file() {
    let forms = recorded(FORMS);
    assert_eq!(forms.len(), 6);
    for Recorded { name, head, body } in forms {
        let content_type = head.headers["content-type"].as_bytes();
        let (fields, file) = at_once(form::read(content_type, Pieces::whole(&body))).unwrap();
        let claim = FormClaim::parse(&head, &fields, &Rules::default()).unwrap().unwrap();
        assert_eq!((claim.access_key_id(), claim.scheme().is_v2()), (ALICE, name.contains("Version 2")), "{name}");
        let upload = claim.verify(&head, &fields, "photos", &secrets(), now());
        let upload = upload.unwrap_or_else(|error| panic!("{name}: {error}"));
        assert_eq!(upload.candidate(), Some(1), "{name}");
        let (head, plan) = upload.clean(None);
        let payload = Payload::new(plan, Declared::of_body(&head).unwrap(), file).unwrap();
        let (content, end) = read(&mut payload.decoded());
        assert!(end.is_ok(), "{name}: {end:?}");
        assert_eq!(content, b"hello world", "{name}");
    }
}

#[test]
fn a_recorded_form_becomes_the_put_that_it_stands_for() {
    let Recorded { head, body, .. } = recorded(FORMS).swap_remove(0);
    let content_type = head.headers["content-type"].as_bytes();
    let (fields, _) = at_once(form::read(content_type, Pieces::whole(&body))).unwrap();
    let claim = FormClaim::parse(&head, &fields, &Rules::default()).unwrap().unwrap();
    let upload = claim.verify(&head, &fields, "photos", &secrets(), now()).unwrap();
    assert_eq!((upload.scheme(), upload.success().status), (Some(Scheme::SigV4Form), Some(201)));
    let (head, plan) = upload.clean(None);
    assert_eq!((head.method().as_str(), head.uri().to_string().as_str()), ("PUT", "/photos/uploads/k%C3%A4se.txt"));
    let mut headers: Vec<String> = head.headers().iter().map(|(name, value)| format!("{name}: {value:?}")).collect();
    headers.sort_unstable();
    let expected = [r#"content-type: "text/plain""#, r#"host: "s3.corp.example:9020""#, r#"x-amz-acl: "public-read""#];
    assert_eq!(headers, [&expected[..], &[r#"x-amz-meta-note: "a b+c""#]].concat());
    assert_eq!(plan.length_in(), Some(&(1..=1024)));
}

#[test]
fn the_stored_encoding_of_a_recorded_upload_does_not_speak_of_chunks() {
    let (head, _) = clean(named(SIGV4, "a checksum after an unsigned body"));
    assert_eq!(head.headers()["content-encoding"], "gzip");
    assert_eq!(head.headers()["content-length"], "11");
    assert!(!head.headers().contains_key("transfer-encoding"));
}

#[test]
fn headers_that_a_client_put_into_a_presigned_url_become_headers() {
    for client in ["boto3", "aws-sdk-js"] {
        let (head, _) = clean(named(SIGV2, &format!("{client}: a presigned PUT with the headers in the URL")));
        assert_eq!(head.uri(), "/photos/k");
        assert_eq!(head.headers()["x-amz-acl"], "public-read");
        assert_eq!(head.headers()["x-amz-meta-note"], "a b+c");
    }
}

#[test]
fn the_source_that_a_client_put_into_a_presigned_url_is_that_of_the_copy() {
    let (head, _) = clean(named(SIGV4, "aws-sdk-js: a presigned copy with its source in the URL"));
    assert_eq!(head.uri(), "/photos/copy%20of%20%C3%A9?x-id=CopyObject");
    assert_eq!(head.headers()["x-amz-copy-source"], "/photos/a%20%C3%BC%2B");
    assert_eq!(head.headers()["x-amz-metadata-directive"], "REPLACE");
    assert_eq!(head.headers()["x-amz-meta-note"], "a b+c");
}
