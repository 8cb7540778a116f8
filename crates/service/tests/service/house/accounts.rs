//! The accounts of the store for the local login providers, and password hashes that take no time to make.

use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::{Arc, LazyLock};

use argon2::{Algorithm, Argon2, Params, PasswordHasher, Version};
use async_trait::async_trait;
use keyward_ambient::Entropy;
use keyward_identity::{DomainName, ManagementUser, ManagementUserId, ObjectUserId, Person};
use keyward_login::{Password, Provider};
use keyward_login_local::{AccountsUnavailable, LocalAccounts, LocalPeople, ManagementUsers};
use keyward_service::{FirstPassword, Passwords, ServiceError};
use keyward_store::Store;
use keyward_testkit::SeededEntropy;

/// The real hasher, made once: its decoy takes as long as a true hash.
pub(crate) static HASHER: LazyLock<keyward_login_local::Passwords> =
    LazyLock::new(|| keyward_login_local::Passwords::new(&SeededEntropy::new(1)).unwrap());

/// The domain of the built-in directory.
pub(crate) fn local_domain() -> DomainName {
    DomainName::parse("local.test").unwrap()
}

/// The providers of the accounts in `store`.
pub(crate) fn local_providers(store: &Arc<dyn Store>) -> Vec<Arc<dyn Provider>> {
    let accounts = Arc::new(StoredAccounts(Arc::clone(store)));
    vec![
        Arc::new(ManagementUsers::new(accounts.clone(), HASHER.clone())),
        Arc::new(LocalPeople::new(accounts, HASHER.clone())),
    ]
}

struct StoredAccounts(Arc<dyn Store>);

#[async_trait]
impl LocalAccounts for StoredAccounts {
    async fn management_user(&self, id: &ManagementUserId) -> Result<Option<ManagementUser>, AccountsUnavailable> {
        let found = self.0.management_user(id).await.map_err(|error| AccountsUnavailable(Box::new(error)))?;
        Ok(found.map(|found| found.value))
    }

    async fn person(&self, name: &ObjectUserId) -> Result<Option<Person>, AccountsUnavailable> {
        let found = self.0.person(name).await.map_err(|error| AccountsUnavailable(Box::new(error)))?;
        Ok(found.map(|found| found.value))
    }

    async fn is_local_domain(&self, domain: &DomainName) -> Result<bool, AccountsUnavailable> {
        Ok(*domain == local_domain())
    }
}

/// Argon2id with the least memory there is. The hash names its own cost, so the real hasher verifies it.
pub(crate) struct CheapPasswords(pub(crate) Arc<dyn Entropy>);

#[async_trait]
impl Passwords for CheapPasswords {
    async fn hash(&self, password: &Password) -> Result<String, ServiceError> {
        let cheapest = Params::new(Params::MIN_M_COST, 1, 1, None).unwrap();
        let argon2 = Argon2::new(Algorithm::Argon2id, Version::V0x13, cheapest);
        let salt = self.0.array::<16>();
        Ok(argon2.hash_password_with_salt(password.expose().as_bytes(), &salt).unwrap().to_string())
    }

    async fn verify(&self, password: &Password, hash: &str) -> Result<bool, ServiceError> {
        HASHER.verify(password, hash).await.map_err(|_| ServiceError::Internal)
    }
}

/// Counts how often root's first password was to be forgotten.
#[derive(Default)]
pub(crate) struct FirstPasswordNote(AtomicUsize);

impl FirstPasswordNote {
    pub(crate) fn forgotten(&self) -> usize {
        self.0.load(Ordering::SeqCst)
    }
}

#[async_trait]
impl FirstPassword for FirstPasswordNote {
    async fn forget(&self) {
        self.0.fetch_add(1, Ordering::SeqCst);
    }
}
