//! What holds of the head of a signed request.

use std::time::Duration;

use crate::support::*;
use http::Request;
use http::request::Parts;
use keyward_signature::sign::{SigningError, authorize, presign};
use keyward_signature::{Claim, Clean, ContentSha256, PayloadKind, Regions, Rules, Scheme, SignatureError, Verified};

fn get(uri: &str) -> (Parts, Verified) {
    let (parts, _) = signed(Request::get(uri), ContentSha256::of(b""));
    let verified = verify(&parts).unwrap();
    (parts, verified)
}

fn presigned(request: http::request::Builder) -> Parts {
    let mut parts = parts(request.header("host", "s3.corp.example:9020"));
    presign(&mut parts, &credential("older-secret"), Duration::from_secs(3600), now()).unwrap();
    parts
}

fn refusal(parts: &Parts) -> SignatureError {
    verify(parts).expect_err("the request must be refused")
}

#[test]
fn the_secret_that_signed_is_named() {
    let (_, verified) = get("/photos/cat.jpg");
    assert_eq!((verified.secret_id(), verified.candidate(), verified.scheme()), ([2; 16], 1, Scheme::SigV4Header));
    let verified = verify(&presigned(Request::get("/photos/cat.jpg"))).unwrap();
    assert_eq!((verified.secret_id(), verified.candidate(), verified.scheme()), ([1; 16], 0, Scheme::SigV4Presigned));
}

#[test]
fn a_secret_that_is_no_candidate_opens_nothing() {
    let (parts, _) = signed(Request::get("/photos/cat.jpg"), ContentSha256::of(b""));
    let claim = Claim::parse(&parts, &Rules::default()).unwrap().unwrap();
    for candidates in [vec![], vec![secret(1, "older-secret")], vec![secret(3, "newer-secre"), secret(4, "")]] {
        assert_eq!(claim.verify(&parts, &candidates, now()).err(), Some(SignatureError::SignatureDoesNotMatch));
    }
}

#[test]
fn the_same_secret_verifies_again_with_the_kept_key() {
    let secrets = secrets();
    for region in ["us-east-1", "eu-1", "eu-2", "eu-3", "eu-4", "us-east-1"] {
        let mut parts = parts(Request::get("/photos").header("host", "h"));
        let credential = keyward_signature::sign::SigningCredential { region, ..credential("newer-secret") };
        authorize(&mut parts, &credential, ContentSha256::UNSIGNED, now()).unwrap();
        let claim = Claim::parse(&parts, &Rules::default()).unwrap().unwrap();
        for _ in 0..2 {
            assert_eq!(claim.verify(&parts, &secrets, now()).unwrap().candidate(), 1);
        }
    }
    assert_eq!(format!("{:?}", secrets[0].keys), "SigningKeys { kept: 0, .. }", "no key without a signature under it");
    assert_eq!(format!("{:?}", secrets[1].keys), "SigningKeys { kept: 4, .. }");
}

#[test]
fn a_claim_tells_what_to_look_up() {
    let (parts, _) = signed(Request::put("/photos/cat.jpg"), ContentSha256::UNSIGNED);
    let claim = Claim::parse(&parts, &Rules::default()).unwrap().unwrap();
    assert_eq!(claim.access_key_id(), ALICE);
    let scope = claim.scope().unwrap();
    assert_eq!((scope.date, scope.region, scope.service), ("20260305", "us-east-1", "s3"));
    assert_eq!((claim.signed_at(), claim.valid_until()), (Some(now()), None));
    assert_eq!(claim.payload_kind(), PayloadKind::Unsigned);
    let claim = Claim::parse(&presigned(Request::get("/")), &Rules::default()).unwrap().unwrap();
    assert_eq!(claim.valid_until(), Some(now().plus(Duration::from_secs(3600))));
}

#[test]
fn a_request_without_any_claim_is_anonymous() {
    let parts = parts(Request::get("/photos/cat.jpg?versionId=1").header("x-amz-date", "x"));
    assert!(Claim::parse(&parts, &Rules::default()).unwrap().is_none());
    let (clean, plan) = Clean::anonymous(parts).unwrap();
    assert_eq!(plan.kind(), PayloadKind::Unsigned);
    assert!(clean.headers().is_empty());
}

#[test]
fn an_injected_header_is_refused_on_signed_and_presigned_requests() {
    for name in ["x-amz-copy-source", "x-emc-namespace", "x-amz-acl"] {
        let unsigned = SignatureError::UnsignedHeader { name: name.to_owned() };
        let (mut parts, _) = signed(Request::put("/photos/cat.jpg"), ContentSha256::UNSIGNED);
        parts.headers.insert(name, "/secret/plan".parse().unwrap());
        assert_eq!(refusal(&parts), unsigned);
        let mut parts = presigned(Request::put("/photos/cat.jpg"));
        parts.headers.insert(name, "/secret/plan".parse().unwrap());
        assert_eq!(refusal(&parts), unsigned);
        assert_eq!(unsigned.code(), "AccessDenied");
    }
}

/// A range makes of a write to a whole object one into the object that is there.
#[test]
fn an_injected_range_is_refused_on_writes_and_free_on_reads() {
    let unsigned = SignatureError::UnsignedHeader { name: "range".to_owned() };
    for range in ["bytes=-1-", "bytes=0-3", ""] {
        let (mut header, _) = signed(Request::put("/photos/cat.jpg"), ContentSha256::UNSIGNED);
        let (mut read, _) = signed(Request::get("/photos/cat.jpg"), ContentSha256::UNSIGNED);
        let mut url = presigned(Request::put("/photos/cat.jpg"));
        for parts in [&mut header, &mut read, &mut url] {
            parts.headers.insert("range", range.parse().unwrap());
        }
        assert_eq!((refusal(&header), refusal(&url)), (unsigned.clone(), unsigned.clone()), "{range:?}");
        assert!(verify(&read).is_ok());
    }
    let request = || Request::put("/photos/cat.jpg").header("range", "bytes=-1-");
    assert!(verify(&signed(request(), ContentSha256::UNSIGNED).0).is_ok());
    assert!(verify(&presigned(request())).is_ok());
}

#[test]
fn a_second_value_of_a_signed_header_is_refused() {
    let (mut parts, _) = signed(Request::put("/k").header("x-amz-meta-a", "1"), ContentSha256::UNSIGNED);
    parts.headers.append("x-amz-meta-a", "2".parse().unwrap());
    assert_eq!(refusal(&parts), SignatureError::SignatureDoesNotMatch);
}

#[test]
fn a_signed_header_that_was_removed_is_named() {
    let (mut parts, _) = signed(Request::get("/k").header("range", "bytes=0-9"), ContentSha256::UNSIGNED);
    parts.headers.remove("range");
    assert_eq!(refusal(&parts), SignatureError::SignedHeaderMissing { name: "range".into() });
}

#[test]
fn another_or_a_second_host_is_refused() {
    let (mut parts, _) = signed(Request::get("/k"), ContentSha256::UNSIGNED);
    parts.headers.append("host", "evil.example".parse().unwrap());
    assert_eq!(refusal(&parts), SignatureError::RepeatedHeader { name: "host" });
    parts.headers.insert("host", "evil.example".parse().unwrap());
    assert_eq!(refusal(&parts), SignatureError::SignatureDoesNotMatch);
}

#[test]
fn over_http2_the_authority_is_the_signed_host() {
    let (mut parts, _) = signed(Request::get("/k"), ContentSha256::UNSIGNED);
    parts.headers.remove("host");
    parts.uri = "https://s3.corp.example:9020/k".parse().unwrap();
    assert!(verify(&parts).is_ok());
    parts.uri = "https://evil.example/k".parse().unwrap();
    assert_eq!(refusal(&parts), SignatureError::SignatureDoesNotMatch);
}

#[test]
fn a_signature_is_good_for_a_quarter_of_an_hour_around_its_time() {
    let (parts, _) = signed(Request::get("/k"), ContentSha256::UNSIGNED);
    let (window, more) = (Duration::from_secs(900), Duration::from_secs(901));
    for at in [now().plus(window), now().minus(window)] {
        assert!(verify_at(&parts, at).is_ok());
    }
    for at in [now().plus(more), now().minus(more)] {
        assert_eq!(verify_at(&parts, at).err(), Some(SignatureError::RequestTimeTooSkewed));
    }
}

#[test]
fn a_presigned_url_is_good_until_it_expires() {
    let parts = presigned(Request::get("/k"));
    let at = |seconds| verify_at(&parts, now().plus(Duration::from_secs(seconds))).err();
    assert_eq!((at(0), at(3600), at(3601)), (None, None, Some(SignatureError::Expired)));
    let before = |seconds| verify_at(&parts, now().minus(Duration::from_secs(seconds))).err();
    assert_eq!((before(900), before(901)), (None, Some(SignatureError::NotYetValid)));
}

#[test]
fn regions_can_be_restricted() {
    let (parts, _) = signed(Request::get("/k"), ContentSha256::UNSIGNED);
    let rules = Rules { regions: Regions::Only(vec!["basel".into()]), ..Rules::default() };
    let error = Claim::parse(&parts, &rules).unwrap_err();
    assert_eq!(error.code(), "AuthorizationHeaderMalformed");
    assert!(error.to_string().contains("\"basel\""), "{error}");
}

#[test]
fn a_claim_cannot_pass_as_anonymous() {
    let (parts, _) = signed(Request::get("/k"), ContentSha256::UNSIGNED);
    assert_eq!(Clean::anonymous(parts).err(), Some(SignatureError::NotAnonymous));
    assert_eq!(Clean::anonymous(presigned(Request::get("/k"))).err(), Some(SignatureError::NotAnonymous));
}

#[test]
fn a_clean_head_has_no_trace_of_the_signature() {
    let (clean, plan) = clean(presigned(Request::get("/photos/a%20b?versionId=1&tagging")));
    assert_eq!(clean.uri(), "/photos/a%20b?versionId=1&tagging");
    assert_eq!((clean.headers().len(), plan.kind()), (1, PayloadKind::Unsigned));
    let request = Request::put("/k").header("content-type", "text/plain").header("x-amz-meta-a", "1");
    let (parts, _) = signed(request, ContentSha256::of(b"body"));
    let (clean, plan) = crate::support::clean(parts);
    let mut names: Vec<&str> = clean.headers().keys().map(|name| name.as_str()).collect();
    names.sort_unstable();
    assert_eq!((names, plan.kind()), (vec!["content-type", "host", "x-amz-meta-a"], PayloadKind::Literal));
}

#[test]
fn another_spelling_of_the_same_target_verifies() {
    for (signed_uri, sent) in [
        ("/b/a%2Bb%20c", "/b/a+b%20c"),
        ("/b/%C3%A9%24", "/b/%c3%a9$"),
        ("/b?prefix=a%20b&delimiter=%2F", "/b?delimiter=/&prefix=a+b"),
        ("/b?acl", "/b?acl="),
        ("/b?uploads=", "/b?uploads"),
    ] {
        let (mut parts, _) = get(signed_uri);
        parts.uri = sent.parse().unwrap();
        assert!(verify(&parts).is_ok(), "{sent}");
    }
}

/// The head of a client that signs the text of the query as given and sends another.
fn signed_as(canonical: &str, sent: &str) -> Parts {
    let (mut parts, _) = signed(Request::get(canonical), ContentSha256::UNSIGNED);
    parts.uri = sent.parse().unwrap();
    parts
}

#[test]
fn a_plus_signed_as_itself_is_handed_on_as_itself() {
    let parts = signed_as("/b?prefix=a%2Bb", "/b?prefix=a+b");
    let (clean, _) = clean(parts);
    assert_eq!(clean.uri(), "/b?prefix=a%2Bb");
    let parts = signed_as("/b?prefix=a%20b", "/b?prefix=a+b");
    let (clean, _) = crate::support::clean(parts);
    assert_eq!(clean.uri(), "/b?prefix=a+b", "which reads as a blank");
}

#[test]
fn no_answer_or_trace_holds_a_signature_or_secret() {
    let (parts, _) = signed(Request::get("/k"), ContentSha256::UNSIGNED);
    let claim = Claim::parse(&parts, &Rules::default()).unwrap().unwrap();
    let signature = parts.headers["authorization"].to_str().unwrap().rsplit('=').next().unwrap();
    let verified = verify(&parts).unwrap();
    for trace in [format!("{claim:?}"), format!("{verified:?}"), SignatureError::SignatureDoesNotMatch.to_string()] {
        assert!(!trace.contains(signature) && !trace.contains("newer-secret"), "{trace}");
    }
}

#[test]
fn signing_refuses_what_could_not_verify() {
    let mut no_host = parts(Request::get("/k"));
    let signed = authorize(&mut no_host, &credential("s"), ContentSha256::UNSIGNED, now());
    assert_eq!(signed.err(), Some(SigningError::Host));
    for life in [Duration::ZERO, Duration::from_secs(604_801)] {
        let mut parts = parts(Request::get("https://h/k"));
        assert_eq!(presign(&mut parts, &credential("s"), life, now()), Err(SigningError::Life));
    }
}
