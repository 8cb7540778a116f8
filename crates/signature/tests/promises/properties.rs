//! What holds of every request and body.

use std::time::Duration;

use crate::support::*;
use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use http::Request;
use http::request::Parts;
use keyward_signature::sign::{SigningCredential, authorize, presign};
use keyward_signature::{Algorithm, Claim, Clean, ContentSha256, Declared, Payload, Rules};
use percent_encoding::{NON_ALPHANUMERIC, percent_decode_str, utf8_percent_encode};
use proptest::prelude::*;
use sha2::{Digest, Sha256};

/// Characters that one canonicaliser or another got wrong.
pub fn awkward() -> impl Strategy<Value = String> {
    prop::collection::vec(
        prop::sample::select("ab09-._~ +=&%/?#!$'()*,:;@[]\"\\^`{}|<>é日\u{1f600}".chars().collect::<Vec<_>>()),
        0..12,
    )
    .prop_map(|characters| characters.into_iter().collect())
}

pub fn encode(text: &str) -> String {
    utf8_percent_encode(text, NON_ALPHANUMERIC).to_string()
}

pub fn encode_key(key: &str) -> String {
    key.split('/').map(encode).collect::<Vec<_>>().join("/")
}

fn target(key: &str, query: &[(String, String)]) -> String {
    let query: Vec<String> = query.iter().map(|(name, value)| format!("q{}={}", encode(name), encode(value))).collect();
    format!("/bucket/{}?{}", encode_key(key), query.join("&"))
}

pub fn flip(bytes: &mut [u8], at: usize, bit: u8) {
    let at = at % bytes.len();
    bytes[at] ^= 1 << bit;
}

pub type Meaning = (Vec<u8>, Vec<(Vec<u8>, Vec<u8>)>);

/// What a target means to S3: path and parameters decoded, parameters in any order.
pub fn meaning(uri: &http::Uri) -> Meaning {
    let decode = |text: &str| percent_decode_str(text).collect::<Vec<u8>>();
    let query = uri.query().unwrap_or_default().replace('+', " ");
    let mut parameters: Vec<_> = query
        .split('&')
        .filter(|pair| !pair.is_empty())
        .map(|pair| pair.split_once('=').unwrap_or((pair, "")))
        .map(|(name, value)| (decode(name), decode(value)))
        .collect();
    parameters.sort();
    (decode(uri.path()), parameters)
}

/// All that a target states: also, of a presigned URL, when it was signed, for how long, by whom and for what.
pub fn stated(uri: &http::Uri) -> Meaning {
    let (path, mut parameters) = meaning(uri);
    // The one name that is not signed itself: a signature cannot cover where it stands.
    for (name, _) in &mut parameters {
        if name.eq_ignore_ascii_case(b"x-amz-signature") {
            name.make_ascii_lowercase();
        }
    }
    parameters.sort();
    (path, parameters)
}

fn is_accepted(parts: &Parts) -> bool {
    matches!(Claim::parse(parts, &Rules::default()), Ok(Some(claim)) if claim.verify(parts, &secrets(), now()).is_ok())
}

proptest! {
    #[test]
    fn what_was_signed_verifies(
        key in awkward(),
        query in prop::collection::vec((awkward(), awkward()), 0..4),
        access_key_id in "[a-zA-Z0-9!#$&'()*+,./:;=?@_~-]{1,30}",
        meta in "[!-~]([ -~]{0,20}[!-~])?",
    ) {
        let credential = SigningCredential { access_key_id: &access_key_id, ..credential("newer-secret") };
        let request = || parts(Request::get(target(&key, &query)).header("host", "h").header("x-amz-meta-a", &meta));
        let mut signed = request();
        authorize(&mut signed, &credential, ContentSha256::UNSIGNED, now()).unwrap();
        let mut presigned = request();
        presign(&mut presigned, &credential, Duration::from_secs(60), now()).unwrap();
        for parts in [signed, presigned] {
            let claim = Claim::parse(&parts, &Rules::default()).unwrap().unwrap();
            prop_assert_eq!(claim.access_key_id(), &access_key_id);
            let verified = claim.verify(&parts, &secrets(), now()).unwrap();
            let sent = request().uri;
            let (clean, _) = verified.clean(parts);
            prop_assert_eq!(meaning(clean.uri()), meaning(&sent));
        }
    }

    #[test]
    fn a_target_with_one_bit_changed_is_refused_or_means_the_same(
        key in awkward(), value in awkward(), at in any::<usize>(), bit in 0..8u8, presigned in any::<bool>(),
    ) {
        let mut original = parts(Request::get(target(&key, &[("".into(), value)])).header("host", "h"));
        if presigned {
            presign(&mut original, &credential("newer-secret"), Duration::from_secs(60), now()).unwrap();
        } else {
            authorize(&mut original, &credential("newer-secret"), ContentSha256::UNSIGNED, now()).unwrap();
        }
        let mut wire = original.uri.to_string().into_bytes();
        flip(&mut wire, at, bit);
        let Ok(uri) = http::Uri::try_from(wire) else { return Ok(()) };
        prop_assume!(uri != original.uri);
        let mut changed = original.clone();
        changed.uri = uri;
        if is_accepted(&changed) {
            prop_assert_eq!(stated(&changed.uri), stated(&original.uri));
            let (changed, original) = (clean(changed).0, clean(original).0);
            prop_assert_eq!(meaning(changed.uri()), meaning(original.uri()));
        }
    }

    #[test]
    fn a_method_or_signed_header_with_one_bit_changed_is_refused(
        which in 0..6usize, at in any::<usize>(), bit in 0..8u8, note in "[!-~]{1,20}", by_query in any::<bool>(),
    ) {
        let request = Request::put("/bucket/key").header("x-amz-meta-note", &note).header("range", "bytes=0-9");
        let mut parts = if by_query {
            let mut parts = parts(request.header("host", "s3.corp.example:9020"));
            presign(&mut parts, &credential("newer-secret"), Duration::from_secs(60), now()).unwrap();
            parts
        } else {
            signed(request, ContentSha256::of(b"body")).0
        };
        prop_assert!(is_accepted(&parts));
        let names = ["host", "range", "x-amz-date", "x-amz-content-sha256", "x-amz-meta-note"];
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
    fn an_authorization_header_with_one_bit_changed_is_refused(at in any::<usize>(), bit in 0..8u8) {
        let (mut parts, _) = signed(Request::get("/bucket/key"), ContentSha256::UNSIGNED);
        let mut value = parts.headers["authorization"].as_bytes().to_vec();
        let begin = value.windows(1).position(|byte| byte == b"/").unwrap();
        // The access key id selects the secrets and is the caller's business.
        let length = value.len() - begin;
        flip(&mut value[begin..], at % length, bit);
        let Ok(value) = http::HeaderValue::from_bytes(&value) else { return Ok(()) };
        // A comma or a blank may be spelt otherwise; the claim is then the same.
        let original = Claim::parse(&parts, &Rules::default()).unwrap().unwrap();
        parts.headers.insert("authorization", value);
        let same = Claim::parse(&parts, &Rules::default()).ok().flatten()
            .is_some_and(|claim| format!("{claim:?}") == format!("{original:?}") && is_accepted(&parts));
        prop_assert!(!is_accepted(&parts) || same);
    }

    #[test]
    fn a_signed_body_with_one_bit_changed_is_refused(
        content in prop::collection::vec(any::<u8>(), 1..200), size in 1..64usize, at in any::<usize>(), bit in 0..8u8,
        chunked in any::<bool>(),
    ) {
        let (head, mut wire) = if chunked { chunks(&content, size) } else { whole(&content) };
        flip(&mut wire, at, bit);
        let (head, plan) = clean(head);
        let (read, end) = read(&mut body(&head, plan, Pieces::whole(&wire)).unwrap());
        prop_assert!(read.len() < content.len() || read == content);
        // Only the spelling of a chunk's size in hexadecimal can differ without a difference in content.
        prop_assert!(end.is_err() || read == content && chunked);
    }

    #[test]
    fn a_signed_trailer_with_one_bit_changed_is_refused(
        content in prop::collection::vec(any::<u8>(), 1..100), size in 1..64usize, at in any::<usize>(), bit in 0..8u8,
    ) {
        let (head, mut wire, trailer) = chunks_with_trailer(&content, size);
        let length = wire.len() - trailer;
        flip(&mut wire[trailer..], at % length, bit);
        let (head, plan) = clean(head);
        let (read, end) = read(&mut body(&head, plan, Pieces::whole(&wire)).unwrap());
        // Names are of either case, and how lines end is not signed: what is accepted says the same.
        let says = |wire: &[u8]| {
            let text = String::from_utf8_lossy(&wire[trailer..]).to_ascii_lowercase();
            text.chars().filter(|character| !character.is_ascii_whitespace()).collect::<String>()
        };
        let same = says(&chunks_with_trailer(&content, size).1) == says(&wire);
        prop_assert!(end.is_err() || same && read == content, "{}", says(&wire));
    }

    #[test]
    fn however_a_chunked_body_is_cut_it_reads_the_same(
        content in prop::collection::vec(any::<u8>(), 0..300), size in 1..100usize,
        cuts in prop::collection::vec(any::<usize>(), 0..40),
    ) {
        let (head, wire) = chunks(&content, size);
        let (head, plan) = clean(head);
        let (read, end) = read(&mut body(&head, plan, Pieces::cut(&wire, &cuts)).unwrap());
        prop_assert!(end.is_ok(), "{:?}", end);
        prop_assert_eq!(read, content);
    }

    #[test]
    fn a_chunked_body_that_is_cut_off_is_refused(
        content in prop::collection::vec(any::<u8>(), 1..300), size in 1..100usize, kept in any::<usize>(),
    ) {
        let (head, wire) = chunks(&content, size);
        // Without its last empty line it is still whole.
        let kept = kept % (wire.len() - 2);
        let (head, plan) = clean(head);
        let (read, end) = read(&mut body(&head, plan, Pieces::whole(&wire[..kept])).unwrap());
        prop_assert!(end.is_err());
        prop_assert!(read.len() < content.len());
    }

    #[test]
    fn no_head_makes_parsing_panic(
        uri in "/[ -~]{0,40}(\\?(X-Amz-[A-Za-z0-9-]{4,14}=[!-~]{0,40}&?){0,9})?",
        authorization in prop::option::of("(AWS4-HMAC-SHA256 )?((Credential|SignedHeaders|Signature)?=?[ -~]{0,30},?){0,5}"),
        date in "[ -~]{0,30}", content in "[ -~]{0,80}", length in "[ -~]{0,10}", trailer in "[ -~]{0,40}",
    ) {
        let mut request = Request::get(uri).header("host", "h");
        for (name, value) in [("x-amz-date", date), ("x-amz-content-sha256", content),
            ("x-amz-decoded-content-length", length), ("x-amz-trailer", trailer)] {
            request = request.header(name, value);
        }
        if let Some(authorization) = authorization {
            request = request.header("authorization", authorization);
        }
        let Ok(request) = request.body(()) else { return Ok(()) };
        let parts = request.into_parts().0;
        match Claim::parse(&parts, &Rules::default()) {
            Ok(Some(claim)) => prop_assert!(claim.verify(&parts, &secrets(), now()).is_err()),
            Ok(None) => { let _ = Clean::anonymous(parts); }
            Err(error) => prop_assert!(error.status().is_client_error()),
        }
    }

    #[test]
    fn no_wire_makes_reading_panic(
        wire in "([0-9a-f]{0,3}(;chunk-signature=)?\r?\n[ -~]{0,20}\r\n){0,5}(x-amz-[a-z0-9-]{5,15}:[ -~]{0,12}\r\n){0,3}",
        cuts in prop::collection::vec(any::<usize>(), 0..5),
    ) {
        let request = Request::put("/b/k").header("x-amz-content-sha256", "STREAMING-UNSIGNED-PAYLOAD-TRAILER")
            .header("x-amz-decoded-content-length", "20").header("x-amz-trailer", "x-amz-checksum-crc32");
        let (head, plan) = Clean::anonymous(parts(request)).unwrap();
        let payload = Payload::new(plan, Declared::of_body(&head).unwrap(), Pieces::cut(wire.as_bytes(), &cuts));
        let (read, end) = read(&mut payload.unwrap().decoded());
        prop_assert!(read.len() <= 20);
        prop_assert!(end.is_err() || read.len() == 20);
    }
}

fn whole(content: &[u8]) -> (Parts, Vec<u8>) {
    (signed(Request::put("/b/k"), ContentSha256::of(content)).0, content.to_vec())
}

fn chunks(content: &[u8], size: usize) -> (Parts, Vec<u8>) {
    let request = Request::put("/b/k").header("x-amz-decoded-content-length", content.len());
    let (head, signature) = signed(request, ContentSha256::SIGNED_CHUNKS);
    let mut encoder = signature.into_chunks();
    let mut wire: Vec<u8> = content.chunks(size).flat_map(|chunk| encoder.chunk(chunk)).collect();
    wire.extend(encoder.finish());
    (head, wire)
}

/// With the checksum of the content as a trailer, and where the last chunk begins.
fn chunks_with_trailer(content: &[u8], size: usize) -> (Parts, Vec<u8>, usize) {
    let request = Request::put("/b/k")
        .header("x-amz-decoded-content-length", content.len())
        .header("x-amz-trailer", Algorithm::Sha256.header_name());
    let (head, signature) = signed(request, ContentSha256::SIGNED_CHUNKS_WITH_TRAILER);
    let mut encoder = signature.into_chunks();
    let mut wire: Vec<u8> = content.chunks(size).flat_map(|chunk| encoder.chunk(chunk)).collect();
    let trailer = wire.len();
    wire.extend(encoder.finish_with_trailer(&[(Algorithm::Sha256, &STANDARD.encode(Sha256::digest(content)))]));
    (head, wire, trailer)
}
