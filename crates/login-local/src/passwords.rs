//! Makes and verifies password hashes off the async threads, a few at a time.

use std::fmt;
use std::net::IpAddr;
use std::sync::Arc;

use async_trait::async_trait;
use keyward_ambient::Entropy;
use keyward_login::{Credentials, Decoy, Password};
use tokio::sync::oneshot;

use crate::hashing::{HashError, SALT_BYTES, hash_password, verify_password};
use crate::workers::{Bounds, Place, Workers};

/// Computations at once. Each holds 19 MiB and a core; logins must not starve S3 requests of either.
const AT_ONCE: usize = 2;

/// Computations waiting for their turn. A flood from one place is turned away beyond a second's worth of work, and
/// holds up nobody else; from everywhere, beyond half a minute's.
const QUEUED: Bounds = Bounds { of_one_place: 32, altogether: 1024 };

/// A password could not be hashed or verified.
#[derive(Debug, thiserror::Error)]
pub enum PasswordError {
    /// The queue of the caller's place is full; it clears within seconds.
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
    workers: Arc<Workers>,
    /// The hash of a password that nobody knows.
    decoy: Arc<str>,
}

impl Passwords {
    /// Draws the decoy's password and salt from `entropy` and hashes it, which takes tens of milliseconds.
    pub fn new(entropy: &dyn Entropy) -> Result<Self, HashError> {
        let unknown: String = entropy.array::<32>().iter().map(|byte| format!("{byte:02x}")).collect();
        let decoy = hash_password(&Password::new(unknown), &entropy.array::<SALT_BYTES>())?;
        Ok(Self { workers: Arc::new(Workers::start(AT_ONCE, QUEUED)), decoy: decoy.into() })
    }

    /// The PHC string to store for `password`, with a salt drawn from `entropy`.
    pub async fn hash(&self, password: &Password, entropy: &dyn Entropy) -> Result<String, PasswordError> {
        let (password, salt) = (password.clone(), entropy.array::<SALT_BYTES>());
        self.compute(None, move || hash_password(&password, &salt)).await
    }

    /// Whether `password` belongs to the PHC string `stored`.
    pub async fn verify(&self, password: &Password, stored: &str) -> Result<bool, PasswordError> {
        self.verify_from(None, password, stored).await
    }

    /// The same for somebody at this address: those of one address wait for each other, and nobody waits for them.
    pub async fn verify_from(
        &self,
        from: Option<IpAddr>,
        password: &Password,
        stored: &str,
    ) -> Result<bool, PasswordError> {
        let (password, stored) = (password.clone(), stored.to_owned());
        self.compute(from, move || verify_password(&password, &stored)).await
    }

    /// Verifies `password` against the decoy: always false, at the cost of a true verification.
    pub(crate) async fn verify_decoy(&self, credentials: &Credentials) -> Result<bool, PasswordError> {
        self.verify_from(credentials.from, &credentials.password, &self.decoy).await.map(|_| false)
    }

    async fn compute<T: Send + 'static>(
        &self,
        from: Place,
        computation: impl FnOnce() -> Result<T, HashError> + Send + 'static,
    ) -> Result<T, PasswordError> {
        let (answer, answered) = oneshot::channel();
        let job = move || {
            // A caller who went away while waiting costs nothing.
            if !answer.is_closed() {
                let _ = answer.send(computation());
            }
        };
        self.workers.run(from, job).map_err(|_| PasswordError::Busy)?;
        Ok(answered.await.map_err(|_| PasswordError::CutShort)??)
    }
}

#[async_trait]
impl Decoy for Passwords {
    async fn verify_nothing(&self, credentials: &Credentials) {
        // There is nothing to find out, so an overload loses nothing but time.
        let _ = self.verify_decoy(credentials).await;
    }
}

impl fmt::Debug for Passwords {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Passwords").field("waiting", &self.workers.waiting()).finish_non_exhaustive()
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
        let name = keyward_login::LoginName::parse("nobody").unwrap();
        let credentials = Credentials { name, password: Password::from("x"), from: None };
        assert!(!passwords.verify_decoy(&credentials).await.unwrap());
    }

    #[tokio::test]
    async fn a_flood_from_one_address_is_turned_away_and_others_are_not() {
        let passwords = Passwords::new(&SeededEntropy::new(1)).unwrap();
        let flooding = Some(IpAddr::from([192, 0, 2, 1]));
        // Both threads are kept busy until the end of the test, and have begun: a job that is taken later would leave a
        // place in the full line.
        let (begun, begins) = std::sync::mpsc::channel();
        let mut releases = Vec::new();
        for _ in 0..AT_ONCE {
            let (release, wait) = std::sync::mpsc::channel::<()>();
            let begun = begun.clone();
            let hold = move || {
                let _ = begun.send(());
                let _ = wait.recv();
            };
            passwords.workers.run(flooding, hold).unwrap();
            releases.push(release);
        }
        (0..AT_ONCE).for_each(|_| begins.recv().unwrap());
        while passwords.workers.run(flooding, || {}).is_ok() {}
        let refused = passwords.verify_from(flooding, &Password::from("x"), "").await;
        assert!(matches!(refused, Err(PasswordError::Busy)));
        let (password, stored) = (Password::from("x"), passwords.decoy.clone());
        let other = passwords.verify_from(Some(IpAddr::from([192, 0, 2, 2])), &password, &stored);
        drop(releases);
        assert!(!other.await.unwrap());
    }
}
