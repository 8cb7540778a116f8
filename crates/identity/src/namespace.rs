//! Namespaces as they are persisted: the tenants that object users and buckets belong to.

use keyward_ambient::Timestamp;
use serde::{Deserialize, Serialize};

use crate::{NamespaceName, UniqueId, UserMapping};

/// A tenant. People of a directory belong to it by its mappings.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Namespace {
    /// Its name, which is its id.
    pub name: NamespaceName,
    /// Tells it from earlier and later namespaces of the name; `None` for one that release 0.1.0 created. Never changes.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub unique_id: Option<UniqueId>,
    /// When it was made.
    pub created_at: Timestamp,
    /// Which people of which directory belong to it: those whom any one of these matches.
    #[serde(default)]
    pub user_mappings: Vec<UserMapping>,
    /// Who administers it: names of local management users and of people of a directory (`dana@corp.example`).
    #[serde(default)]
    pub namespace_admins: Vec<String>,
    /// Groups of a directory whose members administer it, each written `group@domain`.
    #[serde(default)]
    pub external_group_admins: Vec<String>,
    /// Everything else that is kept about it.
    #[serde(default)]
    pub settings: NamespaceSettings,
}

impl Namespace {
    /// A namespace that nobody is mapped to yet, with settings as ECS has them when none are given.
    pub fn new(name: NamespaceName, created_at: Timestamp) -> Self {
        Self {
            name,
            unique_id: None,
            created_at,
            user_mappings: Vec::new(),
            namespace_admins: Vec::new(),
            external_group_admins: Vec::new(),
            settings: NamespaceSettings::default(),
        }
    }
}

/// Settings of a namespace under the names ECS gives them (ECS REST API, *Namespaces*). Most are kept for clients that
/// set and read them back.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default)]
pub struct NamespaceSettings {
    /// The replication group new buckets go to, as a URN.
    pub default_data_services_vpool: Option<String>,
    /// Replication groups that buckets may use, as URNs; empty means all.
    pub allowed_vpools_list: Vec<String>,
    /// Replication groups that buckets may not use, as URNs.
    pub disallowed_vpools_list: Vec<String>,
    /// Whether new buckets are encrypted at rest.
    pub is_encryption_enabled: bool,
    /// Whether new buckets may be read while a site is out of reach.
    pub is_stale_allowed: bool,
    /// Whether object lock may be combined with access during an outage.
    pub is_object_lock_with_ado_allowed: bool,
    /// Whether retention is enforced as compliance rules demand.
    pub is_compliance_enabled: bool,
    /// The quota of a new bucket in GB; -1 for none.
    pub default_bucket_block_size: i64,
    /// How long delete audit records of new buckets are kept, in seconds; `None` when never set.
    pub default_audit_delete_expiration: Option<i64>,
    /// The quota of the whole namespace.
    pub quota: Quota,
    /// Named retention periods.
    pub retention_classes: Vec<RetentionClass>,
    /// Whether S3 honours Signature Version 2 from users of the namespace. Not an ECS setting.
    pub sigv2: SigV2Setting,
}

impl Default for NamespaceSettings {
    fn default() -> Self {
        Self {
            default_data_services_vpool: None,
            allowed_vpools_list: Vec::new(),
            disallowed_vpools_list: Vec::new(),
            is_encryption_enabled: false,
            is_stale_allowed: false,
            is_object_lock_with_ado_allowed: false,
            is_compliance_enabled: false,
            default_bucket_block_size: -1,
            default_audit_delete_expiration: None,
            quota: Quota::default(),
            retention_classes: Vec::new(),
            sigv2: SigV2Setting::default(),
        }
    }
}

/// Limits on the space of a namespace or a bucket, in GB; -1 means there is none (ECS REST API, *Namespaces*).
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default)]
pub struct Quota {
    /// Writes that would go above this are refused.
    pub block_size: i64,
    /// Above this, ECS raises an event. Kept for clients that set it and read it back.
    pub notification_size: i64,
}

impl Quota {
    /// No limit at all.
    pub const NONE: Quota = Quota { block_size: -1, notification_size: -1 };

    /// How many bytes may be stored; `None` for any number. A GB has 2^30 bytes, as on ECS.
    pub fn bytes(self) -> Option<u64> {
        u64::try_from(self.block_size).ok().map(|size| size.saturating_mul(1 << 30))
    }
}

impl Default for Quota {
    fn default() -> Self {
        Self::NONE
    }
}

/// A named time that objects may not be deleted in (ECS REST API, *Namespaces*).
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct RetentionClass {
    /// The name under which objects ask for it.
    pub name: String,
    /// Its length in seconds; -1 for ever.
    pub period: i64,
}

/// Whether S3 honours Signature Version 2, where a namespace wants something else than the server's configuration says.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default)]
pub struct SigV2Setting {
    /// Whether such signatures are honoured; `None` for what the configuration says.
    pub enabled: Option<bool>,
    /// How many seconds ahead the end of a presigned URL or of a form may lie; `None` for what the configuration says.
    pub max_life_seconds: Option<u64>,
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::examples::{mapping, namespace};

    #[test]
    fn settings_that_were_never_written_are_read_as_ecs_has_them() {
        let read: Namespace = serde_json::from_str(r#"{"name":"ns1","created_at":1772732353813}"#).unwrap();
        assert_eq!(read, namespace("ns1"));
        assert_eq!(read.settings.default_bucket_block_size, -1);
        assert_eq!(read.settings.quota, Quota::NONE);
    }

    #[test]
    fn a_namespace_is_read_as_it_was_written() {
        let written = Namespace {
            user_mappings: vec![mapping("corp.example")],
            external_group_admins: vec!["admins@corp.example".to_owned()],
            settings: NamespaceSettings {
                retention_classes: vec![RetentionClass { name: "y7".to_owned(), period: 220_752_000 }],
                ..NamespaceSettings::default()
            },
            ..namespace("ns1")
        };
        let stored = serde_json::to_string(&written).unwrap();
        assert_eq!(serde_json::from_str::<Namespace>(&stored).unwrap(), written);
    }
}
