//! What holds of heads that are signed with Version 2.

use std::time::Duration;

use crate::support::*;
use http::Request;
use http::request::{Builder, Parts};
use keyward_signature::{
    Addressed, Claim, Clean, ContentSha256, Declared, Payload, PayloadKind, Rules, Scheme, SigV2, SignatureError,
};

const DATE: &str = "Thu, 05 Mar 2026 17:39:13 GMT";
const IN_AN_HOUR: &str = "1772735953";

/// A head with an `Authorization` header over `text`, by Alice's newer secret.
fn by_header(request: Builder, text: &str) -> Parts {
    let authorization = format!("AWS {ALICE}:{}", hmac_sha1("newer-secret", text));
    parts(request.header("host", "s3.corp.example").header("authorization", authorization))
}

/// A signed GET of this resource.
fn get(target: &str, resource: &str) -> Parts {
    by_header(Request::get(target).header("date", DATE), &format!("GET\n\n\n{DATE}\n{resource}"))
}

/// A target that is presigned over `text`, by Alice's older secret.
fn presigned(target: &str, text: &str) -> String {
    let signature = hmac_sha1("older-secret", text).replace('+', "%2B");
    let separator = if target.contains('?') { '&' } else { '?' };
    format!("{target}{separator}AWSAccessKeyId={ALICE}&Expires={IN_AN_HOUR}&Signature={signature}")
}

/// A presigned GET of this resource.
fn presigned_get(target: &str, resource: &str) -> Parts {
    let target = presigned(target, &format!("GET\n\n\n{IN_AN_HOUR}\n{resource}"));
    parts(Request::get(target).header("host", "s3.corp.example"))
}

fn refusal(parts: &Parts) -> SignatureError {
    verify(parts).expect_err("the request must be refused")
}

fn verify_with(parts: &Parts, addressed: Addressed<'_>, sigv2: SigV2) -> Result<(), SignatureError> {
    let rules = Rules { sigv2, ..Rules::default() };
    let claim = Claim::parse_addressed(parts, addressed, &rules)?.unwrap();
    claim.verify(parts, &secrets(), now()).map(drop)
}

#[test]
fn the_secret_that_signed_is_named() {
    let verified = verify(&get("/photos/cat.jpg", "/photos/cat.jpg")).unwrap();
    assert_eq!((verified.secret_id(), verified.candidate(), verified.scheme()), ([2; 16], 1, Scheme::SigV2Header));
    let verified = verify(&presigned_get("/photos/cat.jpg", "/photos/cat.jpg")).unwrap();
    assert_eq!((verified.secret_id(), verified.candidate(), verified.scheme()), ([1; 16], 0, Scheme::SigV2Presigned));
}

#[test]
fn a_claim_tells_what_to_look_up() {
    let claim =
        |parts: &Parts| Claim::parse_addressed(parts, Addressed::default(), &Rules::default()).unwrap().unwrap();
    let header = claim(&get("/", "/"));
    assert_eq!((header.access_key_id(), header.scope()), (ALICE, None));
    assert_eq!((header.signed_at(), header.valid_until()), (Some(now()), None));
    let query = claim(&presigned_get("/", "/"));
    assert_eq!((query.access_key_id(), query.payload_kind()), (ALICE, PayloadKind::Unsigned));
    assert_eq!((query.signed_at(), query.valid_until()), (None, Some(now().plus(Duration::from_secs(3600)))));
}

#[test]
fn a_replayed_request_is_refused_after_a_quarter_of_an_hour() {
    let parts = get("/photos/cat.jpg", "/photos/cat.jpg");
    let at = |seconds| verify_at(&parts, now().plus(Duration::from_secs(seconds))).err();
    assert_eq!((at(900), at(901)), (None, Some(SignatureError::RequestTimeTooSkewed)));
    let before = verify_at(&parts, now().minus(Duration::from_secs(901))).err();
    assert_eq!(before, Some(SignatureError::RequestTimeTooSkewed));
}

#[test]
fn a_request_without_a_date_is_refused() {
    for request in [Request::get("/"), Request::get("/").header("date", "now")] {
        assert_eq!(refusal(&by_header(request, "GET\n\n\n\n/")), SignatureError::MissingDate);
    }
}

#[test]
fn x_amz_date_replaces_the_date() {
    for date in [DATE, "20260305T173913Z", "Thu, 05 Mar 2026 17:39:13 +0000"] {
        let request =
            Request::get("/photos/k").header("x-amz-date", date).header("date", "Thu, 01 Jan 1970 00:00:00 GMT");
        let parts = by_header(request, &format!("GET\n\n\n\nx-amz-date:{date}\n/photos/k"));
        assert!(verify(&parts).is_ok(), "{date}");
    }
}

#[test]
fn a_presigned_url_is_good_until_it_expires() {
    let parts = presigned_get("/photos/k?acl", "/photos/k?acl");
    let at = |seconds| verify_at(&parts, now().plus(Duration::from_secs(seconds))).err();
    assert_eq!((at(3600), at(3601)), (None, Some(SignatureError::Expired)));
}

#[test]
fn a_presigned_url_lives_as_long_as_the_operator_allows() {
    let parts = presigned_get("/photos/k", "/photos/k");
    let allowed = |seconds| SigV2::Allowed { max_life: Some(Duration::from_secs(seconds)) };
    let verify = |rules| verify_with(&parts, Addressed::default(), rules);
    assert_eq!(verify(SigV2::default()), Ok(()));
    assert_eq!(verify(allowed(3600)), Ok(()));
    assert_eq!(verify(allowed(3599)), Err(SignatureError::LivesTooLong));
}

#[test]
fn an_operator_can_refuse_the_version() {
    for parts in [get("/photos/k", "/photos/k"), presigned_get("/photos/k", "/photos/k")] {
        let refused = verify_with(&parts, Addressed::default(), SigV2::Refused);
        assert_eq!(refused, Err(SignatureError::SigV2NotSupported));
        assert_eq!(Clean::anonymous(parts).err(), Some(SignatureError::NotAnonymous));
    }
}

#[test]
fn without_knowing_what_the_host_names_nothing_is_verified() {
    for parts in [get("/photos/k", "/photos/k"), presigned_get("/photos/k", "/photos/k")] {
        assert_eq!(Claim::parse(&parts, &Rules::default()).err(), Some(SignatureError::SigV2NotSupported));
    }
}

#[test]
fn a_signature_for_one_bucket_opens_no_other_by_its_host_name() {
    let parts = get("/photos/k", "/photos/k");
    let in_host = |bucket| Addressed { bucket_in_host: Some(bucket), namespace_in_host: None };
    assert_eq!(verify_with(&parts, in_host("secrets"), SigV2::default()), Err(SignatureError::SignatureDoesNotMatch));
    let parts = get("/k", "/photos/k");
    assert_eq!(verify_with(&parts, in_host("photos"), SigV2::default()), Ok(()));
    assert_eq!(verify_with(&parts, in_host("secrets"), SigV2::default()), Err(SignatureError::SignatureDoesNotMatch));
}

#[test]
fn a_namespace_in_the_host_may_begin_the_resource() {
    let in_host = |namespace| Addressed { bucket_in_host: Some("photos"), namespace_in_host: Some(namespace) };
    for resource in ["/ns1/photos/k", "/photos/k"] {
        assert_eq!(verify_with(&get("/k", resource), in_host("ns1"), SigV2::default()), Ok(()), "{resource}");
    }
    let other = verify_with(&get("/k", "/ns1/photos/k"), in_host("ns2"), SigV2::default());
    assert_eq!(other, Err(SignatureError::SignatureDoesNotMatch));
}

#[test]
fn a_signed_request_cannot_be_turned_into_another_operation() {
    for (target, name) in [
        ("/photos/k?retention", "retention"),
        ("/photos/k?legal-hold", "legal-hold"),
        ("/photos/k?attributes", "attributes"),
        ("/photos/k?versionid=1", "versionid"),
        ("/photos/k?x-amz-copy-source=a", "x-amz-copy-source"),
    ] {
        let unsigned = SignatureError::UnsignedParameter { name: name.to_owned() };
        assert_eq!(refusal(&get(target, "/photos/k")), unsigned, "{target}");
        assert_eq!(refusal(&presigned_get(target, "/photos/k")), unsigned, "{target}");
    }
    for target in ["/photos/k?acl", "/photos/k?versionId=1", "/photos/k?uploads", "/photos/k?%74agging"] {
        assert_eq!(refusal(&get(target, "/photos/k")), SignatureError::SignatureDoesNotMatch, "{target}");
        assert_eq!(refusal(&presigned_get(target, "/photos/k")), SignatureError::SignatureDoesNotMatch, "{target}");
    }
}

#[test]
fn a_listing_can_be_narrowed_down() {
    assert!(verify(&get("/photos?list-type=2&prefix=a+b%2F&delimiter=/", "/photos/")).is_ok());
}

#[test]
fn an_injected_header_is_refused() {
    for name in ["x-amz-copy-source", "x-emc-namespace", "x-amz-acl"] {
        for mut parts in [get("/photos/k", "/photos/k"), presigned_get("/photos/k", "/photos/k")] {
            parts.headers.insert(name, "/secret/plan".parse().unwrap());
            assert_eq!(refusal(&parts), SignatureError::SignatureDoesNotMatch, "{name}");
        }
    }
}

#[test]
fn a_range_beside_a_presigned_write_is_refused() {
    let target = presigned("/photos/k", &format!("PUT\n\n\n{IN_AN_HOUR}\n/photos/k"));
    assert!(verify(&parts(Request::put(&target).header("host", "s3.corp.example"))).is_ok());
    let spliced = parts(Request::put(&target).header("host", "s3.corp.example").header("range", "bytes=-1-"));
    let refused = refusal(&spliced);
    assert_eq!(refused, SignatureError::HeaderBesideV2Url { name: "range".to_owned() });
    assert_eq!(refused.code(), "AccessDenied");
}

/// Clients of ECS write into objects that way, and have nothing to sign it with.
#[test]
fn a_range_in_a_signed_head_is_obeyed() {
    let request = Request::put("/photos/k").header("date", DATE).header("range", "bytes=-1-");
    assert!(verify(&by_header(request, &format!("PUT\n\n\n{DATE}\n/photos/k"))).is_ok());
    let mut read = presigned_get("/photos/k", "/photos/k");
    read.headers.insert("range", "bytes=0-9".parse().unwrap());
    assert!(verify(&read).is_ok());
}

#[test]
fn a_header_signature_is_no_presigned_url_and_the_other_way_round() {
    let text = format!("GET\n\n\n{IN_AN_HOUR}\n/photos/k");
    let header = by_header(Request::get("/photos/k").header("date", IN_AN_HOUR), &text);
    assert_eq!(refusal(&header), SignatureError::MissingDate);
    let target = presigned("/photos/k", &format!("GET\n\n\n{DATE}\n/photos/k"));
    let target = target.replace(IN_AN_HOUR, &DATE.replace(' ', "%20"));
    assert_eq!(refusal(&parts(Request::get(target))).code(), "AccessDenied");
}

#[test]
fn session_tokens_are_refused() {
    let request = || Request::get("/").header("date", DATE).header("x-amz-security-token", "t");
    let parts = by_header(request(), &format!("GET\n\n\n{DATE}\nx-amz-security-token:t\n/"));
    assert_eq!(refusal(&parts), SignatureError::TemporaryCredentials);
    assert_eq!(refusal(&presigned_get("/k?x-amz-security-token=t", "/k")), SignatureError::TemporaryCredentials);
}

#[test]
fn a_clean_head_has_no_trace_of_the_signature() {
    let target = "/photos/k?versionId=1&response-content-type=a%2Fb";
    let (head, _) = clean(presigned_get(target, "/photos/k?response-content-type=a/b&versionId=1"));
    assert_eq!((head.uri().to_string().as_str(), head.headers().len()), (target, 1));
    let (head, _) = clean(get("/photos/k", "/photos/k"));
    assert!(!head.headers().contains_key("authorization"));
}

#[test]
fn a_plus_signed_as_itself_is_handed_on_as_itself() {
    let (head, _) = clean(get("/photos/k?versionId=a+b", "/photos/k?versionId=a+b"));
    assert_eq!(head.uri(), "/photos/k?versionId=a%2Bb");
    let (head, _) = clean(get("/photos/k?versionId=a+b", "/photos/k?versionId=a b"));
    assert_eq!(head.uri(), "/photos/k?versionId=a+b", "which reads as a blank");
}

/// A PUT whose string to sign has this digest and these lines of headers.
fn put(headers: &[(&str, &str)], md5: &str, lines: &str) -> Parts {
    let request =
        headers.iter().fold(Request::put("/photos/k"), |request, (name, value)| request.header(*name, *value));
    by_header(request.header("date", DATE), &format!("PUT\n{md5}\n\n{DATE}\n{lines}/photos/k"))
}

fn end_of(head: Parts, wire: &[u8]) -> Option<&'static str> {
    let (head, plan) = clean(head);
    let payload = Payload::new(plan, Declared::of_body(&head).unwrap(), Pieces::whole(wire)).unwrap();
    read(&mut payload.decoded()).1.err().map(|error| error.code())
}

#[test]
fn what_vouches_for_the_body_is_verified() {
    let md5 = "XrY7u+Ae7tCTyyK7j1rNww==";
    let sha256 = String::from_utf8(ContentSha256::of(b"hello world").as_bytes().to_vec()).unwrap();
    let by_md5 = || put(&[("content-md5", md5)], md5, "");
    let by_sha256 = || put(&[("x-amz-content-sha256", &sha256)], "", &format!("x-amz-content-sha256:{sha256}\n"));
    assert_eq!((end_of(by_md5(), b"hello world"), end_of(by_sha256(), b"hello world")), (None, None));
    assert_eq!(end_of(by_md5(), b"jello world"), Some("BadDigest"));
    assert_eq!(end_of(by_sha256(), b"jello world"), Some("XAmzContentSHA256Mismatch"));
}

#[test]
fn chunks_that_claim_signatures_are_refused() {
    let streaming = "STREAMING-AWS4-HMAC-SHA256-PAYLOAD";
    let head = put(&[("x-amz-content-sha256", streaming)], "", &format!("x-amz-content-sha256:{streaming}\n"));
    assert_eq!(refusal(&head), SignatureError::ChunksWithoutSignature);
}

#[test]
fn no_answer_or_trace_holds_a_signature_or_secret() {
    let parts = get("/photos/k", "/photos/k");
    let signature = parts.headers["authorization"].to_str().unwrap().rsplit(':').next().unwrap();
    let claim = Claim::parse_addressed(&parts, Addressed::default(), &Rules::default()).unwrap().unwrap();
    for trace in [format!("{claim:?}"), format!("{:?}", verify(&parts).unwrap())] {
        assert!(!trace.contains(signature) && !trace.contains("newer-secret"), "{trace}");
    }
}
