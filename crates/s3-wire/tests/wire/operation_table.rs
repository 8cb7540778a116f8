//! The table of operations: each is reached by its request, and none by a request that means another.

use keyward_s3_wire::query::Query;
use keyward_s3_wire::{Address, BaseUrls, ErrorCode, Operation, S3Error};
use proptest::prelude::*;

use crate::examples::parts;

type Example = (Operation, &'static str, &'static [(&'static str, &'static str)]);

#[rustfmt::skip]
const EXAMPLES: &[Example] = &[
    (Operation::AbortMultipartUpload, "DELETE /logs/a/b?uploadId=u1", &[]),
    (Operation::AppendObject, "PUT /logs/a/b?append&position=5", &[]),
    (Operation::CompleteMultipartUpload, "POST /logs/a/b?uploadId=u1", &[]),
    (Operation::CopyObject, "PUT /logs/a/b", &[("x-amz-copy-source", "logs/c")]),
    (Operation::CreateBucket, "PUT /logs", &[]),
    (Operation::CreateBucketMetadataConfiguration, "POST /logs?metadataConfiguration", &[]),
    (Operation::CreateBucketMetadataTableConfiguration, "POST /logs?metadataTable", &[]),
    (Operation::CreateMultipartUpload, "POST /logs/a/b?uploads", &[]),
    (Operation::CreateSession, "GET /logs?session", &[]),
    (Operation::DeleteBucket, "DELETE /logs", &[]),
    (Operation::DeleteBucketAnalyticsConfiguration, "DELETE /logs?analytics&id=i1", &[]),
    (Operation::DeleteBucketCors, "DELETE /logs?cors", &[]),
    (Operation::DeleteBucketEncryption, "DELETE /logs?encryption", &[]),
    (Operation::DeleteBucketIntelligentTieringConfiguration, "DELETE /logs?intelligent-tiering&id=i1", &[]),
    (Operation::DeleteBucketInventoryConfiguration, "DELETE /logs?inventory&id=i1", &[]),
    (Operation::DeleteBucketLifecycle, "DELETE /logs?lifecycle", &[]),
    (Operation::DeleteBucketMetadataConfiguration, "DELETE /logs?metadataConfiguration", &[]),
    (Operation::DeleteBucketMetadataSearchKeys, "DELETE /logs?searchmetadata", &[]),
    (Operation::DeleteBucketMetadataTableConfiguration, "DELETE /logs?metadataTable", &[]),
    (Operation::DeleteBucketMetricsConfiguration, "DELETE /logs?metrics&id=i1", &[]),
    (Operation::DeleteBucketOwnershipControls, "DELETE /logs?ownershipControls", &[]),
    (Operation::DeleteBucketPolicy, "DELETE /logs?policy", &[]),
    (Operation::DeleteBucketReplication, "DELETE /logs?replication", &[]),
    (Operation::DeleteBucketTagging, "DELETE /logs?tagging", &[]),
    (Operation::DeleteBucketWebsite, "DELETE /logs?website", &[]),
    (Operation::DeleteObject, "DELETE /logs/a/b", &[]),
    (Operation::DeleteObjectAnnotation, "DELETE /logs/a/b?annotation&annotationName=n1&versionId=v1", &[]),
    (Operation::DeleteObjectTagging, "DELETE /logs/a/b?tagging", &[]),
    (Operation::DeleteObjects, "POST /logs?delete", &[]),
    (Operation::DeletePublicAccessBlock, "DELETE /logs?publicAccessBlock", &[]),
    (Operation::ExtendObjectRetention, "PUT /logs/a/b?retentionUpdate", &[]),
    (Operation::GetBucketAbac, "GET /logs?abac", &[]),
    (Operation::GetBucketAccelerateConfiguration, "GET /logs?accelerate", &[]),
    (Operation::GetBucketAcl, "GET /logs?acl", &[]),
    (Operation::GetBucketAnalyticsConfiguration, "GET /logs?analytics&id=i1", &[]),
    (Operation::GetBucketCors, "GET /logs?cors", &[]),
    (Operation::GetBucketEncryption, "GET /logs?encryption", &[]),
    (Operation::GetBucketIntelligentTieringConfiguration, "GET /logs?intelligent-tiering&id=i1", &[]),
    (Operation::GetBucketInventoryConfiguration, "GET /logs?inventory&id=i1", &[]),
    (Operation::GetBucketLifecycleConfiguration, "GET /logs?lifecycle", &[]),
    (Operation::GetBucketLocation, "GET /logs?location", &[]),
    (Operation::GetBucketLogging, "GET /logs?logging", &[]),
    (Operation::GetBucketMetadataConfiguration, "GET /logs?metadataConfiguration", &[]),
    (Operation::GetBucketMetadataTableConfiguration, "GET /logs?metadataTable", &[]),
    (Operation::GetBucketMetricsConfiguration, "GET /logs?metrics&id=i1", &[]),
    (Operation::GetBucketNotificationConfiguration, "GET /logs?notification", &[]),
    (Operation::GetBucketOwnershipControls, "GET /logs?ownershipControls", &[]),
    (Operation::GetBucketPolicy, "GET /logs?policy", &[]),
    (Operation::GetBucketPolicyStatus, "GET /logs?policyStatus", &[]),
    (Operation::GetBucketReplication, "GET /logs?replication", &[]),
    (Operation::GetBucketRequestPayment, "GET /logs?requestPayment", &[]),
    (Operation::GetBucketStaleReadAllowed, "GET /logs?isstaleallowed", &[]),
    (Operation::GetBucketTagging, "GET /logs?tagging", &[]),
    (Operation::GetBucketVersioning, "GET /logs?versioning", &[]),
    (Operation::GetBucketWebsite, "GET /logs?website", &[]),
    (Operation::GetObject, "GET /logs/a/b", &[]),
    (Operation::GetObjectAcl, "GET /logs/a/b?acl", &[]),
    (Operation::GetObjectAnnotation, "GET /logs/a/b?annotation&annotationName=n1", &[]),
    (Operation::GetObjectAttributes, "GET /logs/a/b?attributes", &[]),
    (Operation::GetObjectLegalHold, "GET /logs/a/b?legal-hold", &[]),
    (Operation::GetObjectLockConfiguration, "GET /logs?object-lock", &[]),
    (Operation::GetObjectRetention, "GET /logs/a/b?retention", &[]),
    (Operation::GetObjectTagging, "GET /logs/a/b?tagging", &[]),
    (Operation::GetObjectTorrent, "GET /logs/a/b?torrent", &[]),
    (Operation::GetPublicAccessBlock, "GET /logs?publicAccessBlock", &[]),
    (Operation::HeadBucket, "HEAD /logs", &[]),
    (Operation::HeadObject, "HEAD /logs/a/b", &[]),
    (Operation::ListBucketAnalyticsConfigurations, "GET /logs?analytics", &[]),
    (Operation::ListBucketIntelligentTieringConfigurations, "GET /logs?intelligent-tiering", &[]),
    (Operation::ListBucketInventoryConfigurations, "GET /logs?inventory", &[]),
    (Operation::ListBucketMetadataSearchKeys, "GET /logs?searchmetadata", &[]),
    (Operation::ListBucketMetricsConfigurations, "GET /logs?metrics", &[]),
    (Operation::ListBuckets, "GET /", &[]),
    (Operation::ListDataNodes, "GET /?endpoint", &[]),
    (Operation::ListMultipartUploads, "GET /logs?uploads", &[]),
    (Operation::ListObjectAnnotations, "GET /logs/a/b?annotation", &[]),
    (Operation::ListObjectVersions, "GET /logs?versions", &[]),
    (Operation::ListObjects, "GET /logs", &[]),
    (Operation::ListObjectsV2, "GET /logs?list-type=2", &[]),
    (Operation::ListParts, "GET /logs/a/b?uploadId=u1", &[]),
    (Operation::ListSystemMetadataSearchKeys, "GET /?searchmetadata", &[]),
    (Operation::OptionsObject, "OPTIONS /logs/a/b", &[]),
    (Operation::PostObject, "POST /logs", &[("content-type", "multipart/form-data; boundary=x")]),
    (Operation::PutBucketAbac, "PUT /logs?abac", &[]),
    (Operation::PutBucketAccelerateConfiguration, "PUT /logs?accelerate", &[]),
    (Operation::PutBucketAcl, "PUT /logs?acl", &[]),
    (Operation::PutBucketAnalyticsConfiguration, "PUT /logs?analytics&id=i1", &[]),
    (Operation::PutBucketCors, "PUT /logs?cors", &[]),
    (Operation::PutBucketEncryption, "PUT /logs?encryption", &[]),
    (Operation::PutBucketIntelligentTieringConfiguration, "PUT /logs?intelligent-tiering&id=i1", &[]),
    (Operation::PutBucketInventoryConfiguration, "PUT /logs?inventory&id=i1", &[]),
    (Operation::PutBucketLifecycleConfiguration, "PUT /logs?lifecycle", &[]),
    (Operation::PutBucketLogging, "PUT /logs?logging", &[]),
    (Operation::PutBucketMetricsConfiguration, "PUT /logs?metrics&id=i1", &[]),
    (Operation::PutBucketNotificationConfiguration, "PUT /logs?notification", &[]),
    (Operation::PutBucketOwnershipControls, "PUT /logs?ownershipControls", &[]),
    (Operation::PutBucketPolicy, "PUT /logs?policy", &[]),
    (Operation::PutBucketReplication, "PUT /logs?replication", &[]),
    (Operation::PutBucketRequestPayment, "PUT /logs?requestPayment", &[]),
    (Operation::PutBucketStaleReadAllowed, "PUT /logs?isstaleallowed", &[]),
    (Operation::PutBucketTagging, "PUT /logs?tagging", &[]),
    (Operation::PutBucketVersioning, "PUT /logs?versioning", &[]),
    (Operation::PutBucketWebsite, "PUT /logs?website", &[]),
    (Operation::PutObject, "PUT /logs/a/b", &[]),
    (Operation::PutObjectAcl, "PUT /logs/a/b?acl", &[]),
    (Operation::PutObjectAnnotation, "PUT /logs/a/b?annotation&annotationName=n1", &[]),
    (Operation::PutObjectLegalHold, "PUT /logs/a/b?legal-hold", &[]),
    (Operation::PutObjectLockConfiguration, "PUT /logs?object-lock", &[]),
    (Operation::PutObjectRetention, "PUT /logs/a/b?retention", &[]),
    (Operation::PutObjectTagging, "PUT /logs/a/b?tagging", &[]),
    (Operation::PutPublicAccessBlock, "PUT /logs?publicAccessBlock", &[]),
    (Operation::QueryObjects, "GET /logs?query=Size%3E5&attributes=Size", &[]),
    (Operation::RenameObject, "PUT /logs/a/b?renameObject", &[]),
    (Operation::RestoreObject, "POST /logs/a/b?restore", &[]),
    (Operation::SelectObjectContent, "POST /logs/a/b?select&select-type=2", &[]),
    (Operation::UpdateBucketMetadataAnnotationTableConfiguration, "PUT /logs?metadataAnnotationTable", &[]),
    (Operation::UpdateBucketMetadataInventoryTableConfiguration, "PUT /logs?metadataInventoryTable", &[]),
    (Operation::UpdateBucketMetadataJournalTableConfiguration, "PUT /logs?metadataJournalTable", &[]),
    (Operation::UpdateObjectEncryption, "PUT /logs/a/b?encryption", &[]),
    (Operation::UploadPart, "PUT /logs/a/b?partNumber=1&uploadId=u1", &[]),
    (Operation::UploadPartCopy, "PUT /logs/a/b?partNumber=1&uploadId=u1", &[("x-amz-copy-source", "logs/c")]),
    (Operation::WriteGetObjectResponse, "POST /WriteGetObjectResponse", &[("x-amz-request-route", "r")]),
];

fn resolved(line: &str, headers: &[(&str, &str)]) -> Result<Operation, S3Error> {
    let parts = parts(line, headers);
    Operation::resolve(&parts, &Query::of(&parts)?, &Address::resolve(&parts, &BaseUrls::none())?)
}

fn refused(line: &str, headers: &[(&str, &str)]) -> ErrorCode {
    resolved(line, headers).unwrap_err().code()
}

#[test]
fn every_operation_is_reached_by_its_request() {
    for (operation, line, headers) in EXAMPLES {
        assert_eq!(resolved(line, headers), Ok(*operation), "{line}");
    }
}

#[test]
fn every_operation_has_an_example() {
    for operation in Operation::ALL {
        assert!(EXAMPLES.iter().any(|(example, ..)| example == operation), "{operation}");
    }
}

#[test]
fn parameters_that_select_nothing_are_passed_over() {
    for (operation, line, headers) in EXAMPLES {
        let join = if line.contains('?') { '&' } else { '?' };
        let line = format!("{line}{join}x-id={operation}&versionId=v1&utm_source=mail&response-expires=0");
        assert_eq!(resolved(&line, headers), Ok(*operation), "{line}");
    }
    assert_eq!(resolved("GET /logs/a?partNumber=2", &[]), Ok(Operation::GetObject));
    assert_eq!(resolved("HEAD /logs/a?partNumber=2", &[]), Ok(Operation::HeadObject));
    assert_eq!(resolved("GET /logs/page.html?session=5&query=x&id=7", &[]), Ok(Operation::GetObject));
    assert_eq!(resolved("GET /logs?id=7&prefix=a", &[]), Ok(Operation::ListObjects));
    assert_eq!(resolved("OPTIONS /logs?acl", &[]), Ok(Operation::OptionsObject));
    assert_eq!(resolved("OPTIONS /", &[]), Ok(Operation::OptionsObject));
}

#[test]
fn a_misplaced_parameter_never_turns_into_a_destructive_operation() {
    for line in [
        "DELETE /logs?acl",
        "DELETE /logs?uploads",
        "DELETE /logs?versions",
        "DELETE /logs/a?policy",
        "DELETE /logs/a?acl",
        "DELETE /logs/a?retention",
        "DELETE /logs?list-type=2",
        "PUT /logs/a?torrent",
        "PUT /logs/a?attributes",
        "PUT /logs?location",
        "HEAD /logs?versioning",
        "POST /logs?acl",
        "GET /logs?delete",
        "GET /logs/a?select",
        "GET /?acl",
    ] {
        assert_eq!(refused(line, &[]), ErrorCode::MethodNotAllowed, "{line}");
    }
}

#[test]
fn a_parameter_without_its_partner_is_refused() {
    for line in [
        "PUT /logs/a?uploadId=u1",
        "PUT /logs/a?partNumber=1",
        "PUT /logs/a?annotation",
        "PUT /logs/a?annotationName=n",
        "DELETE /logs/a?annotationName=n",
        "DELETE /logs/a?annotation",
        "PUT /logs?analytics",
        "DELETE /logs?inventory",
        "GET /logs?list-type=3",
        "POST /logs/a?select",
        "POST /logs/a?select&select-type=1",
    ] {
        assert_eq!(refused(line, &[]), ErrorCode::InvalidArgument, "{line}");
    }
}

#[test]
fn contradicting_parameters_are_refused() {
    for line in [
        "GET /logs?acl&policy",
        "PUT /logs/a?acl&tagging",
        "DELETE /logs/a?uploadId=u1&tagging",
        "GET /logs?list-type=2&uploads",
        "GET /logs?query=x&acl",
        "PUT /logs/a?partNumber=1&uploadId=u1&acl",
    ] {
        assert_eq!(refused(line, &[]), ErrorCode::InvalidArgument, "{line}");
    }
    assert_eq!(resolved("GET /logs?acl&acl", &[]), Ok(Operation::GetBucketAcl));
}

#[test]
fn methods_that_a_resource_does_not_take_are_refused_with_those_it_takes() {
    for (line, allowed) in [
        ("PATCH /logs/a", "DELETE, GET, HEAD, OPTIONS, PUT"),
        ("POST /logs/a", "DELETE, GET, HEAD, OPTIONS, PUT"),
        ("TRACE /logs", "DELETE, GET, HEAD, POST, PUT"),
        ("POST /", "GET"),
        ("DELETE /", "GET"),
        ("PUT /logs?policyStatus", "GET"),
        ("POST /logs?versioning", "GET, PUT"),
    ] {
        let error = resolved(line, &[]).unwrap_err();
        assert_eq!(error.code(), ErrorCode::MethodNotAllowed, "{line}");
        let allow = error.headers().find(|(name, _)| *name == http::header::ALLOW);
        assert_eq!(allow.unwrap().1, allowed, "{line}");
    }
}

#[test]
fn a_post_to_a_bucket_is_a_form_or_nothing() {
    assert_eq!(refused("POST /logs", &[]), ErrorCode::PreconditionFailed);
    assert_eq!(refused("POST /logs", &[("content-type", "text/plain")]), ErrorCode::PreconditionFailed);
    assert_eq!(
        resolved("POST /logs/", &[("content-type", "Multipart/Form-Data;boundary=a")]),
        Ok(Operation::PostObject)
    );
}

#[test]
fn a_copy_source_where_nothing_is_copied_is_refused() {
    let source = [("x-amz-copy-source", "logs/secret")];
    for line in ["PUT /logs", "PUT /logs/a?acl", "PUT /logs?policy", "PUT /logs/a?tagging"] {
        assert_eq!(refused(line, &source), ErrorCode::InvalidRequest, "{line}");
    }
}

#[test]
fn permissions_are_those_that_policies_name() {
    for (operation, action, of_a_version) in [
        (Operation::HeadObject, "s3:GetObject", "s3:GetObjectVersion"),
        (Operation::ListObjectsV2, "s3:ListBucket", "s3:ListBucket"),
        (Operation::ListBuckets, "s3:ListAllMyBuckets", "s3:ListAllMyBuckets"),
        (Operation::DeleteObjects, "s3:DeleteObject", "s3:DeleteObjectVersion"),
        (Operation::DeleteBucketCors, "s3:PutBucketCORS", "s3:PutBucketCORS"),
        (Operation::ListParts, "s3:ListMultipartUploadParts", "s3:ListMultipartUploadParts"),
    ] {
        assert_eq!((operation.action(), operation.version_action()), (Some(action), Some(of_a_version)), "{operation}");
    }
    let without: Vec<_> = Operation::ALL.iter().filter(|operation| operation.action().is_none()).collect();
    assert_eq!(without, [&Operation::OptionsObject]);
}

#[test]
fn reads_and_writes_are_told_apart() {
    for (operation, line, _) in EXAMPLES {
        let reads = ["GET ", "HEAD ", "OPTIONS "].iter().any(|method| line.starts_with(method));
        let expected = !reads && *operation != Operation::SelectObjectContent;
        assert_eq!(operation.is_write(), expected, "{operation}");
    }
}

proptest! {
    #[test]
    fn no_request_makes_the_table_panic(method in "[A-Z]{3,7}", path in "/[a-z/]{0,6}", query in "[a-zA-Z&=%2-]{0,30}") {
        let _ = resolved(&format!("{method} {path}?{query}"), &[]);
    }
}
