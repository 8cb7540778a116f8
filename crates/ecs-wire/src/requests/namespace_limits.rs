//! The quota and the retention classes of a namespace (ECS REST API, *Namespaces*).

use crate::{EcsRequest, FieldError, Fields};

/// `PUT /object/namespaces/namespace/{namespace}/quota`. Gigabytes; -1 is none.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct NamespaceQuota {
    pub block_size: Option<i64>,
    pub notification_size: Option<i64>,
}

impl EcsRequest for NamespaceQuota {
    const ROOT: &'static str = "namespace_quota_details";
    const OTHER_ROOTS: &'static [&'static str] = &["namespace_quota_param"];
    const EXAMPLE: &'static str = r#"{"blockSize":10,"notificationSize":8}"#;

    fn read(fields: &Fields<'_>) -> Result<Self, FieldError> {
        Ok(NamespaceQuota {
            block_size: fields.number("blockSize")?,
            notification_size: fields.number("notificationSize")?,
        })
    }
}

/// `POST /object/namespaces/namespace/{namespace}/retention`.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct RetentionClassCreate {
    pub name: String,
    /// Seconds; -1 is for ever.
    pub period: i64,
}

impl EcsRequest for RetentionClassCreate {
    const ROOT: &'static str = "retention_class_create";
    const EXAMPLE: &'static str = r#"{"name":"y7","period":220752000}"#;

    fn read(fields: &Fields<'_>) -> Result<Self, FieldError> {
        Ok(RetentionClassCreate { name: fields.required_text("name")?, period: period(fields)? })
    }
}

/// `PUT /object/namespaces/namespace/{namespace}/retention/{class}`.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct RetentionClassUpdate {
    /// Seconds; -1 is for ever.
    pub period: i64,
}

impl EcsRequest for RetentionClassUpdate {
    const ROOT: &'static str = "retention_class_update";
    const EXAMPLE: &'static str = r#"{"period":220752000}"#;

    fn read(fields: &Fields<'_>) -> Result<Self, FieldError> {
        Ok(RetentionClassUpdate { period: period(fields)? })
    }
}

fn period(fields: &Fields<'_>) -> Result<i64, FieldError> {
    fields.number("period")?.ok_or_else(|| fields.missing("period"))
}
