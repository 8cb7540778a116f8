//! What holds of every request that is signed with Version 2, and of every form. The strings to sign are made here,
//! anew, from the specification.

use crate::posted_form::{Form, head, read_form};
use crate::properties::{awkward, encode, encode_key, flip, meaning};
use crate::support::*;
use http::Request;
use http::request::Parts;
use keyward_signature::form::{self, FormClaim, FormUpload};
use keyward_signature::{Addressed, Claim, Declared, Payload, Rules, Scheme};
use proptest::prelude::*;
use proptest::sample::select;

const DATE: &str = "Thu, 05 Mar 2026 17:39:13 GMT";
const IN_AN_HOUR: &str = "1772735953";
const MD5: &str = "XrY7u+Ae7tCTyyK7j1rNww==";

/// A PUT of a version of a key with metadata, and its string to sign with this line for the date.
fn put(key: &str, version: &str, note: &str, date_line: &str) -> (String, Vec<(&'static str, String)>, String) {
    let path = format!("/bucket/{}", encode_key(key));
    let (target, query) = match version {
        "" => (format!("{path}?tagging"), "tagging".to_owned()),
        _ => (format!("{path}?versionId={}&tagging", encode(version)), format!("tagging&versionId={version}")),
    };
    let headers = vec![
        ("content-md5", MD5.to_owned()),
        ("content-type", "text/plain".to_owned()),
        ("x-amz-meta-note", note.to_owned()),
        ("x-emc-namespace", "ns1".to_owned()),
    ];
    let lines = format!("x-amz-meta-note:{note}\nx-emc-namespace:ns1\n");
    (target, headers, format!("PUT\n{MD5}\ntext/plain\n{date_line}\n{lines}{path}?{query}"))
}

fn signed(access_key_id: &str, key: &str, version: &str, note: &str) -> Parts {
    let (target, headers, text) = put(key, version, note, DATE);
    let authorization = format!("AWS {access_key_id}:{}", hmac_sha1("newer-secret", &text));
    let request = Request::put(target).header("date", DATE).header("authorization", authorization);
    parts(headers.into_iter().fold(request, |request, (name, value)| request.header(name, value)))
}

fn presigned(access_key_id: &str, key: &str, version: &str, note: &str) -> Parts {
    let (target, headers, text) = put(key, version, note, IN_AN_HOUR);
    let signature = encode(&hmac_sha1("newer-secret", &text));
    let id = encode(access_key_id);
    let request = Request::put(format!("{target}&AWSAccessKeyId={id}&Expires={IN_AN_HOUR}&Signature={signature}"));
    parts(headers.into_iter().fold(request, |request, (name, value)| request.header(name, value)))
}

/// Whether Alice's secrets verify a head that names her.
fn is_accepted(parts: &Parts) -> bool {
    let claim = Claim::parse_addressed(parts, Addressed::default(), &Rules::default());
    matches!(claim, Ok(Some(claim)) if claim.access_key_id() == ALICE && claim.verify(parts, &secrets(), now()).is_ok())
}

/// All that storing a form's file depends on.
#[derive(Debug, PartialEq)]
struct Stored {
    access_key_id: String,
    target: String,
    headers: Vec<(String, Vec<u8>)>,
    content: Vec<u8>,
}

fn store(wire: &[u8], cuts: &[usize]) -> Option<Stored> {
    let form = form::read(b"multipart/form-data; boundary=xyz", Pieces::cut(wire, cuts));
    let (fields, file) = at_once(form).ok()?;
    let claim = FormClaim::parse(&head(), &fields, &Rules::default()).ok()??;
    let upload = claim.verify(&head(), &fields, "photos", &secrets(), now()).ok()?;
    let (head, plan) = upload.clean(None);
    let (content, end) = read(&mut Payload::new(plan, Declared::of_body(&head).ok()?, file).ok()?.decoded());
    end.ok()?;
    let mut headers: Vec<_> =
        head.headers().iter().map(|(name, value)| (name.to_string(), value.as_bytes().to_vec())).collect();
    headers.sort();
    Some(Stored { access_key_id: claim.access_key_id().to_owned(), target: head.uri().to_string(), headers, content })
}

/// A form whose policy covers all but the spelling of things: also the content, by its checksum.
fn form_with(scheme: Scheme, note: &str) -> Form {
    let fields = [
        ("key", "a b/é"),
        ("acl", "private"),
        ("x-amz-meta-note", note),
        ("x-amz-checksum-sha256", "uU0nuZNNPgilLlLX2n2r+sSE7+N6U4DukIj3rOLvzek="),
    ];
    Form::signed(scheme, &fields, r#",["content-length-range",1,100]"#)
}

fn schemes() -> impl Strategy<Value = Scheme> {
    select(vec![Scheme::SigV4Form, Scheme::SigV2Form])
}

proptest! {
    #[test]
    fn what_was_signed_verifies(
        key in awkward(), version in awkward(), note in "[!-~]([ -~]{0,20}[!-~])?",
        access_key_id in "[!-~]([ -~]{0,20}[!-~])?",
    ) {
        for parts in [signed(&access_key_id, &key, &version, &note), presigned(&access_key_id, &key, &version, &note)] {
            let claim = Claim::parse_addressed(&parts, Addressed::default(), &Rules::default()).unwrap().unwrap();
            prop_assert_eq!(claim.access_key_id(), &access_key_id);
            let verified = claim.verify(&parts, &secrets(), now()).unwrap();
            prop_assert_eq!(verified.candidate(), 1);
            let (sent, _, _) = put(&key, &version, &note, "");
            let (clean, _) = verified.clean(parts);
            prop_assert_eq!(meaning(clean.uri()), meaning(&sent.parse().unwrap()));
        }
    }

    #[test]
    fn a_target_with_one_bit_changed_is_refused_or_means_the_same(
        key in awkward(), version in awkward(), at in any::<usize>(), bit in 0..8u8, by_query in any::<bool>(),
    ) {
        let original = if by_query { presigned(ALICE, &key, &version, "n") } else { signed(ALICE, &key, &version, "n") };
        prop_assert!(is_accepted(&original));
        let mut wire = original.uri.to_string().into_bytes();
        flip(&mut wire, at, bit);
        let Ok(uri) = http::Uri::try_from(wire) else { return Ok(()) };
        prop_assume!(uri != original.uri);
        let mut changed = original.clone();
        changed.uri = uri;
        if is_accepted(&changed) {
            let (changed, original) = (clean(changed).0, clean(original).0);
            prop_assert_eq!(meaning(changed.uri()), meaning(original.uri()));
        }
    }

    #[test]
    fn a_method_or_header_with_one_bit_changed_is_refused(
        which in 0..7usize, at in any::<usize>(), bit in 0..8u8, note in "[!-~]{1,20}", by_query in any::<bool>(),
    ) {
        let mut parts = if by_query { presigned(ALICE, "k", "v", &note) } else { signed(ALICE, "k", "v", &note) };
        let names = ["content-md5", "content-type", "x-amz-meta-note", "x-emc-namespace", "date", "authorization"];
        if let Some(name) = names.get(which) {
            let Some(value) = parts.headers.get(*name) else { return Ok(()) };
            let mut value = value.as_bytes().to_vec();
            flip(&mut value, at, bit);
            let Ok(value) = http::HeaderValue::from_bytes(&value) else { return Ok(()) };
            parts.headers.insert(*name, value);
        } else {
            let mut method = b"PUT".to_vec();
            flip(&mut method, at, bit);
            let Ok(method) = http::Method::from_bytes(&method) else { return Ok(()) };
            parts.method = method;
        }
        prop_assert!(!is_accepted(&parts));
    }

    #[test]
    fn a_form_with_one_bit_changed_is_refused_or_stores_the_same(
        scheme in schemes(), note in "[a-zA-Z0-9 ]{1,20}", at in any::<usize>(), bit in 0..8u8,
    ) {
        let mut wire = form_with(scheme, &note).wire();
        let original = store(&wire, &[]).unwrap();
        flip(&mut wire, at, bit);
        if let Some(changed) = store(&wire, &[]) {
            // Version 2 does not sign who signed: another id has other secrets, which will not verify.
            let access_key_id = changed.access_key_id.clone();
            prop_assert!(access_key_id == ALICE || scheme == Scheme::SigV2Form);
            prop_assert_eq!(changed, Stored { access_key_id, ..original });
        }
    }

    #[test]
    fn however_a_form_is_cut_it_reads_the_same(
        scheme in schemes(), cuts in prop::collection::vec(any::<usize>(), 0..40),
        file in prop::collection::vec(select(b"\r\n-xyza".to_vec()), 0..40),
    ) {
        let mut form = Form::signed(scheme, &[("key", "k")], "");
        prop_assume!(!file.windows(7).any(|part| part == b"\r\n--xyz"));
        form.file = file.clone();
        let stored = store(&form.wire(), &cuts);
        prop_assert_eq!(stored.as_ref().map(|stored| &stored.content), Some(&file));
        prop_assert_eq!(stored, store(&form.wire(), &[]));
    }

    #[test]
    fn a_form_that_is_cut_off_stores_nothing(scheme in schemes(), kept in any::<usize>()) {
        let wire = form_with(scheme, "n").wire();
        // Without its last line break it is still whole.
        prop_assert_eq!(store(&wire[..kept % (wire.len() - 2)], &[]), None);
    }

    #[test]
    fn no_form_makes_reading_panic(
        wire in "(--xyz(--)?\r\n(Content-Disposition: (form-data|file)(; (file)?name=\"?[a-z$]{0,9}\"?){0,3}\r\n){0,2}\r\n[ -~]{0,20}\r\n){0,4}(--xyz--)?",
        cuts in prop::collection::vec(any::<usize>(), 0..5),
    ) {
        let form = form::read(b"multipart/form-data; boundary=xyz", Pieces::cut(wire.as_bytes(), &cuts));
        match at_once(form) {
            Ok((fields, _)) => { let _ = FormUpload::anonymous(&head(), &fields); }
            Err(error) => prop_assert!(error.status().is_client_error()),
        }
        prop_assert_eq!(read_form(wire.as_bytes()).is_ok(), store_is_reached(&wire, &cuts));
    }

    #[test]
    fn no_policy_makes_judging_panic(
        policy in r#"\{("(expiration|conditions|x)":("2026-03-05T18:39:13Z"|\[(("?[a-z$-]{0,12}"?|\[("?[a-z$-]{0,20}"?,?){0,4}\]|\{("[a-z]{0,4}":"?[a-z]{0,4}"?,?){0,2}\}),?){0,5}\]),?){0,3}\}"#,
    ) {
        let form = Form::signed(Scheme::SigV2Form, &[("key", "k")], "").with_policy(Scheme::SigV2Form, &policy);
        let _ = form.post();
    }
}

/// Whether the file of a form is reached when the form comes in pieces.
fn store_is_reached(wire: &str, cuts: &[usize]) -> bool {
    at_once(form::read(b"multipart/form-data; boundary=xyz", Pieces::cut(wire.as_bytes(), cuts))).is_ok()
}
