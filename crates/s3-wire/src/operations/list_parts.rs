//! ListParts: the parts an upload has so far.

use bytes::Bytes;
use http::Response;
use keyward_ambient::Timestamp;
use keyward_identity::BucketName;

use super::answer::document;
use crate::checksum::{Checksum, ChecksumAlgorithm, ChecksumType};
use crate::date::iso8601;
use crate::error::S3Error;
use crate::etag::ETag;
use crate::listing::KeyEncoding;
use crate::object_key::ObjectKey;
use crate::owner::Owner;
use crate::request_head::RequestHead;
use crate::storage_class::StorageClass;
use crate::upload::{PartNumber, UploadId};
use crate::xml::XmlWriter;

/// A request to list the parts of an upload.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ListParts {
    /// The upload.
    pub upload_id: UploadId,
    /// The most parts to list: 0 to 1000.
    pub max_parts: u32,
    /// Parts of greater numbers are listed.
    pub part_number_marker: u32,
    /// How the key stands in the answer.
    pub encoding: KeyEncoding,
}

impl ListParts {
    /// Reads the request.
    ///
    /// # Errors
    /// `InvalidArgument` for an upload id or number that cannot be one.
    pub fn from_request(head: RequestHead<'_>) -> Result<Self, S3Error> {
        let query = head.query;
        let marker = query.filled("part-number-marker")?.is_some();
        Ok(ListParts {
            upload_id: UploadId::required(query)?,
            max_parts: query.count("max-parts", 1000)?,
            part_number_marker: if marker { query.count("part-number-marker", u32::MAX)? } else { 0 },
            encoding: KeyEncoding::of(query)?,
        })
    }
}

/// A part in the listing.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ListedPart {
    /// Its number.
    pub part_number: PartNumber,
    /// When it was written.
    pub last_modified: Timestamp,
    /// Its tag.
    pub etag: ETag,
    /// Its size in bytes.
    pub size: u64,
    /// Its additional checksum.
    pub checksum: Option<Checksum>,
}

/// A page of parts.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ListPartsAnswer {
    /// The request it answers.
    pub request: ListParts,
    /// The bucket.
    pub bucket: BucketName,
    /// The key that the object will have.
    pub key: ObjectKey,
    /// Who began the upload.
    pub initiator: Owner,
    /// Who will own the object.
    pub owner: Owner,
    /// The storage class that the object will have.
    pub storage_class: StorageClass,
    /// The upload's additional checksum.
    pub checksum: Option<(ChecksumAlgorithm, ChecksumType)>,
    /// The parts in ascending order.
    pub parts: Vec<ListedPart>,
    /// Whether parts follow on another page.
    pub is_truncated: bool,
}

impl ListPartsAnswer {
    /// The `<ListPartsResult>` document.
    pub fn to_xml(&self) -> Vec<u8> {
        let last =
            self.parts.last().map_or(self.request.part_number_marker, |part| u32::from(part.part_number.number()));
        XmlWriter::document("ListPartsResult", |xml| {
            xml.text("Bucket", self.bucket.as_str());
            self.request.encoding.write(xml, "Key", self.key.as_str());
            xml.text("UploadId", self.request.upload_id.as_str());
            self.initiator.write(xml, "Initiator");
            self.owner.write(xml, "Owner");
            xml.text("StorageClass", self.storage_class.as_str());
            xml.value("PartNumberMarker", self.request.part_number_marker);
            xml.value("NextPartNumberMarker", last);
            xml.value("MaxParts", self.request.max_parts);
            self.request.encoding.write_type(xml);
            xml.value("IsTruncated", self.is_truncated);
            if let Some((algorithm, kind)) = self.checksum {
                xml.text("ChecksumAlgorithm", algorithm.name());
                xml.text("ChecksumType", kind.as_str());
            }
            for part in &self.parts {
                part.write(xml);
            }
        })
    }

    /// 200 with the document.
    pub fn response(&self) -> Response<Bytes> {
        document(self.to_xml())
    }
}

impl ListedPart {
    fn write(&self, xml: &mut XmlWriter) {
        xml.element("Part", |xml| {
            xml.value("PartNumber", self.part_number);
            xml.text("LastModified", &iso8601(self.last_modified));
            xml.text("ETag", &self.etag.quoted());
            xml.value("Size", self.size);
            if let Some(checksum) = &self.checksum {
                checksum.write(xml);
            }
        });
    }
}
