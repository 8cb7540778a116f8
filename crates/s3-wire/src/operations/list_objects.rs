//! ListObjects, version 1: the objects of a bucket, paged by marker.

use bytes::Bytes;
use http::Response;
use keyward_identity::BucketName;

use super::answer::document;
use crate::error::S3Error;
use crate::listing::{KeyEncoding, ListedObject, common_prefixes, length};
use crate::request_head::RequestHead;
use crate::xml::XmlWriter;

/// A request to list objects.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct ListObjects {
    /// Only keys that begin so.
    pub prefix: String,
    /// Keys that go on to this after the prefix are folded into one common prefix.
    pub delimiter: Option<String>,
    /// Only keys, and common prefixes, after this one.
    pub marker: String,
    /// The most objects and common prefixes to list: 0 to 1000.
    pub max_keys: u32,
    /// How keys stand in the answer.
    pub encoding: KeyEncoding,
}

impl ListObjects {
    /// Reads the request.
    ///
    /// # Errors
    /// `InvalidArgument` for a number or encoding that cannot be one.
    pub fn from_request(head: RequestHead<'_>) -> Result<Self, S3Error> {
        let query = head.query;
        Ok(ListObjects {
            prefix: query.value("prefix")?.unwrap_or_default().to_owned(),
            delimiter: query.filled("delimiter")?.map(str::to_owned),
            marker: query.value("marker")?.unwrap_or_default().to_owned(),
            max_keys: query.count("max-keys", 1000)?,
            encoding: KeyEncoding::of(query)?,
        })
    }
}

/// A page of objects.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ListObjectsAnswer {
    /// The request it answers.
    pub request: ListObjects,
    /// The bucket.
    pub bucket: BucketName,
    /// The objects in order of key; they show their owners.
    pub objects: Vec<ListedObject>,
    /// The common prefixes, in order.
    pub common_prefixes: Vec<String>,
    /// The last key or common prefix of the page, when another page follows. S3 shows it only with a delimiter; it is
    /// shown always, which spares clients a rule.
    pub next_marker: Option<String>,
}

impl ListObjectsAnswer {
    /// The `<ListBucketResult>` document.
    pub fn to_xml(&self) -> Vec<u8> {
        let request = &self.request;
        let encoding = request.encoding;
        let about = length(&self.objects, &self.common_prefixes);
        XmlWriter::long_document("ListBucketResult", about, |xml| {
            xml.text("Name", self.bucket.as_str());
            encoding.write(xml, "Prefix", &request.prefix);
            encoding.write(xml, "Marker", &request.marker);
            encoding.write_optional(xml, "NextMarker", self.next_marker.as_deref());
            xml.value("MaxKeys", request.max_keys);
            encoding.write_optional(xml, "Delimiter", request.delimiter.as_deref());
            encoding.write_type(xml);
            xml.value("IsTruncated", self.next_marker.is_some());
            for object in &self.objects {
                object.write(xml, encoding);
            }
            common_prefixes(xml, encoding, &self.common_prefixes);
        })
    }

    /// 200 with the document.
    pub fn response(&self) -> Response<Bytes> {
        document(self.to_xml())
    }
}
