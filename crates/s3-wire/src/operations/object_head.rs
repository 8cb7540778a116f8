//! What is known of an object without its bytes, and the headers that say so.

use http::header::{ACCEPT_RANGES, ETAG, HeaderMap, HeaderName, HeaderValue, LAST_MODIFIED};
use keyward_ambient::Timestamp;

use super::answer::write_version;
use crate::checksum::{Checksum, ChecksumType};
use crate::conditions::last_modified_value;
use crate::ecs_retention::RetentionPeriod;
use crate::encryption::Encryption;
use crate::etag::ETag;
use crate::metadata::ObjectMetadata;
use crate::object_lock::ObjectLock;
use crate::storage_class::StorageClass;
use crate::version_id::VersionId;

const STORAGE_CLASS: HeaderName = HeaderName::from_static("x-amz-storage-class");
const TAGGING_COUNT: HeaderName = HeaderName::from_static("x-amz-tagging-count");

/// An object that a GET or HEAD found.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ObjectHead {
    /// Its size in bytes.
    pub size: u64,
    /// Its tag.
    pub etag: ETag,
    /// When it was last written.
    pub last_modified: Timestamp,
    /// Its system headers and user metadata.
    pub metadata: ObjectMetadata,
    /// Its storage class; S3 does not show `STANDARD` here.
    pub storage_class: StorageClass,
    /// Its version, in a bucket that is or was versioned.
    pub version_id: Option<VersionId>,
    /// Its additional checksum and what that is computed over; of a part that is read alone, the part's.
    pub checksum: Option<(Checksum, ChecksumType)>,
    /// The number of parts it was uploaded in, when in several.
    pub parts: Option<u16>,
    /// How many tags it has.
    pub tags: usize,
    /// Its lock, for those who may see it.
    pub lock: ObjectLock,
    /// How long it is kept by ECS's own header.
    pub retention: Option<RetentionPeriod>,
    /// Its encryption at rest.
    pub encryption: Option<Encryption>,
}

impl ObjectHead {
    /// The headers that every answer about the object has, whole or in part.
    pub(super) fn headers(&self) -> HeaderMap {
        let mut headers = HeaderMap::new();
        self.metadata.write(&mut headers);
        headers.insert(ETAG, self.etag.header_value());
        headers.insert(LAST_MODIFIED, last_modified_value(self.last_modified));
        headers.insert(ACCEPT_RANGES, HeaderValue::from_static("bytes"));
        write_version(&mut headers, self.version_id.as_ref());
        if let Some(class) = self.storage_class.shown() {
            headers.insert(STORAGE_CLASS, HeaderValue::from_static(class));
        }
        if self.tags > 0 {
            headers.insert(TAGGING_COUNT, HeaderValue::from(self.tags));
        }
        self.lock.write(&mut headers);
        if let Some(retention) = self.retention {
            retention.write(&mut headers);
        }
        if let Some(encryption) = &self.encryption {
            encryption.write(&mut headers);
        }
        headers
    }
}
