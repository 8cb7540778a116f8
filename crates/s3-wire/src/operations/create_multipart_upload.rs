//! CreateMultipartUpload: begins an upload in parts.

use bytes::Bytes;
use http::Response;
use http::header::HeaderValue;
use keyward_identity::BucketName;

use super::answer::{CHECKSUM_ALGORITHM, CHECKSUM_TYPE, document};
use super::new_object::NewObject;
use crate::checksum::{ChecksumAlgorithm, ChecksumType};
use crate::error::{ErrorCode, S3Error};
use crate::object_key::ObjectKey;
use crate::request_head::RequestHead;
use crate::upload::UploadId;
use crate::xml::XmlWriter;

/// A request to begin an upload.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct CreateMultipartUpload {
    /// What the object is to have besides its bytes.
    pub object: NewObject,
    /// The additional checksum that parts and object are to have, and what the object's is computed over.
    pub checksum: Option<(ChecksumAlgorithm, ChecksumType)>,
}

impl CreateMultipartUpload {
    /// Reads the request.
    ///
    /// # Errors
    /// As [`NewObject::of`]; `InvalidRequest` for a checksum that cannot be of the type asked for.
    pub fn from_request(head: RequestHead<'_>) -> Result<Self, S3Error> {
        let algorithm = ChecksumAlgorithm::named_in(head.headers, "x-amz-checksum-algorithm")?;
        let kind = ChecksumType::of(head.headers)?;
        Ok(CreateMultipartUpload {
            object: NewObject::of(head.headers)?,
            checksum: algorithm
                .map(|algorithm| Ok::<_, S3Error>((algorithm, settled(algorithm, kind)?)))
                .transpose()?,
        })
    }
}

/// The type that a checksum has when none is asked for, and those it can have: SHA sums of parts cannot be combined
/// into that of the whole, and CRC64NVME has no other form.
fn settled(algorithm: ChecksumAlgorithm, asked: Option<ChecksumType>) -> Result<ChecksumType, S3Error> {
    use ChecksumAlgorithm::{Crc32, Crc32c, Crc64Nvme, Sha1, Sha256};
    use ChecksumType::{Composite, FullObject};
    match (algorithm, asked) {
        (Crc64Nvme, None | Some(FullObject)) | (Crc32 | Crc32c, Some(FullObject)) => Ok(FullObject),
        (Crc32 | Crc32c | Sha1 | Sha256, None | Some(Composite)) => Ok(Composite),
        (algorithm, Some(kind)) => Err(S3Error::because(
            ErrorCode::InvalidRequest,
            format!("{} has no checksum of the type {}; leave the type out.", algorithm.name(), kind.as_str()),
        )),
    }
}

/// The upload that was begun.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct CreateMultipartUploadAnswer {
    /// The bucket.
    pub bucket: BucketName,
    /// The key that the object will have.
    pub key: ObjectKey,
    /// The upload.
    pub upload_id: UploadId,
    /// The checksum that was settled on.
    pub checksum: Option<(ChecksumAlgorithm, ChecksumType)>,
}

impl CreateMultipartUploadAnswer {
    /// The `<InitiateMultipartUploadResult>` document.
    pub fn to_xml(&self) -> Vec<u8> {
        XmlWriter::document("InitiateMultipartUploadResult", |xml| {
            xml.text("Bucket", self.bucket.as_str());
            xml.text("Key", self.key.as_str());
            xml.text("UploadId", self.upload_id.as_str());
        })
    }

    /// 200 with the document.
    pub fn response(&self) -> Response<Bytes> {
        let mut response = document(self.to_xml());
        if let Some((algorithm, kind)) = self.checksum {
            response.headers_mut().insert(CHECKSUM_ALGORITHM, HeaderValue::from_static(algorithm.name()));
            response.headers_mut().insert(CHECKSUM_TYPE, HeaderValue::from_static(kind.as_str()));
        }
        response
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_sums_that_can_be_combined_cover_the_whole_object() {
        use ChecksumType::{Composite, FullObject};
        assert_eq!(settled(ChecksumAlgorithm::Crc32, None), Ok(Composite));
        assert_eq!(settled(ChecksumAlgorithm::Crc32, Some(FullObject)), Ok(FullObject));
        assert_eq!(settled(ChecksumAlgorithm::Crc64Nvme, None), Ok(FullObject));
        assert!(settled(ChecksumAlgorithm::Crc64Nvme, Some(Composite)).is_err());
        assert!(settled(ChecksumAlgorithm::Sha256, Some(FullObject)).is_err());
    }
}
