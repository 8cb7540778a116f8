//! CompleteMultipartUpload: makes the uploaded parts an object.

use bytes::Bytes;
use http::Response;
use keyward_identity::BucketName;

use super::answer::{document, write_version};
use crate::checksum::{Checksum, ChecksumType};
use crate::conditions::{WriteConditions, size};
use crate::error::{ErrorCode, S3Error};
use crate::etag::ETag;
use crate::object_key::ObjectKey;
use crate::request_head::RequestHead;
use crate::single_header;
use crate::upload::{PartNumber, UploadId};
use crate::version_id::VersionId;
use crate::xml::{Element, XmlWriter};

/// A request to complete an upload.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct CompleteMultipartUpload {
    /// The upload.
    pub upload_id: UploadId,
    /// The parts in ascending order; at least one.
    pub parts: Vec<CompletedPart>,
    /// The checksum that the object is to have.
    pub checksum: Option<Checksum>,
    /// What the client takes that checksum to be computed over.
    pub checksum_type: Option<ChecksumType>,
    /// The size in bytes that the object is to have.
    pub size: Option<u64>,
    /// The conditions.
    pub conditions: WriteConditions,
}

/// A part as the client knows it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct CompletedPart {
    /// Its number.
    pub part_number: PartNumber,
    /// Its tag; `InvalidPart` when the uploaded part has another.
    pub etag: ETag,
    /// Its checksums, when the client names them; `InvalidPart` when the uploaded part has others.
    pub checksums: Vec<Checksum>,
}

impl CompleteMultipartUpload {
    /// The largest body, in bytes: 10,000 parts with tag and checksum, generously laid out.
    pub const BODY_LIMIT: usize = 8 * 1024 * 1024;

    /// Reads the request and its body.
    ///
    /// # Errors
    /// `MalformedXML` for anything but `<CompleteMultipartUpload>` with at least one part; `InvalidPartOrder` when the
    /// numbers do not ascend; `InvalidPart` for a tag that cannot be one; `InvalidArgument`.
    pub fn from_request(head: RequestHead<'_>, body: &[u8]) -> Result<Self, S3Error> {
        let root = Element::parse(body, "CompleteMultipartUpload", Self::BODY_LIMIT);
        let root = root.map_err(|error| match error.code() {
            ErrorCode::MissingRequestBodyError => S3Error::because(ErrorCode::MalformedXML, "Name at least one part."),
            _ => error,
        })?;
        let completed = root.children("Part").map(part).collect::<Result<Vec<_>, _>>()?;
        if completed.is_empty() {
            return Err(S3Error::because(ErrorCode::MalformedXML, "Name at least one part."));
        }
        if !completed.is_sorted_by(|one, next| one.part_number < next.part_number) {
            return Err(ErrorCode::InvalidPartOrder.into());
        }
        const SIZE: &str = "x-amz-mp-object-size";
        Ok(CompleteMultipartUpload {
            upload_id: UploadId::required(head.query)?,
            parts: completed,
            checksum: Checksum::declared(head.headers)?,
            checksum_type: ChecksumType::of(head.headers)?,
            size: single_header::filled(head.headers, SIZE)?.map(|text| size(SIZE, text)).transpose()?,
            conditions: WriteConditions::of(head.headers),
        })
    }
}

fn part(element: &Element) -> Result<CompletedPart, S3Error> {
    let part_number = PartNumber::parse(element.required_text("PartNumber")?)?;
    let etag = element.required_text("ETag")?;
    Ok(CompletedPart {
        part_number,
        etag: ETag::parse(etag).map_err(|_| {
            S3Error::new(ErrorCode::InvalidPart).with("PartNumber", part_number.to_string()).with("ETag", etag)
        })?,
        checksums: Checksum::held_by(element)?,
    })
}

/// The object that was made.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct CompleteMultipartUploadAnswer {
    /// Its URL.
    pub location: String,
    /// Its bucket.
    pub bucket: BucketName,
    /// Its key.
    pub key: ObjectKey,
    /// Its tag.
    pub etag: ETag,
    /// Its version, in a versioned bucket.
    pub version_id: Option<VersionId>,
    /// Its additional checksum and what that is computed over.
    pub checksum: Option<(Checksum, ChecksumType)>,
}

impl CompleteMultipartUploadAnswer {
    /// The `<CompleteMultipartUploadResult>` document.
    pub fn to_xml(&self) -> Vec<u8> {
        XmlWriter::document("CompleteMultipartUploadResult", |xml| {
            xml.text("Location", &self.location);
            xml.text("Bucket", self.bucket.as_str());
            xml.text("Key", self.key.as_str());
            xml.text("ETag", &self.etag.quoted());
            if let Some((checksum, kind)) = &self.checksum {
                checksum.write(xml);
                xml.text("ChecksumType", kind.as_str());
            }
        })
    }

    /// 200 with the document.
    pub fn response(&self) -> Response<Bytes> {
        let mut response = document(self.to_xml());
        write_version(response.headers_mut(), self.version_id.as_ref());
        response
    }
}
