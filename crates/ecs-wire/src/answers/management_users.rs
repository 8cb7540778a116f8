//! Management users: one, the list, and how many tokens one has (ECS REST API, *Management users*).

use keyward_ambient::Timestamp;

use crate::document::{Document, Object, Value};
use crate::{Answer, instant, sample};

/// The answer to creating and reading a management user.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ManagementUser {
    pub user_id: String,
    pub is_system_admin: bool,
    pub is_system_monitor: bool,
    pub is_security_admin: bool,
    pub is_external_group: bool,
    pub is_locked: bool,
    pub last_time_password_changed: Option<Timestamp>,
}

const XML_ORDER: [&str; 7] = [
    "is_external_group",
    "is_locked",
    "isSecurityAdmin",
    "isSystemAdmin",
    "isSystemMonitor",
    "last_time_password_changed",
    "userId",
];

impl ManagementUser {
    fn object(&self) -> Object<'_> {
        let changed = self.last_time_password_changed.map_or(Value::Null, |moment| Value::owned(instant(moment)));
        let fields = vec![
            ("userId", Value::text(&self.user_id)),
            ("isSystemAdmin", Value::Flag(self.is_system_admin)),
            ("isSystemMonitor", Value::Flag(self.is_system_monitor)),
            ("isSecurityAdmin", Value::Flag(self.is_security_admin)),
            ("is_external_group", Value::Flag(self.is_external_group)),
            ("is_locked", Value::Flag(self.is_locked)),
            ("last_time_password_changed", changed),
        ];
        Object { xml_order: &XML_ORDER, fields }
    }
}

impl Answer for ManagementUser {
    fn document(&self) -> Document<'_> {
        Document { root: "mgmt_user_info", object: self.object() }
    }

    fn samples() -> Vec<Self> {
        let root = Self {
            user_id: "root".into(),
            is_system_admin: true,
            is_system_monitor: false,
            is_security_admin: true,
            is_external_group: false,
            is_locked: false,
            last_time_password_changed: Some(sample::CREATED),
        };
        let group = Self {
            user_id: "admins@corp.example".into(),
            is_external_group: true,
            last_time_password_changed: None,
            ..root.clone()
        };
        vec![root, group]
    }
}

/// `GET /vdc/users`.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ManagementUsers {
    pub users: Vec<ManagementUser>,
}

impl Answer for ManagementUsers {
    fn document(&self) -> Document<'_> {
        let users = self.users.iter().map(|user| Value::Object(user.object())).collect();
        Document::new("mgmt_user_infos", &[], [("mgmt_user_info", Value::Repeated(users))])
    }

    fn samples() -> Vec<Self> {
        vec![Self { users: ManagementUser::samples() }]
    }
}

/// `GET /vdc/users/{id}/tokenCount`. The name of the XML root is ours: no document gives it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct TokenCount {
    pub count: u32,
}

impl Answer for TokenCount {
    fn document(&self) -> Document<'_> {
        Document::new("tokenCount", &[], [("count", Value::Number(self.count.into()))])
    }

    fn samples() -> Vec<Self> {
        vec![Self { count: 2 }]
    }
}
