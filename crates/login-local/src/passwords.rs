//! Makes and verifies password hashes off the async threads, a few at a time.

use std::fmt;
use std::sync::Arc;

use async_trait::async_trait;
use keyward_ambient::Entropy;
use keyward_login::{Decoy, Password};
use tokio::sync::{Semaphore, oneshot};

use crate::hashing::{HashError, SALT_BYTES, hash_password, verify_password};
use crate::workers::Workers;

/// Computations at once. Each holds 19 MiB and a core; logins must not starve S3 requests of either.
const AT_ONCE: usize = 2;

/// Computations waiting for their turn. A flood beyond it is turned away instead of being queued for minutes.
const QUEUED: usize = 64;

/// A password could not be hashed or verified.
#[derive(Debug, thiserror::Error)]
pub enum PasswordError {
    /// The queue is full; it clears within seconds.
    #[error("too many logins are waiting for their password to be verified")]
    Busy,
    /// The process is shutting down, or the computation panicked.
    #[error("the password computation was cut short")]
    CutShort,
    /// The computation itself failed.
    #[error(transparent)]
    Hash(#[from] HashError),
}

/// The password hasher that all local logins share. Clones share its bounds.
#[derive(Clone)]
pub struct Passwords {
    queue: Arc<Semaphore>,
    workers: Workers,
    /// The hash of a password that nobody knows.
    decoy: Arc<str>,
}

impl Passwords {
    /// Draws the decoy's password and salt from `entropy` and hashes it, which takes tens of milliseconds.
    pub fn new(entropy: &dyn Entropy) -> Result<Self, HashError> {
        let unknown: String = entropy.array::<32>().iter().map(|byte| format!("{byte:02x}")).collect();
        let decoy = hash_password(&Password::new(unknown), &entropy.array::<SALT_BYTES>())?;
        Ok(Self { queue: Arc::new(Semaphore::new(QUEUED)), workers: Workers::start(AT_ONCE), decoy: decoy.into() })
    }

    /// The PHC string to store for `password`, with a salt drawn from `entropy`.
    pub async fn hash(&self, password: &Password, entropy: &dyn Entropy) -> Result<String, PasswordError> {
        let (password, salt) = (password.clone(), entropy.array::<SALT_BYTES>());
        self.compute(move || hash_password(&password, &salt)).await
    }

    /// Whether `password` belongs to the PHC string `stored`.
    pub async fn verify(&self, password: &Password, stored: &str) -> Result<bool, PasswordError> {
        let (password, stored) = (password.clone(), stored.to_owned());
        self.compute(move || verify_password(&password, &stored)).await
    }

    /// Verifies `password` against the decoy: always false, at the cost of a true verification.
    pub(crate) async fn verify_decoy(&self, password: &Password) -> Result<bool, PasswordError> {
        self.verify(password, &self.decoy).await.map(|_| false)
    }

    async fn compute<T: Send + 'static>(
        &self,
        computation: impl FnOnce() -> Result<T, HashError> + Send + 'static,
    ) -> Result<T, PasswordError> {
        let place = self.queue.clone().try_acquire_owned().map_err(|_| PasswordError::Busy)?;
        let (answer, answered) = oneshot::channel();
        self.workers.run(move || {
            // Held until the computation ends, even when its caller has gone away.
            let _place = place;
            // Nobody may be waiting any more.
            let _ = answer.send(computation());
        });
        Ok(answered.await.map_err(|_| PasswordError::CutShort)??)
    }
}

#[async_trait]
impl Decoy for Passwords {
    async fn verify_nothing(&self, password: &Password) {
        // There is nothing to find out, so an overload loses nothing but time.
        let _ = self.verify_decoy(password).await;
    }
}

impl fmt::Debug for Passwords {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Passwords").field("places", &self.queue.available_permits()).finish_non_exhaustive()
    }
}

#[cfg(test)]
mod tests {
    use keyward_testkit::SeededEntropy;

    use super::*;

    #[tokio::test]
    async fn a_password_is_accepted_under_its_own_hash() {
        let entropy = SeededEntropy::new(1);
        let passwords = Passwords::new(&entropy).unwrap();
        let stored = passwords.hash(&Password::from("correct horse"), &entropy).await.unwrap();
        assert!(passwords.verify(&Password::from("correct horse"), &stored).await.unwrap());
        assert!(!passwords.verify(&Password::from("battery staple"), &stored).await.unwrap());
    }

    #[tokio::test]
    async fn the_same_password_is_hashed_with_another_salt_each_time() {
        let entropy = SeededEntropy::new(1);
        let passwords = Passwords::new(&entropy).unwrap();
        let password = Password::from("correct horse");
        assert_ne!(
            passwords.hash(&password, &entropy).await.unwrap(),
            passwords.hash(&password, &entropy).await.unwrap()
        );
    }

    #[tokio::test]
    async fn the_decoy_costs_what_a_stored_hash_costs_and_accepts_nothing() {
        let passwords = Passwords::new(&SeededEntropy::new(1)).unwrap();
        assert!(passwords.decoy.starts_with("$argon2id$v=19$m=19456,t=2,p=1$"));
        assert!(!passwords.verify_decoy(&Password::from("x")).await.unwrap());
    }

    #[tokio::test]
    async fn a_flood_of_logins_is_turned_away_as_busy() {
        let passwords = Passwords::new(&SeededEntropy::new(1)).unwrap();
        let _flood = passwords.queue.acquire_many(u32::try_from(QUEUED).unwrap()).await.unwrap();
        let refused = passwords.verify(&Password::from("x"), "").await;
        assert!(matches!(refused, Err(PasswordError::Busy)));
    }
}
