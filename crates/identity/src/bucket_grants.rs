//! The access control list and the metadata of a bucket as administrators put them through the management API.

use serde::{Deserialize, Serialize};

use crate::{Tag, UniqueId};

/// An access control list in the words of ECS (ECS REST API, *Buckets*), which has more permissions and groups than S3.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default)]
pub struct BucketGrants {
    /// The group that new objects belong to.
    pub default_group: Option<String>,
    /// What object users may do.
    pub users: Vec<BucketGrant>,
    /// What the groups that ECS defines may do, such as `public`.
    pub groups: Vec<BucketGrant>,
    /// What groups of the site's own may do. Nobody is a member of one here.
    pub custom_groups: Vec<BucketGrant>,
}

/// What one grantee may do.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct BucketGrant {
    /// The object user or the group.
    pub to: String,
    /// The permissions, such as `full_control`.
    pub permissions: Vec<String>,
    /// The internal id of an object user; groups have none.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub unique_id: Option<UniqueId>,
}

/// Names and values that clients of one protocol keep with a bucket.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct HeadMetadata {
    /// The protocol, such as `S3`, as it was first written.
    pub head_type: String,
    /// Each name at most once.
    pub entries: Vec<Tag>,
}
