//! With whom a bucket or object is shared: access control lists, who owns what others write, the block of public access.

use serde::{Deserialize, Serialize};

use crate::{NamespaceName, ObjectUserId, UniqueId};

/// What a grant allows.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "SCREAMING_SNAKE_CASE")]
pub enum Permission {
    /// To read the object, or to list the bucket.
    Read,
    /// To write objects into the bucket.
    Write,
    /// To read the access control list.
    ReadAcp,
    /// To write the access control list.
    WriteAcp,
    /// All of these.
    FullControl,
}

impl Permission {
    /// The name on the wire.
    pub const fn as_str(self) -> &'static str {
        match self {
            Permission::Read => "READ",
            Permission::Write => "WRITE",
            Permission::ReadAcp => "READ_ACP",
            Permission::WriteAcp => "WRITE_ACP",
            Permission::FullControl => "FULL_CONTROL",
        }
    }

    /// The permission of this name on the wire.
    pub fn named(name: &str) -> Option<Self> {
        use Permission::{FullControl, Read, ReadAcp, Write, WriteAcp};
        [Read, Write, ReadAcp, WriteAcp, FullControl].into_iter().find(|permission| permission.as_str() == name)
    }

    /// Whether who has this permission has `other` as well.
    pub fn includes(self, other: Permission) -> bool {
        self == Permission::FullControl || self == other
    }
}

/// One object user: names are told apart by namespace, and users who had a name one after the other by their internal
/// id. Two references are equal only if all three are.
#[derive(Clone, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
pub struct UserRef {
    /// The user's own namespace.
    pub namespace: NamespaceName,
    /// The user's name, which is the access key id.
    pub id: ObjectUserId,
    /// The internal id; `None` in what release 0.1.0 wrote, which means the holder of the name at the upgrade.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub unique_id: Option<UniqueId>,
}

/// Whom a grant is for.
#[derive(Clone, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum AclGrantee {
    /// One object user.
    User(UserRef),
    /// Everybody, whether they sign or not.
    AllUsers,
    /// Every object user of the bucket's namespace.
    AuthenticatedUsers,
    /// Who delivers access logs; nobody here.
    LogDelivery,
}

impl AclGrantee {
    /// Whether a grant to it makes something public, as S3 sees it.
    pub fn is_public(&self) -> bool {
        matches!(self, AclGrantee::AllUsers | AclGrantee::AuthenticatedUsers)
    }
}

/// One grant of a list.
#[derive(Clone, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
pub struct AclGrant {
    /// Whom it is for.
    pub grantee: AclGrantee,
    /// What it allows.
    pub permission: Permission,
}

/// An access control list.
#[derive(Clone, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
pub struct Acl {
    /// Who owns the bucket or object: may always read and write the list.
    pub owner: UserRef,
    /// The grants, in the order given.
    pub grants: Vec<AclGrant>,
}

impl Acl {
    /// The list of what is its owner's alone.
    pub fn private(owner: UserRef) -> Self {
        let grants = vec![AclGrant { grantee: AclGrantee::User(owner.clone()), permission: Permission::FullControl }];
        Acl { owner, grants }
    }

    /// Whether it grants its owner everything and nobody else anything.
    pub fn is_private(&self) -> bool {
        matches!(&self.grants[..], [AclGrant { grantee: AclGrantee::User(user), permission: Permission::FullControl }]
            if *user == self.owner)
    }

    /// Whether a group of everybody has any permission.
    pub fn is_public(&self) -> bool {
        self.grants.iter().any(|grant| grant.grantee.is_public())
    }
}

/// Who owns what others write into a bucket.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "PascalCase")]
pub enum ObjectOwnership {
    /// The bucket's owner, and access control lists have no effect.
    BucketOwnerEnforced,
    /// The bucket's owner, when the writer grants full control.
    BucketOwnerPreferred,
    /// The writer.
    ObjectWriter,
}

impl ObjectOwnership {
    /// The name on the wire.
    pub const fn as_str(self) -> &'static str {
        match self {
            ObjectOwnership::BucketOwnerEnforced => "BucketOwnerEnforced",
            ObjectOwnership::BucketOwnerPreferred => "BucketOwnerPreferred",
            ObjectOwnership::ObjectWriter => "ObjectWriter",
        }
    }

    /// The ownership of this name on the wire.
    pub fn named(name: &str) -> Option<Self> {
        use ObjectOwnership::{BucketOwnerEnforced, BucketOwnerPreferred, ObjectWriter};
        [BucketOwnerEnforced, BucketOwnerPreferred, ObjectWriter].into_iter().find(|one| one.as_str() == name)
    }
}

/// What of public access is blocked.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default)]
pub struct PublicAccessBlock {
    /// Public access control lists are refused.
    pub block_public_acls: bool,
    /// Those that are there have no effect.
    pub ignore_public_acls: bool,
    /// Public bucket policies are refused.
    pub block_public_policy: bool,
    /// One that is there holds for the bucket's own namespace alone.
    pub restrict_public_buckets: bool,
}
