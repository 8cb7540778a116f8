//! What holds for the bodies of all operations alike, before any of them acts.

use keyward_objects::{RequestBody, empty, refused_body};
use keyward_policy::SignedBy;
use keyward_s3_wire::{Operation, S3Error};
use keyward_signature::Payload;

/// The longest body that is read where none belongs, to see whether it is the one that was signed.
const LONGEST_UNWANTED: u64 = 64 * 1024;

/// Whether a body, or what was said of one, is to be looked at though the operation takes none.
pub(crate) fn is_unwanted(operation: Operation, payload: &Payload<RequestBody>) -> bool {
    !operation.takes_body() && !payload.is_nothing()
}

/// No body in place of an unwanted one. An operation that takes none could act on a request whose body was cut off,
/// added or changed on the way, so what there is of it is held against the signature first.
///
/// # Errors
/// `XAmzContentSHA256Mismatch` and its like, and `UnexpectedContent` for a long one.
pub(crate) async fn passed_over(payload: Payload<RequestBody>) -> Result<Payload<RequestBody>, S3Error> {
    payload.passed_over(LONGEST_UNWANTED, empty()).await.map_err(|error| refused_body(&error))
}

/// Whether `x-amz-sdk-checksum-algorithm` has to come true. SDKs name an algorithm to other operations that they secure
/// with `Content-MD5`, and in presigned URLs, made before there is any content, without a checksum.
pub(crate) fn secures_content(operation: Operation, signed: Option<&SignedBy>) -> bool {
    let presigned = signed.is_some_and(SignedBy::is_presigned);
    matches!(operation, Operation::PutObject | Operation::UploadPart) && !presigned
}

#[cfg(test)]
mod tests {
    use bytes::Bytes;
    use http::Request;
    use keyward_objects::{full, streamed};
    use keyward_s3_wire::ErrorCode;
    use keyward_signature::{Clean, ContentSha256, Declared};

    use super::*;

    const SHA256: &str = "x-amz-content-sha256";

    async fn refused(operation: Operation, headers: &[(&str, &str)], body: RequestBody) -> Option<ErrorCode> {
        let request =
            headers.iter().fold(Request::delete("/b/k"), |request, (name, value)| request.header(*name, *value));
        let (clean, plan) = Clean::anonymous(request.body(()).expect("a request").into_parts().0).expect("anonymous");
        let declared = Declared::of_body(&clean).expect("declarations");
        let payload = Payload::new(plan, declared, body).expect("a payload");
        if !is_unwanted(operation, &payload) {
            return None;
        }
        passed_over(payload).await.err().map(|error| error.code())
    }

    fn sha256(body: &str) -> String {
        String::from_utf8_lossy(ContentSha256::of(body.as_bytes()).as_bytes()).into_owned()
    }

    #[tokio::test]
    async fn a_body_that_is_not_the_signed_one_is_refused_where_none_is_read() {
        let (other, same, nothing) = (sha256("other"), sha256("hello"), sha256(""));
        let mismatch = Some(ErrorCode::XAmzContentSHA256Mismatch);
        for operation in [
            Operation::DeleteObject,
            Operation::GetObject,
            Operation::HeadObject,
            Operation::CopyObject,
            Operation::UploadPartCopy,
            Operation::CreateMultipartUpload,
            Operation::ListBuckets,
        ] {
            for signed in [&other, &nothing] {
                assert_eq!(refused(operation, &[(SHA256, signed)], full("hello")).await, mismatch, "{operation}");
            }
            assert_eq!(refused(operation, &[(SHA256, &other)], empty()).await, mismatch, "{operation}");
            assert_eq!(refused(operation, &[(SHA256, &same)], full("hello")).await, None, "{operation}");
            assert_eq!(refused(operation, &[(SHA256, &nothing)], empty()).await, None, "{operation}");
            assert_eq!(refused(operation, &[], empty()).await, None, "{operation}");
        }
    }

    #[tokio::test]
    async fn checksums_of_a_body_that_nobody_reads_are_verified_too() {
        let bad = Some(ErrorCode::BadDigest);
        let md5_of_nothing = ("content-md5", "1B2M2Y8AsgTpgAmY7PhCfg==");
        assert_eq!(refused(Operation::DeleteObject, &[md5_of_nothing], empty()).await, None);
        assert_eq!(refused(Operation::DeleteObject, &[md5_of_nothing], full("hello")).await, bad);
        let crc32_of_nothing = ("x-amz-checksum-crc32", "AAAAAA==");
        assert_eq!(refused(Operation::CopyObject, &[crc32_of_nothing], full("hello")).await, bad);
    }

    #[tokio::test]
    async fn a_long_body_where_none_belongs_is_not_read() {
        let long = || Bytes::from(vec![b'a'; 64 * 1024 + 1]);
        let unexpected = Some(ErrorCode::UnexpectedContent);
        assert_eq!(refused(Operation::DeleteObject, &[], full(long())).await, unexpected);
        let of_unknown_length =
            http_body_util::StreamBody::new(futures_util::stream::iter([Ok::<_, std::convert::Infallible>(
                http_body::Frame::data(long()),
            )]));
        assert_eq!(refused(Operation::DeleteObject, &[], streamed(of_unknown_length)).await, unexpected);
        assert_eq!(refused(Operation::PutObject, &[], full(long())).await, None);
    }
}
