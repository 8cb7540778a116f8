//! What a new object is to have besides its bytes: asked for alike by PutObject, CopyObject and CreateMultipartUpload.

use http::HeaderMap;

use crate::acl_headers::AclHeaders;
use crate::customer_key::CustomerKey;
use crate::ecs_retention::RetentionPeriod;
use crate::encryption::Encryption;
use crate::error::S3Error;
use crate::metadata::ObjectMetadata;
use crate::object_lock::ObjectLock;
use crate::storage_class::StorageClass;
use crate::tagging_header;

/// The properties that the headers of a write give an object. Those a store cannot honour (tags, lock, encryption) it
/// has to refuse: leaving them out would lose what the client relies on.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct NewObject {
    /// System headers and user metadata.
    pub metadata: ObjectMetadata,
    /// The storage class, when one is named.
    pub storage_class: Option<StorageClass>,
    /// Access control.
    pub acl: AclHeaders,
    /// Tags in order of key.
    pub tags: Vec<(String, String)>,
    /// Retention and legal hold.
    pub lock: ObjectLock,
    /// How long it is kept by ECS's own header.
    pub retention: Option<RetentionPeriod>,
    /// Encryption at rest, when one is asked for.
    pub encryption: Option<Encryption>,
    /// The client's key, where that encryption is with one.
    pub customer_key: Option<CustomerKey>,
}

impl NewObject {
    /// Reads the headers of a write.
    ///
    /// # Errors
    /// As [`ObjectMetadata::of`], [`StorageClass::asked_for`], [`AclHeaders::of`], [`tagging_header::tags`],
    /// [`ObjectLock::of`], [`RetentionPeriod::of`], [`Encryption::of`] and [`CustomerKey::of`].
    pub fn of(headers: &HeaderMap) -> Result<Self, S3Error> {
        Ok(NewObject {
            metadata: ObjectMetadata::of(headers)?,
            storage_class: StorageClass::asked_for(headers)?,
            acl: AclHeaders::of(headers)?,
            tags: tagging_header::tags(headers)?,
            lock: ObjectLock::of(headers)?,
            retention: RetentionPeriod::of(headers)?,
            encryption: Encryption::of(headers)?,
            customer_key: CustomerKey::of(headers)?,
        })
    }
}
