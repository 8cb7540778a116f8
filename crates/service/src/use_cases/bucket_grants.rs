//! What may be put into a bucket's access control list and metadata (ECS: *Buckets*).

use std::collections::HashMap;

use keyward_identity::{
    Acl, AclGrant, AclGrantee, Bucket, BucketGrant, BucketGrants, BucketSettings, HeadMetadata, ObjectOwnership,
    ObjectUserId, Permission, Tag, UserRef,
};

use crate::{Caller, ServiceError, Subject};

/// The permissions that access control lists of ECS know.
pub const BUCKET_PERMISSIONS: [&str; 9] =
    ["read", "read_acl", "write", "write_acl", "execute", "full_control", "privileged_write", "delete", "none"];

/// The groups that access control lists of ECS know.
pub const BUCKET_GROUPS: [&str; 4] = ["public", "all_users", "other", "log_delivery"];

/// How many grantees one list names at most: as many grants as on AWS.
const MOST_GRANTS: usize = 100;

/// How long the name of a group of the site's own is at most, in characters.
const LONGEST_GROUP: usize = 255;

/// How many protocols keep metadata with one bucket, how many entries each, and how long they are in characters.
const MOST_HEADS: usize = 8;
const LONGEST_HEAD: usize = 32;
const MOST_ENTRIES: usize = 100;
const LONGEST_NAME: usize = 128;
const LONGEST_VALUE: usize = 2048;

/// An access control list as an administrator puts it.
#[derive(Clone, Debug, Default)]
pub struct BucketAcl {
    /// Whom it calls the owner.
    pub owner: Option<String>,
    /// The list itself.
    pub grants: BucketGrants,
}

impl Caller {
    /// The list that is kept of what was put: every user is there, every group and permission is one of ECS.
    pub(super) async fn sound_grants(&self, acl: &BucketAcl, owner: &UserRef) -> Result<BucketGrants, ServiceError> {
        let is_owner = |name: &str| ObjectUserId::parse(name).is_ok_and(|id| id == owner.id);
        if acl.owner.as_deref().is_some_and(|named| !is_owner(named)) {
            let why = format!("the owner is {}; change that with POST /object/bucket/{{bucket}}/owner", owner.id);
            return Err(ServiceError::invalid("acl.owner", why));
        }
        let mut grants = acl.grants.clone();
        let lists = [&grants.users, &grants.groups, &grants.custom_groups];
        if lists.iter().map(|list| list.len()).sum::<usize>() > MOST_GRANTS {
            return Err(ServiceError::invalid("acl", format!("a list names at most {MOST_GRANTS} users and groups")));
        }
        lists.into_iter().flatten().try_for_each(check_permissions)?;
        let groups = grants.groups.iter().map(|grant| &grant.to);
        if let Some(unknown) = groups.into_iter().find(|group| !BUCKET_GROUPS.contains(&group.as_str())) {
            let why = format!("there is no group {}; the groups are {}", cut(unknown), BUCKET_GROUPS.join(", "));
            return Err(ServiceError::invalid("acl.group_acl", why));
        }
        let customs = grants.custom_groups.iter().map(|grant| &grant.to).chain(&grants.default_group);
        if customs.into_iter().any(|name| name.chars().count() > LONGEST_GROUP) {
            let why = format!("the name of a group is at most {LONGEST_GROUP} characters long");
            return Err(ServiceError::invalid("acl", why));
        }
        for grant in &mut grants.users {
            let user = self.grantee(&grant.to, owner).await?;
            (grant.to, grant.unique_id) = (user.id.to_string(), user.unique_id);
        }
        Ok(grants)
    }

    /// An object user of the bucket's namespace. There has to be one: a grant is to a user, not to a name.
    async fn grantee(&self, name: &str, owner: &UserRef) -> Result<UserRef, ServiceError> {
        let found = match ObjectUserId::parse(name) {
            Ok(id) if id == owner.id => return Ok(owner.clone()),
            Ok(id) => self.find_user(id.as_str(), Some(owner.namespace.as_str())).await?,
            Err(_) => None,
        };
        match found.map(|found| found.value.user) {
            Some(user) if user.namespace == owner.namespace => Ok(user.reference()),
            _ => {
                let (name, namespace) = (cut(name), &owner.namespace);
                let why = format!(
                    "there is no object user {name} in {namespace}; create it with POST /object/users, or share with other namespaces by a bucket policy"
                );
                Err(ServiceError::invalid("acl.user_acl", why))
            }
        }
    }

    /// The metadata that clients of a protocol keep with a bucket.
    pub async fn bucket_metadata(
        &self,
        name: &str,
        namespace: Option<&str>,
        head_type: &str,
    ) -> Result<HeadMetadata, ServiceError> {
        let Bucket { settings, .. } = self.bucket(name, namespace).await?;
        let found = settings.metadata.into_iter().find(|kept| is_of_head(kept, head_type));
        found.ok_or_else(|| ServiceError::not_found(Subject::BucketMetadata, head_type))
    }
}

/// What the list means for S3. Permissions and groups that S3 does not know open nothing there.
pub(super) fn effective(
    grants: &BucketGrants,
    owner: UserRef,
    settings: &BucketSettings,
) -> Result<Option<Acl>, ServiceError> {
    let namespace = owner.namespace.clone();
    let users = grants.users.iter().filter_map(|grant| {
        let id = ObjectUserId::parse(&grant.to).ok()?;
        let user = UserRef { namespace: namespace.clone(), id, unique_id: grant.unique_id };
        Some((AclGrantee::User(user), &grant.permissions))
    });
    let groups = grants.groups.iter().filter_map(|grant| Some((group_on_s3(&grant.to)?, &grant.permissions)));
    let named = users.chain(groups).flat_map(|(grantee, permissions)| {
        let known = permissions.iter().filter_map(|permission| permission_on_s3(permission));
        known.map(move |permission| AclGrant { grantee: grantee.clone(), permission })
    });
    let acl = Acl { grants: named.collect(), owner };
    if acl.is_public() && settings.public_access_block.is_some_and(|block| block.block_public_acls) {
        let why = "the bucket blocks public lists: change its public access block with S3, or name users";
        return Err(ServiceError::invalid("acl.group_acl", why));
    }
    match acl.is_private() {
        true => Ok(None),
        false if settings.ownership == Some(ObjectOwnership::BucketOwnerEnforced) => {
            let why = "the bucket's ownership controls enforce its owner, so a list has no effect; use a policy";
            Err(ServiceError::invalid("acl", why))
        }
        false => Ok(Some(acl)),
    }
}

/// The list that S3 keeps, in the words of ECS; users as they are `shown`.
pub(super) fn grants_of(acl: &Acl, shown: &HashMap<UserRef, String>) -> BucketGrants {
    let mut grants = BucketGrants::default();
    for AclGrant { grantee, permission } in &acl.grants {
        let (list, to, unique_id) = match grantee {
            AclGrantee::User(user) => {
                let name = shown.get(user).map_or(user.id.as_str(), String::as_str);
                (&mut grants.users, name, user.unique_id)
            }
            AclGrantee::AllUsers => (&mut grants.groups, "public", None),
            AclGrantee::AuthenticatedUsers => (&mut grants.groups, "all_users", None),
            AclGrantee::LogDelivery => (&mut grants.groups, "log_delivery", None),
        };
        let permission = permission_on_ecs(*permission).to_owned();
        match list.iter_mut().find(|grant| grant.to == to && grant.unique_id == unique_id) {
            Some(grant) => grant.permissions.push(permission),
            None => list.push(BucketGrant { to: to.to_owned(), permissions: vec![permission], unique_id }),
        }
    }
    grants
}

fn group_on_s3(name: &str) -> Option<AclGrantee> {
    match name {
        "public" => Some(AclGrantee::AllUsers),
        "all_users" => Some(AclGrantee::AuthenticatedUsers),
        "log_delivery" => Some(AclGrantee::LogDelivery),
        _ => None,
    }
}

fn permission_on_s3(name: &str) -> Option<Permission> {
    use Permission::{FullControl, Read, ReadAcp, Write, WriteAcp};
    [Read, Write, ReadAcp, WriteAcp, FullControl].into_iter().find(|permission| permission_on_ecs(*permission) == name)
}

const fn permission_on_ecs(permission: Permission) -> &'static str {
    match permission {
        Permission::Read => "read",
        Permission::Write => "write",
        Permission::ReadAcp => "read_acl",
        Permission::WriteAcp => "write_acl",
        Permission::FullControl => "full_control",
    }
}

fn check_permissions(grant: &BucketGrant) -> Result<(), ServiceError> {
    let known = |permission: &&String| BUCKET_PERMISSIONS.contains(&permission.as_str());
    match grant.permissions.iter().find(|permission| !known(permission)) {
        None if !grant.permissions.is_empty() => Ok(()),
        None => Err(ServiceError::invalid("acl", format!("the grant to {} names no permission", cut(&grant.to)))),
        Some(unknown) => {
            let why = format!("there is no permission {}; they are {}", cut(unknown), BUCKET_PERMISSIONS.join(", "));
            Err(ServiceError::invalid("acl", why))
        }
    }
}

/// Whether metadata is of the protocol named, whose case does not matter.
pub(super) fn is_of_head(kept: &HeadMetadata, head_type: &str) -> bool {
    kept.head_type.eq_ignore_ascii_case(head_type)
}

/// Adds entries to what a bucket keeps.
pub(super) fn put_metadata(kept: &mut Vec<HeadMetadata>, given: &HeadMetadata) -> Result<(), ServiceError> {
    let is_word = |text: &str| !text.is_empty() && text.bytes().all(|byte| byte.is_ascii_alphanumeric());
    if !is_word(&given.head_type) || given.head_type.len() > LONGEST_HEAD {
        return Err(ServiceError::invalid("head_type", "name a protocol, such as S3"));
    }
    let too_long =
        |entry: &&Tag| entry.name.chars().count() > LONGEST_NAME || entry.value.chars().count() > LONGEST_VALUE;
    if given.entries.iter().find(too_long).is_some() {
        let why = format!("a name has at most {LONGEST_NAME} characters and a value {LONGEST_VALUE}");
        return Err(ServiceError::invalid("metadata", why));
    }
    let place = match kept.iter().position(|kept| is_of_head(kept, &given.head_type)) {
        Some(place) => place,
        None if kept.len() == MOST_HEADS => {
            let why = format!("a bucket keeps metadata for at most {MOST_HEADS} protocols");
            return Err(ServiceError::invalid("head_type", why));
        }
        None => {
            kept.push(HeadMetadata { head_type: given.head_type.clone(), entries: Vec::new() });
            kept.len() - 1
        }
    };
    let entries = &mut kept[place].entries;
    for Tag { name, value } in &given.entries {
        match entries.iter_mut().find(|own| own.name == *name) {
            Some(own) => own.value.clone_from(value),
            None => entries.push(Tag { name: name.clone(), value: value.clone() }),
        }
    }
    match entries.len() > MOST_ENTRIES {
        true => Err(ServiceError::invalid("metadata", format!("a bucket keeps at most {MOST_ENTRIES} entries"))),
        false => Ok(()),
    }
}

/// What a client sent, cut to a length that can be repeated to it.
fn cut(given: &str) -> String {
    given.chars().take(100).collect()
}
