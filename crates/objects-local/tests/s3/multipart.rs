//! Uploads in parts, from their beginning to their end.

use http::Method;

use crate::shop::{LEAST_PART, Reply, Shop, bytes_of};

struct Upload<'s> {
    shop: &'s Shop,
    id: String,
    tags: Vec<(u16, String)>,
}

impl<'s> Upload<'s> {
    async fn begin(shop: &'s Shop, headers: &[(&str, &str)]) -> Self {
        let begun = shop.ask(Method::POST, "/bkt/big?uploads", headers, b"").await;
        assert_eq!(begun.status, 200, "{begun:?}");
        Self { shop, id: begun.the("UploadId").to_owned(), tags: Vec::new() }
    }

    fn target(&self, more: &str) -> String {
        format!("/bkt/big?uploadId={}{more}", self.id)
    }

    async fn part(&mut self, number: u16, headers: &[(&str, &str)], body: &[u8]) -> Reply {
        let put = self.shop.put(&self.target(&format!("&partNumber={number}")), headers, body).await;
        if put.status == 200 {
            self.tags.push((number, put.header("etag").to_owned()));
        }
        put
    }

    async fn complete(&self, headers: &[(&str, &str)]) -> Reply {
        let part =
            |(number, tag): &(u16, String)| format!("<Part><PartNumber>{number}</PartNumber><ETag>{tag}</ETag></Part>");
        let parts: String = self.tags.iter().map(part).collect();
        self.complete_with(headers, &parts).await
    }

    async fn complete_with(&self, headers: &[(&str, &str)], parts: &str) -> Reply {
        let document = format!("<CompleteMultipartUpload>{parts}</CompleteMultipartUpload>");
        self.shop.ask(Method::POST, &self.target(""), headers, document.as_bytes()).await
    }
}

#[tokio::test]
async fn parts_become_one_object_with_its_headers() {
    let shop = Shop::open().await;
    let mut upload = Upload::begin(&shop, &[("content-type", "video/mp4"), ("x-amz-meta-a", "1")]).await;
    let parts = [bytes_of(1, 1000), bytes_of(2, LEAST_PART), bytes_of(3, 3)];
    for (number, part) in [2, 5, 9].into_iter().zip(&parts) {
        assert_eq!(upload.part(number, &[], part).await.status, 200);
    }
    let done = upload.complete(&[]).await;
    assert_eq!(done.status, 200, "{done:?}");
    assert_eq!((done.the("Location"), done.the("Bucket"), done.the("Key")), ("/bkt/big", "bkt", "big"));
    let got = shop.get("/bkt/big", &[]).await;
    assert_eq!(&got.body[..], parts.concat());
    assert_eq!((got.header("content-type"), got.header("x-amz-meta-a")), ("video/mp4", "1"));
    assert!(got.header("etag").ends_with("-3\""), "{}", got.header("etag"));
    assert_eq!(done.the("ETag").replace("&quot;", "\""), got.header("etag"));
    assert_eq!(shop.get("/bkt?uploads", &[]).await.all("Upload").len(), 0);

    let second = shop.get("/bkt/big?partNumber=5", &[]).await;
    assert_eq!((second.status.as_u16(), &second.body[..]), (206, &parts[1][..]));
    assert_eq!((second.header("x-amz-mp-parts-count"), second.header("content-range")), ("3", "bytes 1000-1009/1013"));
    assert_eq!(shop.head("/bkt/big?partNumber=5", &[]).await.header("content-length"), "10");
    assert_eq!(shop.get("/bkt/big?partNumber=1", &[]).await.refusal(), (416, "InvalidPartNumber"));
}

#[tokio::test]
async fn a_completion_whose_answer_was_lost_can_be_repeated() {
    let shop = Shop::open().await;
    let mut upload = Upload::begin(&shop, &[]).await;
    upload.part(1, &[], b"x").await;
    let (first, second) = (upload.complete(&[]).await, upload.complete(&[]).await);
    assert_eq!((first.status.as_u16(), first.the("ETag")), (200, second.the("ETag")));
    shop.ask(Method::DELETE, "/bkt/big", &[], b"").await;
    let gone = upload.complete(&[]).await;
    assert_eq!((gone.refusal(), gone.the("UploadId")), ((404, "NoSuchUpload"), upload.id.as_str()));
}

#[tokio::test]
async fn a_repeated_completion_answers_the_checksum_again() {
    for (algorithm, element, kind) in
        [("CRC32", "ChecksumCRC32", "COMPOSITE"), ("CRC64NVME", "ChecksumCRC64NVME", "FULL_OBJECT")]
    {
        let shop = Shop::open().await;
        let mut upload = Upload::begin(&shop, &[("x-amz-checksum-algorithm", algorithm)]).await;
        upload.part(1, &[], b"123456789").await;
        let (first, second) = (upload.complete(&[]).await, upload.complete(&[]).await);
        assert!(!first.the(element).is_empty(), "{first:?}");
        assert_eq!(second.the("ChecksumType"), kind, "{second:?}");
        assert_eq!(first.body, second.body);
    }
}

#[tokio::test]
async fn a_completion_that_does_not_fit_the_parts_changes_nothing() {
    let shop = Shop::open().await;
    let mut upload = Upload::begin(&shop, &[]).await;
    upload.part(1, &[], b"short").await;
    upload.part(2, &[], b"last").await;
    let (one, two) = (upload.tags[0].1.clone(), upload.tags[1].1.clone());
    let part = |number: u16, tag: &str| format!("<Part><PartNumber>{number}</PartNumber><ETag>{tag}</ETag></Part>");
    for (parts, code) in [
        (part(1, &one) + &part(2, &two), "EntityTooSmall"),
        (part(1, &two), "InvalidPart"),
        (part(3, &one), "InvalidPart"),
        (part(2, &two) + &part(1, &one), "InvalidPartOrder"),
        (String::new(), "MalformedXML"),
    ] {
        assert_eq!(upload.complete_with(&[], &parts).await.refusal(), (400, code));
    }
    let wrong_size = upload.complete_with(&[("x-amz-mp-object-size", "9")], &part(2, &two)).await;
    assert_eq!(wrong_size.refusal(), (400, "InvalidRequest"));
    assert_eq!(shop.get("/bkt/big", &[]).await.status, 404);
    assert_eq!(upload.complete_with(&[("x-amz-mp-object-size", "4")], &part(2, &two)).await.status, 200);
}

#[tokio::test]
async fn a_completion_keeps_to_its_conditions() {
    let shop = Shop::open().await;
    shop.holds("/bkt/big", b"kept").await;
    let mut upload = Upload::begin(&shop, &[]).await;
    upload.part(1, &[], b"x").await;
    assert_eq!(upload.complete(&[("if-none-match", "*")]).await.refusal(), (412, "PreconditionFailed"));
    assert_eq!(shop.get("/bkt/big", &[]).await.body, "kept");
}

#[tokio::test]
async fn sums_of_parts_are_verified_and_add_up() {
    // How the clients of today upload: composite CRC32 (aws-cli, boto3), and CRC64NVME over all (the default of S3).
    let whole = [("x-amz-checksum-algorithm", "CRC64NVME")];
    for (begin, element, expected, kind) in [
        (&[("x-amz-checksum-algorithm", "CRC32")][..], "ChecksumCRC32", None, "COMPOSITE"),
        (&whole[..], "ChecksumCRC64NVME", Some("rosUhgp5mIg="), "FULL_OBJECT"),
        (&[], "ChecksumCRC64NVME", Some("rosUhgp5mIg="), "FULL_OBJECT"),
    ] {
        let shop = Shop::open().await;
        let mut upload = Upload::begin(&shop, begin).await;
        upload.part(1, &[], b"123456789").await;
        let done = upload.complete(&[]).await;
        assert_eq!(done.the("ChecksumType"), kind, "{done:?}");
        if let Some(expected) = expected {
            assert_eq!(done.the(element), expected);
        }
        let header = format!("x-amz-{}", element.to_lowercase().replace("checksum", "checksum-"));
        let got = shop.get("/bkt/big", &[("x-amz-checksum-mode", "ENABLED")]).await;
        assert_eq!((got.header(&header), got.header("x-amz-checksum-type")), (done.the(element), kind));
    }
}

#[tokio::test]
async fn checksums_that_contradict_the_upload_are_refused() {
    let shop = Shop::open().await;
    let mut upload = Upload::begin(&shop, &[("x-amz-checksum-algorithm", "CRC64NVME")]).await;
    let other = upload.part(1, &[("x-amz-checksum-crc32", "y/Q5Jg==")], b"123456789").await;
    assert_eq!(other.refusal(), (400, "InvalidRequest"));
    let wrong = upload.part(1, &[("x-amz-checksum-crc64nvme", "AAAAAAAAAAA=")], b"123456789").await;
    assert_eq!(wrong.refusal(), (400, "BadDigest"));
    let part = upload.part(1, &[("x-amz-checksum-crc64nvme", "rosUhgp5mIg=")], b"123456789").await;
    assert_eq!(part.header("x-amz-checksum-crc64nvme"), "rosUhgp5mIg=");
    for (headers, code) in [
        (&[("x-amz-checksum-crc64nvme", "AAAAAAAAAAA=")][..], "BadDigest"),
        (&[("x-amz-checksum-crc32", "y/Q5Jg==")], "InvalidRequest"),
        (&[("x-amz-checksum-type", "COMPOSITE")], "InvalidRequest"),
    ] {
        assert_eq!(upload.complete(headers).await.refusal(), (400, code), "{headers:?}");
    }
    let tag = &upload.tags[0].1;
    let parts = format!(
        "<Part><PartNumber>1</PartNumber><ETag>{tag}</ETag><ChecksumCRC64NVME>AAAAAAAAAAA=</ChecksumCRC64NVME></Part>"
    );
    assert_eq!(upload.complete_with(&[], &parts).await.refusal(), (400, "InvalidPart"));
    assert_eq!(upload.complete(&[("x-amz-checksum-crc64nvme", "rosUhgp5mIg=")]).await.status, 200);
}

#[tokio::test]
async fn a_part_can_be_made_from_an_object() {
    let shop = Shop::open().await;
    let source = bytes_of(1, 1000);
    shop.holds("/other/source", &source).await;
    let mut upload = Upload::begin(&shop, &[]).await;
    for (number, range, status) in [(1, Some("bytes=100-899"), 200), (2, None, 200), (3, Some("bytes=0-1000"), 416)] {
        let mut headers = vec![("x-amz-copy-source", "/other/source")];
        headers.extend(range.map(|range| ("x-amz-copy-source-range", range)));
        let copied = shop.put(&upload.target(&format!("&partNumber={number}")), &headers, b"").await;
        assert_eq!(copied.status, status, "{copied:?}");
        if status == 200 {
            upload.tags.push((number, copied.the("ETag").replace("&quot;", "\"")));
        }
    }
    assert_eq!(upload.complete(&[]).await.status, 200);
    assert_eq!(&shop.get("/bkt/big", &[]).await.body[..], [&source[100..900], &source[..]].concat());
}

#[tokio::test]
async fn an_aborted_upload_leaves_nothing() {
    let shop = Shop::open().await;
    let mut upload = Upload::begin(&shop, &[]).await;
    upload.part(1, &[], &bytes_of(1, 1000)).await;
    assert_eq!(shop.ask(Method::DELETE, &upload.target(""), &[], b"").await.status, 204);
    assert_eq!(shop.ask(Method::DELETE, &upload.target(""), &[], b"").await.refusal(), (404, "NoSuchUpload"));
    assert_eq!(upload.part(2, &[], b"late").await.refusal(), (404, "NoSuchUpload"));
    assert_eq!(shop.put("/bkt/big?uploadId=none-of-ours&partNumber=1", &[], b"x").await.status, 404);
    assert!(shop.left_behind().await.is_empty());
}

#[tokio::test]
async fn parts_are_listed_by_number_and_page() {
    let shop = Shop::open().await;
    let mut upload = Upload::begin(&shop, &[("x-amz-checksum-algorithm", "CRC32")]).await;
    for number in [7, 2, 4] {
        upload.part(number, &[], b"123456789").await;
    }
    let first = shop.get(&upload.target("&max-parts=2"), &[]).await;
    assert_eq!((first.all("PartNumber"), first.the("IsTruncated")), (vec!["2", "4"], "true"));
    assert_eq!((first.the("NextPartNumberMarker"), first.the("ChecksumType")), ("4", "COMPOSITE"));
    assert_eq!((first.the("ChecksumCRC32"), first.the("ID")), ("y/Q5Jg==", "alice@corp.example"));
    let second = shop.get(&upload.target("&part-number-marker=4"), &[]).await;
    assert_eq!((second.all("PartNumber"), second.the("IsTruncated")), (vec!["7"], "false"));
}

#[tokio::test]
async fn uploads_are_listed_by_key_and_page() {
    let shop = Shop::open().await;
    for key in ["b/1", "a", "a", "b/2", "c"] {
        shop.ask(Method::POST, &format!("/bkt/{key}?uploads"), &[], b"").await;
    }
    let (mut seen, mut marker) = (Vec::new(), String::new());
    loop {
        let page = shop.get(&format!("/bkt?uploads&max-uploads=1{marker}"), &[]).await;
        seen.extend(page.all("Key").into_iter().map(str::to_owned));
        if page.the("IsTruncated") == "false" {
            break;
        }
        let (key, id) = (page.the("NextKeyMarker"), page.the("NextUploadIdMarker"));
        marker = format!("&key-marker={key}&upload-id-marker={id}");
    }
    assert_eq!(seen, ["a", "a", "b/1", "b/2", "c"]);
    let folded = shop.get("/bkt?uploads&delimiter=%2F", &[]).await;
    assert_eq!((folded.all("Key").len(), folded.all("CommonPrefixes").len()), (3, 1));
}
