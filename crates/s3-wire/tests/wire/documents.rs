//! The documents and headers of answers, compared with the files in `tests/golden`.

use keyward_s3_wire::checksum::{Checksum, ChecksumAlgorithm, ChecksumType};
use keyward_s3_wire::listing::{ContinuationToken, KeyEncoding, ListedObject};
use keyward_s3_wire::operations::*;
use keyward_s3_wire::{ErrorCode, PartNumber, S3Error, StorageClass, UploadId, VersionId};

use crate::examples::{MOMENT, bucket, dana, etag, key};

/// Compares a document with its file, which has a line break between elements to be read by people.
fn golden(name: &str, document: &[u8]) {
    let laid_out = String::from_utf8(document.to_vec()).expect("well-formed").replace("><", ">\n<") + "\n";
    let path = format!("{}/tests/golden/{name}.xml", env!("CARGO_MANIFEST_DIR"));
    let expected = std::fs::read_to_string(&path).unwrap_or_default();
    assert_eq!(laid_out, expected, "{path}");
}

fn upload_id() -> UploadId {
    UploadId::parse("u-1").expect("well-formed")
}

fn version(text: &str) -> VersionId {
    VersionId::parse(text).expect("well-formed")
}

fn crc() -> Checksum {
    Checksum::new(ChecksumAlgorithm::Crc32, &[1, 2, 3, 4]).expect("well-formed")
}

fn objects(with_owner: bool) -> Vec<ListedObject> {
    let object = ListedObject {
        key: key("a b+c/<é>&"),
        last_modified: MOMENT,
        etag: etag(),
        size: 11,
        checksum: Some((ChecksumAlgorithm::Crc32, ChecksumType::FullObject)),
        owner: with_owner.then(dana),
        storage_class: StorageClass::Standard,
    };
    let plain = ListedObject { key: key("tab\tand\u{1}"), checksum: None, ..object.clone() };
    vec![object, plain]
}

#[test]
fn list_buckets() {
    let buckets = vec![ListedBucket { name: bucket(), created_at: MOMENT }];
    let request = ListBuckets { most: 10_000, ..ListBuckets::default() };
    let answer = ListBucketsAnswer { request, owner: dana(), buckets, is_truncated: false };
    golden("list_buckets", &answer.to_xml());
    let request = ListBuckets { most: 1, prefix: Some("l".into()), ..ListBuckets::default() };
    let page = ListBucketsAnswer { request, is_truncated: true, ..answer.clone() };
    golden("list_buckets_page", &page.to_xml());
    let request = ListBuckets { most: 1, after: Some("k".into()), paged_by_marker: true, ..ListBuckets::default() };
    golden("list_buckets_page_of_ecs", &ListBucketsAnswer { request, is_truncated: true, ..answer }.to_xml());
}

#[test]
fn get_bucket_location() {
    let location = |region: &str| GetBucketLocationAnswer { region: region.into() }.to_xml();
    golden("get_bucket_location", &location("eu-west-1"));
    golden("get_bucket_location_first_region", &location("us-east-1"));
}

#[test]
fn list_objects() {
    let request = ListObjects { max_keys: 1000, ..ListObjects::default() };
    let answer = ListObjectsAnswer {
        request,
        bucket: bucket(),
        objects: objects(true),
        common_prefixes: Vec::new(),
        next_marker: None,
    };
    golden("list_objects", &answer.to_xml());
    let request = ListObjects {
        prefix: "a b".into(),
        delimiter: Some("/".into()),
        marker: "a+".into(),
        max_keys: 2,
        encoding: KeyEncoding::Url,
    };
    let common_prefixes = vec!["a b/".to_owned(), "a b\u{1}/".to_owned()];
    let page = ListObjectsAnswer { request, common_prefixes, next_marker: Some("a b\u{1}/".into()), ..answer };
    golden("list_objects_page", &page.to_xml());
}

#[test]
fn list_objects_v2() {
    let request = ListObjectsV2 { max_keys: 1000, ..ListObjectsV2::default() };
    let answer = ListObjectsV2Answer {
        request,
        bucket: bucket(),
        objects: objects(false),
        common_prefixes: Vec::new(),
        next: None,
    };
    golden("list_objects_v2", &answer.to_xml());
    let request = ListObjectsV2 {
        prefix: "a".into(),
        delimiter: Some("/".into()),
        continuation_token: Some(ContinuationToken::after("a")),
        start_after: Some("a c".into()),
        max_keys: 3,
        encoding: KeyEncoding::Url,
        fetch_owner: true,
    };
    let page = ListObjectsV2Answer {
        request,
        objects: objects(true),
        common_prefixes: vec!["a/".to_owned()],
        next: Some(ContinuationToken::after("tab\tand\u{1}")),
        ..answer
    };
    golden("list_objects_v2_page", &page.to_xml());
}

#[test]
fn list_object_versions() {
    let request = ListObjectVersions { max_keys: 1000, ..ListObjectVersions::default() };
    let stored = ListedVersion {
        key: key("a"),
        version_id: version("v1"),
        is_latest: false,
        last_modified: MOMENT,
        owner: Some(dana()),
        content: Some((etag(), 11, StorageClass::Standard)),
    };
    let marker = ListedVersion { version_id: version("v2"), is_latest: true, content: None, ..stored.clone() };
    let answer = ListObjectVersionsAnswer {
        request,
        bucket: bucket(),
        versions: vec![marker, stored],
        common_prefixes: vec!["b/".to_owned()],
        next: Some(("b/".to_owned(), None)),
    };
    golden("list_object_versions", &answer.to_xml());
}

#[test]
fn list_multipart_uploads() {
    let request = ListMultipartUploads { max_uploads: 1000, ..ListMultipartUploads::default() };
    let upload = ListedUpload {
        key: key("a b"),
        upload_id: upload_id(),
        initiator: dana(),
        owner: dana(),
        storage_class: StorageClass::Standard,
        initiated: MOMENT,
        checksum: Some((ChecksumAlgorithm::Crc32, ChecksumType::Composite)),
    };
    let answer = ListMultipartUploadsAnswer {
        request,
        bucket: bucket(),
        uploads: vec![upload],
        common_prefixes: Vec::new(),
        next: None,
    };
    golden("list_multipart_uploads", &answer.to_xml());
    let request = ListMultipartUploads {
        prefix: "a".into(),
        delimiter: Some("/".into()),
        key_marker: "a a".into(),
        upload_id_marker: Some(upload_id()),
        max_uploads: 2,
        encoding: KeyEncoding::Url,
    };
    let common_prefixes = vec!["a /".to_owned()];
    let next = Some(("a b".to_owned(), Some(upload_id())));
    golden(
        "list_multipart_uploads_page",
        &ListMultipartUploadsAnswer { request, common_prefixes, next, ..answer }.to_xml(),
    );
}

#[test]
fn list_parts() {
    let request =
        ListParts { upload_id: upload_id(), max_parts: 1, part_number_marker: 6, encoding: KeyEncoding::Plain };
    let part = ListedPart {
        part_number: PartNumber::new(7).unwrap(),
        last_modified: MOMENT,
        etag: etag(),
        size: 5_242_880,
        checksum: Some(crc()),
    };
    let answer = ListPartsAnswer {
        request,
        bucket: bucket(),
        key: key("a b"),
        initiator: dana(),
        owner: dana(),
        storage_class: StorageClass::Standard,
        checksum: Some((ChecksumAlgorithm::Crc32, ChecksumType::Composite)),
        parts: vec![part],
        is_truncated: true,
    };
    golden("list_parts", &answer.to_xml());
}

#[test]
fn create_multipart_upload() {
    let answer = CreateMultipartUploadAnswer {
        bucket: bucket(),
        key: key("a&b"),
        upload_id: upload_id(),
        checksum: Some((ChecksumAlgorithm::Crc32, ChecksumType::Composite)),
    };
    golden("create_multipart_upload", &answer.to_xml());
    assert_eq!(answer.response().headers()["x-amz-checksum-algorithm"], "CRC32");
}

#[test]
fn complete_multipart_upload() {
    let composite = Checksum::composite(ChecksumAlgorithm::Crc32, &[1, 2, 3, 4], 3).unwrap();
    let answer = CompleteMultipartUploadAnswer {
        location: "http://127.0.0.1:9020/logs/a%20b".into(),
        bucket: bucket(),
        key: key("a b"),
        etag: keyward_s3_wire::ETag::of_parts([0xa5; 16], 3),
        version_id: Some(version("v1")),
        checksum: Some((composite, ChecksumType::Composite)),
    };
    golden("complete_multipart_upload", &answer.to_xml());
    assert_eq!(answer.response().headers()["x-amz-version-id"], "v1");
}

#[test]
fn copy_object_and_part() {
    let object = CopyObjectAnswer {
        etag: etag(),
        last_modified: MOMENT,
        version_id: Some(version("v2")),
        source_version_id: Some(version("v1")),
        checksum: Some((crc(), ChecksumType::FullObject)),
    };
    golden("copy_object", &object.to_xml());
    assert_eq!(object.response().headers()["x-amz-copy-source-version-id"], "v1");
    let part =
        UploadPartCopyAnswer { etag: etag(), last_modified: MOMENT, checksum: Some(crc()), source_version_id: None };
    golden("upload_part_copy", &part.to_xml());
}

#[test]
fn delete_objects() {
    let named = |text| ObjectToDelete::named(key(text));
    let made_marker = DeleteObjectAnswer { version_id: Some(version("v9")), delete_marker: true };
    let mut answer = DeleteObjectsAnswer {
        outcomes: vec![
            (named("a&b"), Ok(DeleteObjectAnswer::default())),
            (ObjectToDelete { version_id: Some(version("v1")), ..named("b") }, Ok(DeleteObjectAnswer::default())),
            (named("c"), Ok(made_marker)),
            (named("d"), Err(S3Error::new(ErrorCode::AccessDenied))),
        ],
        quiet: false,
    };
    golden("delete_objects", &answer.to_xml());
    answer.quiet = true;
    golden("delete_objects_quiet", &answer.to_xml());
}

#[test]
fn errors() {
    let error = S3Error::new(ErrorCode::NoSuchKey).with("Key", "a<b>").with_resource("/logs/a<b>");
    golden("error", &error.to_xml("4442587FB7D0A2F9", "node-1"));
    let argument = S3Error::argument("max-keys", "-1", "max-keys has to be a whole number from 0 to 2147483647.");
    golden("error_argument", &argument.to_xml("4442587FB7D0A2F9", "node-1"));
    let query = S3Error::new(ErrorCode::InvalidAction);
    let sts = Some("https://sts.amazonaws.com/doc/2011-06-15/");
    golden("error_of_query_protocol", &query.to_query_xml(sts, "4442587FB7D0A2F9"));
}

#[test]
fn every_code_has_its_status_and_message() {
    let table: String =
        ErrorCode::ALL.iter().map(|code| format!("{} {}\n", code.status().as_u16(), S3Error::new(*code))).collect();
    assert_eq!(table, include_str!("../golden/error_codes.txt"));
}

#[test]
fn answers_without_a_document() {
    let put = PutObjectAnswer { etag: etag(), version_id: None, checksum: Some(crc()), encryption: None }.response();
    assert_eq!((put.status().as_u16(), put.body().len()), (200, 0));
    assert_eq!(put.headers()["etag"], "\"a5a5a5a5a5a5a5a5a5a5a5a5a5a5a5a5\"");
    assert_eq!(put.headers()["x-amz-checksum-crc32"], "AQIDBA==");
    let part = UploadPartAnswer { etag: etag(), checksum: None }.response();
    assert_eq!(part.headers().len(), 1);
    let deleted = DeleteObjectAnswer { version_id: Some(version("v1")), delete_marker: true }.response();
    assert_eq!(deleted.status(), 204);
    assert_eq!(deleted.headers()["x-amz-delete-marker"], "true");
    assert_eq!(DeleteBucketAnswer.response().status(), 204);
    assert_eq!(AbortMultipartUpload::response().status(), 204);
    assert_eq!(CreateBucket::response(&bucket()).headers()["location"], "/logs");
    let head = HeadBucketAnswer { region: "us-east-1".into() }.response();
    assert_eq!(head.headers()["x-amz-bucket-region"], "us-east-1");
}
