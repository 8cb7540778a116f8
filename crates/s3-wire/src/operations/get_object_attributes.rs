//! GetObjectAttributes: tells of an object what is asked for by name, without its bytes.

use bytes::Bytes;
use http::Response;
use http::header::LAST_MODIFIED;

use super::answer::{document, write_version};
use super::list_parts::ListedPart;
use super::object_head::ObjectHead;
use crate::conditions::last_modified_value;
use crate::customer_key::CustomerKey;
use crate::error::S3Error;
use crate::request_head::RequestHead;
use crate::single_header;
use crate::version_id::VersionId;
use crate::xml::XmlWriter;

const HEADER: &str = "x-amz-object-attributes";

/// What can be asked for.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum ObjectAttribute {
    /// The entity tag.
    ETag,
    /// The additional checksum.
    Checksum,
    /// The parts it was uploaded in.
    ObjectParts,
    /// The storage class.
    StorageClass,
    /// The size in bytes.
    ObjectSize,
}

/// A request for attributes.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct GetObjectAttributes {
    /// The version, when not the latest.
    pub version_id: Option<VersionId>,
    /// What is asked for; at least one.
    pub attributes: Vec<ObjectAttribute>,
    /// The most parts to show: 0 to 1000.
    pub max_parts: u32,
    /// Only parts of greater numbers are shown.
    pub part_number_marker: u32,
    /// The key that the object is encrypted with.
    pub customer_key: Option<CustomerKey>,
}

impl GetObjectAttributes {
    /// Reads the request.
    ///
    /// # Errors
    /// `InvalidArgument` when no attribute is named, or one that there is not, and for numbers that cannot be read.
    pub fn from_request(head: RequestHead<'_>) -> Result<Self, S3Error> {
        let mut attributes = Vec::new();
        for line in head.headers.get_all(HEADER) {
            let line = String::from_utf8_lossy(line.as_bytes());
            for name in line.split(',').map(str::trim).filter(|name| !name.is_empty()) {
                attributes.push(attribute(name)?);
            }
        }
        if attributes.is_empty() {
            return Err(S3Error::argument(HEADER, "", "Name at least one attribute, such as ETag or ObjectSize."));
        }
        Ok(Self {
            version_id: VersionId::of(head.query)?,
            attributes,
            max_parts: number(head, "x-amz-max-parts")?.unwrap_or(1000).min(1000),
            part_number_marker: number(head, "x-amz-part-number-marker")?.unwrap_or(0),
            customer_key: CustomerKey::of(head.headers)?,
        })
    }

    /// Whether this attribute is asked for.
    pub fn asks_for(&self, attribute: ObjectAttribute) -> bool {
        self.attributes.contains(&attribute)
    }
}

fn attribute(name: &str) -> Result<ObjectAttribute, S3Error> {
    Ok(match name {
        "ETag" => ObjectAttribute::ETag,
        "Checksum" => ObjectAttribute::Checksum,
        "ObjectParts" => ObjectAttribute::ObjectParts,
        "StorageClass" => ObjectAttribute::StorageClass,
        "ObjectSize" => ObjectAttribute::ObjectSize,
        other => {
            let message = "The attributes are ETag, Checksum, ObjectParts, StorageClass and ObjectSize.";
            return Err(S3Error::argument(HEADER, other, message));
        }
    })
}

fn number(head: RequestHead<'_>, header: &str) -> Result<Option<u32>, S3Error> {
    let Some(text) = single_header::filled(head.headers, header)? else { return Ok(None) };
    let refused = |_| S3Error::argument(header, text, format!("{header} has to be a whole number."));
    text.parse().map(Some).map_err(refused)
}

/// The attributes of an object.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct GetObjectAttributesAnswer {
    /// The request it answers.
    pub request: GetObjectAttributes,
    /// The object.
    pub object: ObjectHead,
    /// One page of its parts.
    pub parts: Vec<ListedPart>,
    /// Whether there are more parts.
    pub is_truncated: bool,
}

impl GetObjectAttributesAnswer {
    /// The `<GetObjectAttributesResponse>` document.
    pub fn to_xml(&self) -> Vec<u8> {
        let asks_for = |attribute| self.request.asks_for(attribute);
        XmlWriter::document("GetObjectAttributesResponse", |xml| {
            if asks_for(ObjectAttribute::ETag) {
                xml.text("ETag", self.object.etag.as_str());
            }
            if let (true, Some((checksum, kind))) = (asks_for(ObjectAttribute::Checksum), &self.object.checksum) {
                xml.element("Checksum", |xml| {
                    checksum.write(xml);
                    xml.text("ChecksumType", kind.as_str());
                });
            }
            if let (true, Some(count)) = (asks_for(ObjectAttribute::ObjectParts), self.object.parts) {
                xml.element("ObjectParts", |xml| self.write_parts(xml, count));
            }
            if asks_for(ObjectAttribute::StorageClass) {
                xml.text("StorageClass", self.object.storage_class.as_str());
            }
            if asks_for(ObjectAttribute::ObjectSize) {
                xml.value("ObjectSize", self.object.size);
            }
        })
    }

    fn write_parts(&self, xml: &mut XmlWriter, count: u16) {
        xml.value("PartsCount", count);
        xml.value("PartNumberMarker", self.request.part_number_marker);
        if let Some(last) = self.parts.last().filter(|_| self.is_truncated) {
            xml.value("NextPartNumberMarker", last.part_number);
        }
        xml.value("MaxParts", self.request.max_parts);
        xml.value("IsTruncated", self.is_truncated);
        for part in &self.parts {
            xml.element("Part", |xml| {
                xml.value("PartNumber", part.part_number);
                xml.value("Size", part.size);
                if let Some(checksum) = &part.checksum {
                    checksum.write(xml);
                }
            });
        }
    }

    /// 200 with the document.
    pub fn response(&self) -> Response<Bytes> {
        let mut response = document(self.to_xml());
        let headers = response.headers_mut();
        headers.insert(LAST_MODIFIED, last_modified_value(self.object.last_modified));
        write_version(headers, self.object.version_id.as_ref());
        response
    }
}

#[cfg(test)]
mod tests {
    use http::Request;

    use super::*;
    use crate::error::ErrorCode;
    use crate::query::Query;

    fn read(value: &str) -> Result<Vec<ObjectAttribute>, ErrorCode> {
        let request = Request::get("/b/k?attributes").header(HEADER, value).body(()).unwrap();
        let request = GetObjectAttributes::from_request(RequestHead::of(&request.into_parts().0, &Query::default()));
        request.map(|request| request.attributes).map_err(|error| error.code())
    }

    #[test]
    fn attributes_are_named_in_a_list() {
        assert_eq!(read("ETag, ObjectSize"), Ok(vec![ObjectAttribute::ETag, ObjectAttribute::ObjectSize]));
        assert_eq!(read("ETag,Colour"), Err(ErrorCode::InvalidArgument));
        assert_eq!(read(""), Err(ErrorCode::InvalidArgument));
    }
}
