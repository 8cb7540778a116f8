//! What governs logins and passwords (ECS: *Login security*).

use keyward_identity::LoginSecurity;
use keyward_store::{Expect, Setting, Transaction, Write};

use crate::commit::Settled;
use crate::governing::LOGIN_SECURITY;
use crate::{Caller, ServiceError};

impl Caller {
    /// The settings in force.
    pub fn login_security(&self) -> Result<LoginSecurity, ServiceError> {
        self.principal.may_read_login_security()?;
        Ok(self.service.governing().security.clone())
    }

    /// Changes the settings; they hold from the answer on, for sessions that exist too. `change` answers what it
    /// changed, for the audit.
    pub async fn update_login_security(
        &self,
        change: impl Fn(&mut LoginSecurity) -> Result<String, ServiceError>,
    ) -> Result<LoginSecurity, ServiceError> {
        self.principal.may_manage_login_security()?;
        self.service
            .until_settled(|| async {
                let found = self.service.store.setting(LOGIN_SECURITY).await?;
                let expect = found.as_ref().map_or(Expect::Absent, |found| Expect::Revision(found.revision));
                let stored = found.map(|found| serde_json::from_value(found.value.value)).transpose();
                let mut security: LoginSecurity = stored.map_err(|_| ServiceError::Internal)?.unwrap_or_default();
                let before = security.clone();
                let changed = change(&mut security)?;
                check(&security)?;
                if security == before {
                    return Ok(Settled::Done(security));
                }
                let value = serde_json::to_value(&security).map_err(|_| ServiceError::Internal)?;
                let setting = Setting { name: LOGIN_SECURITY.to_owned(), value };
                let audit =
                    self.audit(self.now(), "login_security.update").on(LOGIN_SECURITY).detail("changed", changed);
                let transaction = Transaction::new(audit).write(Write::put(setting, expect));
                Settled::after(self.service.commit(transaction).await, security)
            })
            .await
    }
}

/// Rules that contradict each other would leave no password to choose.
fn check(security: &LoginSecurity) -> Result<(), ServiceError> {
    let LoginSecurity { min_length, max_length, min_uppercase, min_lowercase, min_digits, min_special, .. } = security;
    if min_length > max_length {
        let why = format!("it is more than passwordMaxTotalCharCount, which is {max_length}");
        return Err(ServiceError::invalid("passwordMinTotalCharCount", why));
    }
    if min_uppercase + min_lowercase + min_digits + min_special > *max_length {
        let why = format!("upper case, lower case, digits and special characters together want more than {max_length}");
        return Err(ServiceError::invalid("passwordMaxTotalCharCount", why));
    }
    Ok(())
}
