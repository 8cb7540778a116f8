//! What a new installation needs before anybody can log in: the account `root`, and a home for local people.

use std::sync::Arc;

use keyward_identity::{DomainName, ManagementUser, ManagementUserId, Namespace, NamespaceName, UserMapping};
use keyward_login::Password;
use keyward_store::{AuditRecord, CommitError, Record, Transaction, Write};

use crate::{Service, ServiceError};

/// The name of the first management user.
pub(crate) const ROOT: &str = "root";

/// The namespace that the people of the built-in directory belong to until an administrator decides otherwise.
const LOCAL_NAMESPACE: &str = "local";

/// Whether this installation is new.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum FirstStart {
    /// `root` was made just now.
    New,
    /// `root` has been there; the password given was ignored.
    Known,
}

impl Service {
    /// Whether `root` exists.
    pub async fn has_root(&self) -> Result<bool, ServiceError> {
        Ok(self.store.management_user(&root()).await?.is_some())
    }

    /// Whether `root` still has the password of the first start.
    pub async fn root_has_first_password(&self) -> Result<bool, ServiceError> {
        let found = self.store.management_user(&root()).await?;
        Ok(found.is_some_and(|found| found.value.password_changed_at == Some(found.value.created_at)))
    }

    /// Makes `root` with this password, and the namespace of the built-in directory, in one transaction.
    pub async fn first_start(self: &Arc<Self>, root_password: &Password) -> Result<FirstStart, ServiceError> {
        if self.has_root().await? {
            return Ok(FirstStart::Known);
        }
        let now = self.clock.now();
        let user = ManagementUser {
            id: root(),
            system_admin: true,
            system_monitor: false,
            security_admin: false,
            is_external_group: false,
            password_hash: Some(self.passwords.hash(root_password).await?),
            locked: false,
            created_at: now,
            password_changed_at: Some(now),
            locked_until: None,
            unlocked_at: None,
            password_past: Default::default(),
        };
        let mut transaction = Transaction::new(AuditRecord::new(now, "keyward", "system.first_start").on(ROOT))
            .write(Write::create(Record::ManagementUser(user)));
        if let Some(namespace) = self.local_namespace() {
            transaction = transaction.write(Write::create(Record::Namespace(namespace)));
        }
        match self.commit(transaction).await {
            Ok(_) => Ok(FirstStart::New),
            Err(CommitError::AlreadyExists(_)) => Ok(FirstStart::Known),
            Err(error) => Err(error.into()),
        }
    }

    fn local_namespace(&self) -> Option<Namespace> {
        let mapping = |domain: &DomainName| UserMapping { domain: domain.clone(), attributes: vec![], groups: vec![] };
        let domains = &self.settings.local_domains;
        let name = NamespaceName::parse(LOCAL_NAMESPACE).expect("the name is well formed");
        let mut namespace = Namespace::new(name, self.clock.now());
        namespace.user_mappings = domains.iter().map(mapping).collect();
        (!domains.is_empty()).then_some(namespace)
    }
}

fn root() -> ManagementUserId {
    ManagementUserId::parse(ROOT).expect("the name is well formed")
}
