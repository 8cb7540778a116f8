//! Password hashing for the service, by the local login's hasher.

use std::sync::Arc;

use async_trait::async_trait;
use keyward_ambient::Entropy;
use keyward_login::Password;
use keyward_login_local::{PasswordError, Passwords};
use keyward_service::ServiceError;

/// Hashes with salts from this entropy.
pub(crate) struct PasswordHashing {
    pub(crate) passwords: Passwords,
    pub(crate) entropy: Arc<dyn Entropy>,
}

#[async_trait]
impl keyward_service::Passwords for PasswordHashing {
    async fn hash(&self, password: &Password) -> Result<String, ServiceError> {
        self.passwords.hash(password, &*self.entropy).await.map_err(failed)
    }

    async fn verify(&self, password: &Password, hash: &str) -> Result<bool, ServiceError> {
        self.passwords.verify(password, hash).await.map_err(failed)
    }
}

fn failed(error: PasswordError) -> ServiceError {
    match error {
        PasswordError::Busy | PasswordError::CutShort => ServiceError::Unavailable { what: "the password check" },
        PasswordError::Hash(cause) => {
            tracing::error!(%cause, "a password could not be hashed");
            ServiceError::Internal
        }
    }
}
