//! Where a quota leaves little room.

use http::Method;
use keyward_objects::Backend;

use crate::shop::{INLINE, Reply, Shop, bucket};

fn is_refused(reply: &Reply) -> bool {
    reply.status == 403 && reply.the("Code") == "QuotaExceeded"
}

async fn copied(shop: &Shop) -> Reply {
    shop.put("/bkt/copy", &[("x-amz-copy-source", "/bkt/k")], b"").await
}

#[tokio::test]
async fn what_fits_is_taken_and_what_does_not_is_refused() {
    let mut shop = Shop::open().await;
    shop.room = Some(8);
    shop.holds("/bkt/k", b"12345678").await;
    assert!(is_refused(&shop.put("/bkt/more", &[], b"123456789").await));
    assert_eq!(shop.get("/bkt/more", &[]).await.status, 404);
    assert_eq!(copied(&shop).await.status, 200);
    shop.room = Some(7);
    assert!(is_refused(&copied(&shop).await));
}

#[tokio::test]
async fn without_any_room_deleting_and_reading_go_on() {
    let mut shop = Shop::open().await;
    shop.holds("/bkt/k", b"12345678").await;
    shop.room = Some(0);
    assert_eq!(shop.get("/bkt/k", &[]).await.status, 200);
    assert_eq!(shop.ask(Method::DELETE, "/bkt/k", &[], b"").await.status, 204);
}

#[tokio::test]
async fn parts_count_alone_and_together() {
    let mut shop = Shop::open().await;
    shop.room = Some(20);
    let begun = shop.ask(Method::POST, "/bkt/big?uploads", &[], b"").await;
    let id = begun.the("UploadId").to_owned();
    let mut parts = String::new();
    for number in 1..=2 {
        let put = shop.put(&format!("/bkt/big?uploadId={id}&partNumber={number}"), &[], &[b'x'; 15]).await;
        let tag = put.header("etag");
        parts += &format!("<Part><PartNumber>{number}</PartNumber><ETag>{tag}</ETag></Part>");
    }
    let large = shop.put(&format!("/bkt/big?uploadId={id}&partNumber=3"), &[], &[b'x'; 21]).await;
    assert!(is_refused(&large));
    let document = format!("<CompleteMultipartUpload>{parts}</CompleteMultipartUpload>");
    let target = format!("/bkt/big?uploadId={id}");
    assert!(is_refused(&shop.ask(Method::POST, &target, &[], document.as_bytes()).await));
    shop.room = Some(30);
    assert_eq!(shop.ask(Method::POST, &target, &[], document.as_bytes()).await.status, 200);
}

#[tokio::test]
async fn every_version_counts_until_it_is_gone() {
    let shop = Shop::open().await;
    let id = bucket("bkt").id;
    shop.holds("/bkt/k", &[b'x'; 2 * INLINE]).await;
    assert_eq!(shop.store.stored_bytes(id).await.unwrap(), 2 * INLINE as u64);
    shop.ask(Method::DELETE, "/bkt/k", &[], b"").await;
    assert_eq!(shop.store.stored_bytes(id).await.unwrap(), 0);
}
