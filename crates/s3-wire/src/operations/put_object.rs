//! PutObject: writes an object in one piece.

use bytes::Bytes;
use http::header::ETAG;
use http::{Response, StatusCode};

use super::answer::{empty, write_checksum, write_version};
use super::content_md5::content_md5;
use super::new_object::NewObject;
use super::partial_write::PartialWrite;
use crate::checksum::{Checksum, ChecksumAlgorithm, ChecksumType};
use crate::conditions::WriteConditions;
use crate::encryption::Encryption;
use crate::error::{ErrorCode, S3Error};
use crate::etag::ETag;
use crate::request_head::RequestHead;
use crate::version_id::VersionId;

/// Appends in directory buckets of S3, which ECS does by a range.
const WRITE_OFFSET: &str = "x-amz-write-offset-bytes";

/// A request to write an object; its bytes are the body.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct PutObject {
    /// What the object is to have besides its bytes.
    pub object: NewObject,
    /// The MD5 that the body is to have.
    pub content_md5: Option<[u8; 16]>,
    /// The checksum that the body is to have; one that follows in a trailer is not here.
    pub checksum: Option<Checksum>,
    /// The algorithm that the client names, for a checksum that follows in a trailer or is to be computed.
    pub checksum_algorithm: Option<ChecksumAlgorithm>,
    /// The conditions.
    pub conditions: WriteConditions,
    /// Where the bytes go, when they do not make up the whole object.
    pub range: Option<PartialWrite>,
}

impl PutObject {
    /// Reads the request's head.
    ///
    /// # Errors
    /// As [`NewObject::of`], [`Checksum::declared`] and [`PartialWrite::of`]; `InvalidDigest`; `NotImplemented` for an
    /// append as in directory buckets, which would otherwise replace the whole.
    pub fn from_request(head: RequestHead<'_>) -> Result<Self, S3Error> {
        if head.headers.contains_key(WRITE_OFFSET) {
            let message = "Append with Range: bytes=-1- instead of this header.";
            return Err(S3Error::because(ErrorCode::NotImplemented, message).with("Header", WRITE_OFFSET));
        }
        Ok(PutObject {
            object: NewObject::of(head.headers)?,
            content_md5: content_md5(head.headers)?,
            checksum: Checksum::declared(head.headers)?,
            checksum_algorithm: ChecksumAlgorithm::named_in(head.headers, "x-amz-sdk-checksum-algorithm")?,
            conditions: WriteConditions::of(head.headers),
            range: PartialWrite::of(head.headers)?,
        })
    }
}

/// The object that was written.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct PutObjectAnswer {
    /// Its tag.
    pub etag: ETag,
    /// Its version, in a versioned bucket.
    pub version_id: Option<VersionId>,
    /// Its additional checksum, over all its bytes.
    pub checksum: Option<Checksum>,
    /// Its encryption at rest.
    pub encryption: Option<Encryption>,
}

impl PutObjectAnswer {
    /// 200 with the tag.
    pub fn response(&self) -> Response<Bytes> {
        let mut response = empty(StatusCode::OK);
        let headers = response.headers_mut();
        headers.insert(ETAG, self.etag.header_value());
        write_version(headers, self.version_id.as_ref());
        write_checksum(headers, self.checksum.as_ref(), Some(ChecksumType::FullObject));
        if let Some(encryption) = &self.encryption {
            encryption.write(headers);
        }
        response
    }
}
