//! The rules about logins and passwords (ECS REST API, *Login security*).

use crate::{EcsRequest, FieldError, Fields};

/// `PUT /config-admin/security`: names and their new values, in the order sent.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct LoginSecurityUpdate {
    pub entries: Vec<(String, String)>,
}

impl EcsRequest for LoginSecurityUpdate {
    const ROOT: &'static str = "security_config";
    const EXAMPLE: &'static str = r#"{"entries":{"sessionMaxLifeTimeMinutes":"480"}}"#;

    fn read(fields: &Fields<'_>) -> Result<Self, FieldError> {
        let entries = fields.map("entries")?;
        if entries.is_empty() { Err(fields.missing("entries")) } else { Ok(LoginSecurityUpdate { entries }) }
    }
}
