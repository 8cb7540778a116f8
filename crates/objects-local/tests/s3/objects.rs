//! Writing objects and reading them back whole.

use http::Method;

use crate::shop::{INLINE, Shop, bytes_of};

#[tokio::test]
async fn what_was_put_comes_back_with_its_headers() {
    let shop = Shop::open().await;
    let headers = [
        ("content-type", "text/plain; charset=utf-8"),
        ("cache-control", "no-cache"),
        ("content-disposition", "attachment"),
        ("content-language", "de"),
        ("content-encoding", "gzip"),
        ("expires", "whenever"),
        ("x-amz-meta-colour", "grün"),
        ("x-amz-meta-none", ""),
    ];
    for size in [0, 5, INLINE, 1000] {
        let body = bytes_of(size, size);
        let put = shop.put("/bkt/a", &headers, &body).await;
        assert_eq!(put.status, 200, "{put:?}");
        let got = shop.get("/bkt/a", &[]).await;
        assert_eq!((got.status.as_u16(), &got.body[..]), (200, &body[..]));
        for (name, value) in headers {
            assert_eq!(got.headers[name].as_bytes(), value.as_bytes(), "{name}");
        }
        assert_eq!(got.header("etag"), put.header("etag"));
        assert_eq!(got.header("content-length"), size.to_string());
        assert_eq!(got.header("last-modified"), "Thu, 05 Mar 2026 17:39:13 GMT");
        assert_eq!(got.header("accept-ranges"), "bytes");
    }
}

#[tokio::test]
async fn the_tag_is_the_md5_of_the_content() {
    let shop = Shop::open().await;
    assert_eq!(shop.holds("/bkt/a", b"hello").await, "\"5d41402abc4b2a76b9719d911017c592\"");
    assert_eq!(shop.holds("/bkt/b", &[b'a'; 1000]).await, "\"cabe45dcc9ae5b66ba86600cca6b8ba8\"");
}

#[tokio::test]
async fn a_head_tells_what_a_get_would() {
    let shop = Shop::open().await;
    shop.put("/bkt/a", &[("x-amz-meta-a", "1"), ("content-type", "text/plain")], &bytes_of(1, 300)).await;
    for headers in [&[][..], &[("range", "bytes=3-9")], &[("x-amz-checksum-mode", "ENABLED")]] {
        let (got, head) = (shop.get("/bkt/a", headers).await, shop.head("/bkt/a", headers).await);
        assert_eq!((got.status, &got.headers), (head.status, &head.headers));
        assert!(head.body.is_empty());
    }
}

#[tokio::test]
async fn keys_are_taken_as_they_are() {
    let shop = Shop::open().await;
    for key in ["gr%C3%BC%C3%9Fe/%E6%97%A5%E6%9C%AC.txt", "a%20b+c", "/lead", "a//b", "../up", "%25", "%3Fversions"] {
        let target = format!("/bkt/{key}");
        shop.holds(&target, key.as_bytes()).await;
        assert_eq!(shop.get(&target, &[]).await.body, key.as_bytes(), "{key}");
    }
    let listed = shop.get("/bkt?list-type=2", &[]).await;
    assert_eq!(listed.all("Key"), ["%", "../up", "/lead", "?versions", "a b+c", "a//b", "grüße/日本.txt"]);
}

#[tokio::test]
async fn metadata_that_is_not_utf_8_comes_back_byte_for_byte() {
    let shop = Shop::open().await;
    let mut parts = crate::shop::head(Method::PUT, "/bkt/a", &[], Some(0));
    parts.headers.insert("x-amz-meta-colour", http::HeaderValue::from_bytes(b"gr\xfcn").unwrap());
    let (parts, _) = shop.signed(parts, keyward_signature::ContentSha256::of(b""));
    assert_eq!(shop.send(parts, keyward_objects::empty()).await.status, 200);
    assert_eq!(shop.get("/bkt/a", &[]).await.headers["x-amz-meta-colour"].as_bytes(), b"gr\xfcn");
}

#[tokio::test]
async fn a_missing_key_is_named() {
    let shop = Shop::open().await;
    let missing = shop.get("/bkt/not/there", &[]).await;
    assert_eq!((missing.refusal(), missing.the("Key")), ((404, "NoSuchKey"), "not/there"));
}

#[tokio::test]
async fn a_conditional_put_never_overwrites_what_it_does_not_mean() {
    let shop = Shop::open().await;
    let missing = shop.put("/bkt/a", &[("if-match", "*")], b"1").await;
    assert_eq!(missing.refusal(), (404, "NoSuchKey"));
    assert_eq!(shop.put("/bkt/a", &[("if-none-match", "*")], b"1").await.status, 200);
    let refused = [("if-none-match", "*"), ("if-match", "\"d41d8cd98f00b204e9800998ecf8427e\"")];
    for condition in refused {
        assert_eq!(shop.put("/bkt/a", &[condition], b"2").await.refusal(), (412, "PreconditionFailed"));
    }
    let tag = shop.get("/bkt/a", &[]).await.header("etag").to_owned();
    assert_eq!(shop.put("/bkt/a", &[("if-match", &format!("\"other\", {tag}"))], b"3").await.status, 200);
    assert_eq!(shop.get("/bkt/a", &[]).await.body, "3");
}

#[tokio::test]
async fn the_checksum_of_an_object_is_shown_to_who_asks() {
    let shop = Shop::open().await;
    let declared = shop.put("/bkt/a", &[("x-amz-checksum-crc32", "y/Q5Jg==")], b"123456789").await;
    assert_eq!(declared.header("x-amz-checksum-crc32"), "y/Q5Jg==", "{declared:?}");
    let ours = shop.put("/bkt/b", &[], b"123456789").await;
    assert_eq!(ours.header("x-amz-checksum-crc64nvme"), "rosUhgp5mIg=", "{ours:?}");
    for (target, name, value) in
        [("/bkt/a", "x-amz-checksum-crc32", "y/Q5Jg=="), ("/bkt/b", "x-amz-checksum-crc64nvme", "rosUhgp5mIg=")]
    {
        let shown = shop.get(target, &[("x-amz-checksum-mode", "ENABLED")]).await;
        assert_eq!((shown.header(name), shown.header("x-amz-checksum-type")), (value, "FULL_OBJECT"));
        assert_eq!(shop.get(target, &[]).await.header(name), "");
        assert_eq!(
            shop.get(target, &[("x-amz-checksum-mode", "ENABLED"), ("range", "bytes=0-1")]).await.header(name),
            ""
        );
    }
}
