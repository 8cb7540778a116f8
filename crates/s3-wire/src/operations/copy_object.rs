//! CopyObject: writes an object from another one's bytes.

use bytes::Bytes;
use http::Response;
use keyward_ambient::Timestamp;
use keyward_identity::BucketName;

use super::answer::{COPY_SOURCE_VERSION_ID, document, write_version};
use super::copy_source::CopySource;
use super::new_object::NewObject;
use crate::checksum::{Checksum, ChecksumAlgorithm, ChecksumType};
use crate::conditions::{ReadConditions, WriteConditions};
use crate::customer_key::CustomerKey;
use crate::date::iso8601;
use crate::error::{ErrorCode, S3Error};
use crate::etag::ETag;
use crate::object_key::ObjectKey;
use crate::request_head::RequestHead;
use crate::single_header;
use crate::version_id::VersionId;
use crate::xml::XmlWriter;

/// Where a property of the copy comes from.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Directive {
    /// From the source.
    #[default]
    Copy,
    /// From the request.
    Replace,
}

/// A request to copy an object.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct CopyObject {
    /// What is copied.
    pub source: CopySource,
    /// The conditions that the source has to meet.
    pub source_conditions: ReadConditions,
    /// The conditions that the destination has to meet.
    pub conditions: WriteConditions,
    /// Whether the copy has the source's metadata or that of [`object`](Self::object).
    pub metadata: Directive,
    /// Whether the copy has the source's tags or those of [`object`](Self::object).
    pub tagging: Directive,
    /// What the request gives the copy; ACL, lock, storage class and encryption are never copied.
    pub object: NewObject,
    /// The algorithm of an additional checksum that the copy is to have.
    pub checksum_algorithm: Option<ChecksumAlgorithm>,
    /// The client's key of the source, where that is encrypted with one.
    pub source_customer_key: Option<CustomerKey>,
}

impl CopyObject {
    /// Reads the request.
    ///
    /// # Errors
    /// `InvalidArgument` for a source or directive that cannot be read, and as [`NewObject::of`].
    pub fn from_request(head: RequestHead<'_>) -> Result<Self, S3Error> {
        let headers = head.headers;
        Ok(CopyObject {
            source: CopySource::of(headers)?,
            source_conditions: ReadConditions::of_copy_source(headers),
            conditions: WriteConditions::of(headers),
            metadata: directive(head, "x-amz-metadata-directive")?,
            tagging: directive(head, "x-amz-tagging-directive")?,
            object: NewObject::of(headers)?,
            checksum_algorithm: ChecksumAlgorithm::named_in(headers, "x-amz-checksum-algorithm")?,
            source_customer_key: CustomerKey::of_copy_source(headers)?,
        })
    }

    /// Refuses a copy of an object onto itself that would change nothing, as S3 does. To bring back an older version or
    /// to add a checksum is a change.
    ///
    /// # Errors
    /// `InvalidRequest`.
    pub fn refuse_without_change(&self, bucket: &BucketName, key: &ObjectKey) -> Result<(), S3Error> {
        let onto_itself = self.source.bucket == *bucket && self.source.key == *key;
        let changes = self.source.version_id.is_some()
            || self.metadata == Directive::Replace
            || self.object.storage_class.is_some()
            || self.object.metadata.website_redirect.is_some()
            || self.object.encryption.is_some()
            || self.checksum_algorithm.is_some();
        if onto_itself && !changes {
            let message = "The copy would change nothing; send x-amz-metadata-directive: REPLACE with new metadata.";
            return Err(S3Error::because(ErrorCode::InvalidRequest, message));
        }
        Ok(())
    }
}

fn directive(head: RequestHead<'_>, header: &str) -> Result<Directive, S3Error> {
    match single_header::filled(head.headers, header)? {
        None => Ok(Directive::Copy),
        Some(word) if word.eq_ignore_ascii_case("COPY") => Ok(Directive::Copy),
        Some(word) if word.eq_ignore_ascii_case("REPLACE") => Ok(Directive::Replace),
        Some(word) => Err(S3Error::argument(header, word, format!("{header} has to be COPY or REPLACE."))),
    }
}

/// The copy.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct CopyObjectAnswer {
    /// Its tag.
    pub etag: ETag,
    /// When it was written.
    pub last_modified: Timestamp,
    /// Its version, in a versioned bucket.
    pub version_id: Option<VersionId>,
    /// The version that was copied, in a versioned bucket.
    pub source_version_id: Option<VersionId>,
    /// Its additional checksum and what that is computed over.
    pub checksum: Option<(Checksum, ChecksumType)>,
}

impl CopyObjectAnswer {
    /// The `<CopyObjectResult>` document.
    pub fn to_xml(&self) -> Vec<u8> {
        XmlWriter::document("CopyObjectResult", |xml| {
            xml.text("LastModified", &iso8601(self.last_modified));
            xml.text("ETag", &self.etag.quoted());
            if let Some((checksum, kind)) = &self.checksum {
                xml.text("ChecksumType", kind.as_str());
                checksum.write(xml);
            }
        })
    }

    /// 200 with the document.
    pub fn response(&self) -> Response<Bytes> {
        let mut response = document(self.to_xml());
        write_version(response.headers_mut(), self.version_id.as_ref());
        if let Some(version_id) = &self.source_version_id {
            response.headers_mut().insert(COPY_SOURCE_VERSION_ID, version_id.header_value());
        }
        response
    }
}
