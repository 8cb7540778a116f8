//! Encryption at rest: nothing of a body is on the disk in clear, and only its key reads it.

use http::Method;

use crate::shop::{INLINE, Shop, bytes_of};

const KEY: [(&str, &str); 3] = [
    ("x-amz-server-side-encryption-customer-algorithm", "AES256"),
    ("x-amz-server-side-encryption-customer-key", "pO3upElrwuEXSoFwCfnZPdSsmt/xWeFa0N9KgDijwVs="),
    ("x-amz-server-side-encryption-customer-key-md5", "DWygnHRtgiJ77HCm+1rvHw=="),
];
const OTHER: [(&str, &str); 3] = [
    ("x-amz-server-side-encryption-customer-algorithm", "AES256"),
    ("x-amz-server-side-encryption-customer-key", "6b+WOZ1T3cqZMxgThRcXAQBrS5mXKdDUphvpxptl9/4="),
    ("x-amz-server-side-encryption-customer-key-md5", "arxBvwY2V4SiOne6yppVPQ=="),
];
const AES: (&str, &str) = ("x-amz-server-side-encryption", "AES256");

/// Whether any file of the store holds `needle`.
fn is_on_disk(shop: &Shop, needle: &[u8]) -> bool {
    fn files(directory: &std::path::Path) -> Vec<std::path::PathBuf> {
        let entries = std::fs::read_dir(directory).unwrap().map(|entry| entry.unwrap().path());
        entries.flat_map(|path| if path.is_dir() { files(&path) } else { vec![path] }).collect()
    }
    files(shop.home.path())
        .iter()
        .any(|file| std::fs::read(file).unwrap().windows(needle.len()).any(|window| window == needle))
}

#[tokio::test]
async fn a_body_comes_back_whole_and_in_parts_and_is_nowhere_in_clear() {
    for size in [0, 1, INLINE, INLINE + 1, 200_000] {
        for headers in [&[AES][..], &KEY] {
            let shop = Shop::open().await;
            let body = bytes_of(1, size);
            let put = shop.put("/bkt/a", headers, &body).await;
            assert_eq!(put.status, 200, "{put:?}");
            assert_eq!(put.header(headers[0].0), "AES256");
            let read = if headers.len() == 1 { &[][..] } else { headers };
            let got = shop.get("/bkt/a", read).await;
            assert_eq!((got.body.as_ref(), got.header(headers[0].0)), (&body[..], "AES256"));
            assert_eq!(got.header("etag"), put.header("etag"));
            if size > 100_000 {
                let ranged = [read, &[("range", "bytes=65530-131080")]].concat();
                assert_eq!(shop.get("/bkt/a", &ranged).await.body, body[65530..131_081]);
            }
            assert!(size < 16 || !is_on_disk(&shop, &body[..16.min(size)]), "{size} bytes");
        }
    }
}

#[tokio::test]
async fn an_object_under_a_clients_key_is_read_with_that_key_alone() {
    let shop = Shop::open().await;
    shop.put("/bkt/a", &KEY, b"secret").await;
    shop.holds("/bkt/plain", b"open").await;
    for (target, headers) in [("/bkt/a", &[][..]), ("/bkt/a", &OTHER), ("/bkt/plain", &KEY)] {
        assert_eq!(shop.get(target, headers).await.refusal(), (400, "InvalidRequest"), "{target} {headers:?}");
        assert_eq!(shop.head(target, headers).await.status, 400);
    }
}

#[tokio::test]
async fn a_copy_changes_from_one_key_to_another() {
    let shop = Shop::open().await;
    let body = bytes_of(3, 100_000);
    shop.put("/bkt/a", &KEY, &body).await;
    let source = [
        ("x-amz-copy-source", "/bkt/a"),
        ("x-amz-copy-source-server-side-encryption-customer-algorithm", KEY[0].1),
        ("x-amz-copy-source-server-side-encryption-customer-key", KEY[1].1),
        ("x-amz-copy-source-server-side-encryption-customer-key-md5", KEY[2].1),
    ];
    for (target, headers, read) in [("/bkt/b", &OTHER[..], &OTHER[..]), ("/bkt/c", &[AES], &[]), ("/other/d", &[], &[])]
    {
        let copied = shop.put(target, &[&source[..], headers].concat(), b"").await;
        assert_eq!(copied.status, 200, "{target}: {copied:?}");
        assert_eq!(shop.get(target, read).await.body, body, "{target}");
    }
    assert_eq!(shop.put("/bkt/e", &[("x-amz-copy-source", "/bkt/a")], b"").await.refusal(), (400, "InvalidRequest"));
    // Under the store's own keys, within a shard and across.
    for target in ["/bkt/f", "/other/g"] {
        shop.put(target, &[("x-amz-copy-source", "/bkt/c"), AES], b"").await;
        assert_eq!(shop.get(target, &[]).await.body, body, "{target}");
    }
}

#[tokio::test]
async fn an_upload_in_parts_is_encrypted_part_by_part() {
    let shop = Shop::open().await;
    let begun = shop.ask(Method::POST, "/bkt/big?uploads", &KEY, b"").await;
    let id = begun.the("UploadId");
    let (one, two) = (bytes_of(1, 70_000), bytes_of(2, 300));
    let part = async |number: u16, body: &[u8], key: &[(&str, &str)]| {
        shop.put(&format!("/bkt/big?partNumber={number}&uploadId={id}"), key, body).await
    };
    assert_eq!(part(1, &one, &OTHER).await.refusal(), (400, "InvalidRequest"));
    assert_eq!(part(1, &one, &[]).await.refusal(), (400, "InvalidRequest"));
    let tags = [part(1, &one, &KEY).await, part(2, &two, &KEY).await].map(|put| put.header("etag").to_owned());
    let list = format!(
        "<CompleteMultipartUpload><Part><PartNumber>1</PartNumber><ETag>{}</ETag></Part>\
         <Part><PartNumber>2</PartNumber><ETag>{}</ETag></Part></CompleteMultipartUpload>",
        tags[0], tags[1]
    );
    let done = shop.ask(Method::POST, &format!("/bkt/big?uploadId={id}"), &KEY, list.as_bytes()).await;
    assert_eq!(done.status, 200, "{done:?}");
    let whole = [one, two].concat();
    assert_eq!(shop.get("/bkt/big", &KEY).await.body, whole);
    let ranged = [&KEY[..], &[("range", "bytes=69990-70010")]].concat();
    assert_eq!(shop.get("/bkt/big", &ranged).await.body, whole[69_990..70_011]);
}
