//! UploadPartCopy: makes a part of an upload from an object's bytes.

use bytes::Bytes;
use http::Response;
use keyward_ambient::Timestamp;

use super::answer::{COPY_SOURCE_VERSION_ID, document};
use super::copy_source::CopySource;
use crate::checksum::Checksum;
use crate::conditions::ReadConditions;
use crate::customer_key::CustomerKey;
use crate::date::iso8601;
use crate::error::{ErrorCode, S3Error};
use crate::etag::ETag;
use crate::range::{ByteRange, Span};
use crate::request_head::RequestHead;
use crate::single_header;
use crate::upload::{PartNumber, UploadId};
use crate::version_id::VersionId;
use crate::xml::XmlWriter;

const RANGE_HEADER: &str = "x-amz-copy-source-range";

/// A request to make a part from an object.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct UploadPartCopy {
    /// The upload.
    pub upload_id: UploadId,
    /// The part; one of the same number is replaced.
    pub part_number: PartNumber,
    /// What is copied.
    pub source: CopySource,
    /// The bytes of it, when not all.
    pub range: Option<Span>,
    /// The conditions that the source has to meet.
    pub source_conditions: ReadConditions,
    /// The client's key, where the upload is encrypted with one.
    pub customer_key: Option<CustomerKey>,
    /// The client's key of the source, where that is encrypted with one.
    pub source_customer_key: Option<CustomerKey>,
}

impl UploadPartCopy {
    /// Reads the request.
    ///
    /// # Errors
    /// `InvalidArgument` for an upload id, part number, source or range that cannot be one.
    pub fn from_request(head: RequestHead<'_>) -> Result<Self, S3Error> {
        let query = head.query;
        Ok(UploadPartCopy {
            upload_id: UploadId::required(query)?,
            part_number: PartNumber::required(query)?,
            source: CopySource::of(head.headers)?,
            range: single_header::filled(head.headers, RANGE_HEADER)?.map(source_range).transpose()?,
            source_conditions: ReadConditions::of_copy_source(head.headers),
            customer_key: CustomerKey::of(head.headers)?,
            source_customer_key: CustomerKey::of_copy_source(head.headers)?,
        })
    }

    /// The bytes that are copied of a source of `size` bytes; `None` is all of them.
    ///
    /// # Errors
    /// `InvalidRange` when the source ends before the range does.
    pub fn span(&self, size: u64) -> Result<Option<Span>, S3Error> {
        match self.range {
            Some(span) if span.last() >= size => Err(S3Error::because(
                ErrorCode::InvalidRange,
                format!("The source has {size} bytes; ask for a range within them."),
            )
            .with("ArgumentName", RANGE_HEADER)),
            range => Ok(range),
        }
    }
}

/// Unlike a read's, the range of a part has to name both ends.
fn source_range(text: &str) -> Result<Span, S3Error> {
    let span = match ByteRange::parse(text) {
        Some(ByteRange::From { first, last: Some(last) }) => Span::new(first, last),
        _ => None,
    };
    span.ok_or_else(|| S3Error::argument(RANGE_HEADER, text, "The range has to read bytes=first-last."))
}

/// The part that was made.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct UploadPartCopyAnswer {
    /// Its tag, by which the completion names it.
    pub etag: ETag,
    /// When it was made.
    pub last_modified: Timestamp,
    /// Its additional checksum.
    pub checksum: Option<Checksum>,
    /// The version that was copied, in a versioned bucket.
    pub source_version_id: Option<VersionId>,
}

impl UploadPartCopyAnswer {
    /// The `<CopyPartResult>` document.
    pub fn to_xml(&self) -> Vec<u8> {
        XmlWriter::document("CopyPartResult", |xml| {
            xml.text("LastModified", &iso8601(self.last_modified));
            xml.text("ETag", &self.etag.quoted());
            if let Some(checksum) = &self.checksum {
                checksum.write(xml);
            }
        })
    }

    /// 200 with the document.
    pub fn response(&self) -> Response<Bytes> {
        let mut response = document(self.to_xml());
        if let Some(version_id) = &self.source_version_id {
            response.headers_mut().insert(COPY_SOURCE_VERSION_ID, version_id.header_value());
        }
        response
    }
}
