//! Management users and their passwords (ECS REST API, *Authentication*).

use crate::{EcsRequest, FieldError, Fields, GivenSecret};

/// `POST /vdc/users`.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ManagementUserCreate {
    pub user_id: String,
    /// A local user's; names with an `@` belong to a directory and have none here.
    pub password: Option<GivenSecret>,
    pub is_system_admin: bool,
    pub is_system_monitor: bool,
    pub is_security_admin: bool,
    pub is_external_group: bool,
}

impl EcsRequest for ManagementUserCreate {
    const ROOT: &'static str = "mgmt_user_info_create";
    const EXAMPLE: &'static str = r#"{"userId":"operator","password":"...","isSystemMonitor":true}"#;

    fn read(fields: &Fields<'_>) -> Result<Self, FieldError> {
        Ok(ManagementUserCreate {
            user_id: fields.required_text("userId")?,
            password: fields.secret("password")?,
            is_system_admin: fields.flag("isSystemAdmin")?.unwrap_or(false),
            is_system_monitor: fields.flag("isSystemMonitor")?.unwrap_or(false),
            is_security_admin: fields.flag("isSecurityAdmin")?.unwrap_or(false),
            is_external_group: fields.flag("is_external_group")?.unwrap_or(false),
        })
    }
}

/// `PUT /vdc/users/{id}`. `None` is unchanged.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ManagementUserUpdate {
    pub password: Option<GivenSecret>,
    pub is_system_admin: Option<bool>,
    pub is_system_monitor: Option<bool>,
    pub is_security_admin: Option<bool>,
}

impl EcsRequest for ManagementUserUpdate {
    const ROOT: &'static str = "mgmt_user_info_update";
    const EXAMPLE: &'static str = r#"{"isSystemMonitor":false,"isSystemAdmin":true}"#;

    fn read(fields: &Fields<'_>) -> Result<Self, FieldError> {
        Ok(ManagementUserUpdate {
            password: fields.secret("password")?,
            is_system_admin: fields.flag("isSystemAdmin")?,
            is_system_monitor: fields.flag("isSystemMonitor")?,
            is_security_admin: fields.flag("isSecurityAdmin")?,
        })
    }
}

/// `PUT /vdc/users/{id}/unlock`. The root's name is ours: no document gives it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ManagementUserUnlock {
    /// A new password for the user.
    pub password: Option<GivenSecret>,
}

impl EcsRequest for ManagementUserUnlock {
    const ROOT: &'static str = "mgmt_user_info_unlock";
    const EXAMPLE: &'static str = r#"{"password":"..."}"#;

    fn read(fields: &Fields<'_>) -> Result<Self, FieldError> {
        Ok(ManagementUserUnlock { password: fields.secret("password")? })
    }
}

/// `PUT /user/password`: the caller's own. The root's name is ours: no document gives it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct PasswordChange {
    pub password: GivenSecret,
    pub old_password: GivenSecret,
}

impl EcsRequest for PasswordChange {
    const ROOT: &'static str = "user_password";
    const EXAMPLE: &'static str = r#"{"oldPassword":"...","password":"..."}"#;

    fn read(fields: &Fields<'_>) -> Result<Self, FieldError> {
        Ok(PasswordChange {
            password: fields.required_secret("password")?,
            old_password: fields.required_secret("oldPassword")?,
        })
    }
}
