//! Bodies as they arrive: framed, corrupt, cut short, too long. Nothing is left of one that did not come whole.

use bytes::Bytes;
use futures_util::{StreamExt, stream};
use http::{Method, Version};
use http_body::Frame;
use http_body_util::StreamBody;
use keyward_objects::{BodyError, full, streamed};
use keyward_signature::{Algorithm, ContentSha256};

use crate::shop::{Shop, bytes_of, head, pieces};

/// The CRC-32 of `123456789`.
const CRC32_OF_DIGITS: &str = "y/Q5Jg==";

/// Puts `content` as signed chunks after letting `tamper` have them.
async fn put_in_chunks(shop: &Shop, content: &[u8], tamper: impl FnOnce(&mut Vec<u8>)) -> crate::shop::Reply {
    let length = content.len().to_string();
    let headers = [("x-amz-decoded-content-length", length.as_str()), ("content-encoding", "aws-chunked")];
    let (parts, signed) = shop.signed(head(Method::PUT, "/bkt/a", &headers, None), ContentSha256::SIGNED_CHUNKS);
    let mut chunks = signed.into_chunks();
    let mut wire: Vec<u8> = content.chunks(300).flat_map(|piece| chunks.chunk(piece)).collect();
    wire.extend(chunks.finish());
    tamper(&mut wire);
    shop.send(parts, pieces(wire.chunks(77).map(|piece| Ok(Bytes::copy_from_slice(piece))).collect())).await
}

async fn nothing_is_stored(shop: Shop) {
    assert_eq!(shop.get("/bkt/a", &[]).await.refusal(), (404, "NoSuchKey"));
    assert!(shop.left_behind().await.is_empty(), "bytes are left of what was refused");
}

#[tokio::test]
async fn signed_chunks_are_stored_without_their_framing() {
    let shop = Shop::open().await;
    let content = bytes_of(1, 1000);
    assert_eq!(put_in_chunks(&shop, &content, |_| ()).await.status, 200);
    let got = shop.get("/bkt/a", &[]).await;
    assert_eq!((&got.body[..], got.header("content-encoding")), (&content[..], ""));
}

#[tokio::test]
async fn a_corrupt_chunk_stores_nothing() {
    for place in [120, 1100] {
        let shop = Shop::open().await;
        let refused = put_in_chunks(&shop, &bytes_of(1, 1000), |wire| wire[place] ^= 1).await;
        assert_eq!(refused.refusal(), (403, "SignatureDoesNotMatch"), "{place}");
        nothing_is_stored(shop).await;
    }
}

#[tokio::test]
async fn a_trailing_checksum_is_verified_stored_and_answered() {
    let shop = Shop::open().await;
    for (value, status) in [(CRC32_OF_DIGITS, 200), ("AAAAAA==", 400)] {
        let headers = [("x-amz-decoded-content-length", "9"), ("x-amz-trailer", "x-amz-checksum-crc32")];
        let request = head(Method::PUT, "/bkt/a", &headers, None);
        let (parts, signed) = shop.signed(request, ContentSha256::SIGNED_CHUNKS_WITH_TRAILER);
        let mut chunks = signed.into_chunks();
        let mut wire = chunks.chunk(b"123456789");
        wire.extend(chunks.finish_with_trailer(&[(Algorithm::Crc32, value)]));
        let reply = shop.send(parts, full(wire)).await;
        assert_eq!(reply.status, status, "{reply:?}");
        if status == 400 {
            assert_eq!(reply.refusal(), (400, "BadDigest"));
        }
    }
    let kept = shop.get("/bkt/a", &[("x-amz-checksum-mode", "ENABLED")]).await;
    assert_eq!(kept.header("x-amz-checksum-crc32"), CRC32_OF_DIGITS);
}

#[tokio::test]
async fn a_wrong_declaration_stores_nothing() {
    for (name, value) in [
        ("x-amz-checksum-crc32", "AAAAAA=="),
        ("x-amz-checksum-sha256", "AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA="),
        ("content-md5", "AAAAAAAAAAAAAAAAAAAAAA=="),
    ] {
        let shop = Shop::open().await;
        let refused = shop.put("/bkt/a", &[(name, value)], &bytes_of(1, 1000)).await;
        assert_eq!(refused.refusal(), (400, "BadDigest"), "{name}");
        nothing_is_stored(shop).await;
    }
}

#[tokio::test]
async fn another_body_than_the_signed_one_stores_nothing() {
    let shop = Shop::open().await;
    let (parts, _) = shop.signed(head(Method::PUT, "/bkt/a", &[], Some(1000)), ContentSha256::of(&bytes_of(1, 1000)));
    let refused = shop.send(parts, full(bytes_of(2, 1000))).await;
    assert_eq!(refused.refusal(), (400, "XAmzContentSHA256Mismatch"));
    nothing_is_stored(shop).await;
}

#[tokio::test]
async fn a_body_that_ends_early_leaves_nothing_behind() {
    for last in [Some(Err("connection reset")), None] {
        let shop = Shop::open().await;
        let (parts, _) = shop.signed(head(Method::PUT, "/bkt/a", &[], Some(1000)), ContentSha256::UNSIGNED);
        let mut half = vec![Ok(Bytes::from(bytes_of(1, 500)))];
        half.extend(last);
        assert_eq!(shop.send(parts, pieces(half)).await.refusal(), (400, "IncompleteBody"));
        nothing_is_stored(shop).await;
    }
}

#[tokio::test]
async fn a_request_that_is_dropped_half_way_stores_nothing() {
    let shop = Shop::open().await;
    let (parts, _) = shop.signed(head(Method::PUT, "/bkt/a", &[], Some(1000)), ContentSha256::UNSIGNED);
    let (all_sent, sent) = tokio::sync::oneshot::channel();
    let stalled = stream::once(async move {
        all_sent.send(()).unwrap();
        std::future::pending::<Result<_, BodyError>>().await
    });
    let half = stream::iter([300, 300].map(|size| Ok(Frame::data(Bytes::from(bytes_of(1, size))))));
    tokio::select! {
        reply = shop.send(parts, streamed(StreamBody::new(half.chain(stalled)))) => panic!("{reply:?}"),
        told = sent => told.unwrap(),
    }
    assert_eq!(shop.get("/bkt/a", &[]).await.refusal(), (404, "NoSuchKey"));
}

#[tokio::test]
async fn a_refused_body_leaves_the_object_that_was_there() {
    let shop = Shop::open().await;
    shop.holds("/bkt/a", b"kept").await;
    let refused = shop.put("/bkt/a", &[("x-amz-checksum-crc32", "AAAAAA==")], &bytes_of(1, 1000)).await;
    assert_eq!(refused.status, 400);
    assert_eq!(shop.get("/bkt/a", &[]).await.body, "kept");
}

#[tokio::test]
async fn a_body_of_unknown_or_excessive_length_is_not_read() {
    let shop = Shop::open().await;
    let untouched = || pieces(vec![Err("this body must not be read")]);
    let (parts, _) = shop.signed(head(Method::PUT, "/bkt/a", &[], None), ContentSha256::UNSIGNED);
    assert_eq!(shop.send(parts, untouched()).await.refusal(), (411, "MissingContentLength"));
    let (parts, _) = shop.signed(head(Method::PUT, "/bkt/a", &[], Some((5 << 30) + 1)), ContentSha256::UNSIGNED);
    let refused = shop.send(parts, untouched()).await;
    assert_eq!((refused.refusal(), refused.the("MaxSizeAllowed")), ((400, "EntityTooLarge"), "5368709120"));
}

#[tokio::test]
async fn a_put_that_cannot_succeed_is_refused_before_its_body() {
    let shop = Shop::open().await;
    shop.holds("/bkt/a", b"kept").await;
    let request = head(Method::PUT, "/bkt/a", &[("if-none-match", "*")], Some(9));
    let (parts, _) = shop.signed(request, ContentSha256::UNSIGNED);
    let refused = shop.send(parts, pieces(vec![Err("this body must not be read")])).await;
    assert_eq!(refused.refusal(), (412, "PreconditionFailed"));
}

#[tokio::test]
async fn a_body_without_a_length_is_refused_before_http_2() {
    for target in ["/bkt/a", "/bkt/a?partNumber=1&uploadId="] {
        let shop = Shop::open().await;
        let begun = shop.ask(Method::POST, "/bkt/a?uploads", &[], b"").await;
        let target = if target.ends_with('=') { format!("{target}{}", begun.the("UploadId")) } else { target.into() };
        for content in [ContentSha256::UNSIGNED, ContentSha256::of(b"")] {
            for (version, told, status) in [
                (Version::HTTP_10, None, 411),
                (Version::HTTP_11, None, 411),
                (Version::HTTP_11, Some(0), 200),
                (Version::HTTP_2, None, 200),
            ] {
                let (mut parts, _) = shop.signed(head(Method::PUT, &target, &[], told), content);
                parts.version = version;
                // The body of a request without a length: known to be empty, whatever the client meant to send.
                let reply = shop.send(parts, full(Bytes::new())).await;
                assert_eq!(reply.status, status, "{version:?} {told:?} {target}");
                if status == 411 {
                    assert_eq!(reply.the("Code"), "MissingContentLength");
                    assert_eq!(shop.get("/bkt/a", &[]).await.status, 404);
                } else {
                    shop.ask(Method::DELETE, "/bkt/a", &[], b"").await;
                }
            }
        }
    }
}
