//! One object, and the common prefixes, of a listing.

use keyward_ambient::Timestamp;

use super::KeyEncoding;
use crate::checksum::{ChecksumAlgorithm, ChecksumType};
use crate::date::iso8601;
use crate::etag::ETag;
use crate::object_key::ObjectKey;
use crate::owner::Owner;
use crate::storage_class::StorageClass;
use crate::xml::XmlWriter;

/// An object in a listing.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ListedObject {
    /// Its key.
    pub key: ObjectKey,
    /// When it was last written.
    pub last_modified: Timestamp,
    /// Its tag.
    pub etag: ETag,
    /// Its size in bytes.
    pub size: u64,
    /// The algorithm and type of its additional checksum, when it has one.
    pub checksum: Option<(ChecksumAlgorithm, ChecksumType)>,
    /// Its owner, where the listing shows owners.
    pub owner: Option<Owner>,
    /// Its storage class.
    pub storage_class: StorageClass,
}

impl ListedObject {
    /// Writes `<Contents>`.
    pub(crate) fn write(&self, xml: &mut XmlWriter, encoding: KeyEncoding) {
        xml.element("Contents", |xml| {
            encoding.write(xml, "Key", self.key.as_str());
            xml.text("LastModified", &iso8601(self.last_modified));
            xml.element("ETag", |xml| {
                xml.content("\"");
                xml.content(self.etag.as_str());
                xml.content("\"");
            });
            if let Some((algorithm, kind)) = self.checksum {
                xml.text("ChecksumAlgorithm", algorithm.name());
                xml.text("ChecksumType", kind.as_str());
            }
            xml.value("Size", self.size);
            if let Some(owner) = &self.owner {
                owner.write(xml, "Owner");
            }
            xml.text("StorageClass", self.storage_class.as_str());
        });
    }
}

/// Writes `<CommonPrefixes>`, one for each, as S3 does.
/// About how many bytes a listing takes; rather too many.
pub(crate) fn length(objects: &[ListedObject], prefixes: &[String]) -> usize {
    let owner = |owner: &Owner| 80 + owner.id.len() + owner.display_name.len();
    let object = |object: &ListedObject| 340 + object.key.as_str().len() + object.owner.as_ref().map_or(0, owner);
    let objects: usize = objects.iter().map(object).sum();
    let prefixes: usize = prefixes.iter().map(|prefix| 60 + prefix.len()).sum();
    2048 + objects + prefixes
}

pub(crate) fn common_prefixes(xml: &mut XmlWriter, encoding: KeyEncoding, prefixes: &[String]) {
    for prefix in prefixes {
        xml.element("CommonPrefixes", |xml| encoding.write(xml, "Prefix", prefix));
    }
}
