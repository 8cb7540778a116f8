//! System-wide object properties, of which the user scope is one (ECS REST API, *Object properties*).

use crate::{EcsRequest, FieldError, Fields};

/// `PUT /config/object/properties`: keys and their new values, in the order sent.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct PropertyUpdate {
    pub properties: Vec<(String, String)>,
}

impl PropertyUpdate {
    /// The new user scope (`GLOBAL` or `NAMESPACE`), under either spelling of its key.
    pub fn user_scope(&self) -> Option<&str> {
        let (_, value) = self.properties.iter().rev().find(|(key, _)| key == "user_scope" || key == "user-scope")?;
        Some(value)
    }
}

impl EcsRequest for PropertyUpdate {
    const ROOT: &'static str = "property_update";
    const EXAMPLE: &'static str = r#"{"properties":{"user_scope":"GLOBAL"}}"#;

    fn read(fields: &Fields<'_>) -> Result<Self, FieldError> {
        let properties = fields.map("properties")?;
        if properties.is_empty() { Err(fields.missing("properties")) } else { Ok(PropertyUpdate { properties }) }
    }
}

/// `PUT /config/secretkey/hidesecretkey`.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct HideSecretKeys {
    pub value: bool,
}

impl EcsRequest for HideSecretKeys {
    const ROOT: &'static str = "hide_secret_key";
    const EXAMPLE: &'static str = r#"{"value":true}"#;

    fn read(fields: &Fields<'_>) -> Result<Self, FieldError> {
        Ok(HideSecretKeys { value: fields.required_flag("value")? })
    }
}
