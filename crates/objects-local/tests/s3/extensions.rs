//! What ECS adds to objects: writes into them, and retention by header.

use std::time::Duration;

use http::Method;

use crate::shop::{Shop, bytes_of};

#[tokio::test]
async fn a_write_into_an_object_leaves_the_rest_as_it_is() {
    let shop = Shop::open().await;
    let mut body = bytes_of(1, 2000);
    shop.put("/bkt/a", &[("x-amz-meta-a", "1"), ("content-type", "text/plain")], &body).await;
    let piece = bytes_of(2, 700);
    let put = shop.put("/bkt/a", &[("range", "bytes=900-1599")], &piece).await;
    assert_eq!((put.status.as_u16(), put.header("x-emc-previous-object-size")), (200, "2000"));
    body[900..1600].copy_from_slice(&piece);
    let put = shop.put("/bkt/a", &[("range", "bytes=-1-")], &piece).await;
    assert_eq!((put.status.as_u16(), put.header("x-emc-append-offset")), (200, "2000"));
    body.extend(&piece);
    let got = shop.get("/bkt/a", &[("x-amz-checksum-mode", "ENABLED")]).await;
    assert_eq!(&got.body[..], body);
    assert_eq!((got.header("x-amz-meta-a"), got.header("content-type")), ("1", "text/plain"));
    let same = shop.put("/bkt/b", &[], &body).await;
    assert_eq!(got.header("etag"), same.header("etag"));
    assert_eq!(got.header("x-amz-checksum-crc64nvme"), same.header("x-amz-checksum-crc64nvme"));
    assert_eq!(shop.left_behind().await.len(), 2, "what was taken on the way is gone");
}

#[tokio::test]
async fn a_retention_period_counts_from_the_writing_and_ends() {
    let shop = Shop::open().await;
    assert_eq!(shop.put("/bkt/a", &[("x-emc-retention-period", "60")], b"kept").await.status, 200);
    shop.clock.advance(Duration::from_secs(59));
    for (method, body) in [(Method::DELETE, &b""[..]), (Method::PUT, b"other")] {
        assert_eq!(shop.ask(method, "/bkt/a", &[], body).await.refusal(), (409, "ObjectUnderRetention"));
    }
    assert_eq!(&shop.get("/bkt/a", &[]).await.body[..], b"kept");
    shop.clock.advance(Duration::from_secs(1));
    assert_eq!(shop.put("/bkt/a", &[("x-emc-retention-period", "-1")], b"for ever").await.status, 200);
    shop.clock.advance(Duration::from_secs(10 * 365 * 24 * 60 * 60));
    assert_eq!(shop.ask(Method::DELETE, "/bkt/a", &[], b"").await.refusal(), (409, "ObjectUnderRetention"));
    assert_eq!(shop.get("/bkt/a", &[]).await.header("x-emc-retention-period"), "-1");
}

#[tokio::test]
async fn a_retention_period_only_gets_longer_while_it_binds() {
    let shop = Shop::open().await;
    shop.put("/bkt/a", &[("x-emc-retention-period", "60")], b"kept").await;
    let extend = async |seconds| shop.put("/bkt/a?retentionUpdate", &[("x-emc-retention-period", seconds)], b"").await;
    assert_eq!(extend("59").await.refusal(), (409, "ObjectUnderRetention"));
    assert_eq!(extend("120").await.status, 200);
    assert_eq!(shop.put("/bkt/a?retentionUpdate", &[], b"").await.refusal(), (400, "InvalidArgument"));
    shop.clock.advance(Duration::from_secs(100));
    assert_eq!(shop.ask(Method::DELETE, "/bkt/a", &[], b"").await.refusal(), (409, "ObjectUnderRetention"));
    assert_eq!(&shop.get("/bkt/a", &[]).await.body[..], b"kept");
    shop.clock.advance(Duration::from_secs(20));
    assert_eq!(extend("10").await.status, 200, "one that is over binds no one");
    assert_eq!(shop.ask(Method::DELETE, "/bkt/a", &[], b"").await.status, 204);
}

#[tokio::test]
async fn the_retention_of_an_upload_counts_from_its_completion() {
    let shop = Shop::open().await;
    let begun = shop.ask(Method::POST, "/bkt/a?uploads", &[("x-emc-retention-period", "60")], b"").await;
    let target = format!("/bkt/a?uploadId={}", begun.the("UploadId"));
    let part = shop.put(&format!("{target}&partNumber=1"), &[], b"x").await;
    shop.clock.advance(Duration::from_secs(3600));
    let tag = part.header("etag");
    let document = format!(
        "<CompleteMultipartUpload><Part><PartNumber>1</PartNumber><ETag>{tag}</ETag></Part></CompleteMultipartUpload>"
    );
    assert_eq!(shop.ask(Method::POST, &target, &[], document.as_bytes()).await.status, 200);
    shop.clock.advance(Duration::from_secs(59));
    assert_eq!(shop.ask(Method::DELETE, "/bkt/a", &[], b"").await.refusal(), (409, "ObjectUnderRetention"));
    shop.clock.advance(Duration::from_secs(1));
    assert_eq!(shop.ask(Method::DELETE, "/bkt/a", &[], b"").await.status, 204);
}
