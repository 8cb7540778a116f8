//! PutObject: writes an object in one piece.

use bytes::Bytes;
use http::header::ETAG;
use http::request::Parts;
use http::{Response, StatusCode};

use super::answer::{empty, write_checksum, write_version};
use super::content_md5::content_md5;
use super::new_object::NewObject;
use crate::checksum::{Checksum, ChecksumAlgorithm, ChecksumType};
use crate::conditions::WriteConditions;
use crate::encryption::Encryption;
use crate::error::{ErrorCode, S3Error};
use crate::etag::ETag;
use crate::version_id::VersionId;

/// Headers that turn a write into a change of a part of the object.
const PARTIAL: [&str; 2] = ["range", "x-amz-write-offset-bytes"];

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
}

impl PutObject {
    /// Reads the request's head.
    ///
    /// # Errors
    /// As [`NewObject::of`] and [`Checksum::declared`]; `InvalidDigest`; `NotImplemented` for a write into a part of an
    /// object, which would otherwise replace the whole.
    pub fn from_request(parts: &Parts) -> Result<Self, S3Error> {
        if let Some(header) = PARTIAL.into_iter().find(|name| parts.headers.contains_key(*name)) {
            let message = "Objects are written whole here; leave this header out, or use a multipart upload.";
            return Err(S3Error::because(ErrorCode::NotImplemented, message).with("Header", header));
        }
        Ok(PutObject {
            object: NewObject::of(&parts.headers)?,
            content_md5: content_md5(&parts.headers)?,
            checksum: Checksum::declared(&parts.headers)?,
            checksum_algorithm: ChecksumAlgorithm::named_in(&parts.headers, "x-amz-sdk-checksum-algorithm")?,
            conditions: WriteConditions::of(&parts.headers),
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
