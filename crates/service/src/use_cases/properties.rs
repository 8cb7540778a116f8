//! System-wide properties of object users (ECS: *Object properties*).

use crate::{Caller, ServiceError};

/// Within what object user ids are unique.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum UserScope {
    /// Across all namespaces.
    Global,
}

impl UserScope {
    /// The spelling on the wire.
    pub const fn as_str(self) -> &'static str {
        match self {
            UserScope::Global => "GLOBAL",
        }
    }
}

impl Caller {
    /// Within what object user ids are unique.
    pub fn user_scope(&self) -> Result<UserScope, ServiceError> {
        self.principal.may_read_properties()?;
        Ok(UserScope::Global)
    }

    /// Chooses within what object user ids are unique. Only the scope that is in force can be chosen.
    pub fn choose_user_scope(&self, scope: &str) -> Result<(), ServiceError> {
        self.principal.may_manage_properties()?;
        if scope == UserScope::Global.as_str() {
            return Ok(());
        }
        let why =
            format!("Unable to set User Scope to {scope}; object user ids are unique in all namespaces: send GLOBAL");
        Err(ServiceError::Refused { why })
    }
}
