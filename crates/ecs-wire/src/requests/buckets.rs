//! Buckets: create (ECS REST API, *Buckets*).

use crate::{EcsRequest, FieldError, Fields, Tag};

/// `POST /object/bucket/{bucket}/deactivate`. The documents know the namespace in the query alone; like the other calls
/// about buckets this one takes it in the body too, where ignoring it could delete another bucket of the same name.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct BucketDelete {
    pub namespace: Option<String>,
}

impl EcsRequest for BucketDelete {
    const ROOT: &'static str = "object_bucket_delete";
    const EXAMPLE: &'static str = r#"{"namespace":"ns1"}"#;

    fn read(fields: &Fields<'_>) -> Result<Self, FieldError> {
        Ok(BucketDelete { namespace: fields.text("namespace")? })
    }
}

/// `POST /object/bucket`.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct BucketCreate {
    pub name: String,
    pub namespace: Option<String>,
    pub owner: Option<String>,
    /// The URN of a replication group.
    pub vpool: Option<String>,
    /// The protocol it is for, such as `s3`.
    pub head_type: Option<String>,
    pub filesystem_enabled: bool,
    pub is_stale_allowed: Option<bool>,
    pub is_tso_read_only: bool,
    pub is_encryption_enabled: bool,
    pub is_object_lock_enabled: bool,
    /// Such as `Enabled`; a field of ObjectScale 4.
    pub versioning_status: Option<String>,
    /// Seconds.
    pub retention: Option<i64>,
    /// Seconds.
    pub autocommit_period: Option<i64>,
    /// Seconds.
    pub audited_delete_expiration: Option<i64>,
    /// Whether limits on retention periods are to be kept.
    pub enforces_retention_limits: bool,
    /// Gigabytes of the hard quota; -1 is none.
    pub block_size: Option<i64>,
    /// Gigabytes of the soft quota; -1 is none.
    pub notification_size: Option<i64>,
    pub default_group: Option<String>,
    /// Whether metadata is named by which objects are to be found.
    pub indexes_metadata: bool,
    pub tags: Vec<Tag>,
}

impl EcsRequest for BucketCreate {
    const ROOT: &'static str = "object_bucket_create";
    const EXAMPLE: &'static str = r#"{"name":"logs","namespace":"ns1","owner":"dana@corp.example","head_type":"s3",
        "TagSet":[{"Key":"team","Value":"blue"}]}"#;

    fn read(fields: &Fields<'_>) -> Result<Self, FieldError> {
        let flag = |name| Ok::<_, FieldError>(fields.flag(name)?.unwrap_or_default());
        let governor = fields.nested("min_max_governor")?;
        let enforces = governor.map(|governor| governor.flag("enforce_retention")).transpose()?.flatten();
        Ok(BucketCreate {
            name: fields.required_text("name")?,
            namespace: fields.text("namespace")?,
            owner: fields.text("owner")?,
            vpool: fields.text("vpool")?,
            head_type: fields.text("head_type")?,
            filesystem_enabled: flag("filesystem_enabled")?,
            is_stale_allowed: fields.flag("is_stale_allowed")?,
            is_tso_read_only: flag("is_tso_read_only")?,
            is_encryption_enabled: flag("is_encryption_enabled")?,
            is_object_lock_enabled: flag("is_object_lock_enabled")?,
            versioning_status: fields.text("versioning_status")?,
            retention: fields.number("retention")?,
            autocommit_period: fields.number("autocommit_period")?,
            audited_delete_expiration: fields.number("audited_delete_expiration")?,
            enforces_retention_limits: enforces.unwrap_or_default(),
            block_size: fields.number("blockSize")?,
            notification_size: fields.number("notificationSize")?,
            default_group: fields.text("default_group")?,
            indexes_metadata: fields.items("search_metadata", "metadata")?.is_some_and(|items| !items.is_empty()),
            tags: Tag::read_set(fields)?,
        })
    }
}
