//! A key that was ended while its request was under way: the store asks before every commit, and leaves all as it was.

use async_trait::async_trait;
use http::Method;
use keyward_objects::{CommitCheck, CommitPermit, KeyEnded, Signer};
use keyward_s3_wire::S3Error;

use crate::shop::{Shop, bytes_of};

/// Method, target, headers and body of a request.
type Write<'w> = (Method, &'w str, &'w [(&'w str, &'w str)], &'w [u8]);

/// The key of this signer has ended.
struct Revoked;

#[async_trait]
impl Signer for Revoked {
    async fn permit(&self) -> Result<CommitPermit, S3Error> {
        Err(KeyEnded::Secret.into())
    }
}

/// A shop with an object, a short one and an upload with one part; with the upload's id and the part's tag.
async fn stocked() -> (Shop, String, String) {
    let shop = Shop::open().await;
    shop.put("/bkt/long", &[("x-amz-tagging", "a=1"), ("x-emc-retention-period", "0")], &bytes_of(1, 2000)).await;
    shop.holds("/bkt/short", b"short").await;
    let begun = shop.ask(Method::POST, "/bkt/big?uploads", &[], b"").await;
    let id = begun.the("UploadId").to_owned();
    let part = shop.put(&format!("/bkt/big?uploadId={id}&partNumber=1"), &[], &bytes_of(2, 500)).await;
    let tag = part.header("etag").to_owned();
    (shop, id, tag)
}

#[tokio::test]
async fn no_write_is_committed_once_its_key_has_ended() {
    let (mut shop, id, tag) = stocked().await;
    let (upload, body) = (format!("/bkt/big?uploadId={id}"), bytes_of(3, 1000));
    let part = |number: u8| format!("{upload}&partNumber={number}");
    let completion = format!(
        "<CompleteMultipartUpload><Part><PartNumber>1</PartNumber><ETag>{tag}</ETag></Part></CompleteMultipartUpload>"
    );
    let tags = "<Tagging><TagSet><Tag><Key>b</Key><Value>2</Value></Tag></TagSet></Tagging>";
    let delete = "<Delete><Object><Key>long</Key></Object></Delete>";
    let from = |source| ("x-amz-copy-source", source);
    let writes: [Write<'_>; 20] = [
        (Method::PUT, "/bkt/new", &[], &body),
        (Method::PUT, "/bkt/new", &[], b"short"),
        (Method::PUT, "/bkt/long", &[], &body),
        (Method::PUT, "/bkt/long", &[("range", "bytes=0-999")], &body),
        (Method::PUT, "/bkt/long", &[("range", "bytes=-1-")], &body),
        (Method::PUT, &part(1), &[], &body),
        (Method::PUT, &part(2), &[], &body),
        (Method::PUT, &part(2), &[from("bkt/long")], b""),
        (Method::POST, &upload, &[], completion.as_bytes()),
        (Method::DELETE, &upload, &[], b""),
        (Method::POST, "/bkt/new?uploads", &[], b""),
        (Method::PUT, "/bkt/new", &[from("bkt/long")], b""),
        (Method::PUT, "/other/new", &[from("bkt/long")], b""),
        (Method::PUT, "/bkt/new", &[from("bkt/long"), ("x-amz-checksum-algorithm", "SHA256")], b""),
        (Method::DELETE, "/bkt/long", &[], b""),
        (Method::DELETE, "/bkt/not-there", &[], b""),
        (Method::POST, "/bkt?delete", &[("content-md5", "43gsiaGBb42vg8MV9xU6Bw==")], delete.as_bytes()),
        (Method::PUT, "/bkt/long?tagging", &[], tags.as_bytes()),
        (Method::DELETE, "/bkt/long?tagging", &[], b""),
        (Method::PUT, "/bkt/long?retentionUpdate", &[("x-emc-retention-period", "60")], b""),
    ];
    let listed = shop.get("/bkt?list-type=2", &[]).await.body;
    shop.commit_check = CommitCheck::of(Revoked);
    for (method, target, headers, body) in writes {
        let answer = shop.ask(method.clone(), target, headers, body).await;
        assert_eq!(answer.refusal(), (403, "AccessDenied"), "{method} {target} {headers:?}");
        assert!(answer.the("Message").contains("was ended before the request was complete"), "{answer:?}");
    }
    assert_eq!(shop.get("/bkt/long", &[]).await.body, bytes_of(1, 2000), "reads finish");
    assert_eq!(shop.get("/bkt/long?tagging", &[]).await.all("Key"), ["a"]);
    assert_eq!(shop.get("/bkt?list-type=2", &[]).await.body, listed);
    assert_eq!(shop.get("/other?list-type=2", &[]).await.all("Key"), [""; 0]);
    shop.commit_check = CommitCheck::unsigned();
    assert_eq!(shop.ask(Method::POST, &upload, &[], completion.as_bytes()).await.status, 200);
    assert_eq!(shop.get("/bkt/big", &[]).await.body, bytes_of(2, 500));
    assert_eq!(shop.left_behind().await.len(), 2, "what had arrived of the others is gone");
}
