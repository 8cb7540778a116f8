//! ListMultipartUploads: the uploads that are neither completed nor aborted.

use bytes::Bytes;
use http::Response;
use keyward_ambient::Timestamp;
use keyward_identity::BucketName;

use super::answer::document;
use crate::checksum::{ChecksumAlgorithm, ChecksumType};
use crate::date::iso8601;
use crate::error::S3Error;
use crate::listing::{KeyEncoding, common_prefixes};
use crate::object_key::ObjectKey;
use crate::owner::Owner;
use crate::request_head::RequestHead;
use crate::storage_class::StorageClass;
use crate::upload::UploadId;
use crate::xml::XmlWriter;

/// A request to list uploads.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct ListMultipartUploads {
    /// Only keys that begin so.
    pub prefix: String,
    /// Keys that go on to this after the prefix are folded into one common prefix.
    pub delimiter: Option<String>,
    /// Keys after this one are listed, and of this one the uploads after [`upload_id_marker`](Self::upload_id_marker).
    pub key_marker: String,
    /// Means something only together with a key marker.
    pub upload_id_marker: Option<UploadId>,
    /// The most uploads and common prefixes to list: 0 to 1000.
    pub max_uploads: u32,
    /// How keys stand in the answer.
    pub encoding: KeyEncoding,
}

impl ListMultipartUploads {
    /// Reads the request.
    ///
    /// # Errors
    /// `InvalidArgument` for a number, encoding or upload id that cannot be one.
    pub fn from_request(head: RequestHead<'_>) -> Result<Self, S3Error> {
        let query = head.query;
        let key_marker = query.value("key-marker")?.unwrap_or_default().to_owned();
        let upload_id_marker = query.filled("upload-id-marker")?.filter(|_| !key_marker.is_empty());
        Ok(ListMultipartUploads {
            prefix: query.value("prefix")?.unwrap_or_default().to_owned(),
            delimiter: query.filled("delimiter")?.map(str::to_owned),
            upload_id_marker: upload_id_marker.map(UploadId::parse).transpose()?,
            key_marker,
            max_uploads: query.count("max-uploads", 1000)?,
            encoding: KeyEncoding::of(query)?,
        })
    }
}

/// An upload in the listing.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ListedUpload {
    /// The key that its object will have.
    pub key: ObjectKey,
    /// Its id.
    pub upload_id: UploadId,
    /// Who began it.
    pub initiator: Owner,
    /// Who will own the object.
    pub owner: Owner,
    /// The storage class that the object will have.
    pub storage_class: StorageClass,
    /// When it was begun.
    pub initiated: Timestamp,
    /// Its additional checksum.
    pub checksum: Option<(ChecksumAlgorithm, ChecksumType)>,
}

/// A page of uploads.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ListMultipartUploadsAnswer {
    /// The request it answers.
    pub request: ListMultipartUploads,
    /// The bucket.
    pub bucket: BucketName,
    /// The uploads, by key and then by when they were begun.
    pub uploads: Vec<ListedUpload>,
    /// The common prefixes, in order.
    pub common_prefixes: Vec<String>,
    /// Where the next page goes on, when there is one: the last key or common prefix, and the last upload when the last
    /// entry is one.
    pub next: Option<(String, Option<UploadId>)>,
}

impl ListMultipartUploadsAnswer {
    /// The `<ListMultipartUploadsResult>` document.
    pub fn to_xml(&self) -> Vec<u8> {
        let request = &self.request;
        let encoding = request.encoding;
        XmlWriter::document("ListMultipartUploadsResult", |xml| {
            xml.text("Bucket", self.bucket.as_str());
            encoding.write(xml, "KeyMarker", &request.key_marker);
            xml.text("UploadIdMarker", request.upload_id_marker.as_ref().map_or("", UploadId::as_str));
            if let Some((key, upload)) = &self.next {
                encoding.write(xml, "NextKeyMarker", key);
                xml.text("NextUploadIdMarker", upload.as_ref().map_or("", UploadId::as_str));
            }
            encoding.write_optional(xml, "Delimiter", request.delimiter.as_deref());
            encoding.write(xml, "Prefix", &request.prefix);
            xml.value("MaxUploads", request.max_uploads);
            encoding.write_type(xml);
            xml.value("IsTruncated", self.next.is_some());
            for upload in &self.uploads {
                upload.write(xml, encoding);
            }
            common_prefixes(xml, encoding, &self.common_prefixes);
        })
    }

    /// 200 with the document.
    pub fn response(&self) -> Response<Bytes> {
        document(self.to_xml())
    }
}

impl ListedUpload {
    fn write(&self, xml: &mut XmlWriter, encoding: KeyEncoding) {
        xml.element("Upload", |xml| {
            encoding.write(xml, "Key", self.key.as_str());
            xml.text("UploadId", self.upload_id.as_str());
            self.initiator.write(xml, "Initiator");
            self.owner.write(xml, "Owner");
            xml.text("StorageClass", self.storage_class.as_str());
            xml.text("Initiated", &iso8601(self.initiated));
            if let Some((algorithm, kind)) = self.checksum {
                xml.text("ChecksumAlgorithm", algorithm.name());
                xml.text("ChecksumType", kind.as_str());
            }
        });
    }
}
