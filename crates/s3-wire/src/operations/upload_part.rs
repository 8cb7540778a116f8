//! UploadPart: sends one part of an upload.

use bytes::Bytes;
use http::header::ETAG;
use http::{Response, StatusCode};

use super::answer::{empty, write_checksum};
use super::content_md5::content_md5;
use crate::checksum::{Checksum, ChecksumAlgorithm};
use crate::customer_key::CustomerKey;
use crate::error::S3Error;
use crate::etag::ETag;
use crate::request_head::RequestHead;
use crate::upload::{PartNumber, UploadId};

/// A request to write a part; its bytes are the body.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct UploadPart {
    /// The upload.
    pub upload_id: UploadId,
    /// The part; one of the same number is replaced.
    pub part_number: PartNumber,
    /// The MD5 that the body is to have.
    pub content_md5: Option<[u8; 16]>,
    /// The checksum that the body is to have; one that follows in a trailer is not here.
    pub checksum: Option<Checksum>,
    /// The algorithm that the client names, for a checksum that follows in a trailer.
    pub checksum_algorithm: Option<ChecksumAlgorithm>,
    /// The client's key, where the upload is encrypted with one.
    pub customer_key: Option<CustomerKey>,
}

impl UploadPart {
    /// Reads the request's head.
    ///
    /// # Errors
    /// `InvalidArgument` for an upload id or part number that cannot be one, `InvalidDigest`, and as
    /// [`Checksum::declared`].
    pub fn from_request(head: RequestHead<'_>) -> Result<Self, S3Error> {
        let query = head.query;
        Ok(UploadPart {
            upload_id: UploadId::required(query)?,
            part_number: PartNumber::required(query)?,
            content_md5: content_md5(head.headers)?,
            checksum: Checksum::declared(head.headers)?,
            checksum_algorithm: ChecksumAlgorithm::named_in(head.headers, "x-amz-sdk-checksum-algorithm")?,
            customer_key: CustomerKey::of(head.headers)?,
        })
    }
}

/// The part that was written.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct UploadPartAnswer {
    /// Its tag, by which the completion names it.
    pub etag: ETag,
    /// Its additional checksum.
    pub checksum: Option<Checksum>,
}

impl UploadPartAnswer {
    /// 200 with the tag.
    pub fn response(&self) -> Response<Bytes> {
        let mut response = empty(StatusCode::OK);
        response.headers_mut().insert(ETAG, self.etag.header_value());
        write_checksum(response.headers_mut(), self.checksum.as_ref(), None);
        response
    }
}
