//! Buckets: one and the list (ECS REST API, *Buckets*).

use keyward_ambient::Timestamp;

use crate::answers::Page;
use crate::document::{Document, Object, Value, object};
use crate::{Answer, Tag, instant, sample};

/// What stands for a default retention that was never set.
const NO_RETENTION: i64 = -2;

/// The answer to creating a bucket.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct NewBucket {
    pub name: String,
    /// The namespace and the name with a dot between.
    pub id: String,
    pub tags: Vec<Tag>,
}

impl Answer for NewBucket {
    fn document(&self) -> Document<'_> {
        let fields = [
            ("name", Value::text(&self.name)),
            ("id", Value::text(&self.id)),
            ("inactive", Value::Flag(false)),
            ("global", Value::Null),
            ("remote", Value::Null),
            ("vdc", Value::Null),
            ("tags", no_tags()),
            ("TagSet", Tag::set(&self.tags)),
            ("metaData", no_search_metadata()),
        ];
        Document::new("object_bucket", &["id", "inactive", "name", "tags"], fields)
    }

    fn samples() -> Vec<Self> {
        vec![Self { name: sample::BUCKET.into(), id: "ns1.logs".into(), tags: sample::tags() }]
    }
}

/// `GET /object/bucket/{bucket}/info`, and an entry of the list.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Bucket {
    pub name: String,
    /// The namespace and the name with a dot between.
    pub id: String,
    pub namespace: String,
    pub owner: String,
    pub created: Timestamp,
    pub tags: Vec<Tag>,
    /// The protocol it was made for, such as `S3`.
    pub api_type: String,
    /// Gigabytes of the hard quota; -1 is none.
    pub block_size: i64,
    /// Gigabytes of the soft quota; -1 is none.
    pub notification_size: i64,
    /// Seconds; 0 is printed as the number that means none.
    pub retention: i64,
    pub fs_access_enabled: bool,
    pub is_stale_allowed: bool,
    pub is_tso_read_only: bool,
    /// A text in both formats, unlike the other flags.
    pub is_encryption_enabled: bool,
    pub locked: bool,
    /// The URN of the replication group.
    pub vpool: String,
}

const XML_ORDER: [&str; 14] = [
    "name",
    "tags",
    "api_type",
    "block_size",
    "owner",
    "created",
    "default_retention",
    "fs_access_enabled",
    "is_stale_allowed",
    "is_tso_read_only",
    "locked",
    "namespace",
    "notification_size",
    "vpool",
];

impl Bucket {
    fn object(&self) -> Object<'_> {
        let default_retention = if self.retention == 0 { NO_RETENTION } else { self.retention };
        let encryption = if self.is_encryption_enabled { "true" } else { "false" };
        let fields = vec![
            ("name", Value::text(&self.name)),
            ("id", Value::text(&self.id)),
            ("inactive", Value::Flag(false)),
            ("global", Value::Null),
            ("remote", Value::Null),
            ("vdc", Value::Null),
            ("tags", no_tags()),
            ("TagSet", Tag::set(&self.tags)),
            ("created", Value::owned(instant(self.created))),
            ("retention", Value::Number(self.retention)),
            ("default_retention", Value::Number(default_retention)),
            ("fs_access_enabled", Value::Flag(self.fs_access_enabled)),
            ("locked", Value::Flag(self.locked)),
            ("vpool", Value::text(&self.vpool)),
            ("namespace", Value::text(&self.namespace)),
            ("owner", Value::text(&self.owner)),
            ("is_stale_allowed", Value::Flag(self.is_stale_allowed)),
            ("is_tso_read_only", Value::Flag(self.is_tso_read_only)),
            ("is_encryption_enabled", Value::text(encryption)),
            ("api_type", Value::text(&self.api_type)),
            ("block_size", Value::Number(self.block_size)),
            ("notification_size", Value::Number(self.notification_size)),
            ("search_metadata", no_search_metadata()),
        ];
        Object { xml_order: &XML_ORDER, fields }
    }
}

impl Answer for Bucket {
    fn document(&self) -> Document<'_> {
        Document { root: "bucket_info", object: self.object() }
    }

    fn samples() -> Vec<Self> {
        vec![Self {
            name: sample::BUCKET.into(),
            id: "ns1.logs".into(),
            namespace: sample::NAMESPACE.into(),
            owner: sample::PERSON.into(),
            created: sample::CREATED,
            tags: sample::tags(),
            api_type: "S3".into(),
            block_size: 10,
            notification_size: 8,
            retention: 0,
            fs_access_enabled: false,
            is_stale_allowed: false,
            is_tso_read_only: false,
            is_encryption_enabled: false,
            locked: false,
            vpool: sample::REPLICATION_GROUP.into(),
        }]
    }
}

/// `GET /object/bucket`.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Buckets {
    pub buckets: Vec<Bucket>,
    pub page: Page,
}

impl Answer for Buckets {
    fn document(&self) -> Document<'_> {
        let buckets = Value::Repeated(self.buckets.iter().map(|bucket| Value::Object(bucket.object())).collect());
        let fields = [("object_bucket", buckets)].into_iter().chain(self.page.fields("MaxBuckets"));
        Document::new("object_buckets", &[], fields)
    }

    fn samples() -> Vec<Self> {
        Page::samples("name=*").map(|page| Self { buckets: Bucket::samples(), page }).into()
    }
}

/// The tags of early releases, which are plain texts; those of a bucket are in `TagSet`.
fn no_tags() -> Value<'static> {
    Value::Wrapped { item: "tag", items: Vec::new() }
}

/// Objects cannot be searched for by their metadata.
fn no_search_metadata() -> Value<'static> {
    object(
        &[],
        [
            ("search_enabled", Value::Flag(false)),
            ("max_keys", Value::Number(0)),
            ("metadata", Value::Repeated(Vec::new())),
        ],
    )
}
