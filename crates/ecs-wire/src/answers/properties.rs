//! System-wide object properties (ECS REST API, *Object properties*).

use crate::Answer;
use crate::document::{Document, Value};

/// `GET /config/object/properties`: keys and values, such as `user_scope` and `GLOBAL`.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct PropertyInfo {
    pub properties: Vec<(String, String)>,
}

impl Answer for PropertyInfo {
    fn document(&self) -> Document<'_> {
        Document::new(
            "property_info",
            &[],
            [
                ("properties", Value::Map(&self.properties)),
                ("allProperties", Value::Map(&self.properties).in_json_only()),
                ("empty", Value::Flag(self.properties.is_empty()).in_json_only()),
            ],
        )
    }

    fn samples() -> Vec<Self> {
        vec![Self { properties: vec![("user_scope".into(), "GLOBAL".into())] }]
    }
}

/// `GET /config/secretkey/hidesecretkey` (ObjectScale). The name of the XML root is ours: no document gives it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct HideSecretKeys {
    pub value: bool,
}

impl Answer for HideSecretKeys {
    fn document(&self) -> Document<'_> {
        Document::new("hide_secret_key", &[], [("value", Value::Flag(self.value))])
    }

    fn samples() -> Vec<Self> {
        vec![Self { value: true }]
    }
}
