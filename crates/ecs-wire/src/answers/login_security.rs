//! The rules about logins and passwords (ECS REST API, *Login security*).

use crate::Answer;
use crate::document::{Document, Value};

/// `GET /config-admin/security`: names and values, all of them texts. The name of the XML root is ours: no document
/// gives it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct LoginSecurity {
    pub entries: Vec<(String, String)>,
}

impl Answer for LoginSecurity {
    fn document(&self) -> Document<'_> {
        Document::new("security_config", &[], [("entries", Value::Map(&self.entries))])
    }

    fn samples() -> Vec<Self> {
        vec![LoginSecurity { entries: vec![("sessionMaxLifeTimeMinutes".into(), "480".into())] }]
    }
}
