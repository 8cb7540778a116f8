//! Namespaces: create and update (ECS REST API, *Namespaces*).

use crate::{EcsRequest, FieldError, Fields, UserMapping};

/// `POST /object/namespaces/namespace`.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct NamespaceCreate {
    pub namespace: String,
    pub settings: NamespaceUpdate,
}

impl EcsRequest for NamespaceCreate {
    const ROOT: &'static str = "namespace_create";
    const EXAMPLE: &'static str = r#"{"namespace":"ns1","namespace_admins":"operator","user_mapping":[{"domain":"corp.example",
        "groups":["S3Users"]}]}"#;

    fn read(fields: &Fields<'_>) -> Result<Self, FieldError> {
        Ok(NamespaceCreate { namespace: fields.required_text("namespace")?, settings: NamespaceUpdate::read(fields)? })
    }
}

/// `PUT /object/namespaces/namespace/{id}`, and all fields of a create request beside the name. `None` is unchanged (or
/// the default of a new namespace); an empty list is a list to clear.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct NamespaceUpdate {
    /// The URN of a replication group.
    pub default_data_services_vpool: Option<String>,
    pub allowed_vpools_list: Option<Vec<String>>,
    pub disallowed_vpools_list: Option<Vec<String>>,
    pub vpools_added_to_allowed_vpools_list: Vec<String>,
    pub vpools_added_to_disallowed_vpools_list: Vec<String>,
    pub vpools_removed_from_allowed_vpools_list: Vec<String>,
    pub vpools_removed_from_disallowed_vpools_list: Vec<String>,
    /// User ids, from a text with commas between them. Replaces the earlier list.
    pub namespace_admins: Option<Vec<String>>,
    /// Directory groups such as `admins@corp.example`, from a text with commas between them. Replaces the earlier list.
    pub external_group_admins: Option<Vec<String>>,
    /// Replaces the earlier mappings.
    pub user_mapping: Option<Vec<UserMapping>>,
    pub is_encryption_enabled: Option<bool>,
    pub is_stale_allowed: Option<bool>,
    pub is_object_lock_with_ado_allowed: Option<bool>,
    /// The answer calls it `is_compliance_enabled`.
    pub compliance_enabled: Option<bool>,
    /// Gigabytes; -1 is none.
    pub default_bucket_block_size: Option<i64>,
    /// Seconds.
    pub default_audit_delete_expiration: Option<i64>,
}

impl EcsRequest for NamespaceUpdate {
    const ROOT: &'static str = "namespace_update";
    const EXAMPLE: &'static str = r#"{"namespace_admins":"operator,dana@corp.example"}"#;

    fn read(fields: &Fields<'_>) -> Result<Self, FieldError> {
        let list = |name| fields.texts(name, name);
        let changes = |name| Ok::<_, FieldError>(fields.texts(name, name)?.unwrap_or_default());
        Ok(NamespaceUpdate {
            default_data_services_vpool: fields.text("default_data_services_vpool")?,
            allowed_vpools_list: list("allowed_vpools_list")?,
            disallowed_vpools_list: list("disallowed_vpools_list")?,
            vpools_added_to_allowed_vpools_list: changes("vpools_added_to_allowed_vpools_list")?,
            vpools_added_to_disallowed_vpools_list: changes("vpools_added_to_disallowed_vpools_list")?,
            vpools_removed_from_allowed_vpools_list: changes("vpools_removed_from_allowed_vpools_list")?,
            vpools_removed_from_disallowed_vpools_list: changes("vpools_removed_from_disallowed_vpools_list")?,
            namespace_admins: fields.comma_separated("namespace_admins")?,
            external_group_admins: fields.comma_separated("external_group_admins")?,
            user_mapping: UserMapping::read_all(fields)?,
            is_encryption_enabled: fields.flag("is_encryption_enabled")?,
            is_stale_allowed: fields.flag("is_stale_allowed")?,
            is_object_lock_with_ado_allowed: fields.flag("is_object_lock_with_ado_allowed")?,
            compliance_enabled: fields.flag("compliance_enabled")?,
            default_bucket_block_size: fields.number("default_bucket_block_size")?,
            default_audit_delete_expiration: fields.number("default_audit_delete_expiration")?,
        })
    }
}
