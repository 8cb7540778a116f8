//! What holds of the body of a request.

use std::pin::Pin;
use std::task::{Context, Poll, Waker};

use crate::support::*;
use http::Request;
use http_body::Body;
use keyward_signature::sign::ChunkEncoder;
use keyward_signature::{Algorithm, ContentSha256, Declared, Payload, PayloadError, PayloadKind, VerifiedChecksum};

const CRC32_OF_HELLO: &str = "DUoRhQ==";

/// A PUT of `hello world` in two chunks: the head, and the wire.
struct Upload {
    head: http::request::Parts,
    wire: Vec<u8>,
}

fn chunked(content: ContentSha256, trailer: &[(Algorithm, &str)]) -> Upload {
    let mut request = Request::put("/b/k").header("x-amz-decoded-content-length", "11");
    if let [(algorithm, _), ..] = trailer {
        request = request.header("x-amz-trailer", algorithm.header_name());
    }
    let (head, signature) = signed(request, content);
    let mut encoder =
        if content.kind().has_signed_chunks() { signature.into_chunks() } else { ChunkEncoder::unsigned() };
    let mut wire = encoder.chunk(b"hello ");
    wire.extend(encoder.chunk(b"world"));
    wire.extend(if content.kind().has_trailer() { encoder.finish_with_trailer(trailer) } else { encoder.finish() });
    Upload { head, wire }
}

impl Upload {
    fn read(self) -> (Vec<u8>, Result<(), PayloadError>) {
        let (head, plan) = clean(self.head);
        read(&mut body(&head, plan, Pieces::whole(&self.wire)).unwrap())
    }

    fn replace(mut self, from: &str, to: &str) -> Self {
        let text = String::from_utf8(self.wire).unwrap();
        assert!(text.contains(from), "{text}");
        self.wire = text.replacen(from, to, 1).into_bytes();
        self
    }

    fn refusal(self) -> &'static str {
        let (content, end) = self.read();
        assert!(content.len() < 11, "the last frame is held back");
        end.unwrap_err().code()
    }
}

/// Reads a plain body behind a head with these headers.
fn plain(content: ContentSha256, headers: &[(&str, &str)], wire: &[u8]) -> (Vec<u8>, Result<(), PayloadError>) {
    let mut request = Request::put("/b/k");
    for (name, value) in headers {
        request = request.header(*name, *value);
    }
    let (head, plan) = clean(signed(request, content).0);
    match body(&head, plan, Pieces::whole(wire)) {
        Ok(mut body) => read(&mut body),
        Err(error) => (Vec::new(), Err(error)),
    }
}

fn plain_refusal(content: ContentSha256, headers: &[(&str, &str)], wire: &[u8]) -> &'static str {
    let (read, end) = plain(content, headers, wire);
    assert!(read.is_empty(), "the only frame is held back");
    end.unwrap_err().code()
}

#[test]
fn every_chunked_form_gives_its_content() {
    let trailer = [(Algorithm::Crc32, CRC32_OF_HELLO)];
    for (content, trailer) in [
        (ContentSha256::SIGNED_CHUNKS, &[][..]),
        (ContentSha256::SIGNED_CHUNKS_WITH_TRAILER, &trailer),
        (ContentSha256::UNSIGNED_CHUNKS_WITH_TRAILER, &trailer),
        (ContentSha256::UNSIGNED_CHUNKS_WITH_TRAILER, &[]),
    ] {
        let (content, end) = chunked(content, trailer).read();
        end.unwrap();
        assert_eq!(content, b"hello world");
    }
}

#[test]
fn changed_chunks_are_refused() {
    let upload = || chunked(ContentSha256::SIGNED_CHUNKS, &[]);
    assert_eq!(upload().replace("hello ", "jello ").refusal(), "SignatureDoesNotMatch");
    assert_eq!(upload().replace("world", "w0rld").refusal(), "SignatureDoesNotMatch");
    assert_eq!(upload().replace("\r\n0;chunk-signature=", "\r\n00;chunk-signature=A").refusal(), "InvalidRequest");
    let mut swapped = upload();
    swapped.wire.truncate(swapped.wire.len() - 86);
    assert_eq!(swapped.refusal(), "IncompleteBody");
}

#[test]
fn a_chain_of_another_request_is_refused() {
    let mut upload = chunked(ContentSha256::SIGNED_CHUNKS, &[]);
    let (_, other) = signed(Request::put("/b/other"), ContentSha256::SIGNED_CHUNKS);
    let mut encoder = other.into_chunks();
    upload.wire = encoder.chunk(b"hello world");
    upload.wire.extend(encoder.finish());
    assert_eq!(upload.refusal(), "SignatureDoesNotMatch");
}

#[test]
fn a_wrong_checksum_in_the_trailer_is_a_bad_digest() {
    for content in [ContentSha256::SIGNED_CHUNKS_WITH_TRAILER, ContentSha256::UNSIGNED_CHUNKS_WITH_TRAILER] {
        assert_eq!(chunked(content, &[(Algorithm::Crc32, "AAAAAA==")]).refusal(), "BadDigest");
    }
}

#[test]
fn a_changed_or_unsigned_trailer_is_refused() {
    let upload = || chunked(ContentSha256::SIGNED_CHUNKS_WITH_TRAILER, &[(Algorithm::Crc32, CRC32_OF_HELLO)]);
    assert_eq!(upload().replace(CRC32_OF_HELLO, "AAAAAA==").refusal(), "SignatureDoesNotMatch");
    let mut unsigned = upload();
    let at = unsigned.wire.windows(9).position(|at| at == b"x-amz-tra").unwrap();
    unsigned.wire.truncate(at);
    unsigned.wire.extend_from_slice(b"\r\n");
    assert_eq!(unsigned.refusal(), "MalformedTrailerError");
}

#[test]
fn the_empty_line_that_some_clients_put_before_the_trailer_signature_is_accepted() {
    let upload = chunked(ContentSha256::SIGNED_CHUNKS_WITH_TRAILER, &[(Algorithm::Crc32, CRC32_OF_HELLO)]);
    let (content, end) = upload.replace("==\r\nx-amz-trailer-", "==\n\r\nx-amz-trailer-").read();
    end.unwrap();
    assert_eq!(content, b"hello world");
}

#[test]
fn an_announced_trailer_must_come() {
    let upload = chunked(ContentSha256::UNSIGNED_CHUNKS_WITH_TRAILER, &[(Algorithm::Crc32, CRC32_OF_HELLO)]);
    assert_eq!(upload.replace("x-amz-checksum-crc32:DUoRhQ==\r\n", "").refusal(), "MalformedTrailerError");
}

#[test]
fn a_checksum_in_the_head_counts_for_one_announced_and_not_sent() {
    let request = Request::put("/b/k")
        .header("x-amz-decoded-content-length", "11")
        .header("x-amz-trailer", "x-amz-checksum-crc32")
        .header("x-amz-checksum-crc32", CRC32_OF_HELLO);
    let (head, plan) = clean(signed(request, ContentSha256::UNSIGNED_CHUNKS_WITH_TRAILER).0);
    let wire = b"b\r\nhello world\r\n0\r\n\r\n";
    let (content, end) = read(&mut body(&head, plan, Pieces::whole(wire)).unwrap());
    end.unwrap();
    assert_eq!(content, b"hello world");
}

#[test]
fn content_of_another_length_than_declared_is_refused() {
    let upload = |wire: &[u8]| {
        let upload = chunked(ContentSha256::UNSIGNED_CHUNKS_WITH_TRAILER, &[]);
        Upload { wire: wire.to_vec(), ..upload }
    };
    assert_eq!(upload(b"5\r\nhello\r\n0\r\n\r\n").refusal(), "IncompleteBody");
    assert_eq!(upload(b"c\r\nhello world!\r\n0\r\n\r\n").refusal(), "IncompleteBody");
    assert_eq!(plain_refusal(ContentSha256::UNSIGNED, &[("content-length", "6")], b"hello"), "IncompleteBody");
    assert_eq!(plain_refusal(ContentSha256::UNSIGNED, &[("content-length", "4")], b"hello"), "IncompleteBody");
}

#[test]
fn the_declared_hash_of_a_plain_body_is_verified() {
    let (content, end) = plain(ContentSha256::of(b"hello world"), &[], b"hello world");
    end.unwrap();
    assert_eq!(content, b"hello world");
    assert_eq!(plain_refusal(ContentSha256::of(b"hello world"), &[], b"jello world"), "XAmzContentSHA256Mismatch");
    assert_eq!(plain_refusal(ContentSha256::of(b""), &[], b"x"), "XAmzContentSHA256Mismatch");
    assert!(plain(ContentSha256::of(b""), &[], b"").1.is_ok());
}

#[test]
fn every_checksum_in_the_head_is_verified() {
    for (name, good) in [
        ("content-md5", "XrY7u+Ae7tCTyyK7j1rNww=="),
        ("x-amz-checksum-crc32", CRC32_OF_HELLO),
        ("x-amz-checksum-crc32c", "yZRlqg=="),
        ("x-amz-checksum-crc64nvme", "jSnVw/bqjr4="),
        ("x-amz-checksum-sha1", "Kq5sNclPz7QV2+lfQIuc6R7oRu0="),
        ("x-amz-checksum-sha256", "uU0nuZNNPgilLlLX2n2r+sSE7+N6U4DukIj3rOLvzek="),
    ] {
        let (content, end) = plain(ContentSha256::UNSIGNED, &[(name, good)], b"hello world");
        assert!(end.is_ok(), "{name}: {end:?}");
        assert_eq!(content, b"hello world");
        assert_eq!(plain_refusal(ContentSha256::UNSIGNED, &[(name, good)], b"jello world"), "BadDigest", "{name}");
    }
}

#[test]
fn a_checksum_of_the_finished_object_is_not_held_against_the_body() {
    let request = Request::post("/b/k?uploadId=1").header("x-amz-checksum-crc32", "AAAAAA==-3");
    let (head, plan) = clean(signed(request, ContentSha256::of(b"<xml/>")).0);
    assert!(Declared::of_body(&head).is_err());
    let declared = Declared::of_body_with_foreign_checksum(&head).unwrap();
    let mut body = Payload::new(plan, declared, Pieces::whole(b"<xml/>")).unwrap().decoded();
    assert!(read(&mut body).1.is_ok());
}

#[test]
fn an_anonymous_body_is_verified_too() {
    let request = Request::put("/b/k")
        .header("x-amz-content-sha256", "STREAMING-UNSIGNED-PAYLOAD-TRAILER")
        .header("x-amz-decoded-content-length", "11")
        .header("x-amz-trailer", "x-amz-checksum-crc32");
    let (head, plan) = keyward_signature::Clean::anonymous(parts(request)).unwrap();
    assert_eq!(plan.kind(), PayloadKind::UnsignedChunksWithTrailer);
    let wire = b"b\r\nhello world\r\n0\r\nx-amz-checksum-crc32:AAAAAA==\r\n\r\n";
    let (content, end) = read(&mut body(&head, plan, Pieces::whole(wire)).unwrap());
    assert_eq!((content, end.unwrap_err().code()), (Vec::new(), "BadDigest"));
}

#[test]
fn the_report_appears_when_the_body_has_ended_well() {
    let upload = chunked(ContentSha256::SIGNED_CHUNKS_WITH_TRAILER, &[(Algorithm::Crc32, CRC32_OF_HELLO)]);
    let (head, plan) = clean(upload.head);
    let payload = Payload::new(plan, Declared::of_body(&head).unwrap(), Pieces::whole(&upload.wire)).unwrap();
    assert!(payload.has_declared_checksum());
    assert_eq!(payload.length(), Some(11));
    let mut body = payload.also_computing_md5().also_computing(Algorithm::Crc64Nvme).decoded();
    let report = body.report();
    assert!(report.facts().is_none());
    read(&mut body).1.unwrap();
    let facts = report.facts().unwrap();
    assert_eq!(facts.length, 11);
    assert_eq!(facts.md5.map(|md5| md5[..2].to_vec()), Some(vec![0x5e, 0xb6]));
    let checksum = |algorithm, value: &str, declared| VerifiedChecksum { algorithm, value: value.into(), declared };
    let crc64 = checksum(Algorithm::Crc64Nvme, "jSnVw/bqjr4=", false);
    assert_eq!(facts.checksums, [checksum(Algorithm::Crc32, CRC32_OF_HELLO, true), crc64]);
}

#[test]
fn a_refused_body_leaves_no_report() {
    let (head, plan) = clean(signed(Request::put("/b/k"), ContentSha256::of(b"hello")).0);
    let mut body = body(&head, plan, Pieces::whole(b"jello")).unwrap();
    let report = body.report();
    assert!(read(&mut body).1.is_err());
    assert!(report.facts().is_none());
    assert!(read(&mut body).1.is_ok(), "after the error there is nothing more");
}

#[test]
fn the_length_left_is_exact_and_the_end_is_told_only_after_the_verdict() {
    let upload = chunked(ContentSha256::SIGNED_CHUNKS, &[]);
    let (head, plan) = clean(upload.head);
    let mut body = body(&head, plan, Pieces::whole(&upload.wire)).unwrap();
    let mut context = Context::from_waker(Waker::noop());
    assert_eq!((body.size_hint().exact(), body.is_end_stream()), (Some(11), false));
    assert!(matches!(Pin::new(&mut body).poll_frame(&mut context), Poll::Ready(Some(Ok(_)))));
    assert_eq!((body.size_hint().exact(), body.is_end_stream()), (Some(5), false));
    assert!(matches!(Pin::new(&mut body).poll_frame(&mut context), Poll::Ready(Some(Ok(_)))));
    assert_eq!((body.size_hint().exact(), body.is_end_stream()), (Some(0), true));
}

#[test]
fn an_empty_body_with_a_wrong_checksum_does_not_look_ended() {
    let request = Request::put("/b/k").header("content-length", "0").header("x-amz-checksum-crc32", "AAAAAQ==");
    let (head, plan) = clean(signed(request, ContentSha256::of(b"")).0);
    let mut body = body(&head, plan, Pieces(Default::default())).unwrap();
    assert!(!body.is_end_stream());
    assert_eq!(read(&mut body).1.unwrap_err().code(), "BadDigest");
}

#[test]
fn a_body_can_be_read_on_any_thread() {
    fn is_sendable<T: Send + Sync + Unpin>() {}
    is_sendable::<keyward_signature::VerifiedBody<Pieces>>();
    is_sendable::<PayloadError>();
}
