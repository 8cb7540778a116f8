//! What is asked for, and the proof that it was granted.

use std::sync::Arc;

use keyward_identity::{Bucket, BucketName, NamespaceName, ObjectUserId};
use keyward_s3_wire::{ObjectKey, Operation};

/// Who sends an S3 request.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Requester {
    /// An object user, proven by a signature.
    User {
        /// The access key id.
        id: ObjectUserId,
        /// The user's own namespace.
        namespace: NamespaceName,
    },
    /// Nobody said who it is.
    Anonymous,
}

impl Requester {
    /// The object user, if somebody signed.
    pub fn user_id(&self) -> Option<&ObjectUserId> {
        match self {
            Requester::User { id, .. } => Some(id),
            Requester::Anonymous => None,
        }
    }
}

/// What an S3 request acts on.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Resource {
    /// The list of buckets of a namespace.
    Service {
        /// The namespace.
        namespace: NamespaceName,
    },
    /// A bucket to be made.
    NewBucket {
        /// Where.
        namespace: NamespaceName,
        /// Its name.
        name: BucketName,
    },
    /// A bucket as a whole.
    Bucket(Arc<Bucket>),
    /// An object.
    Object(Arc<Bucket>, ObjectKey),
}

impl Resource {
    /// The bucket, if there is one.
    pub fn bucket(&self) -> Option<&Arc<Bucket>> {
        match self {
            Resource::Service { .. } | Resource::NewBucket { .. } => None,
            Resource::Bucket(bucket) | Resource::Object(bucket, _) => Some(bucket),
        }
    }

    /// The object's key, if this is an object.
    pub fn key(&self) -> Option<&ObjectKey> {
        match self {
            Resource::Object(_, key) => Some(key),
            _ => None,
        }
    }
}

/// One request for permission.
#[derive(Clone, Debug)]
pub struct Access {
    /// Who asks.
    pub requester: Requester,
    /// To do what.
    pub operation: Operation,
    /// On what.
    pub resource: Resource,
    /// For copies: the object that is read.
    pub source: Option<(Arc<Bucket>, ObjectKey)>,
}

/// Proof that an access was granted. Only [`decide`](crate::decide()) makes one, and what was granted can be read from
/// it but not changed.
#[derive(Clone, Debug)]
pub struct Allowed {
    access: Access,
}

impl Allowed {
    pub(crate) fn granting(access: Access) -> Self {
        Self { access }
    }

    /// What was granted.
    pub fn access(&self) -> &Access {
        &self.access
    }
}
