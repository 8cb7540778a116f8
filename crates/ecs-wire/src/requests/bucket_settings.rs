//! Single settings of a bucket: owner, lock, quota, retention, tags, access control list (ECS REST API, *Buckets*).
//! Each may name the bucket's namespace.

use crate::{EcsRequest, FieldError, Fields, Tag};

/// `POST /object/bucket/{bucket}/owner`.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct BucketOwner {
    pub namespace: Option<String>,
    pub new_owner: String,
}

impl EcsRequest for BucketOwner {
    const ROOT: &'static str = "object_bucket_update_owner";
    const EXAMPLE: &'static str = r#"{"namespace":"ns1","new_owner":"dana@corp.example"}"#;

    fn read(fields: &Fields<'_>) -> Result<Self, FieldError> {
        Ok(BucketOwner { namespace: fields.text("namespace")?, new_owner: fields.required_text("new_owner")? })
    }
}

/// `POST /object/bucket/{bucket}/isstaleallowed`.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct BucketStaleAllowed {
    pub namespace: Option<String>,
    pub is_stale_allowed: bool,
}

impl EcsRequest for BucketStaleAllowed {
    const ROOT: &'static str = "object_bucket_update_is_stale_allowed";
    const EXAMPLE: &'static str = r#"{"namespace":"ns1","is_stale_allowed":true}"#;

    fn read(fields: &Fields<'_>) -> Result<Self, FieldError> {
        let is_stale_allowed = fields.required_flag("is_stale_allowed")?;
        Ok(BucketStaleAllowed { namespace: fields.text("namespace")?, is_stale_allowed })
    }
}

/// `PUT /object/bucket/{bucket}/lock/{locked}`; what is wanted is in the path.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct BucketLock {
    pub namespace: Option<String>,
}

impl EcsRequest for BucketLock {
    const ROOT: &'static str = "set_bucket_lock";
    const EXAMPLE: &'static str = r#"{"namespace":"ns1"}"#;

    fn read(fields: &Fields<'_>) -> Result<Self, FieldError> {
        Ok(BucketLock { namespace: fields.text("namespace")? })
    }
}

/// `PUT /object/bucket/{bucket}/quota`. Gigabytes; -1 is none.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct BucketQuota {
    pub namespace: Option<String>,
    pub block_size: Option<i64>,
    pub notification_size: Option<i64>,
}

impl EcsRequest for BucketQuota {
    const ROOT: &'static str = "bucket_quota_param";
    const EXAMPLE: &'static str = r#"{"namespace":"ns1","blockSize":10,"notificationSize":8}"#;

    fn read(fields: &Fields<'_>) -> Result<Self, FieldError> {
        Ok(BucketQuota {
            namespace: fields.text("namespace")?,
            block_size: fields.number("blockSize")?,
            notification_size: fields.number("notificationSize")?,
        })
    }
}

/// `PUT /object/bucket/{bucket}/retention`.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct BucketRetention {
    pub namespace: Option<String>,
    /// Seconds.
    pub period: i64,
}

impl EcsRequest for BucketRetention {
    const ROOT: &'static str = "default_bucket_retention_update";
    const EXAMPLE: &'static str = r#"{"namespace":"ns1","period":86400}"#;

    fn read(fields: &Fields<'_>) -> Result<Self, FieldError> {
        let period = fields.number("period")?.ok_or_else(|| fields.missing("period"))?;
        Ok(BucketRetention { namespace: fields.text("namespace")?, period })
    }
}

/// `POST`, `PUT` and `DELETE /object/bucket/{bucket}/tags`; each has an XML root of its own.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct BucketTags {
    pub namespace: Option<String>,
    pub tags: Vec<Tag>,
}

impl EcsRequest for BucketTags {
    const ROOT: &'static str = "add_bucket_tags";
    const OTHER_ROOTS: &'static [&'static str] = &["update_bucket_tags", "delete_bucket_tags"];
    const EXAMPLE: &'static str = r#"{"namespace":"ns1","TagSet":[{"Key":"team","Value":"blue"}]}"#;

    fn read(fields: &Fields<'_>) -> Result<Self, FieldError> {
        let tags = Tag::read_set(fields)?;
        if tags.is_empty() {
            return Err(fields.missing("TagSet"));
        }
        Ok(BucketTags { namespace: fields.text("namespace")?, tags })
    }
}

/// What one user or group may do.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Grant {
    /// The user or group.
    pub to: String,
    /// Such as `full_control`.
    pub permission: Vec<String>,
}

impl Grant {
    fn read_all(acl: &Fields<'_>, list: &str, grantee: &str) -> Result<Vec<Self>, FieldError> {
        let grants = acl.objects(list, list)?.unwrap_or_default();
        let grant = |grant: &Fields<'_>| {
            let permission = grant.texts("permission", "permission")?.unwrap_or_default();
            Ok(Grant { to: grant.required_text(grantee)?, permission })
        };
        grants.iter().map(grant).collect()
    }
}

/// `PUT /object/bucket/{bucket}/acl`.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct BucketAcl {
    pub namespace: Option<String>,
    pub owner: Option<String>,
    pub default_group: Option<String>,
    pub user_acl: Vec<Grant>,
    pub group_acl: Vec<Grant>,
    pub customgroup_acl: Vec<Grant>,
}

impl EcsRequest for BucketAcl {
    const ROOT: &'static str = "bucket_acl";
    const EXAMPLE: &'static str = r#"{"namespace":"ns1","acl":{"owner":"dana@corp.example","user_acl":[{"user":"dana@corp.example",
        "permission":["full_control"]}]}}"#;

    fn read(fields: &Fields<'_>) -> Result<Self, FieldError> {
        let namespace = fields.text("namespace")?;
        let Some(acl) = fields.nested("acl")? else {
            // An empty list is how clients take every grant away; none at all may be a slip in its name.
            return match fields.is_blank("acl") {
                true => Ok(BucketAcl { namespace, ..BucketAcl::default() }),
                false => Err(fields.missing("acl")),
            };
        };
        Ok(BucketAcl {
            namespace,
            owner: acl.text("owner")?,
            default_group: acl.text("default_group")?,
            user_acl: Grant::read_all(&acl, "user_acl", "user")?,
            group_acl: Grant::read_all(&acl, "group_acl", "group")?,
            customgroup_acl: Grant::read_all(&acl, "customgroup_acl", "customgroup")?,
        })
    }
}

/// `PUT /object/bucket/{bucket}/metadata`.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct BucketMetadata {
    pub namespace: Option<String>,
    /// The protocol whose clients keep it, such as `S3`.
    pub head_type: String,
    pub metadata: Vec<Tag>,
}

impl EcsRequest for BucketMetadata {
    const ROOT: &'static str = "bucket_metadata";
    const EXAMPLE: &'static str = r#"{"namespace":"ns1","head_type":"S3","metadata":[{"name":"team","value":"blue"}]}"#;

    fn read(fields: &Fields<'_>) -> Result<Self, FieldError> {
        let entries = fields.objects("metadata", "metadata")?.unwrap_or_default();
        if entries.is_empty() {
            return Err(fields.missing("metadata"));
        }
        let entry = |entry: &Fields<'_>| {
            Ok(Tag { name: entry.required_text("name")?, value: entry.text("value")?.unwrap_or_default() })
        };
        Ok(BucketMetadata {
            namespace: fields.text("namespace")?,
            head_type: fields.required_text("head_type")?,
            metadata: entries.iter().map(entry).collect::<Result<_, FieldError>>()?,
        })
    }
}
