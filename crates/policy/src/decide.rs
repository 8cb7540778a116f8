//! The decision about a request: its operation, each entry of its body, the source of a copy, and whether the bucket is
//! locked.

use keyward_identity::Bucket;
use keyward_s3_wire::Operation;
use keyward_s3_wire::operations::{DeleteObjects, ObjectToDelete};

use crate::access::{AllowedDelete, DecidedDeletion, Deletions};
use crate::ask::{Ask, No};
use crate::circumstances::{Circumstances, Facts};
use crate::stated::Body;
use crate::{Access, Allowed, Requester, Resource};

/// The requester may not do this.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum Denied {
    /// Nobody is logged in, and this is not open to everybody.
    #[error("This is not open to everybody; sign the request.")]
    Anonymous,
    /// Neither ownership nor policy nor list gives the right.
    #[error("The bucket belongs to another user, who has not shared this with you.")]
    NotShared,
    /// A statement of the bucket policy keeps the request out.
    #[error("A statement of the bucket's policy denies this.")]
    ByPolicy,
    /// A statement of the bucket policy denies, and whether it is about the request cannot be told.
    #[error(
        "A statement of the bucket's policy denies this on a condition that cannot be checked. Send each header and \
         parameter once; if that does not help, the bucket's owner has to put the policy again."
    )]
    UnclearPolicy,
    /// An administrator has locked the bucket, and this would change something.
    #[error("The bucket is locked: it can be read, but not changed, until an administrator unlocks it.")]
    Locked,
    /// The namespace is not the user's own.
    #[error("The namespace is not the user's own.")]
    ForeignNamespace,
    /// The bucket's policy cannot be read, so nobody but its owner may do anything.
    #[error("The bucket's policy cannot be read; its owner has to put it again.")]
    UnreadablePolicy,
    /// The policy grants the operation's own action, but not another that the request takes as well.
    #[error("The bucket's policy grants a part of what this request does; it takes {0} as well.")]
    Unshared(&'static str),
    /// An access control list grants the write, but the request sets a retention or legal hold, which no list grants.
    #[error(
        "A retention or legal hold takes {0}, granted by the bucket's policy, unless you own the bucket; leave it out."
    )]
    LockNotShared(&'static str),
    /// An unsigned request sets a retention or legal hold.
    #[error("Only signed requests can set a retention or legal hold; sign the request, or leave it out.")]
    UnsignedLock,
    /// The policy asks for the object's tags, which are not looked at key by key.
    #[error("The bucket's policy asks for the object's tags; delete it by a request of its own.")]
    TagsUnknown,
}

/// What a decision comes to.
#[derive(Clone, Debug)]
pub enum Decision {
    /// The access is granted, or of a DeleteObjects request each entry is decided.
    Granted(Allowed),
    /// It depends on facts about the object that is acted on: find them out and decide again.
    NeedsObject(Access),
    /// It depends on facts about the object that is copied from.
    NeedsSource(Access),
    /// It is made on what the [body](Body) says: read it and decide again.
    NeedsBody(Access),
}

/// Why there is no permission, or none yet.
enum Not {
    Denied(Denied),
    Object,
    Source,
    Body,
}

/// What was found, before it is proof of anything.
#[derive(Default)]
struct Found {
    deletions: Deletions,
    bypasses_governance: bool,
}

/// Decides about an access.
///
/// # Errors
/// [`Denied`], with the reason that its sender may know.
pub fn decide(access: Access, circumstances: &Circumstances<'_>) -> Result<Decision, Denied> {
    let bucket = match &access.resource {
        Resource::Service { namespace: asked } | Resource::NewBucket { namespace: asked, .. } => {
            return match &access.requester {
                Requester::Anonymous => Err(Denied::Anonymous),
                Requester::User { namespace, .. } if namespace != asked => Err(Denied::ForeignNamespace),
                Requester::User { .. } => Ok(Decision::Granted(Allowed::granting(access))),
            };
        }
        Resource::Bucket(bucket) | Resource::Object(bucket, _) => bucket,
    };
    match judge(&access, bucket, circumstances) {
        Err(Not::Denied(denied)) => Err(denied),
        Err(Not::Object) => Ok(Decision::NeedsObject(access)),
        Err(Not::Source) => Ok(Decision::NeedsSource(access)),
        Err(Not::Body) => Ok(Decision::NeedsBody(access)),
        // The one place for it: whatever else gave the right, nothing changes in a locked bucket.
        Ok(_) if bucket.settings.locked && access.operation.is_write() => Err(Denied::Locked),
        Ok(Found { deletions, bypasses_governance }) => {
            let allowed = Allowed::granting(access).with_bypass(bypasses_governance);
            Ok(Decision::Granted(allowed.with_deletions(deletions)))
        }
    }
}

fn judge(access: &Access, bucket: &Bucket, circumstances: &Circumstances<'_>) -> Result<Found, Not> {
    let ask = Ask {
        requester: &access.requester,
        bucket,
        key: access.resource.key(),
        version: access.version.as_ref(),
        operation: access.operation,
        source: access.source.as_ref(),
        stated: &access.stated,
        circumstances,
        facts: circumstances.object,
    };
    let of_object = |no| match no {
        No::Denied(denied) => Not::Denied(denied),
        No::NeedsFacts => Not::Object,
    };
    let mut found = Found::default();
    match &access.stated.body {
        Body::Unread => {
            ask.may_be_permitted().map_err(of_object)?;
            return Err(Not::Body);
        }
        Body::Deletion(asked) => found.deletions = deletions(&ask, asked),
        _ => {
            ask.permitted().map_err(of_object)?;
            found.bypasses_governance = ask.bypasses_governance().map_err(of_object)?;
        }
    }
    if let Some(source) = &access.source {
        let reads = Ask {
            bucket: &source.bucket,
            key: Some(&source.key),
            version: source.version.as_ref(),
            operation: Operation::GetObject,
            facts: circumstances.source,
            ..ask
        };
        reads.permitted().map_err(|no| match no {
            No::Denied(denied) => Not::Denied(denied),
            No::NeedsFacts => Not::Source,
        })?;
    }
    Ok(found)
}

/// Each entry is decided as a request of its own would be, but that its object's tags are not looked at.
fn deletions(ask: &Ask<'_>, asked: &DeleteObjects) -> Deletions {
    let decided = |object: &ObjectToDelete| {
        let one = Ask {
            key: Some(&object.key),
            version: object.version_id.as_ref(),
            operation: Operation::DeleteObject,
            facts: Facts::Unknown,
            ..*ask
        };
        let object = object.clone();
        match one.permitted() {
            Err(no) => DecidedDeletion::Refused { object, why: no.denied() },
            Ok(()) => {
                let bypasses = matches!(one.bypasses_governance(), Ok(true));
                DecidedDeletion::Allowed(AllowedDelete::granting(object, bypasses))
            }
        }
    };
    Deletions::decided(asked.objects.iter().map(decided).collect(), asked.quiet)
}
