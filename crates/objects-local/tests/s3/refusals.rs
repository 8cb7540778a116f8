//! What is refused because it would not be done.

use http::Method;

use crate::shop::Shop;

#[tokio::test]
async fn what_would_be_forgotten_is_refused_and_stores_nothing() {
    let shop = Shop::open().await;
    for header in [("x-amz-server-side-encryption", "aws:kms"), ("x-emc-retention-policy", "year")] {
        assert_eq!(shop.put("/bkt/a", &[header], b"x").await.refusal(), (501, "NotImplemented"), "{header:?}");
        let begun = shop.ask(Method::POST, "/bkt/a?uploads", &[header], b"").await;
        assert_eq!(begun.refusal(), (501, "NotImplemented"), "{header:?}");
    }
    assert_eq!(shop.get("/bkt/a", &[]).await.status, 404);
    assert_eq!(shop.put("/bkt/a", &[("x-amz-acl", "private")], b"x").await.status, 200);
}

#[tokio::test]
async fn an_operation_that_is_not_offered_is_named() {
    let shop = Shop::open().await;
    for (method, target, name) in [
        (Method::GET, "/bkt/a?torrent", "GetObjectTorrent"),
        (Method::PUT, "/bkt?versioning", "PutBucketVersioning"),
        (Method::DELETE, "/bkt?policy", "DeleteBucketPolicy"),
    ] {
        let refused = shop.ask(method, target, &[], b"").await;
        assert_eq!((refused.refusal(), refused.the("Operation")), ((501, "NotImplemented"), name));
    }
}

#[tokio::test]
async fn a_bucket_that_changed_hands_is_not_touched() {
    let shop = Shop::open().await;
    let theirs = ("x-amz-expected-bucket-owner", "bob@corp.example");
    assert_eq!(shop.put("/bkt/a", &[theirs], b"x").await.refusal(), (403, "AccessDenied"));
    let mine = ("x-amz-expected-bucket-owner", "alice@corp.example");
    assert_eq!(shop.put("/bkt/a", &[mine], b"x").await.status, 200);
    let source = ("x-amz-source-expected-bucket-owner", "bob@corp.example");
    let copied = shop.put("/bkt/b", &[("x-amz-copy-source", "bkt/a"), source], b"").await;
    assert_eq!(copied.refusal(), (403, "AccessDenied"));
}
