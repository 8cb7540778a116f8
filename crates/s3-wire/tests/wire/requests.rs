//! The typed requests of writes and listings, and what is refused in them.

use keyward_s3_wire::acl_headers::CannedAcl;
use keyward_s3_wire::conditions::EntityTags;
use keyward_s3_wire::listing::{ContinuationToken, KeyEncoding};
use keyward_s3_wire::operations::{
    AbortMultipartUpload, CompleteMultipartUpload, CopyObject, CreateBucket, CreateMultipartUpload, DeleteObject,
    DeleteObjects, Directive, ListBuckets, ListMultipartUploads, ListObjectVersions, ListObjects, ListObjectsV2,
    ListParts, PutObject, UploadPart, UploadPartCopy,
};
use keyward_s3_wire::query::Query;
use keyward_s3_wire::{ErrorCode, RequestHead, S3Error};
use proptest::prelude::*;

use crate::examples::{bucket, head, key};

fn code<T>(result: Result<T, S3Error>) -> Option<ErrorCode> {
    result.err().map(|error| error.code())
}

#[test]
fn a_put_says_what_the_object_is_to_have() {
    let request = PutObject::from_request(head(
        "PUT /logs/a",
        &[
            ("content-type", "text/plain"),
            ("content-md5", "AAAAAAAAAAAAAAAAAAAAAA=="),
            ("x-amz-checksum-crc32", "AAAAAA=="),
            ("x-amz-meta-colour", "green"),
            ("x-amz-tagging", "a=1"),
            ("x-amz-acl", "public-read"),
            ("if-none-match", "*"),
        ],
    ))
    .unwrap();
    assert_eq!(request.content_md5, Some([0; 16]));
    assert_eq!(request.checksum.unwrap().as_str(), "AAAAAA==");
    assert_eq!(request.object.metadata.user_value("colour").unwrap().as_bytes(), b"green");
    assert_eq!(request.object.tags, [("a".to_owned(), "1".to_owned())]);
    assert_eq!(request.object.acl.canned, Some(CannedAcl::PublicRead));
    assert_eq!(request.conditions.if_none_match, Some(EntityTags::Any));
}

#[test]
fn a_put_that_cannot_be_done_as_meant_is_refused() {
    for (name, value, expected) in [
        ("range", "bytes=9-5", ErrorCode::InvalidArgument),
        ("x-amz-write-offset-bytes", "5", ErrorCode::NotImplemented),
        ("x-amz-server-side-encryption-customer-algorithm", "AES256", ErrorCode::InvalidArgument),
        ("content-md5", "abc", ErrorCode::InvalidDigest),
        ("x-amz-checksum-xxhash64", "AAAA", ErrorCode::InvalidRequest),
        ("x-amz-sdk-checksum-algorithm", "MD4", ErrorCode::InvalidRequest),
        ("x-amz-storage-class", "FAST", ErrorCode::InvalidStorageClass),
        ("x-amz-storage-class", "GLACIER", ErrorCode::InvalidStorageClass),
        ("x-amz-server-side-encryption-aws-kms-key-id", "k", ErrorCode::InvalidArgument),
        ("x-amz-server-side-encryption-context", "e30=", ErrorCode::InvalidArgument),
        ("x-amz-acl", "everyone", ErrorCode::InvalidArgument),
        ("x-amz-object-lock-mode", "COMPLIANCE", ErrorCode::InvalidArgument),
    ] {
        assert_eq!(code(PutObject::from_request(head("PUT /logs/a", &[(name, value)]))), Some(expected), "{name}");
    }
}

#[test]
fn a_copy_takes_what_it_is_told_to_from_source_and_request() {
    let copy = |headers: &[(&str, &str)]| CopyObject::from_request(head("PUT /logs/a", headers));
    let source = ("x-amz-copy-source", "/logs/a");
    let request = copy(&[source, ("x-amz-metadata-directive", "REPLACE"), ("x-amz-meta-a", "1")]).unwrap();
    assert_eq!((request.metadata, request.tagging), (Directive::Replace, Directive::Copy));
    assert_eq!(request.object.metadata.user.len(), 1);
    assert_eq!(code(copy(&[source, ("x-amz-metadata-directive", "MERGE")])), Some(ErrorCode::InvalidArgument));
    assert_eq!(code(copy(&[])), Some(ErrorCode::InvalidArgument));
}

#[test]
fn a_copy_onto_itself_has_to_change_something() {
    let refused = |headers: &[(&str, &str)], onto: &str| {
        let request = CopyObject::from_request(head("PUT /logs/a", headers)).unwrap();
        code(request.refuse_without_change(&bucket(), &key(onto)))
    };
    let source = ("x-amz-copy-source", "logs/a");
    assert_eq!(refused(&[source], "a"), Some(ErrorCode::InvalidRequest));
    assert_eq!(refused(&[source], "b"), None);
    assert_eq!(refused(&[source, ("x-amz-metadata-directive", "REPLACE")], "a"), None);
    assert_eq!(refused(&[source, ("x-amz-storage-class", "STANDARD")], "a"), None);
    assert_eq!(refused(&[("x-amz-copy-source", "logs/a?versionId=v1")], "a"), None);
}

#[test]
fn a_deletion_keeps_its_conditions() {
    let line = "DELETE /logs/a?versionId=v1";
    let request = DeleteObject::from_request(head(line, &[("if-match", "\"x\"")])).unwrap();
    assert_eq!(request.version_id.unwrap().as_str(), "v1");
    assert!(!request.conditions.is_empty() && !request.bypasses_governance);
    let bypass = head(line, &[("x-amz-bypass-governance-retention", "maybe")]);
    assert_eq!(code(DeleteObject::from_request(bypass)), Some(ErrorCode::InvalidArgument));
}

#[test]
fn many_objects_are_deleted_in_the_order_named() {
    let parts = head("POST /logs?delete", &[]);
    let body = "<Delete xmlns=\"http://s3.amazonaws.com/doc/2006-03-01/\"><Quiet>true</Quiet>\
        <Object><Key> b&#x9;</Key><VersionId>v1</VersionId></Object>\
        <Object><Key>a</Key><ETag>\"x\"</ETag><Size>7</Size><Extra/></Object></Delete>";
    let request = DeleteObjects::from_request(parts, body.as_bytes()).unwrap();
    assert!(request.quiet);
    assert_eq!(request.objects[0].key.as_str(), " b\t");
    assert_eq!(request.objects[0].version_id.as_ref().unwrap().as_str(), "v1");
    assert_eq!((request.objects[1].key.as_str(), request.objects[1].conditions.size), ("a", Some(7)));
}

#[test]
fn a_deletion_of_many_that_cannot_be_read_deletes_nothing() {
    let parts = head("POST /logs?delete", &[]);
    let of = |count: usize| format!("<Delete>{}</Delete>", "<Object><Key>a</Key></Object>".repeat(count));
    assert_eq!(code(DeleteObjects::from_request(parts, of(1000).as_bytes())), None);
    for (body, expected) in [
        (of(1001), ErrorCode::MalformedXML),
        (of(0), ErrorCode::MalformedXML),
        ("<Delete><Object/></Delete>".into(), ErrorCode::MalformedXML),
        ("<Delete><Quiet>no</Quiet><Object><Key>a</Key></Object></Delete>".into(), ErrorCode::MalformedXML),
        ("<Delete><Object><Key>a</Key><Key>b</Key></Object></Delete>".into(), ErrorCode::MalformedXML),
        // The answer could not name these keys again.
        ("<Delete><Object><Key>a\u{1}</Key></Object></Delete>".into(), ErrorCode::MalformedXML),
        (
            "<Delete><Object><Key>a&#x1;</Key></Object><Object><Key>b</Key></Object></Delete>".into(),
            ErrorCode::MalformedXML,
        ),
        ("<Delete><Object><Key></Key></Object></Delete>".into(), ErrorCode::InvalidArgument),
        ("<Delete><Object><Key>a</Key><Size>x</Size></Object></Delete>".into(), ErrorCode::InvalidArgument),
        (String::new(), ErrorCode::MissingRequestBodyError),
        (" ".repeat(DeleteObjects::BODY_LIMIT + 1), ErrorCode::MaxMessageLengthExceeded),
    ] {
        assert_eq!(code(DeleteObjects::from_request(parts, body.as_bytes())), Some(expected), "{:.80}", body);
    }
}

#[test]
fn parts_are_named_by_upload_and_number() {
    let line = "PUT /logs/a?partNumber=7&uploadId=u1";
    let part = UploadPart::from_request(head(line, &[])).unwrap();
    assert_eq!((part.part_number.number(), part.upload_id.as_str()), (7, "u1"));
    let copy = |range| {
        let headers = [("x-amz-copy-source", "logs/b"), ("x-amz-copy-source-range", range)];
        UploadPartCopy::from_request(head(line, &headers))
    };
    let request = copy("bytes=5-9").unwrap();
    assert_eq!(request.span(10).unwrap().unwrap().len(), 5);
    assert_eq!(code(request.span(9)), Some(ErrorCode::InvalidRange));
    for range in ["bytes=5-", "bytes=-5", "bytes=9-5", "5-9"] {
        assert_eq!(code(copy(range)), Some(ErrorCode::InvalidArgument), "{range}");
    }
    assert_eq!(
        code(UploadPart::from_request(head("PUT /logs/a?partNumber=10001&uploadId=u1", &[]))),
        Some(ErrorCode::InvalidArgument)
    );
    let abort = AbortMultipartUpload::from_request(head("DELETE /logs/a?uploadId=u1", &[])).unwrap();
    assert_eq!(abort.upload_id.as_str(), "u1");
}

#[test]
fn an_upload_is_completed_with_its_parts_in_order() {
    let parts = head("POST /logs/a?uploadId=u1", &[("x-amz-mp-object-size", "12")]);
    let part = |number: &str, etag: &str| format!("<Part><ETag>{etag}</ETag><PartNumber>{number}</PartNumber></Part>");
    let complete = |inner: String| {
        let body = format!("<CompleteMultipartUpload>{inner}</CompleteMultipartUpload>");
        CompleteMultipartUpload::from_request(parts, body.as_bytes())
    };
    let request = complete(part("1", "&quot;a&quot;") + &part("3", "b")).unwrap();
    let named: Vec<_> = request.parts.iter().map(|part| (part.part_number.number(), part.etag.as_str())).collect();
    assert_eq!((named, request.size), (vec![(1, "a"), (3, "b")], Some(12)));
    assert_eq!(code(complete(part("3", "a") + &part("1", "b"))), Some(ErrorCode::InvalidPartOrder));
    assert_eq!(code(complete(part("1", "a") + &part("1", "a"))), Some(ErrorCode::InvalidPartOrder));
    assert_eq!(code(complete(part("0", "a"))), Some(ErrorCode::InvalidArgument));
    assert_eq!(code(complete(part("1", ""))), Some(ErrorCode::InvalidPart));
    assert_eq!(code(complete(String::new())), Some(ErrorCode::MalformedXML));
}

#[test]
fn an_upload_of_ten_thousand_parts_fits() {
    let checksums = "<ChecksumCRC32>AAAAAA==</ChecksumCRC32>\n    <ChecksumCRC32C>AAAAAA==</ChecksumCRC32C>";
    let part = |number| {
        format!(
            "  <Part>\n    <PartNumber>{number}</PartNumber>\n    <ETag>\"{number:032}\"</ETag>\n    {checksums}\n  </Part>\n"
        )
    };
    let body: String = (1..=10_000).map(part).collect();
    let body = format!("<CompleteMultipartUpload>\n{body}</CompleteMultipartUpload>");
    let request =
        CompleteMultipartUpload::from_request(head("POST /logs/a?uploadId=u1", &[]), body.as_bytes()).unwrap();
    assert_eq!((request.parts.len(), request.parts[0].checksums.len()), (10_000, 2));
}

#[test]
fn an_upload_settles_its_checksum() {
    let create = |headers: &[(&str, &str)]| CreateMultipartUpload::from_request(head("POST /logs/a?uploads", headers));
    assert_eq!(create(&[]).unwrap().checksum, None);
    assert!(create(&[("x-amz-checksum-algorithm", "CRC64NVME")]).unwrap().checksum.is_some());
    let impossible = [("x-amz-checksum-algorithm", "SHA1"), ("x-amz-checksum-type", "FULL_OBJECT")];
    assert_eq!(code(create(&impossible)), Some(ErrorCode::InvalidRequest));
}

#[test]
fn listings_read_their_parameters() {
    let line = "GET /logs?prefix=a%2Fb+c&delimiter=%2F&marker=m&max-keys=5000&encoding-type=url";
    let one = ListObjects::from_request(head(line, &[])).unwrap();
    assert_eq!((one.prefix.as_str(), one.delimiter.as_deref(), one.marker.as_str()), ("a/b c", Some("/"), "m"));
    assert_eq!((one.max_keys, one.encoding), (1000, KeyEncoding::Url));

    let token = ContinuationToken::after("k1").encoded();
    let line = format!("GET /logs?list-type=2&start-after=s&continuation-token={token}&fetch-owner=true&delimiter=");
    let two = ListObjectsV2::from_request(head(&line, &[])).unwrap();
    assert_eq!((two.after(), two.fetch_owner, two.delimiter.as_deref()), ("k1", true, None));
    let start = ListObjectsV2::from_request(head("GET /logs?list-type=2&continuation-token=&start-after=s", &[]));
    assert_eq!(start.unwrap().after(), "s");
}

#[test]
fn listings_with_parameters_that_mean_nothing_are_refused() {
    for query in ["max-keys=-1", "max-keys=a", "encoding-type=base64", "prefix=a&prefix=b"] {
        let parts = head(&format!("GET /logs?{query}"), &[]);
        assert_eq!(code(ListObjects::from_request(parts)), Some(ErrorCode::InvalidArgument), "{query}");
        assert_eq!(code(ListObjectsV2::from_request(parts)), Some(ErrorCode::InvalidArgument), "{query}");
        assert_eq!(code(ListObjectVersions::from_request(parts)), Some(ErrorCode::InvalidArgument), "{query}");
    }
    let token = head("GET /logs?list-type=2&continuation-token=%21", &[]);
    assert_eq!(code(ListObjectsV2::from_request(token)), Some(ErrorCode::InvalidArgument));
    let version = head("GET /logs?versions&version-id-marker=v1", &[]);
    assert_eq!(code(ListObjectVersions::from_request(version)), Some(ErrorCode::InvalidArgument));
}

#[test]
fn uploads_and_parts_are_listed_from_their_markers() {
    let line = "GET /logs?uploads&key-marker=k&upload-id-marker=u1&max-uploads=3";
    let uploads = ListMultipartUploads::from_request(head(line, &[])).unwrap();
    assert_eq!((uploads.key_marker.as_str(), uploads.max_uploads), ("k", 3));
    assert_eq!(uploads.upload_id_marker.unwrap().as_str(), "u1");
    let without_key = head("GET /logs?uploads&upload-id-marker=u1", &[]);
    assert_eq!(ListMultipartUploads::from_request(without_key).unwrap().upload_id_marker, None);
    let parts = ListParts::from_request(head("GET /logs/a?uploadId=u1&part-number-marker=7", &[])).unwrap();
    assert_eq!((parts.part_number_marker, parts.max_parts), (7, 1000));
    assert_eq!(ListParts::from_request(head("GET /logs/a?uploadId=u1", &[])).unwrap().part_number_marker, 0);
}

#[test]
fn buckets_are_paged_in_the_way_of_s3_and_of_ecs() {
    let list = |query: &str| ListBuckets::from_request(head(&format!("GET /?{query}"), &[]));
    let token = ContinuationToken::after("b1").encoded();
    let s3 = list(&format!("max-buckets=5&continuation-token={token}&prefix=b")).unwrap();
    assert_eq!((s3.after.as_deref(), s3.most, s3.paged_by_marker), (Some("b1"), 5, false));
    let ecs = list("marker=b1&limit=5").unwrap();
    assert_eq!((ecs.after.as_deref(), ecs.most, ecs.paged_by_marker), (Some("b1"), 5, true));
    assert_eq!(list("").unwrap().most, 10_000);
    assert_eq!(code(list("max-buckets=0")), Some(ErrorCode::InvalidArgument));
}

#[test]
fn a_bucket_is_made_with_or_without_a_body() {
    let parts = head("PUT /logs", &[("x-amz-acl", "private"), ("x-emc-dataservice-vpool", "rg1")]);
    let create = |body: &str| CreateBucket::from_request(parts, body.as_bytes());
    assert_eq!(create("").unwrap().ecs.replication_group.as_deref(), Some("rg1"));
    let body = "<CreateBucketConfiguration><LocationConstraint>eu-west-1</LocationConstraint>\
        <Tags><Tag><Key>a</Key><Value>1</Value></Tag></Tags></CreateBucketConfiguration>";
    let request = create(body).unwrap();
    assert_eq!(request.location.as_deref(), Some("eu-west-1"));
    assert_eq!(request.tags, [("a".to_owned(), "1".to_owned())]);
    assert_eq!(create("<CreateBucketConfiguration/>").unwrap().location, None);
    assert_eq!(code(create("<Other/>")), Some(ErrorCode::MalformedXML));
    let directory = "<CreateBucketConfiguration><Bucket><Type>Directory</Type></Bucket></CreateBucketConfiguration>";
    assert_eq!(code(create(directory)), Some(ErrorCode::NotImplemented));
}

proptest! {
    #[test]
    fn no_head_makes_a_request_panic(
        query in "(uploadId|partNumber|max-keys|versionId|marker|prefix)=[ -~]{0,8}",
        name in "x-amz-(copy-source|tagging|checksum-crc32|meta-a|acl|grant-read|copy-source-range)|range|if-match|content-md5",
        value in "[ -~]{0,20}",
    ) {
        let Ok(request) = http::Request::builder().uri(format!("/logs/a?{query}")).header(name, value).body(()) else {
            return Ok(());
        };
        let (parts, ()) = request.into_parts();
        let Ok(query) = Query::of(&parts) else { return Ok(()) };
        let head = RequestHead::of(&parts, &query);
        let _ = (PutObject::from_request(head), CopyObject::from_request(head), UploadPart::from_request(head));
        let _ = (UploadPartCopy::from_request(head), ListObjects::from_request(head), ListParts::from_request(head));
        let _ = (DeleteObject::from_request(head), ListObjectVersions::from_request(head));
    }
}
