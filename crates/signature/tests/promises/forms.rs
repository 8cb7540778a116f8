//! What holds of uploads by form.

use std::time::Duration;

use http::Request;
use keyward_signature::form::{self, FormClaim, FormError, FormUpload};
use keyward_signature::{Clean, Declared, Payload, Rules, Scheme, SigV2, SignatureError};

use crate::posted_form::*;
use crate::support::*;

const SCHEMES: [Scheme; 2] = [Scheme::SigV4Form, Scheme::SigV2Form];

#[test]
fn the_secret_that_signed_is_named() {
    for scheme in SCHEMES {
        let upload = Form::signed(scheme, &[("key", "a")], "").upload();
        assert_eq!((upload.secret_id(), upload.candidate(), upload.scheme()), (Some([2; 16]), Some(1), Some(scheme)));
    }
}

#[test]
fn a_permitted_file_is_stored() {
    for scheme in SCHEMES {
        let form = Form::signed(scheme, &[("key", "a/${filename}"), ("acl", "private")], "");
        assert_eq!(form.post().unwrap(), b"hello world");
        let (head, _) = form.upload().clean(None);
        assert_eq!((head.method().as_str(), head.uri().to_string().as_str()), ("PUT", "/photos/a/cat.jpg"));
        assert_eq!(head.headers()["x-amz-acl"], "private");
    }
}

#[test]
fn a_virtual_host_keeps_its_host() {
    let form = Form::signed(Scheme::SigV4Form, &[("key", "/a b")], "");
    let head = parts(Request::post("/?x-id=PostObject").header("host", "photos.s3.corp.example"));
    let (head, _) = form.posted(&head, &Rules::default()).unwrap().0.clean(None);
    assert_eq!(head.uri(), "//a%20b");
    assert_eq!(head.headers()["host"], "photos.s3.corp.example");
}

#[test]
fn a_field_that_the_policy_does_not_name_is_refused() {
    for scheme in SCHEMES {
        for (name, value) in [("acl", "public-read"), ("x-amz-meta-a", "1"), ("tagging", "<Tagging/>"), ("submit", "")]
        {
            let mut form = Form::signed(scheme, &[("key", "a")], "");
            form.add(name, value);
            assert!(form.refusal().contains(&format!("{name:?} is not covered")), "{}", form.refusal());
        }
    }
}

#[test]
fn a_changed_field_is_refused() {
    for scheme in SCHEMES {
        let mut form = Form::signed(scheme, &[("key", "a"), ("acl", "private")], "");
        form.fields[1].1 = "public-read".to_owned();
        assert!(form.refusal().contains("condition on \"acl\""), "{}", form.refusal());
    }
}

#[test]
fn a_form_for_one_bucket_is_refused_by_another() {
    let form = Form::signed(Scheme::SigV4Form, &[("key", "a")], "");
    let (fields, _) = read_form(&form.wire()).unwrap();
    let claim = FormClaim::parse(&head(), &fields, &Rules::default()).unwrap().unwrap();
    let refused = claim.verify(&head(), &fields, "secrets", &secrets(), now());
    assert!(matches!(refused, Err(FormError::ConditionFailed { name }) if name == "bucket"));
    let silent = form.with_policy(Scheme::SigV4Form, &format!(r#"{{"expiration":"{EXPIRATION}","conditions":[]}}"#));
    assert!(silent.refusal().contains("is not covered"), "{}", silent.refusal());
}

#[test]
fn a_form_is_good_until_its_policy_expires() {
    for scheme in SCHEMES {
        let (fields, _) = read_form(&Form::signed(scheme, &[("key", "a")], "").wire()).unwrap();
        let claim = FormClaim::parse(&head(), &fields, &Rules::default()).unwrap().unwrap();
        let at = |seconds| {
            let at = now().plus(Duration::from_secs(seconds));
            claim.verify(&head(), &fields, "photos", &secrets(), at).err().map(|error| error.code())
        };
        assert_eq!((at(3600), at(3601)), (None, Some("AccessDenied")));
    }
}

#[test]
fn a_form_that_was_signed_in_the_future_is_refused() {
    let (fields, _) = read_form(&Form::signed(Scheme::SigV4Form, &[("key", "a")], "").wire()).unwrap();
    let claim = FormClaim::parse(&head(), &fields, &Rules::default()).unwrap().unwrap();
    let refused = claim.verify(&head(), &fields, "photos", &secrets(), now().minus(Duration::from_secs(901)));
    assert!(matches!(refused, Err(FormError::Signature(SignatureError::NotYetValid))));
}

#[test]
fn an_operator_can_bound_or_refuse_version_2() {
    let form = Form::signed(Scheme::SigV2Form, &[("key", "a")], "");
    let post = |sigv2| form.posted(&head(), &Rules { sigv2, ..Rules::default() }).map(drop);
    let allowed = |seconds| SigV2::Allowed { max_life: Some(Duration::from_secs(seconds)) };
    assert_eq!(post(allowed(3600)), Ok(()));
    assert_eq!(post(allowed(3599)), Err(SignatureError::LivesTooLong.to_string()));
    assert_eq!(post(SigV2::Refused), Err(SignatureError::SigV2NotSupported.to_string()));
}

#[test]
fn the_length_of_the_file_is_held_against_the_policy_as_it_streams() {
    for scheme in SCHEMES {
        let form =
            |range: &str| Form::signed(scheme, &[("key", "a")], &format!(r#",["content-length-range",{range}]"#));
        assert!(form("11,11").post().is_ok());
        assert_eq!(form("0,10").refusal(), "EntityTooLarge");
        assert_eq!(form("12,100").refusal(), "EntityTooSmall");
    }
}

#[test]
fn checksums_among_the_fields_are_verified() {
    let form = |value: &str| Form::signed(Scheme::SigV4Form, &[("key", "a"), ("x-amz-checksum-crc32", value)], "");
    assert!(form("DUoRhQ==").post().is_ok());
    assert_eq!(form("AAAAAA==").refusal(), "BadDigest");
}

#[test]
fn a_header_beside_a_signed_form_is_refused() {
    let form = Form::signed(Scheme::SigV4Form, &[("key", "a")], "");
    for name in ["x-amz-copy-source", "x-emc-namespace", "x-amz-acl"] {
        let mut head = head();
        head.headers.insert(name, "x".parse().unwrap());
        let refused = form.posted(&head, &Rules::default()).err().unwrap();
        assert!(refused.contains(&format!("the header {name} came beside a form")), "{refused}");
    }
}

#[test]
fn a_header_that_vouches_for_the_form_as_a_whole_is_refused() {
    let signed = Form::signed(Scheme::SigV4Form, &[("key", "a")], "");
    let mut nobodys = Form { fields: Vec::new(), filename: "", file: Vec::new() };
    nobodys.add("key", "a");
    for (name, value) in [
        ("content-md5", "1B2M2Y8AsgTpgAmY7PhCfg=="),
        ("x-amz-content-sha256", "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855"),
        ("x-amz-content-sha256", "STREAMING-UNSIGNED-PAYLOAD-TRAILER"),
    ] {
        let mut head = head();
        head.headers.insert(name, value.parse().unwrap());
        for form in [&signed, &nobodys] {
            let refused = form.posted(&head, &Rules::default()).err().unwrap();
            assert!(refused.contains(&format!("the header {name} came beside a form, whose body")), "{refused}");
        }
    }
    let mut head = head();
    head.headers.insert("x-amz-content-sha256", "UNSIGNED-PAYLOAD".parse().unwrap());
    assert!(signed.posted(&head, &Rules::default()).is_ok());
}

#[test]
fn a_field_that_selects_an_operation_is_refused() {
    for name in ["x-amz-copy-source", "x-emc-namespace", "x-amz-content-sha256"] {
        let refused = Form::signed(Scheme::SigV2Form, &[("key", "a"), (name, "x")], "").refusal();
        assert!(refused.contains(&format!("{name:?} cannot be part of a form")), "{refused}");
    }
}

#[test]
fn two_signatures_are_refused() {
    let mut form = Form::signed(Scheme::SigV4Form, &[("key", "a")], "");
    form.add("AWSAccessKeyId", ALICE);
    assert_eq!(form.refusal(), SignatureError::SeveralMechanisms.to_string());
    let form = Form::signed(Scheme::SigV4Form, &[("key", "a")], "");
    for head in [
        parts(Request::post("/photos").header("authorization", "AWS a:b")),
        parts(Request::post("/photos?X-Amz-Signature=00")),
    ] {
        let refused = form.posted(&head, &Rules::default()).err();
        assert_eq!(refused, Some(SignatureError::SeveralMechanisms.to_string()));
    }
}

#[test]
fn a_form_that_speaks_of_a_signature_is_never_anonymous() {
    for name in ["policy", "signature", "AWSAccessKeyId", "X-Amz-Signature", "x-amz-credential", "x-amz-security-token"]
    {
        let mut form = Form { fields: Vec::new(), filename: "", file: Vec::new() };
        form.add("key", "a");
        form.add(name, "x");
        let (fields, _) = read_form(&form.wire()).unwrap();
        let refused = FormUpload::anonymous(&head(), &fields);
        assert!(matches!(refused, Err(FormError::Signature(SignatureError::NotAnonymous))), "{name}");
        assert!(FormClaim::parse(&head(), &fields, &Rules::default()).is_err(), "{name}");
    }
}

#[test]
fn an_anonymous_form_is_a_put_without_a_signer() {
    let mut form = Form { fields: Vec::new(), filename: "cat.jpg", file: b"hello world".to_vec() };
    form.add("key", "${filename}");
    let mut head = head();
    head.headers.insert("x-emc-namespace", "ns1".parse().unwrap());
    let (upload, file) = form.posted(&head, &Rules::default()).unwrap();
    assert_eq!((upload.secret_id(), upload.scheme()), (None, None));
    let (head, plan) = upload.clean(None);
    assert_eq!(head.uri(), "/photos/cat.jpg");
    assert_eq!(head.headers()["x-emc-namespace"], "ns1");
    assert_eq!(content((head, plan), file).unwrap(), b"hello world");
}

#[test]
fn a_session_token_beside_an_anonymous_form_is_refused() {
    let mut form = Form { fields: Vec::new(), filename: "", file: Vec::new() };
    form.add("key", "a");
    for head in [
        parts(Request::post("/photos").header("x-amz-security-token", "token")),
        parts(Request::post("/photos?X-Amz-Security-Token=token")),
    ] {
        let refused = form.posted(&head, &Rules::default()).err();
        assert_eq!(refused, Some(SignatureError::TemporaryCredentials.to_string()));
    }
}

#[test]
fn what_the_form_wants_to_be_answered_is_told() {
    let fields =
        [("key", "a"), ("redirect", "https://a.example"), ("success_action_status", "201"), ("tagging", "<T/>")];
    let upload = Form::signed(Scheme::SigV4Form, &fields, "").upload();
    assert_eq!(upload.success().redirect.as_deref(), Some("https://a.example"));
    assert_eq!((upload.success().status, upload.tagging()), (Some(201), Some("<T/>")));
    let (head, _) = upload.clean(Some("a=b".parse().unwrap()));
    assert_eq!(head.headers()["x-amz-tagging"], "a=b");
    let upload = Form::signed(Scheme::SigV4Form, &[("key", "a"), ("success_action_status", "500")], "").upload();
    assert_eq!((upload.success().redirect.as_deref(), upload.success().status), (None, None));
}

#[test]
fn keys_that_cannot_be_are_refused() {
    let refusal = |key: &str| Form::signed(Scheme::SigV2Form, &[("key", key)], "").refusal();
    assert_eq!(refusal(""), FormError::EmptyKey.to_string());
    assert_eq!(refusal(&"k".repeat(1025)), FormError::KeyTooLong.to_string());
    let without = Form::signed(Scheme::SigV2Form, &[("acl", "private")], "").refusal();
    assert_eq!(without, FormError::MissingField { name: "key" }.to_string());
}

#[test]
fn every_flaw_of_the_encoding_is_named() {
    let code = |wire: &str| read_form(wire.as_bytes()).err().map(|error| error.code());
    let part = "--xyz\r\nContent-Disposition: form-data; name=\"key\"\r\n\r\na\r\n";
    assert_eq!(code(""), Some("IncompleteBody"));
    assert_eq!(code(part), Some("IncompleteBody"));
    assert_eq!(code(&format!("{part}--xyz--\r\n")), Some("IncorrectNumberOfFilesInPostRequest"));
    assert_eq!(code(&format!("{part}{part}--xyz--")), Some("InvalidArgument"));
    assert_eq!(code("--xyz\r\n\r\na\r\n--xyz--"), Some("MalformedPOSTRequest"));
    assert_eq!(code("--xyz\r\nContent-Type: a/b\r\n\r\na\r\n--xyz--"), Some("MalformedPOSTRequest"));
    assert_eq!(code("--xyz\r\nContent-Disposition: form-data\r\n\r\na\r\n--xyz--"), Some("MalformedPOSTRequest"));
    assert_eq!(code(&part.replace("--xyz", "--xyzw--xyz")), Some("MalformedPOSTRequest"));
    assert_eq!(
        code(&part.replace("\r\na", &format!("\r\n{}", "a".repeat(70_000)))),
        Some("MaxPostPreDataLengthExceededError")
    );
    assert_eq!(code(&"x".repeat(70_000)), Some("MaxPostPreDataLengthExceededError"));
}

#[test]
fn a_form_that_is_cut_off_stores_nothing() {
    let wire = Form::signed(Scheme::SigV4Form, &[("key", "a")], "").wire();
    for kept in wire.len() - 15..wire.len() - 2 {
        let (_, file) = read_form(&wire[..kept]).unwrap();
        let (content, end) = read(&mut payload(file));
        assert!(end.is_err() && content.is_empty(), "{kept}");
    }
    let (_, file) = read_form(&wire[..wire.len() - 2]).unwrap();
    assert!(read(&mut payload(file)).1.is_ok(), "the last line break may be missing");
}

/// A file whose content nothing is held against.
fn payload(file: form::FileBody<Pieces>) -> keyward_signature::VerifiedBody<form::FileBody<Pieces>> {
    let (head, plan) = Clean::anonymous(head()).unwrap();
    Payload::new(plan, Declared::of_body(&head).unwrap(), file).unwrap().decoded()
}

#[test]
fn what_follows_the_file_is_passed_over_up_to_a_limit() {
    let mut form = Form::signed(Scheme::SigV4Form, &[("key", "a")], "");
    let part = "\r\n--xyz\r\nContent-Disposition: form-data; name=\"submit\"\r\n\r\n";
    form.file = format!("hello world{part}Upload").into_bytes();
    assert_eq!(form.post().unwrap(), b"hello world");
    form.file = format!("hello world{part}{}", "x".repeat(70_000)).into_bytes();
    assert_eq!(form.refusal(), "IncompleteBody");
}

#[test]
fn content_that_looks_like_a_boundary_is_content() {
    let mut form = Form::signed(Scheme::SigV4Form, &[("key", "a")], "");
    for file in ["", "\r\n", "\r\n--xy", "--xyz", "\r\n\r\n--xy\r\n--x", "\n--xyz\r"] {
        form.file = file.as_bytes().to_vec();
        assert_eq!(form.post().unwrap(), file.as_bytes(), "{file:?}");
    }
}

#[test]
fn no_trace_holds_a_policy_or_signature() {
    let form = Form::signed(Scheme::SigV4Form, &[("key", "a")], "");
    let (fields, _) = read_form(&form.wire()).unwrap();
    let claim = FormClaim::parse(&head(), &fields, &Rules::default()).unwrap().unwrap();
    let trace = format!("{fields:?}{claim:?}{:?}", form.upload());
    for name in ["policy", "x-amz-signature"] {
        assert!(!trace.contains(fields.value(name).unwrap()), "{trace}");
    }
}
