//! The decision.

use keyward_identity::Bucket;

use crate::{Access, Allowed, Requester, Resource};

/// The requester may not do this.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum Denied {
    /// Nobody is logged in, and nothing is open to everybody.
    #[error("Anonymous requests are not allowed here; sign the request.")]
    Anonymous,
    /// The bucket, or the source of a copy, belongs to somebody else.
    #[error("The bucket belongs to another user.")]
    NotTheOwner,
    /// An administrator has locked the bucket, and this would change something.
    #[error("The bucket is locked: it can be read, but not changed, until an administrator unlocks it.")]
    Locked,
    /// The namespace is not the user's own.
    #[error("The namespace is not the user's own.")]
    ForeignNamespace,
}

/// Grants the access, or says why not.
pub fn decide(access: Access) -> Result<Allowed, Denied> {
    let Requester::User { namespace, .. } = &access.requester else {
        return Err(Denied::Anonymous);
    };
    match &access.resource {
        Resource::Service { namespace: asked } | Resource::NewBucket { namespace: asked, .. } => {
            if asked != namespace {
                return Err(Denied::ForeignNamespace);
            }
        }
        Resource::Bucket(bucket) | Resource::Object(bucket, _) => {
            require_owner(bucket, &access.requester)?;
            if bucket.settings.locked && access.operation.is_write() {
                return Err(Denied::Locked);
            }
        }
    }
    if let Some((bucket, _)) = &access.source {
        require_owner(bucket, &access.requester)?;
    }
    Ok(Allowed::granting(access))
}

fn require_owner(bucket: &Bucket, requester: &Requester) -> Result<(), Denied> {
    match requester {
        Requester::User { id, namespace } if *id == bucket.owner && *namespace == bucket.namespace => Ok(()),
        Requester::User { .. } => Err(Denied::NotTheOwner),
        Requester::Anonymous => Err(Denied::Anonymous),
    }
}

#[cfg(test)]
mod tests {
    use std::sync::Arc;

    use keyward_ambient::Timestamp;
    use keyward_identity::{BucketName, BucketSettings, NamespaceName, ObjectUserId};
    use keyward_s3_wire::{ObjectKey, Operation};

    use super::*;

    fn namespace(name: &str) -> NamespaceName {
        NamespaceName::parse(name).expect("a name")
    }

    fn user(id: &str, of: &str) -> Requester {
        Requester::User { id: ObjectUserId::parse(id).expect("a name"), namespace: namespace(of) }
    }

    fn bucket(owner: &str, of: &str) -> Arc<Bucket> {
        Arc::new(Bucket {
            name: BucketName::parse("logs").expect("a name"),
            namespace: namespace(of),
            id: 1,
            owner: ObjectUserId::parse(owner).expect("a name"),
            created_at: Timestamp::EPOCH,
            settings: BucketSettings::default(),
        })
    }

    fn get(requester: Requester, bucket: Arc<Bucket>) -> Result<Allowed, Denied> {
        let key = ObjectKey::parse("a").expect("a key");
        let resource = Resource::Object(bucket, key);
        decide(Access { requester, operation: Operation::GetObject, resource, source: None })
    }

    #[test]
    fn a_bucket_is_its_owners_alone() {
        assert!(get(user("alice", "ns1"), bucket("alice", "ns1")).is_ok());
        assert_eq!(get(user("bob", "ns1"), bucket("alice", "ns1")).err(), Some(Denied::NotTheOwner));
        assert_eq!(get(Requester::Anonymous, bucket("alice", "ns1")).err(), Some(Denied::Anonymous));
    }

    #[test]
    fn an_owner_of_the_same_name_in_another_namespace_is_somebody_else() {
        assert_eq!(get(user("alice", "ns2"), bucket("alice", "ns1")).err(), Some(Denied::NotTheOwner));
    }

    #[test]
    fn a_copy_needs_the_right_to_read_its_source() {
        let access = |source_owner| Access {
            requester: user("alice", "ns1"),
            operation: Operation::CopyObject,
            resource: Resource::Object(bucket("alice", "ns1"), ObjectKey::parse("new").expect("a key")),
            source: Some((bucket(source_owner, "ns1"), ObjectKey::parse("old").expect("a key"))),
        };
        assert!(decide(access("alice")).is_ok());
        assert_eq!(decide(access("bob")).err(), Some(Denied::NotTheOwner));
    }

    fn locked(owner: &str) -> Arc<Bucket> {
        let settings = BucketSettings { locked: true, ..BucketSettings::default() };
        Arc::new(Bucket { settings, ..(*bucket(owner, "ns1")).clone() })
    }

    #[test]
    fn a_locked_bucket_is_read_and_copied_from_and_changed_by_nobody() {
        let ask = |operation, resource, source| {
            decide(Access { requester: user("alice", "ns1"), operation, resource, source }).err()
        };
        let key = || ObjectKey::parse("a").expect("a key");
        for operation in Operation::ALL.iter().copied() {
            let refused = operation.is_write().then_some(Denied::Locked);
            assert_eq!(ask(operation, Resource::Object(locked("alice"), key()), None), refused, "{operation}");
            assert_eq!(ask(operation, Resource::Bucket(locked("alice")), None), refused, "{operation}");
        }
        let source = Some((locked("alice"), key()));
        assert_eq!(ask(Operation::CopyObject, Resource::Object(bucket("alice", "ns1"), key()), source), None);
    }

    #[test]
    fn who_does_not_own_a_bucket_is_not_told_that_it_is_locked() {
        let resource = Resource::Object(locked("alice"), ObjectKey::parse("a").expect("a key"));
        let access = Access { requester: user("bob", "ns1"), operation: Operation::PutObject, resource, source: None };
        assert_eq!(decide(access).err(), Some(Denied::NotTheOwner));
    }

    #[test]
    fn buckets_are_made_in_ones_own_namespace_only() {
        let access = |of| Access {
            requester: user("alice", "ns1"),
            operation: Operation::CreateBucket,
            resource: Resource::NewBucket { namespace: namespace(of), name: BucketName::parse("b1").expect("a name") },
            source: None,
        };
        assert!(decide(access("ns1")).is_ok());
        assert_eq!(decide(access("ns2")).err(), Some(Denied::ForeignNamespace));
    }
}
