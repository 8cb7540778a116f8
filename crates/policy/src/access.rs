//! What is asked for, and the proof that it was granted.

use std::sync::Arc;

use keyward_identity::{Acl, Bucket, BucketName, NamespaceName, ObjectUserId, UserRef};
use keyward_s3_wire::{ObjectKey, Operation, VersionId};

use crate::decide::Denied;
use crate::key_rule::KeyRule;

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
    keys: Option<Arc<KeyRule>>,
    bypasses_governance: bool,
    new_object: Option<NewObjectAccess>,
}

/// Whose a new object is, and its access control list.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct NewObjectAccess {
    /// Who owns it.
    pub owner: UserRef,
    /// Its list; `None` for its owner's alone.
    pub acl: Option<Acl>,
}

impl Allowed {
    pub(crate) fn granting(access: Access) -> Self {
        Self { access, keys: None, bypasses_governance: false, new_object: None }
    }

    pub(crate) fn with_keys(self, keys: Option<Arc<KeyRule>>, bypasses_governance: bool) -> Self {
        Self { keys, bypasses_governance, ..self }
    }

    /// The same for a write whose object is to have an owner or a list other than what goes without saying.
    #[must_use]
    pub fn with_new_object(self, new_object: Option<NewObjectAccess>) -> Self {
        Self { new_object, ..self }
    }

    /// What was granted.
    pub fn access(&self) -> &Access {
        &self.access
    }

    /// Whose a new object is to be, and its list; `None` for the bucket owner's alone.
    pub fn new_object(&self) -> Option<&NewObjectAccess> {
        self.new_object.as_ref()
    }

    /// Whether this key, or this version of it, may be deleted, of those that one request names.
    ///
    /// # Errors
    /// What the policy of the bucket says about it.
    pub fn may_delete(&self, key: &ObjectKey, version: Option<&VersionId>) -> Result<(), Denied> {
        self.keys.as_ref().map_or(Ok(()), |keys| keys.may_delete(key, version))
    }

    /// Whether the deletion of this key, of those that one request names, may pass over a retention in governance mode,
    /// as the request asks for.
    pub fn bypasses_governance_of(&self, key: &ObjectKey, version: Option<&VersionId>) -> bool {
        self.keys.as_ref().map_or(self.bypasses_governance, |keys| keys.bypasses_governance(key, version))
    }

    /// Whether the object may be given these tags, which came in the body.
    ///
    /// # Errors
    /// What the policy of the bucket says about them.
    pub fn may_tag(&self, key: &ObjectKey, tags: &[(String, String)]) -> Result<(), Denied> {
        self.keys.as_ref().map_or(Ok(()), |rule| rule.may_tag(key, tags))
    }

    /// Whether the request may pass over retentions in governance mode, as it asks for. Of one that names many keys ask
    /// [`bypasses_governance_of`](Self::bypasses_governance_of) each.
    pub fn bypasses_governance(&self) -> bool {
        self.bypasses_governance
    }
}
