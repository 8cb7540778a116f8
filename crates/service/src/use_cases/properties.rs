//! System-wide properties of object users (ECS: *Object properties*).

use keyward_store::{CommitError, Contents, Expect, Setting, Transaction, Write};

use crate::commit::Settled;
use crate::governing::USER_SCOPE;
use crate::{Caller, ServiceError, UserScope};

impl Caller {
    /// Within what object user ids are unique.
    pub fn user_scope(&self) -> Result<UserScope, ServiceError> {
        self.principal.may_read_properties()?;
        Ok(self.service.user_scope())
    }

    /// Chooses within what object user ids are unique: possible until the first object user is made.
    pub async fn choose_user_scope(&self, scope: &str) -> Result<(), ServiceError> {
        self.principal.may_manage_properties()?;
        let refused = |why: &str| ServiceError::Refused { why: format!("Unable to set User Scope to {scope}; {why}") };
        let chosen = UserScope::parse(scope).ok_or_else(|| refused("send GLOBAL or NAMESPACE"))?;
        let service = &self.service;
        service
            .until_settled(|| async {
                let found = service.store.setting(USER_SCOPE).await?;
                let before = found.as_ref().and_then(|found| UserScope::parse(found.value.value.as_str()?));
                if before.unwrap_or_default() == chosen {
                    return Ok(Settled::Done(()));
                }
                let expect = found.map_or(Expect::Absent, |found| Expect::Revision(found.revision));
                let setting = Setting { name: USER_SCOPE.to_owned(), value: chosen.as_str().into() };
                let audit = self.audit(self.now(), "user_scope.update").on(USER_SCOPE).detail("scope", chosen.as_str());
                let transaction = Transaction::new(audit)
                    .write(Write::RequireEmpty(Contents::AllObjectUsers))
                    .write(Write::put(setting, expect));
                match service.commit(transaction).await {
                    Err(CommitError::NotEmpty(_)) => {
                        Err(refused("there are object users already, and the scope is chosen before the first of them"))
                    }
                    result => Settled::after(result, ()),
                }
            })
            .await?;
        // What is kept of ids that nobody has was found under other keys.
        service.credentials.forget_all();
        Ok(())
    }
}
