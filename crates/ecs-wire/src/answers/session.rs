//! Login, logout and who the caller is (ECS REST API, *Authentication*).

use keyward_ambient::Timestamp;

use crate::document::{Document, Value, texts};
use crate::{Answer, instant, sample};

/// `GET /login`.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct LoggedIn {
    pub user: String,
}

impl Answer for LoggedIn {
    fn document(&self) -> Document<'_> {
        Document::new("loggedIn", &[], [("user", Value::text(&self.user))])
    }

    fn samples() -> Vec<Self> {
        vec![Self { user: sample::PERSON.into() }]
    }
}

/// `GET /logout`.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct LoggedOut {
    pub user: String,
}

impl Answer for LoggedOut {
    fn document(&self) -> Document<'_> {
        Document::new("LoggedOut", &[], [("user", Value::text(&self.user))])
    }

    fn samples() -> Vec<Self> {
        vec![Self { user: sample::PERSON.into() }]
    }
}

/// `GET /user/whoami`.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct WhoAmI {
    pub common_name: String,
    pub distinguished_name: String,
    /// The namespace that the caller belongs to or administers.
    pub namespace: Option<String>,
    /// Such as `SYSTEM_ADMIN`; none for a plain user of a directory.
    pub roles: Vec<String>,
    /// Of a local management user; left out when unknown.
    pub last_time_password_changed: Option<Timestamp>,
}

impl Answer for WhoAmI {
    fn document(&self) -> Document<'_> {
        let mut fields = vec![
            ("common_name", Value::text(&self.common_name)),
            ("distinguished_name", Value::text(&self.distinguished_name)),
            ("namespace", Value::text(self.namespace.as_deref().unwrap_or_default())),
            ("roles", Value::Wrapped { item: "role", items: texts(&self.roles) }),
        ];
        if let Some(changed) = self.last_time_password_changed {
            fields.push(("last_time_password_changed", Value::owned(instant(changed))));
        }
        Document::new("user", &[], fields)
    }

    fn samples() -> Vec<Self> {
        let admin = Self {
            common_name: "root".into(),
            distinguished_name: String::new(),
            namespace: None,
            roles: sample::texts(["SYSTEM_ADMIN", "SECURITY_ADMIN"]),
            last_time_password_changed: Some(sample::CREATED),
        };
        let person = Self {
            common_name: sample::PERSON.into(),
            namespace: Some(sample::NAMESPACE.into()),
            roles: Vec::new(),
            last_time_password_changed: None,
            ..admin.clone()
        };
        vec![admin, person]
    }
}
