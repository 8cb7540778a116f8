//! Copying objects on the server's side.

use http::Method;

use crate::shop::{Reply, Shop, bytes_of};

async fn copy(shop: &Shop, source: &str, target: &str, headers: &[(&str, &str)]) -> Reply {
    let mut all = vec![("x-amz-copy-source", source)];
    all.extend(headers);
    shop.ask(Method::PUT, target, &all, b"").await
}

#[tokio::test]
async fn a_copy_has_the_bytes_and_the_metadata_of_its_source() {
    let shop = Shop::open().await;
    for (size, target) in [(5, "/bkt/b"), (1000, "/bkt/c"), (5, "/other/b"), (1000, "/other/c")] {
        let body = bytes_of(size, size);
        shop.put("/bkt/gr%C3%BCn", &[("x-amz-meta-a", "1"), ("content-type", "text/plain")], &body).await;
        let copied = copy(&shop, "/bkt/gr%C3%BCn", target, &[("x-amz-meta-a", "ignored")]).await;
        assert_eq!(copied.status, 200, "{copied:?}");
        let got = shop.get(target, &[]).await;
        assert_eq!(&got.body[..], &body[..]);
        assert_eq!((got.header("x-amz-meta-a"), got.header("content-type")), ("1", "text/plain"));
        assert_eq!(copied.the("ETag").replace("&quot;", "\""), got.header("etag"));
    }
}

#[tokio::test]
async fn a_copy_may_replace_the_metadata_even_onto_itself() {
    let shop = Shop::open().await;
    shop.put("/bkt/a", &[("x-amz-meta-a", "1")], b"x").await;
    let replace = [("x-amz-metadata-directive", "REPLACE"), ("x-amz-meta-b", "2")];
    assert_eq!(copy(&shop, "bkt/a", "/bkt/a", &replace).await.status, 200);
    let got = shop.get("/bkt/a", &[]).await;
    assert_eq!((&got.body[..], got.header("x-amz-meta-a"), got.header("x-amz-meta-b")), (&b"x"[..], "", "2"));
    assert_eq!(copy(&shop, "bkt/a", "/bkt/a", &[]).await.refusal(), (400, "InvalidRequest"));
}

#[tokio::test]
async fn a_copy_may_have_another_checksum() {
    let shop = Shop::open().await;
    shop.put("/bkt/a", &[("x-amz-meta-a", "1")], b"123456789").await;
    let copied = copy(&shop, "bkt/a", "/bkt/b", &[("x-amz-checksum-algorithm", "CRC32")]).await;
    assert_eq!((copied.the("ChecksumCRC32"), copied.the("ChecksumType")), ("y/Q5Jg==", "FULL_OBJECT"), "{copied:?}");
    let got = shop.get("/bkt/b", &[("x-amz-checksum-mode", "ENABLED")]).await;
    assert_eq!((got.header("x-amz-checksum-crc32"), got.header("x-amz-meta-a")), ("y/Q5Jg==", "1"));
}

#[tokio::test]
async fn conditions_of_a_copy_are_about_its_source_and_its_target() {
    let shop = Shop::open().await;
    let tag = shop.holds("/bkt/a", b"x").await;
    shop.holds("/bkt/b", b"kept").await;
    for condition in [
        ("x-amz-copy-source-if-match", "\"other\""),
        ("x-amz-copy-source-if-none-match", tag.as_str()),
        ("if-none-match", "*"),
    ] {
        assert_eq!(copy(&shop, "bkt/a", "/bkt/b", &[condition]).await.refusal(), (412, "PreconditionFailed"));
    }
    assert_eq!(shop.get("/bkt/b", &[]).await.body, "kept");
    assert_eq!(copy(&shop, "bkt/a", "/bkt/b", &[("x-amz-copy-source-if-match", &tag)]).await.status, 200);
}

#[tokio::test]
async fn a_missing_source_is_named() {
    let shop = Shop::open().await;
    let missing = copy(&shop, "bkt/not-there", "/bkt/b", &[]).await;
    assert_eq!((missing.refusal(), missing.all("Key")), ((404, "NoSuchKey"), vec!["not-there"]));
    let version = copy(&shop, "bkt/a?versionId=v1", "/bkt/b", &[]).await;
    assert_eq!(version.refusal(), (404, "NoSuchVersion"));
}
