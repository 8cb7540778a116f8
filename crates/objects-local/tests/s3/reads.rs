//! Ranges, conditions, and overrides of reads.

use http::{Method, StatusCode};
use keyward_objects::{Backend, Judged, ObjectFacts, full};
use keyward_s3_wire::ObjectKey;
use keyward_signature::ContentSha256;

use crate::shop::{INLINE, Shop, bucket, bytes_of, head};

#[tokio::test]
async fn ranges_give_exactly_their_bytes() {
    let shop = Shop::open().await;
    for size in [INLINE, 1000] {
        let body = bytes_of(1, size);
        shop.holds("/bkt/a", &body).await;
        for (range, expected) in [
            ("bytes=0-0", 0..1),
            ("bytes=5-40", 5..41),
            ("bytes=5-99999", 5..size),
            ("bytes=7-", 7..size),
            ("bytes=-9", size - 9..size),
            ("bytes=-99999", 0..size),
        ] {
            let got = shop.get("/bkt/a", &[("range", range)]).await;
            assert_eq!((got.status.as_u16(), &got.body[..]), (206, &body[expected.clone()]), "{range}");
            let content_range = format!("bytes {}-{}/{size}", expected.start, expected.end - 1);
            assert_eq!(got.header("content-range"), content_range);
            assert_eq!(got.header("content-length"), expected.len().to_string());
        }
    }
}

#[tokio::test]
async fn ranges_outside_the_object_are_refused_with_its_size() {
    let shop = Shop::open().await;
    shop.holds("/bkt/a", b"0123456789").await;
    shop.holds("/bkt/empty", b"").await;
    for (target, range, size) in [("a", "bytes=10-", 10), ("a", "bytes=-0", 10), ("empty", "bytes=0-", 0)] {
        let refused = shop.get(&format!("/bkt/{target}"), &[("range", range)]).await;
        assert_eq!(refused.refusal(), (416, "InvalidRange"), "{range}");
        assert_eq!(refused.header("content-range"), format!("bytes */{size}"));
    }
    assert_eq!(shop.head("/bkt/a", &[("range", "bytes=10-")]).await.status, 416);
}

#[tokio::test]
async fn what_is_not_one_range_gives_the_whole_object() {
    let shop = Shop::open().await;
    shop.holds("/bkt/a", b"0123456789").await;
    for range in ["bytes=0-1,4-5", "lines=0-1", "bytes=5-2"] {
        assert_eq!(shop.get("/bkt/a", &[("range", range)]).await.status, 200, "{range}");
    }
}

#[tokio::test]
async fn conditions_decide_before_ranges() {
    let shop = Shop::open().await;
    let tag = shop.holds("/bkt/a", b"0123456789").await;
    let behind = ("range", "bytes=99-");
    let not_modified = shop.get("/bkt/a", &[("if-none-match", &tag), behind]).await;
    assert_eq!((not_modified.status.as_u16(), not_modified.header("etag")), (304, tag.as_str()));
    let refused = shop.get("/bkt/a", &[("if-match", "\"other\""), behind]).await;
    assert_eq!(refused.refusal(), (412, "PreconditionFailed"));
    for (name, value, status) in [
        ("if-match", tag.as_str(), 200),
        ("if-none-match", "\"other\"", 200),
        ("if-modified-since", "Thu, 05 Mar 2026 17:39:13 GMT", 304),
        ("if-modified-since", "Thu, 05 Mar 2026 17:39:12 GMT", 200),
        ("if-unmodified-since", "Thu, 05 Mar 2026 17:39:12 GMT", 412),
    ] {
        assert_eq!(shop.get("/bkt/a", &[(name, value)]).await.status, status, "{name}: {value}");
        assert_eq!(shop.head("/bkt/a", &[(name, value)]).await.status, status, "{name}: {value}");
    }
}

#[tokio::test]
async fn a_range_of_an_object_that_changed_gives_the_whole_new_one() {
    let shop = Shop::open().await;
    let tag = shop.holds("/bkt/a", b"0123456789").await;
    for range in ["bytes=2-3", "bytes=99-"] {
        let whole = shop.get("/bkt/a", &[("range", range), ("if-range", "\"other\"")]).await;
        assert_eq!((whole.status.as_u16(), &whole.body[..]), (200, &b"0123456789"[..]), "{range}");
    }
    assert_eq!(shop.get("/bkt/a", &[("range", "bytes=2-3"), ("if-range", &tag)]).await.body, "23");
}

#[tokio::test]
async fn a_reader_may_override_headers() {
    let shop = Shop::open().await;
    shop.put("/bkt/a", &[("content-type", "text/plain")], b"x").await;
    let got = shop.get("/bkt/a?response-content-type=image%2Fpng&response-cache-control=no-store", &[]).await;
    assert_eq!((got.header("content-type"), got.header("cache-control")), ("image/png", "no-store"));
}

#[tokio::test]
async fn an_object_in_one_piece_is_its_own_first_part() {
    let shop = Shop::open().await;
    shop.holds("/bkt/a", b"0123456789").await;
    let part = shop.get("/bkt/a?partNumber=1", &[]).await;
    assert_eq!((part.status.as_u16(), &part.body[..]), (206, &b"0123456789"[..]));
    assert_eq!(shop.get("/bkt/a?partNumber=2", &[]).await.refusal(), (416, "InvalidPartNumber"));
}

#[tokio::test]
async fn objects_have_only_the_null_version() {
    let shop = Shop::open().await;
    shop.holds("/bkt/a", b"x").await;
    assert_eq!(shop.get("/bkt/a?versionId=null", &[]).await.body, "x");
    let other = shop.get("/bkt/a?versionId=v1", &[]).await;
    assert_eq!((other.refusal(), other.the("VersionId")), ((404, "NoSuchVersion"), "v1"));
}

#[tokio::test]
async fn an_object_that_is_not_the_one_that_was_judged_is_not_given() {
    let shop = Shop::open().await;
    shop.holds("/bkt/k", b"shared").await;
    let (place, key) = (bucket("bkt"), ObjectKey::parse("k").unwrap());
    let judged = shop.store.object_facts(&place, &key, None).await.unwrap();
    shop.put("/bkt/k?tagging", &[], b"<Tagging><TagSet><Tag><Key>a</Key><Value>1</Value></Tag></TagSet></Tagging>")
        .await;
    let present = shop.store.object_facts(&place, &key, None).await.unwrap();
    let ask = async |method: Method, judged: Option<ObjectFacts>| {
        let (parts, _) = shop.signed(head(method, "/bkt/k", &[], Some(0)), ContentSha256::of(b""));
        let judged = Judged { object: Some(judged), source: None };
        shop.send_judged(parts, full(Vec::new()), judged).await.status
    };
    for method in [Method::GET, Method::HEAD] {
        assert_eq!(ask(method.clone(), judged.clone()).await, StatusCode::SERVICE_UNAVAILABLE);
        assert_eq!(ask(method.clone(), None).await, StatusCode::SERVICE_UNAVAILABLE);
        assert_eq!(ask(method, present.clone()).await, StatusCode::OK);
    }
}
