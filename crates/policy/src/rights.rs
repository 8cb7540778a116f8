//! Which rights an operation takes: its action, those that its headers take besides, and its permission in a list.

use keyward_identity::Permission;
use keyward_s3_wire::Operation;
use keyward_s3_wire::acl_headers::CannedAcl;

use crate::stated::Stated;

/// Sets a retention.
const PUT_RETENTION: &str = "s3:PutObjectRetention";
/// Puts a legal hold on or takes it off.
const PUT_LEGAL_HOLD: &str = "s3:PutObjectLegalHold";

/// An action that a request takes besides its operation's own.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Further {
    pub(crate) action: &'static str,
    pub(crate) needs: Needs,
}

/// What a further action takes. A policy that denies it always counts.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Needs {
    /// No grant.
    Nothing,
    /// A grant by the policy that grants the operation; who owns the bucket, or may write by list, needs none.
    Grant,
    /// As above, but a list does not grant it: it takes the object out of its owner's hands.
    GrantByPolicy,
}

/// What the request takes besides, by its headers and its body. As on AWS, a policy that lets somebody write has to let
/// them do that as well. The canned lists that take nothing from the bucket's owner are excepted, since policies that
/// let others in often demand them and grant nothing but the write. And who asks for attributes has to be allowed to
/// read, since checksums tell what is in an object (*GetObjectAttributes*, permissions).
pub(crate) fn further(operation: Operation, stated: &Stated, names_version: bool) -> [Option<Further>; 4] {
    use Operation::{CopyObject, CreateMultipartUpload, GetObject, GetObjectAttributes, PutObject};
    let further = |action, needs| Further { action, needs };
    if operation == GetObjectAttributes {
        let reads = if names_version { GetObject.version_action() } else { GetObject.action() };
        return [reads.map(|action| further(action, Needs::Grant)), None, None, None];
    }
    if !matches!(operation, PutObject | CopyObject | CreateMultipartUpload) {
        return [None; 4];
    }
    let harmless = matches!(stated.acl.canned, Some(CannedAcl::Private | CannedAcl::BucketOwnerFullControl));
    let list = if harmless { Needs::Nothing } else { Needs::Grant };
    [
        (!stated.acl.is_empty()).then(|| further("s3:PutObjectAcl", list)),
        (!stated.tags.is_empty()).then(|| further("s3:PutObjectTagging", Needs::Grant)),
        (stated.lock.retention.is_some() || stated.period.is_some())
            .then(|| further(PUT_RETENTION, Needs::GrantByPolicy)),
        stated.lock.legal_hold.is_some().then(|| further(PUT_LEGAL_HOLD, Needs::GrantByPolicy)),
    ]
}

/// Whether the request sets a retention or a legal hold, as its own purpose or along with a write.
pub(crate) fn sets_lock(operation: Operation, stated: &Stated) -> bool {
    use Operation::{ExtendObjectRetention, PutObjectLegalHold, PutObjectRetention};
    matches!(operation, ExtendObjectRetention | PutObjectLegalHold | PutObjectRetention)
        || further(operation, stated, false).iter().flatten().any(|further| further.needs == Needs::GrantByPolicy)
}

pub(crate) fn is_about_policy(operation: Operation) -> bool {
    use Operation::{DeleteBucketPolicy, GetBucketPolicy, PutBucketPolicy};
    matches!(operation, GetBucketPolicy | PutBucketPolicy | DeleteBucketPolicy)
}

pub(crate) fn acl_right(permission: Permission) -> bool {
    matches!(permission, Permission::ReadAcp | Permission::WriteAcp)
}

/// The permission of a list that an operation takes, and whether it is the object's list. Operations without one are
/// for the owner and for whom a policy lets in.
pub(crate) fn permission(operation: Operation) -> Option<(Permission, bool)> {
    use Operation as O;
    Some(match operation {
        O::ListObjects | O::ListObjectsV2 | O::ListObjectVersions | O::ListMultipartUploads | O::HeadBucket => {
            (Permission::Read, false)
        }
        O::PutObject
        | O::CopyObject
        | O::DeleteObject
        | O::DeleteObjects
        | O::CreateMultipartUpload
        | O::UploadPart
        | O::UploadPartCopy
        | O::CompleteMultipartUpload
        | O::AbortMultipartUpload
        | O::ListParts => (Permission::Write, false),
        O::GetBucketAcl => (Permission::ReadAcp, false),
        O::PutBucketAcl => (Permission::WriteAcp, false),
        O::GetObject | O::HeadObject | O::GetObjectAttributes => (Permission::Read, true),
        O::GetObjectAcl => (Permission::ReadAcp, true),
        O::PutObjectAcl => (Permission::WriteAcp, true),
        _ => return None,
    })
}
