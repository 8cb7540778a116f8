//! GetBucketLocation: the region of a bucket.

use bytes::Bytes;
use http::Response;

use super::answer::document;
use crate::xml::XmlWriter;

/// The region.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct GetBucketLocationAnswer {
    /// Its name; S3 shows `us-east-1`, its first one, as empty.
    pub region: String,
}

impl GetBucketLocationAnswer {
    /// The `<LocationConstraint>` document.
    pub fn to_xml(&self) -> Vec<u8> {
        let shown = if self.region == "us-east-1" { "" } else { &self.region };
        XmlWriter::document("LocationConstraint", |xml| xml.content(shown))
    }

    /// 200 with the document.
    pub fn response(&self) -> Response<Bytes> {
        document(self.to_xml())
    }
}
