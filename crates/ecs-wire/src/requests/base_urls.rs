//! Base URLs: the host names under which buckets are addressed (ECS REST API, *Base URL*).

use crate::{EcsRequest, FieldError, Fields};

/// `POST /object/baseurl`. The answer calls two of the fields differently.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct BaseUrlCreate {
    pub name: String,
    pub base_url: String,
    pub is_namespace_in_host: bool,
}

impl EcsRequest for BaseUrlCreate {
    const ROOT: &'static str = "object_base_url_create";
    const EXAMPLE: &'static str = r#"{"name":"main","base_url":"s3.example.test","is_namespace_in_host":false}"#;

    fn read(fields: &Fields<'_>) -> Result<Self, FieldError> {
        Ok(BaseUrlCreate {
            name: fields.required_text("name")?,
            base_url: fields.required_text("base_url")?,
            is_namespace_in_host: fields.required_flag("is_namespace_in_host")?,
        })
    }
}

/// `PUT /object/baseurl/{id}`. `None` is unchanged.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct BaseUrlUpdate {
    pub name: Option<String>,
    pub base_url: Option<String>,
    pub is_namespace_in_host: Option<bool>,
}

impl EcsRequest for BaseUrlUpdate {
    const ROOT: &'static str = "object_base_url_update";
    const EXAMPLE: &'static str = r#"{"name":"main","base_url":"s3.example.test","is_namespace_in_host":true}"#;

    fn read(fields: &Fields<'_>) -> Result<Self, FieldError> {
        Ok(BaseUrlUpdate {
            name: fields.text("name")?,
            base_url: fields.text("base_url")?,
            is_namespace_in_host: fields.flag("is_namespace_in_host")?,
        })
    }
}
