//! Namespaces: one and the list (ECS REST API, *Namespaces*).

use keyward_ambient::Timestamp;

use crate::answers::{NamedLink, Page, self_link};
use crate::document::{Document, Value, texts};
use crate::{Answer, MappedAttribute, UserMapping, sample};

const COLLECTION: &str = "/object/namespaces/namespace";

/// The answer to creating and reading a namespace. Its id is its name.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Namespace {
    pub name: String,
    /// The URN of a replication group.
    pub default_data_services_vpool: String,
    pub allowed_vpools_list: Vec<String>,
    pub disallowed_vpools_list: Vec<String>,
    /// Printed as one text with commas between the ids.
    pub namespace_admins: Vec<String>,
    /// Printed as one text with commas between the groups.
    pub external_group_admins: Vec<String>,
    pub user_mapping: Vec<UserMapping>,
    /// A text in both formats, unlike the other flags.
    pub is_encryption_enabled: bool,
    /// Gigabytes; -1 is none.
    pub default_bucket_block_size: i64,
    pub is_stale_allowed: bool,
    pub is_compliance_enabled: bool,
    pub is_object_lock_with_ado_allowed: bool,
    /// Seconds; left out when `None`.
    pub default_audit_delete_expiration: Option<i64>,
    /// Gigabytes of the hard quota; -1 is none.
    pub block_size: i64,
    /// Gigabytes of the soft quota; -1 is none.
    pub notification_size: i64,
    pub creation_time: Timestamp,
}

impl Answer for Namespace {
    fn document(&self) -> Document<'_> {
        let encryption = if self.is_encryption_enabled { "true" } else { "false" };
        let mut fields = vec![
            ("name", Value::text(&self.name)),
            ("id", Value::text(&self.name)),
            ("link", Value::Link(self_link(COLLECTION, &self.name).into())),
            ("inactive", Value::Flag(false)),
            ("global", Value::Null),
            ("remote", Value::Null),
            ("vdc", Value::Null),
            ("default_data_services_vpool", Value::text(&self.default_data_services_vpool)),
            ("allowed_vpools_list", Value::Repeated(texts(&self.allowed_vpools_list))),
            ("disallowed_vpools_list", Value::Repeated(texts(&self.disallowed_vpools_list))),
            ("namespace_admins", Value::owned(self.namespace_admins.join(","))),
            ("external_group_admins", Value::owned(self.external_group_admins.join(","))),
            ("user_mapping", Value::Repeated(UserMapping::values(&self.user_mapping))),
            ("is_encryption_enabled", Value::text(encryption)),
            ("default_bucket_block_size", Value::Number(self.default_bucket_block_size)),
            ("is_stale_allowed", Value::Flag(self.is_stale_allowed)),
            ("is_compliance_enabled", Value::Flag(self.is_compliance_enabled)),
            ("is_object_lock_with_ado_allowed", Value::Flag(self.is_object_lock_with_ado_allowed)),
        ];
        let expiration = self.default_audit_delete_expiration;
        fields.extend(expiration.map(|seconds| ("default_audit_delete_expiration", Value::Number(seconds))));
        fields.push(("blockSize", Value::Number(self.block_size)));
        fields.push(("notificationSize", Value::Number(self.notification_size)));
        fields.push(("creation_time", Value::Number(self.creation_time.as_millis())));
        Document::new("namespace", &XML_ORDER, fields)
    }

    fn samples() -> Vec<Self> {
        let attribute = MappedAttribute { key: "department".into(), values: sample::texts(["engineering"]) };
        let mapping = UserMapping {
            domain: "corp.example".into(),
            attributes: vec![attribute],
            groups: sample::texts(["S3Users"]),
        };
        let full = Self {
            name: sample::NAMESPACE.into(),
            default_data_services_vpool: sample::REPLICATION_GROUP.into(),
            allowed_vpools_list: sample::texts([sample::REPLICATION_GROUP]),
            disallowed_vpools_list: sample::texts([sample::REPLICATION_GROUP]),
            namespace_admins: sample::texts(["operator", sample::PERSON]),
            external_group_admins: sample::texts(["admins@corp.example"]),
            user_mapping: vec![mapping],
            is_encryption_enabled: false,
            default_bucket_block_size: -1,
            is_stale_allowed: false,
            is_compliance_enabled: false,
            is_object_lock_with_ado_allowed: false,
            default_audit_delete_expiration: Some(3600),
            block_size: -1,
            notification_size: -1,
            creation_time: sample::CREATED,
        };
        let plain = Self { default_audit_delete_expiration: None, ..full.clone() };
        vec![full, plain]
    }
}

const XML_ORDER: [&str; 11] = [
    "id",
    "inactive",
    "link",
    "name",
    "default_bucket_block_size",
    "is_compliance_enabled",
    "is_encryption_enabled",
    "is_stale_allowed",
    "allowed_vpools_list",
    "namespace_admins",
    "default_data_services_vpool",
];

/// `GET /object/namespaces`.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Namespaces {
    pub namespaces: Vec<NamedLink>,
    pub page: Page,
}

impl Answer for Namespaces {
    fn document(&self) -> Document<'_> {
        let entries = Value::Repeated(NamedLink::values(&self.namespaces, COLLECTION));
        Document::new("namespaces", &[], [("namespace", entries)].into_iter().chain(self.page.fields("MaxNamespaces")))
    }

    fn samples() -> Vec<Self> {
        let namespaces = vec![NamedLink { name: sample::NAMESPACE.into(), id: sample::NAMESPACE.into() }];
        Page::samples("name=*").map(|page| Self { namespaces: namespaces.clone(), page }).into()
    }
}
