//! Buckets as the registry keeps them: name, owner and settings, for both object backends.

use keyward_ambient::Timestamp;
use serde::{Deserialize, Deserializer, Serialize};

use crate::{
    Acl, AclGrantee, BucketGrants, BucketName, CorsRule, Derived, HeadMetadata, LifecycleRule, NamespaceName,
    ObjectLockConfiguration, ObjectOwnership, ObjectUserId, PolicyPrincipals, PublicAccessBlock, Quota, Tag, UniqueId,
    UserRef,
};

/// A bucket of a namespace.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Bucket {
    /// Its name, unique within the namespace.
    pub name: BucketName,
    /// The namespace it is in.
    pub namespace: NamespaceName,
    /// What object backends know it by. Never used again, so that a bucket made anew under an old name does not
    /// come upon the old one's objects.
    pub id: u64,
    /// The object user who owns it.
    pub owner: ObjectUserId,
    /// The owner's internal id.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub owner_unique_id: Option<UniqueId>,
    /// When it was made.
    pub created_at: Timestamp,
    /// Everything else that is kept about it.
    #[serde(default)]
    pub settings: BucketSettings,
}

impl Bucket {
    /// The id that the management API shows: `<namespace>.<bucket>` (ECS REST API, identifiers and paging).
    pub fn display_id(&self) -> String {
        format!("{}.{}", self.namespace, self.name)
    }

    /// Its owner, who is an object user of its namespace.
    pub fn owner(&self) -> UserRef {
        UserRef { namespace: self.namespace.clone(), id: self.owner.clone(), unique_id: self.owner_unique_id }
    }

    /// Gives the owner an internal id, wherever the bucket names its owner.
    pub fn identify_owner(&mut self, unique_id: UniqueId) {
        let before = self.owner();
        self.owner_unique_id = Some(unique_id);
        if let Some(acl) = &mut self.settings.acl {
            let granted = acl.grants.iter_mut().filter_map(|grant| match &mut grant.grantee {
                AclGrantee::User(user) => Some(user),
                _ => None,
            });
            let named = granted.chain([&mut acl.owner]).filter(|user| **user == before);
            named.for_each(|user| user.unique_id = Some(unique_id));
        }
        let grants = self.settings.grants.iter_mut().flat_map(|grants| &mut grants.users);
        let to_owner = grants.filter(|grant| grant.to == before.id.as_str() && grant.unique_id == before.unique_id);
        to_owner.for_each(|grant| grant.unique_id = Some(unique_id));
    }
}

/// Settings of a bucket (ECS REST API, *Buckets*).
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default)]
pub struct BucketSettings {
    /// The bucket policy: the JSON document as it was put.
    pub policy: Option<String>,
    /// Whom the policy's principals stand for; `None` where release 0.1.0 put the policy.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub policy_principals: Option<PolicyPrincipals>,
    /// The access control list; `None` while it is the owner's alone.
    pub acl: Option<Acl>,
    /// The access control list as an administrator put it; `None` while nobody has.
    pub grants: Option<BucketGrants>,
    /// What clients keep with it, by protocol; none of them empty.
    pub metadata: Vec<HeadMetadata>,
    /// Who owns what others write; `None` when nobody chose.
    pub ownership: Option<ObjectOwnership>,
    /// What of public access is blocked; `None` when nobody chose.
    pub public_access_block: Option<PublicAccessBlock>,
    /// The CORS rules, in order.
    #[serde(deserialize_with = "null_as_none")]
    pub cors: Vec<CorsRule>,
    /// The lifecycle rules, in order.
    #[serde(deserialize_with = "null_as_none")]
    pub lifecycle: Vec<LifecycleRule>,
    /// Object lock, once it is on.
    pub object_lock: Option<ObjectLockConfiguration>,
    /// Labels, each name at most once.
    pub tags: Vec<Tag>,
    /// Limits on its space.
    pub quota: Quota,
    /// Whether versions of objects are kept.
    pub versioning: Versioning,
    /// Whether it refuses every change.
    pub locked: bool,
    /// How long a new object may not be deleted, in seconds; 0 for not at all.
    pub retention: i64,
    /// The replication group, as a URN.
    pub vpool: Option<String>,
    /// The protocol it was made for.
    pub head_type: String,
    /// Kept for clients that set it and read it back.
    pub filesystem_enabled: bool,
    /// Kept for clients that set it and read it back.
    pub is_stale_allowed: bool,
    /// Kept for clients that set it and read it back.
    pub is_tso_read_only: bool,
    /// Whether objects are encrypted at rest.
    pub is_encryption_enabled: bool,
    /// What the rules of access work out from all this.
    #[serde(skip)]
    pub derived: Derived,
}

impl Default for BucketSettings {
    fn default() -> Self {
        Self {
            policy: None,
            policy_principals: None,
            acl: None,
            grants: None,
            metadata: Vec::new(),
            ownership: None,
            public_access_block: None,
            cors: Vec::new(),
            lifecycle: Vec::new(),
            object_lock: None,
            tags: Vec::new(),
            quota: Quota::NONE,
            versioning: Versioning::Off,
            locked: false,
            retention: 0,
            vpool: None,
            head_type: "s3".to_owned(),
            filesystem_enabled: false,
            is_stale_allowed: false,
            is_tso_read_only: false,
            is_encryption_enabled: false,
            derived: Derived::default(),
        }
    }
}

/// Records written before there were such rules hold `null`.
fn null_as_none<'de, D: Deserializer<'de>, T: Deserialize<'de>>(deserializer: D) -> Result<Vec<T>, D::Error> {
    Ok(Option::deserialize(deserializer)?.unwrap_or_default())
}

/// Whether a bucket keeps versions of its objects.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Versioning {
    /// It never has.
    #[default]
    Off,
    /// It does.
    Enabled,
    /// It did; old versions stay, new ones are not made.
    Suspended,
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn rules_that_were_stored_as_null_are_none() {
        let read: BucketSettings = serde_json::from_str(r#"{"cors":null,"lifecycle":null,"acl":null}"#).unwrap();
        assert_eq!(read, BucketSettings::default());
    }

    #[test]
    fn settings_that_were_never_written_are_read_as_defaults() {
        let text = r#"{"name":"logs","namespace":"ns1","id":7,"owner":"dana","created_at":1772732353813}"#;
        let read: Bucket = serde_json::from_str(text).unwrap();
        assert_eq!(read.settings, BucketSettings::default());
        assert_eq!(read.display_id(), "ns1.logs");
        let stored = serde_json::to_string(&read).unwrap();
        assert_eq!(serde_json::from_str::<Bucket>(&stored).unwrap(), read);
    }
}
