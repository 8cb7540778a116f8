//! Stored bytes that changed are never handed out as good, and no write gives them new sums.

use http::Method;
use keyward_objects_local::Fault;

use crate::check::{body_of, checked, spoil};
use crate::shop::{Shop, bytes_of};

const SIZE: usize = 1000;
const SHA1: &str = "ObQWkuCXVK4C1j0HuTZMRbobxHA=";
const SHA256: &str = "fczFrqzk0Ny8vpySIvYJ/nX1fiNQ3HjUAHFReNe6I+w=";

/// A store whose object `a` has lost a bit at `place` since it was put with these headers.
async fn damaged(place: usize, headers: &[(&str, &str)]) -> Shop {
    let shop = Shop::open().await;
    assert_eq!(shop.put("/bkt/a", headers, &bytes_of(1, SIZE)).await.status, 200);
    spoil(&body_of(&shop, SIZE as u64), place);
    shop
}

/// The check still names the object and nothing else.
fn is_still_found(shop: &Shop) -> bool {
    let (findings, _) = checked(shop);
    let named = |text: &str| text.contains("/a (version");
    findings.len() == 1
        && matches!(findings[0].fault, Fault::Content { .. } | Fault::Checksum { .. })
        && named(&findings[0].to_string())
}

#[tokio::test]
async fn a_whole_read_of_damaged_bytes_breaks_off_under_every_sum() {
    // The last two are of the bytes that are put.
    for headers in [
        &[][..],
        &[("x-amz-sdk-checksum-algorithm", "CRC32")],
        &[("x-amz-checksum-sha1", SHA1)],
        &[("x-amz-checksum-sha256", SHA256)],
    ] {
        for place in [0, 500, SIZE - 1] {
            let shop = damaged(place, headers).await;
            let got = shop.get("/bkt/a", &[]).await;
            assert!(got.broke_off && got.body.len() < SIZE, "{} bytes", got.body.len());
            let all = shop.get("/bkt/a", &[("range", "bytes=0-")]).await;
            assert!(all.broke_off && all.body.len() < SIZE, "a range of all bytes is a whole read");
            let some = shop.get("/bkt/a", &[("range", "bytes=100-299")]).await;
            assert_eq!((some.status.as_u16(), some.body.len(), some.broke_off), (206, 200, false));
        }
    }
}

#[tokio::test]
async fn damage_in_one_piece_is_told_before_the_answer_begins() {
    let shop = Shop::open().await;
    shop.holds("/bkt/a", &bytes_of(1, 90)).await;
    spoil(&body_of(&shop, 90), 40);
    for _ in 0..2 {
        let got = shop.get("/bkt/a", &[]).await;
        assert_eq!(got.refusal(), (500, "InternalError"));
        assert!(got.the("Message").contains("damaged"), "{got:?}");
    }
    shop.holds("/bkt/small", b"small").await;
    let shard = rusqlite::Connection::open(shop.home.path().join("meta-00.db")).unwrap();
    assert_eq!(shard.execute("UPDATE inline_bodies SET bytes = x'736D616C6D'", []).unwrap(), 1);
    assert_eq!(shop.get("/bkt/small", &[]).await.refusal(), (500, "InternalError"));
    assert_eq!(shop.get("/bkt/small", &[("range", "bytes=0-1")]).await.refusal(), (500, "InternalError"));
}

#[tokio::test]
async fn a_write_into_a_damaged_object_is_refused_wherever_the_damage_is() {
    for place in [0, 450, SIZE - 1] {
        let shop = damaged(place, &[]).await;
        let before = shop.head("/bkt/a", &[]).await.header("etag").to_owned();
        for range in ["bytes=-1-", "bytes=400-499", "bytes=0-99", "bytes=900-999"] {
            let put = shop.put("/bkt/a", &[("range", range)], &bytes_of(2, 100)).await;
            assert_eq!(put.refusal(), (500, "InternalError"), "{range} with damage at {place}");
            assert!(put.the("Message").contains("damaged"), "{put:?}");
        }
        assert_eq!(shop.head("/bkt/a", &[]).await.header("etag"), before);
        assert!(is_still_found(&shop));
        assert_eq!(shop.put("/bkt/a", &[], b"anew").await.status, 200, "a new object may take its place");
    }
}

#[tokio::test]
async fn a_part_copied_from_a_damaged_object_is_refused_even_from_a_range_without_damage() {
    let shop = damaged(SIZE - 1, &[]).await;
    let begun = shop.ask(Method::POST, "/other/big?uploads", &[], b"").await;
    let part = format!("/other/big?partNumber=1&uploadId={}", begun.the("UploadId"));
    for range in [None, Some("bytes=0-99"), Some("bytes=900-999")] {
        let source = [("x-amz-copy-source", "/bkt/a")].into_iter();
        let headers: Vec<_> = source.chain(range.map(|range| ("x-amz-copy-source-range", range))).collect();
        assert_eq!(shop.put(&part, &headers, b"").await.refusal(), (500, "InternalError"), "{range:?}");
    }
    assert!(is_still_found(&shop));
}

#[tokio::test]
async fn a_part_is_copied_from_a_source_that_was_compared_a_moment_ago_until_that_changes() {
    let shop = Shop::open().await;
    let bytes = bytes_of(1, SIZE);
    shop.holds("/bkt/a", &bytes).await;
    let begun = shop.ask(Method::POST, "/other/big?uploads", &[], b"").await;
    let part = format!("/other/big?partNumber=1&uploadId={}", begun.the("UploadId"));
    let copy = [("x-amz-copy-source", "/bkt/a"), ("x-amz-copy-source-range", "bytes=250-749")];
    let expected = shop.put("/bkt/same", &[], &bytes[250..750]).await;
    for _ in 0..2 {
        let put = shop.put(&part, &copy, b"").await;
        assert_eq!(put.the("ETag").replace("&quot;", "\""), expected.header("etag"), "{put:?}");
    }
    spoil(&body_of(&shop, SIZE as u64), 10);
    assert_eq!(shop.put(&part, &copy, b"").await.refusal(), (500, "InternalError"));
}

#[tokio::test]
async fn a_copy_that_would_get_new_sums_is_refused_and_one_that_keeps_them_stays_detectable() {
    let shop = damaged(3, &[]).await;
    for headers in [&[("x-amz-checksum-algorithm", "SHA256")][..], &[("x-amz-server-side-encryption", "AES256")]] {
        let headers: Vec<_> = [("x-amz-copy-source", "/bkt/a")].iter().chain(headers).copied().collect();
        assert_eq!(shop.put("/bkt/copy", &headers, b"").await.refusal(), (500, "InternalError"), "{headers:?}");
    }
    assert!(is_still_found(&shop));
    assert_eq!(shop.put("/other/copy", &[("x-amz-copy-source", "/bkt/a")], b"").await.status, 200);
    assert!(shop.get("/other/copy", &[]).await.broke_off);
}

#[tokio::test]
async fn each_part_of_an_object_is_compared_with_its_own_sum() {
    let shop = Shop::open().await;
    let begun = shop.ask(Method::POST, "/bkt/big?uploads", &[], b"").await;
    let id = begun.the("UploadId").to_owned();
    let mut list = String::new();
    for (number, size) in [(1, 700), (2, 900)] {
        let put = shop.put(&format!("/bkt/big?partNumber={number}&uploadId={id}"), &[], &bytes_of(number, size)).await;
        list += &format!("<Part><PartNumber>{number}</PartNumber><ETag>{}</ETag></Part>", put.header("etag"));
    }
    let list = format!("<CompleteMultipartUpload>{list}</CompleteMultipartUpload>");
    let done = shop.ask(Method::POST, &format!("/bkt/big?uploadId={id}"), &[], list.as_bytes()).await;
    assert_eq!(done.status, 200, "{done:?}");
    spoil(&body_of(&shop, 900), 1);
    let first = shop.get("/bkt/big?partNumber=1", &[]).await;
    assert_eq!((&first.body[..], first.broke_off), (&bytes_of(1, 700)[..], false));
    assert!(shop.get("/bkt/big?partNumber=2", &[]).await.broke_off);
    let whole = shop.get("/bkt/big", &[]).await;
    assert!(whole.broke_off && whole.body.len() >= 700 && whole.body.len() < 1600, "{} bytes", whole.body.len());
}
