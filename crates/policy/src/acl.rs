//! Access control lists: ready-made ones, what they permit, and which may be put.

use keyward_identity::{
    Acl, AclGrant, AclGrantee, Bucket, NamespaceName, ObjectOwnership, Permission, PublicAccessBlock, UserRef,
};
use keyward_s3_wire::acl_headers::CannedAcl;

use crate::Requester;

/// Why an access control list is not taken.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum AclRefused {
    /// The bucket's ownership controls leave lists without effect.
    #[error("The bucket's ownership controls enforce its owner, so access control lists have no effect; use a policy.")]
    Disabled,
    /// The list is public, and the bucket's block of public access refuses such lists.
    #[error("The list is public, and the bucket blocks public access control lists.")]
    PublicBlocked,
    /// The list names somebody else as the owner.
    #[error("The owner cannot be changed by an access control list; name the present one.")]
    OtherOwner,
}

/// The ready-made list of this name, for something of `owner` in a bucket of `bucket_owner`.
pub fn canned(name: CannedAcl, owner: UserRef, bucket_owner: UserRef) -> Acl {
    let to_bucket_owner = AclGrantee::User(bucket_owner);
    let further: &[(AclGrantee, Permission)] = match name {
        CannedAcl::Private | CannedAcl::AwsExecRead => &[],
        CannedAcl::PublicRead => &[(AclGrantee::AllUsers, Permission::Read)],
        CannedAcl::PublicReadWrite => {
            &[(AclGrantee::AllUsers, Permission::Read), (AclGrantee::AllUsers, Permission::Write)]
        }
        CannedAcl::AuthenticatedRead => &[(AclGrantee::AuthenticatedUsers, Permission::Read)],
        CannedAcl::BucketOwnerRead => &[(to_bucket_owner, Permission::Read)],
        CannedAcl::BucketOwnerFullControl => &[(to_bucket_owner, Permission::FullControl)],
        CannedAcl::LogDeliveryWrite => {
            &[(AclGrantee::LogDelivery, Permission::Write), (AclGrantee::LogDelivery, Permission::ReadAcp)]
        }
    };
    let mut acl = Acl::private(owner);
    for (grantee, permission) in further {
        let grant = AclGrant { grantee: grantee.clone(), permission: *permission };
        if !acl.grants.iter().any(|own| own.grantee == grant.grantee && own.permission.includes(grant.permission)) {
            acl.grants.push(grant);
        }
    }
    acl
}

/// Who owns what `requester` writes into the bucket. What nobody wrote is the bucket owner's.
pub fn owner_of_new(bucket: &Bucket, requester: &Requester, asked: Option<CannedAcl>) -> UserRef {
    let Some(writer) = requester.user() else { return bucket.owner() };
    match bucket.settings.ownership {
        Some(ObjectOwnership::BucketOwnerEnforced) => bucket.owner(),
        Some(ObjectOwnership::BucketOwnerPreferred) if asked == Some(CannedAcl::BucketOwnerFullControl) => {
            bucket.owner()
        }
        _ => writer,
    }
}

/// Whether the bucket, or an object in it, may have this list.
///
/// # Errors
/// [`AclRefused::Disabled`] where the owner is enforced, unless the list gives nobody else anything;
/// [`AclRefused::PublicBlocked`].
pub fn may_have(bucket: &Bucket, acl: &Acl) -> Result<(), AclRefused> {
    let enforced = bucket.settings.ownership == Some(ObjectOwnership::BucketOwnerEnforced);
    if enforced && !(acl.is_private() && acl.owner == bucket.owner()) {
        return Err(AclRefused::Disabled);
    }
    match blocked(bucket).block_public_acls && acl.is_public() {
        true => Err(AclRefused::PublicBlocked),
        false => Ok(()),
    }
}

/// What of public access to the bucket is blocked.
pub(crate) fn blocked(bucket: &Bucket) -> PublicAccessBlock {
    bucket.settings.public_access_block.unwrap_or_default()
}

/// Whether the list gives the requester this permission. Its owner may always read and write the list itself.
pub(crate) fn permits(acl: &Acl, permission: Permission, requester: &Requester, bucket: &Bucket) -> bool {
    let own = matches!(permission, Permission::ReadAcp | Permission::WriteAcp) && requester.is(&acl.owner);
    let ignores_public = blocked(bucket).ignore_public_acls;
    let reaches = |grantee: &AclGrantee| match grantee {
        AclGrantee::User(user) => requester.is(user),
        AclGrantee::AllUsers => !ignores_public,
        AclGrantee::AuthenticatedUsers => !ignores_public && is_of(requester, &bucket.namespace),
        AclGrantee::LogDelivery => false,
    };
    own || acl.grants.iter().any(|grant| grant.permission.includes(permission) && reaches(&grant.grantee))
}

fn is_of(requester: &Requester, home: &NamespaceName) -> bool {
    matches!(requester, Requester::User { namespace, .. } if namespace == home)
}
