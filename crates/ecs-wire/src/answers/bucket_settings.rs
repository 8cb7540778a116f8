//! Single settings of a bucket: lock, quota, retention, access control list (ECS REST API, *Buckets*).

use crate::document::{Document, Value, object, texts};
use crate::{Answer, Tag, sample};

/// `GET /object/bucket/{bucket}/lock`. The name of the XML root is ours: no document gives it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct BucketLock {
    pub bucket_name: String,
    pub is_locked: bool,
}

impl Answer for BucketLock {
    fn document(&self) -> Document<'_> {
        let fields = [("bucket_name", Value::text(&self.bucket_name)), ("isLocked", Value::Flag(self.is_locked))];
        Document::new("bucket_lock", &[], fields)
    }

    fn samples() -> Vec<Self> {
        vec![Self { bucket_name: sample::BUCKET.into(), is_locked: true }]
    }
}

/// `GET /object/bucket/{bucket}/quota`. Gigabytes; -1 is none.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct BucketQuota {
    pub bucketname: String,
    pub namespace: String,
    pub block_size: i64,
    pub notification_size: i64,
}

impl Answer for BucketQuota {
    fn document(&self) -> Document<'_> {
        let fields = [
            ("blockSize", Value::Number(self.block_size)),
            ("bucketname", Value::text(&self.bucketname)),
            ("namespace", Value::text(&self.namespace)),
            ("notificationSize", Value::Number(self.notification_size)),
        ];
        Document::new("bucket_quota_details", &[], fields)
    }

    fn samples() -> Vec<Self> {
        vec![Self {
            bucketname: sample::BUCKET.into(),
            namespace: sample::NAMESPACE.into(),
            block_size: 10,
            notification_size: 8,
        }]
    }
}

/// `GET /object/bucket/{bucket}/retention`. The name of the XML root is ours: no document gives it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct BucketRetention {
    /// Seconds.
    pub period: i64,
}

impl Answer for BucketRetention {
    fn document(&self) -> Document<'_> {
        Document::new("default_bucket_retention", &[], [("period", Value::Number(self.period))])
    }

    fn samples() -> Vec<Self> {
        vec![Self { period: 86_400 }]
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
    fn values<'a>(grants: &'a [Grant], grantee: &'static str) -> Value<'a> {
        let value = |grant: &'a Grant| {
            let permission = Value::Repeated(texts(&grant.permission));
            object(&[], [(grantee, Value::text(&grant.to)), ("permission", permission)])
        };
        Value::Repeated(grants.iter().map(value).collect())
    }
}

/// `GET /object/bucket/{bucket}/acl`.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct BucketAcl {
    pub bucket: String,
    pub namespace: String,
    pub owner: String,
    pub default_group: Option<String>,
    pub user_acl: Vec<Grant>,
    pub group_acl: Vec<Grant>,
    pub customgroup_acl: Vec<Grant>,
}

impl Answer for BucketAcl {
    fn document(&self) -> Document<'_> {
        let acl = object(
            &[],
            [
                ("owner", Value::text(&self.owner)),
                ("default_group", Value::text_or_null(self.default_group.as_deref())),
                ("user_acl", Grant::values(&self.user_acl, "user")),
                ("group_acl", Grant::values(&self.group_acl, "group")),
                ("customgroup_acl", Grant::values(&self.customgroup_acl, "customgroup")),
            ],
        );
        let fields = [("bucket", Value::text(&self.bucket)), ("namespace", Value::text(&self.namespace)), ("acl", acl)];
        Document::new("bucket_acl", &[], fields)
    }

    fn samples() -> Vec<Self> {
        let grant = |to: &str, permission: &str| Grant { to: to.into(), permission: vec![permission.into()] };
        vec![Self {
            bucket: sample::BUCKET.into(),
            namespace: sample::NAMESPACE.into(),
            owner: sample::PERSON.into(),
            default_group: Some("staff".into()),
            user_acl: vec![grant(sample::PERSON, "full_control")],
            group_acl: vec![grant("all_users", "read")],
            customgroup_acl: vec![grant("builders", "write")],
        }]
    }
}

/// `GET /object/bucket/{bucket}/metadata`: what clients of one protocol keep with it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct BucketMetadata {
    pub head_type: String,
    pub metadata: Vec<Tag>,
}

impl Answer for BucketMetadata {
    fn document(&self) -> Document<'_> {
        let metadata = Value::Repeated(Tag::values(&self.metadata));
        let fields = [("head_type", Value::text(&self.head_type)), ("metadata", metadata)];
        Document::new("bucket_metadata", &[], fields)
    }

    fn samples() -> Vec<Self> {
        vec![Self { head_type: "S3".into(), metadata: sample::tags() }]
    }
}

/// What every object carries that an index of metadata could be made of.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct SystemMetadataKey {
    pub name: &'static str,
    /// `string`, `integer` or `datetime`.
    pub datatype: &'static str,
}

/// `GET /object/bucket/searchmetadata`. The name of the XML root is ours: no document gives it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct SystemMetadataKeys {
    pub keys: Vec<SystemMetadataKey>,
    /// How many of them one bucket may index.
    pub max_keys: i64,
}

impl Answer for SystemMetadataKeys {
    fn document(&self) -> Document<'_> {
        let key = |key: &SystemMetadataKey| {
            let fields = [("name", key.name), ("datatype", key.datatype), ("type", "System")];
            object(&[], fields.map(|(name, text)| (name, Value::text(text))))
        };
        let metadata = Value::Repeated(self.keys.iter().map(key).collect());
        let fields = [("metadata", metadata), ("max_keys", Value::Number(self.max_keys))];
        Document::new("system_metadata", &[], fields)
    }

    fn samples() -> Vec<Self> {
        vec![Self { keys: vec![SystemMetadataKey { name: "Size", datatype: "integer" }], max_keys: 0 }]
    }
}

/// A word that access control lists use.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct AclWord {
    pub id: &'static str,
    pub display_name: &'static str,
    /// What it stands for; left out when the name says it.
    pub description: Option<&'static str>,
}

impl AclWord {
    fn value(&self) -> Value<'static> {
        let described = self.description.map(|description| ("description", Value::text(description)));
        let named = [("id", Value::text(self.id)), ("display_name", Value::text(self.display_name))];
        object(&[], named.into_iter().chain(described))
    }

    fn values(words: &[AclWord]) -> Value<'static> {
        Value::Repeated(words.iter().map(AclWord::value).collect())
    }
}

/// `GET /object/bucket/acl/permissions`. The name of the XML root is ours: no document gives it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct BucketAclPermissions {
    pub permissions: Vec<AclWord>,
}

impl Answer for BucketAclPermissions {
    fn document(&self) -> Document<'_> {
        Document::new("permissions", &[], [("permission", AclWord::values(&self.permissions))])
    }

    fn samples() -> Vec<Self> {
        let word = AclWord { id: "read", display_name: "read", description: None };
        vec![Self { permissions: vec![word] }]
    }
}

/// `GET /object/bucket/acl/groups`. The name of the XML root is ours: no document gives it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct BucketAclGroups {
    pub groups: Vec<AclWord>,
}

impl Answer for BucketAclGroups {
    fn document(&self) -> Document<'_> {
        Document::new("groups", &[], [("group", AclWord::values(&self.groups))])
    }

    fn samples() -> Vec<Self> {
        let word = AclWord { id: "public", display_name: "public", description: Some("everybody") };
        let plain = AclWord { description: None, ..word };
        vec![Self { groups: vec![word, plain] }]
    }
}
