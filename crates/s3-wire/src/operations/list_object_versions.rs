//! ListObjectVersions: the versions and delete markers of a bucket's objects.

use bytes::Bytes;
use http::Response;
use keyward_ambient::Timestamp;
use keyward_identity::BucketName;

use super::answer::document;
use crate::date::iso8601;
use crate::error::S3Error;
use crate::etag::ETag;
use crate::listing::{KeyEncoding, common_prefixes};
use crate::object_key::ObjectKey;
use crate::owner::Owner;
use crate::request_head::RequestHead;
use crate::storage_class::StorageClass;
use crate::version_id::VersionId;
use crate::xml::XmlWriter;

/// A request to list versions.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct ListObjectVersions {
    /// Only keys that begin so.
    pub prefix: String,
    /// Keys that go on to this after the prefix are folded into one common prefix.
    pub delimiter: Option<String>,
    /// Keys after this one are listed, and of this one the versions older than
    /// [`version_id_marker`](Self::version_id_marker).
    pub key_marker: String,
    /// Means something only together with a key marker.
    pub version_id_marker: Option<VersionId>,
    /// The most versions, markers and common prefixes to list: 0 to 1000.
    pub max_keys: u32,
    /// How keys stand in the answer.
    pub encoding: KeyEncoding,
}

impl ListObjectVersions {
    /// Reads the request.
    ///
    /// # Errors
    /// `InvalidArgument` for a number, encoding or version that cannot be one, and for a version marker without a key
    /// marker.
    pub fn from_request(head: RequestHead<'_>) -> Result<Self, S3Error> {
        const VERSION_MARKER: &str = "version-id-marker";
        let query = head.query;
        let key_marker = query.value("key-marker")?.unwrap_or_default().to_owned();
        let version_id_marker = query.filled(VERSION_MARKER)?;
        if let (Some(version), true) = (version_id_marker, key_marker.is_empty()) {
            let message = "A version marker needs the key marker it belongs to; send key-marker too.";
            return Err(S3Error::argument(VERSION_MARKER, version, message));
        }
        Ok(ListObjectVersions {
            prefix: query.value("prefix")?.unwrap_or_default().to_owned(),
            delimiter: query.filled("delimiter")?.map(str::to_owned),
            key_marker,
            version_id_marker: version_id_marker.map(VersionId::parse).transpose()?,
            max_keys: query.count("max-keys", 1000)?,
            encoding: KeyEncoding::of(query)?,
        })
    }
}

/// A version or delete marker in the listing.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ListedVersion {
    /// The key.
    pub key: ObjectKey,
    /// The version.
    pub version_id: VersionId,
    /// Whether it is the key's latest.
    pub is_latest: bool,
    /// When it was written.
    pub last_modified: Timestamp,
    /// Who owns it.
    pub owner: Option<Owner>,
    /// Its tag, size in bytes and storage class; `None` for a delete marker.
    pub content: Option<(ETag, u64, StorageClass)>,
}

/// A page of versions.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ListObjectVersionsAnswer {
    /// The request it answers.
    pub request: ListObjectVersions,
    /// The bucket.
    pub bucket: BucketName,
    /// Versions and delete markers, by key and then from the newest to the oldest.
    pub versions: Vec<ListedVersion>,
    /// The common prefixes, in order.
    pub common_prefixes: Vec<String>,
    /// Where the next page goes on, when there is one: the last key or common prefix, and the last version when the last
    /// entry is one.
    pub next: Option<(String, Option<VersionId>)>,
}

impl ListObjectVersionsAnswer {
    /// The `<ListVersionsResult>` document.
    pub fn to_xml(&self) -> Vec<u8> {
        let request = &self.request;
        let encoding = request.encoding;
        XmlWriter::document("ListVersionsResult", |xml| {
            xml.text("Name", self.bucket.as_str());
            encoding.write(xml, "Prefix", &request.prefix);
            encoding.write(xml, "KeyMarker", &request.key_marker);
            xml.text("VersionIdMarker", request.version_id_marker.as_ref().map_or("", VersionId::as_str));
            if let Some((key, version)) = &self.next {
                encoding.write(xml, "NextKeyMarker", key);
                xml.optional("NextVersionIdMarker", version.as_ref().map(VersionId::as_str));
            }
            xml.value("MaxKeys", request.max_keys);
            encoding.write_optional(xml, "Delimiter", request.delimiter.as_deref());
            encoding.write_type(xml);
            xml.value("IsTruncated", self.next.is_some());
            for version in &self.versions {
                version.write(xml, encoding);
            }
            common_prefixes(xml, encoding, &self.common_prefixes);
        })
    }

    /// 200 with the document.
    pub fn response(&self) -> Response<Bytes> {
        document(self.to_xml())
    }
}

impl ListedVersion {
    fn write(&self, xml: &mut XmlWriter, encoding: KeyEncoding) {
        let element = if self.content.is_some() { "Version" } else { "DeleteMarker" };
        xml.element(element, |xml| {
            encoding.write(xml, "Key", self.key.as_str());
            xml.text("VersionId", self.version_id.as_str());
            xml.value("IsLatest", self.is_latest);
            xml.text("LastModified", &iso8601(self.last_modified));
            if let Some((etag, size, _)) = &self.content {
                xml.text("ETag", &etag.quoted());
                xml.value("Size", size);
            }
            if let Some(owner) = &self.owner {
                owner.write(xml, "Owner");
            }
            if let Some((_, _, storage_class)) = &self.content {
                xml.text("StorageClass", storage_class.as_str());
            }
        });
    }
}
