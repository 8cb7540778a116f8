//! Deleting objects, one by one and many at once.

use http::Method;

use crate::shop::{Reply, Shop};

async fn delete(shop: &Shop, target: &str, headers: &[(&str, &str)]) -> Reply {
    shop.ask(Method::DELETE, target, headers, b"").await
}

/// Deletes by one request, with the checksum that S3 requires.
async fn delete_all(shop: &Shop, document: &str) -> Reply {
    let mut crc = crc_fast::Digest::new(crc_fast::CrcAlgorithm::Crc32IsoHdlc);
    crc.update(document.as_bytes());
    let value = crc.finalize().to_be_bytes();
    let sum =
        keyward_s3_wire::checksum::Checksum::new(keyward_s3_wire::checksum::ChecksumAlgorithm::Crc32, &value[4..])
            .unwrap();
    shop.ask(Method::POST, "/bkt?delete", &[("x-amz-checksum-crc32", sum.as_str())], document.as_bytes()).await
}

#[tokio::test]
async fn deleting_is_idempotent() {
    let shop = Shop::open().await;
    shop.holds("/bkt/a", b"x").await;
    for _ in 0..2 {
        assert_eq!(delete(&shop, "/bkt/a", &[]).await.status, 204);
    }
    assert_eq!(shop.get("/bkt/a", &[]).await.refusal(), (404, "NoSuchKey"));
    assert_eq!(delete(&shop, "/bkt/a?versionId=null", &[]).await.header("x-amz-version-id"), "null");
    assert_eq!(delete(&shop, "/bkt/a?versionId=v1", &[]).await.refusal(), (404, "NoSuchVersion"));
}

#[tokio::test]
async fn a_conditional_deletion_spares_another_object() {
    let shop = Shop::open().await;
    let tag = shop.holds("/bkt/a", b"x").await;
    assert_eq!(delete(&shop, "/bkt/a", &[("if-match", "\"other\"")]).await.refusal(), (412, "PreconditionFailed"));
    assert_eq!(delete(&shop, "/bkt/a", &[("x-amz-if-match-size", "2")]).await.status, 412);
    assert_eq!(delete(&shop, "/bkt/a", &[("if-match", &tag)]).await.status, 204);
    assert_eq!(delete(&shop, "/bkt/a", &[("if-match", &tag)]).await.status, 204, "it may be sent again");
}

#[tokio::test]
async fn many_deletions_have_an_outcome_each() {
    let shop = Shop::open().await;
    shop.holds("/bkt/a", b"1").await;
    shop.holds("/bkt/b", b"2").await;
    shop.holds("/bkt/c", b"3").await;
    let answer = delete_all(
        &shop,
        "<Delete><Object><Key>a</Key></Object><Object><Key>missing</Key></Object>\
         <Object><Key>b</Key><ETag>\"other\"</ETag></Object><Object><Key>c</Key><VersionId>v1</VersionId></Object></Delete>",
    )
    .await;
    assert_eq!(answer.status, 200, "{answer:?}");
    assert_eq!((answer.all("Deleted").len(), answer.all("Error").len()), (2, 2));
    assert_eq!(answer.all("Code"), ["PreconditionFailed", "NoSuchVersion"]);
    assert_eq!(shop.get("/bkt?list-type=2", &[]).await.all("Key"), ["b", "c"]);
}

#[tokio::test]
async fn a_quiet_deletion_names_failures_only() {
    let shop = Shop::open().await;
    shop.holds("/bkt/a", b"1").await;
    let answer = delete_all(&shop, "<Delete><Quiet>true</Quiet><Object><Key>a</Key></Object></Delete>").await;
    assert_eq!((answer.status.as_u16(), answer.all("Deleted").len()), (200, 0));
    assert_eq!(shop.get("/bkt/a", &[]).await.status, 404);
}

#[tokio::test]
async fn many_are_deleted_only_by_a_document_that_came_as_it_was_sent() {
    let shop = Shop::open().await;
    shop.holds("/bkt/a", b"1").await;
    let document = b"<Delete><Object><Key>a</Key></Object></Delete>";
    let unchecked = shop.ask(Method::POST, "/bkt?delete", &[], document).await;
    assert_eq!(unchecked.refusal(), (400, "InvalidRequest"));
    let headers = [("content-md5", "AAAAAAAAAAAAAAAAAAAAAA==")];
    assert_eq!(shop.ask(Method::POST, "/bkt?delete", &headers, document).await.refusal(), (400, "BadDigest"));
    let too_long = vec![b' '; 2 * 1024 * 1024 + 1];
    let refused = shop.ask(Method::POST, "/bkt?delete", &headers, &too_long).await;
    assert_eq!(refused.refusal(), (400, "MaxMessageLengthExceeded"));
    assert_eq!(shop.get("/bkt/a", &[]).await.status, 200);
}

#[tokio::test]
async fn a_key_that_an_answer_cannot_name_is_deleted_on_its_own_only() {
    let shop = Shop::open().await;
    for target in ["/bkt/a", "/bkt/b%01"] {
        shop.holds(target, b"kept").await;
    }
    for key in ["b\u{1}", "b&#x1;"] {
        let document = format!("<Delete><Object><Key>a</Key></Object><Object><Key>{key}</Key></Object></Delete>");
        assert_eq!(delete_all(&shop, &document).await.refusal(), (400, "MalformedXML"));
    }
    assert_eq!(shop.get("/bkt/a", &[]).await.body, "kept");
    assert_eq!(delete(&shop, "/bkt/b%01", &[]).await.status, 204);
    assert_eq!(shop.get("/bkt/b%01", &[]).await.status, 404);
}
