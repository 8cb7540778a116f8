//! What is asked for, and the proof that it was granted.

use std::sync::Arc;

use keyward_identity::{Acl, Bucket, BucketName, NamespaceName, ObjectUserId, UniqueId, UserRef};
use keyward_s3_wire::operations::ObjectToDelete;
use keyward_s3_wire::{ObjectKey, Operation, VersionId};

use crate::decide::Denied;
use crate::stated::{Body, Stated};

/// Who sends an S3 request.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Requester {
    /// An object user, proven by a signature.
    User {
        /// The access key id.
        id: ObjectUserId,
        /// The user's own namespace.
        namespace: NamespaceName,
        /// The user's internal id, which grants are compared by as well.
        unique_id: Option<UniqueId>,
        /// The internal id of the user's namespace.
        namespace_id: Option<UniqueId>,
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

    /// The object user as grants name it, if somebody signed.
    pub fn user(&self) -> Option<UserRef> {
        match self {
            Requester::User { id, namespace, unique_id, .. } => {
                Some(UserRef { namespace: namespace.clone(), id: id.clone(), unique_id: *unique_id })
            }
            Requester::Anonymous => None,
        }
    }

    /// Whether this is that very user, and not another of the same name.
    pub fn is(&self, user: &UserRef) -> bool {
        matches!(self, Requester::User { id, namespace, unique_id, .. }
            if *id == user.id && *unique_id == user.unique_id && *namespace == user.namespace)
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

/// The object that a copy reads.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Source {
    /// Its bucket.
    pub bucket: Arc<Bucket>,
    /// Its key.
    pub key: ObjectKey,
    /// The version, when the request names one.
    pub version: Option<VersionId>,
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
    /// The version of the object, when the request names one. A request that does takes other permissions.
    pub version: Option<VersionId>,
    /// For copies: the object that is read.
    pub source: Option<Source>,
    /// What the request sets, as its headers and its body say.
    pub stated: Stated,
}

/// Proof that an access was granted, and all that was granted. Only [`decide`](crate::decide()) makes one; it can be
/// read but not changed.
#[derive(Clone, Debug)]
pub struct Allowed {
    access: Access,
    deletions: Deletions,
    bypasses_governance: bool,
    new_object: Option<NewObjectAccess>,
}

/// The entries of a DeleteObjects request, in its order, each with its decision.
#[derive(Clone, Debug, Default)]
pub struct Deletions {
    entries: Vec<DecidedDeletion>,
    quiet: bool,
}

impl Deletions {
    pub(crate) fn decided(entries: Vec<DecidedDeletion>, quiet: bool) -> Self {
        Self { entries, quiet }
    }

    /// The entries.
    pub fn entries(&self) -> &[DecidedDeletion] {
        &self.entries
    }

    /// Whether the answer is to name failures only.
    pub fn quiet(&self) -> bool {
        self.quiet
    }
}

/// Whose a new object is, and its access control list.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct NewObjectAccess {
    /// Who owns it.
    pub owner: UserRef,
    /// Its list; `None` for its owner's alone.
    pub acl: Option<Acl>,
}

/// One entry of a DeleteObjects request.
#[derive(Clone, Debug)]
pub enum DecidedDeletion {
    /// It may be deleted.
    Allowed(AllowedDelete),
    /// It may not.
    Refused {
        /// The entry.
        object: ObjectToDelete,
        /// Why.
        why: Denied,
    },
}

impl DecidedDeletion {
    /// The entry as the request names it.
    pub fn object(&self) -> &ObjectToDelete {
        match self {
            DecidedDeletion::Allowed(allowed) => &allowed.object,
            DecidedDeletion::Refused { object, .. } => object,
        }
    }
}

/// Proof that one entry of a DeleteObjects request may be deleted.
#[derive(Clone, Debug)]
pub struct AllowedDelete {
    object: ObjectToDelete,
    bypasses_governance: bool,
}

impl AllowedDelete {
    pub(crate) fn granting(object: ObjectToDelete, bypasses_governance: bool) -> Self {
        Self { object, bypasses_governance }
    }

    /// Key, version and conditions.
    pub fn object(&self) -> &ObjectToDelete {
        &self.object
    }

    /// Whether a retention in governance mode does not keep it.
    pub fn bypasses_governance(&self) -> bool {
        self.bypasses_governance
    }
}

impl Allowed {
    pub(crate) fn granting(access: Access) -> Self {
        Self { access, deletions: Deletions::default(), bypasses_governance: false, new_object: None }
    }

    pub(crate) fn with_deletions(mut self, deletions: Deletions) -> Self {
        // Nothing is left that says what was refused, but with the refusal.
        if matches!(self.access.stated.body, Body::Deletion(_)) {
            self.access.stated.body = Body::Irrelevant;
        }
        Self { deletions, ..self }
    }

    pub(crate) fn with_bypass(self, bypasses_governance: bool) -> Self {
        Self { bypasses_governance, ..self }
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

    /// What the body says that the decision was made on: the tags, the retention or the legal hold to set. What there is
    /// to delete is in [`deletions`](Self::deletions).
    pub fn body(&self) -> &Body {
        &self.access.stated.body
    }

    /// The entries of a DeleteObjects request, each with its decision.
    pub fn deletions(&self) -> &Deletions {
        &self.deletions
    }

    /// Whose a new object is to be, and its list; `None` for the bucket owner's alone.
    pub fn new_object(&self) -> Option<&NewObjectAccess> {
        self.new_object.as_ref()
    }

    /// Whether a retention in governance mode does not keep the object: the request asks for that and may. The entries
    /// of a DeleteObjects request say so each.
    pub fn bypasses_governance(&self) -> bool {
        self.bypasses_governance
    }
}
