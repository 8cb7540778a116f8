//! The settings that govern use cases: stored with the data, kept in memory, exchanged as soon as they change.

use std::sync::Arc;

use keyward_identity::{LoginSecurity, NamespaceName, TokenRules};
use keyward_store::{Expect, RecordKey, Revised, Scope, Setting, Write};

use crate::{Service, ServiceError};

/// The setting with the rules about logins and passwords.
pub(crate) const LOGIN_SECURITY: &str = "login.security";

/// The setting with the user scope: a text, `GLOBAL` or `NAMESPACE`.
pub(crate) const USER_SCOPE: &str = "user.scope";

/// Within what object user ids are unique (ECS: *user scope*).
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum UserScope {
    /// Across all namespaces.
    #[default]
    Global,
    /// In each namespace: the same id may be another user in another one.
    Namespace,
}

impl UserScope {
    /// The spelling on the wire, which is that of the store too.
    pub const fn as_str(self) -> &'static str {
        match self {
            UserScope::Global => "GLOBAL",
            UserScope::Namespace => "NAMESPACE",
        }
    }

    /// Reads what [`as_str`](Self::as_str) gives.
    pub fn parse(text: &str) -> Option<Self> {
        [UserScope::Global, UserScope::Namespace].into_iter().find(|scope| scope.as_str() == text)
    }

    /// The first half of the key of a user of `namespace`.
    pub fn of(self, namespace: &NamespaceName) -> Scope {
        match self {
            UserScope::Global => Scope::Global,
            UserScope::Namespace => Scope::Namespace(namespace.clone()),
        }
    }
}

/// All of them, as last read.
#[derive(Debug)]
pub(crate) struct Governing {
    pub(crate) security: LoginSecurity,
    pub(crate) user_scope: UserScope,
    /// What the user scope was read at.
    scope_read_at: Expect,
}

impl Default for Governing {
    fn default() -> Self {
        Self { security: LoginSecurity::default(), user_scope: UserScope::default(), scope_read_at: Expect::Absent }
    }
}

impl Service {
    /// How long sessions last and how many a user may have, as of now.
    pub fn token_rules(&self) -> TokenRules {
        self.governing().security.token_rules()
    }

    /// Within what object user ids are unique, as of now.
    pub fn user_scope(&self) -> UserScope {
        self.governing().user_scope
    }

    pub(crate) fn governing(&self) -> Arc<Governing> {
        self.governing.load_full()
    }

    /// The condition that the user scope is still the one that a new user's key was made with: otherwise a user made
    /// while the scope changes could be found by nobody.
    pub(crate) fn scope_as_it_is(&self) -> Write {
        let key = RecordKey::Setting(USER_SCOPE.to_owned());
        Write::RequireAt { key, expect: self.governing().scope_read_at }
    }

    pub(crate) async fn reload_governing(&self) -> Result<(), ServiceError> {
        let _turn = self.reloading.lock().await;
        let security = match self.store.setting(LOGIN_SECURITY).await? {
            Some(found) => serde_json::from_value(found.value.value).map_err(|_| damaged(LOGIN_SECURITY))?,
            None => LoginSecurity::default(),
        };
        let scope = self.store.setting(USER_SCOPE).await?;
        let read = |found: &Revised<Setting>| found.value.value.as_str().and_then(UserScope::parse);
        let user_scope = match &scope {
            Some(found) => read(found).ok_or_else(|| damaged(USER_SCOPE))?,
            None => UserScope::default(),
        };
        let scope_read_at = scope.map_or(Expect::Absent, |found| Expect::Revision(found.revision));
        self.governing.store(Arc::new(Governing { security, user_scope, scope_read_at }));
        Ok(())
    }
}

fn damaged(name: &str) -> ServiceError {
    tracing::error!(name, "a stored setting does not read back as what was written");
    ServiceError::Internal
}
