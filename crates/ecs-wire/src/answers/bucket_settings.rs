//! Single settings of a bucket: lock, quota, retention, access control list (ECS REST API, *Buckets*).

use crate::document::{Document, Value, object, texts};
use crate::{Answer, sample};

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

/// What one user may do.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct UserGrant {
    pub user: String,
    /// Such as `full_control`.
    pub permission: Vec<String>,
}

impl UserGrant {
    fn value(&self) -> Value<'_> {
        let permission = Value::Repeated(texts(&self.permission));
        object(&[], [("user", Value::text(&self.user)), ("permission", permission)])
    }
}

/// `GET /object/bucket/{bucket}/acl`. Groups have no permissions here.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct BucketAcl {
    pub bucket: String,
    pub namespace: String,
    pub owner: String,
    pub user_acl: Vec<UserGrant>,
}

impl Answer for BucketAcl {
    fn document(&self) -> Document<'_> {
        let acl = object(
            &[],
            [
                ("owner", Value::text(&self.owner)),
                ("default_group", Value::Null),
                ("user_acl", Value::Repeated(self.user_acl.iter().map(UserGrant::value).collect())),
                ("group_acl", Value::Repeated(Vec::new())),
                ("customgroup_acl", Value::Repeated(Vec::new())),
            ],
        );
        let fields = [("bucket", Value::text(&self.bucket)), ("namespace", Value::text(&self.namespace)), ("acl", acl)];
        Document::new("bucket_acl", &[], fields)
    }

    fn samples() -> Vec<Self> {
        let grant = UserGrant { user: sample::PERSON.into(), permission: sample::texts(["full_control"]) };
        vec![Self {
            bucket: sample::BUCKET.into(),
            namespace: sample::NAMESPACE.into(),
            owner: sample::PERSON.into(),
            user_acl: vec![grant],
        }]
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
