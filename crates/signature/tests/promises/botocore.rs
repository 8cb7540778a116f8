//! Requests as boto3's core makes and signs them (botocore 1.44.5, at the tests' moment, with Alice's newer secret).

use http::Request;
use keyward_signature::{Declared, Payload};

use crate::support::*;

/// Sections of a `#` line with a name, the request line, headers, an empty line and the body with CR LF escaped.
const REQUESTS: &str = include_str!("botocore-requests.txt");

struct Recorded {
    name: &'static str,
    head: http::request::Parts,
    body: Vec<u8>,
}

fn recorded() -> Vec<Recorded> {
    let sections = REQUESTS.split("# ").filter(|section| !section.is_empty());
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

#[test]
fn every_recorded_request_verifies_with_its_body() {
    let recorded = recorded();
    assert_eq!(recorded.len(), 11);
    for Recorded { name, head, body } in recorded {
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
fn the_stored_encoding_of_a_recorded_upload_does_not_speak_of_chunks() {
    let named = |name: &str| recorded().into_iter().find(|recorded| recorded.name == name).unwrap().head;
    let (head, _) = clean(named("a checksum after an unsigned body"));
    assert_eq!(head.headers()["content-encoding"], "gzip");
    assert_eq!(head.headers()["content-length"], "11");
    assert!(!head.headers().contains_key("transfer-encoding"));
}
