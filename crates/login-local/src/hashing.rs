//! Argon2id: from a password to the text that is stored, and the question whether both belong together.

use argon2::password_hash::phc::PasswordHash;
use argon2::password_hash::{self, PasswordVerifier};
use argon2::{Algorithm, Argon2, Params, PasswordHasher, Version};
use keyward_login::Password;

/// Bytes of random salt in a hash.
pub const SALT_BYTES: usize = 16;

/// 19 MiB, two passes, one lane: the first choice of the OWASP password storage guide for Argon2id. One verification
/// takes a few dozen milliseconds of one core; the memory is what makes guessing on graphics cards expensive.
const MEMORY_KIB: u32 = 19 * 1024;
const PASSES: u32 = 2;
const LANES: u32 = 1;

/// A password could not be hashed, or a stored hash could not be read.
#[derive(Debug, thiserror::Error)]
pub enum HashError {
    /// Argon2 refused the password or the salt.
    #[error("the password could not be hashed")]
    Hashing(#[source] password_hash::Error),
    /// What is stored is no PHC string.
    #[error("a stored password hash is damaged")]
    DamagedHash(#[source] password_hash::phc::Error),
    /// What is stored is a PHC string that holds parameters only.
    #[error("a stored password hash lacks its salt or its value")]
    IncompleteHash,
    /// What is stored names an algorithm or parameters that cannot be computed.
    #[error("a stored password hash could not be computed again")]
    Verifying(#[source] password_hash::Error),
}

/// The hash of `password` as a PHC string, `$argon2id$v=19$m=19456,t=2,p=1$<salt>$<hash>`. Takes tens of milliseconds
/// of CPU: on an async thread use [`Passwords::hash`](crate::Passwords::hash).
pub fn hash_password(password: &Password, salt: &[u8; SALT_BYTES]) -> Result<String, HashError> {
    let hash = argon2id().hash_password_with_salt(password.expose().as_bytes(), salt).map_err(HashError::Hashing)?;
    Ok(hash.to_string())
}

/// Whether `password` belongs to the PHC string `stored`, under the parameters that `stored` names. Compares in
/// constant time.
pub(crate) fn verify_password(password: &Password, stored: &str) -> Result<bool, HashError> {
    let stored = PasswordHash::new(stored).map_err(HashError::DamagedHash)?;
    if stored.salt.is_none() || stored.hash.is_none() {
        return Err(HashError::IncompleteHash);
    }
    match argon2id().verify_password(password.expose().as_bytes(), &stored) {
        Ok(()) => Ok(true),
        Err(password_hash::Error::PasswordInvalid) => Ok(false),
        Err(error) => Err(HashError::Verifying(error)),
    }
}

fn argon2id() -> Argon2<'static> {
    let params = Params::new(MEMORY_KIB, PASSES, LANES, None).expect("the constants above are within Argon2's limits");
    Argon2::new(Algorithm::Argon2id, Version::V0x13, params)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_hash_names_its_parameters_and_accepts_its_password_alone() {
        let stored = hash_password(&Password::from("correct horse"), &[7; SALT_BYTES]).unwrap();
        assert!(stored.starts_with("$argon2id$v=19$m=19456,t=2,p=1$BwcHBwcHBwcHBwcHBwcHBw$"), "{stored}");
        assert!(verify_password(&Password::from("correct horse"), &stored).unwrap());
        assert!(!verify_password(&Password::from("correct horse "), &stored).unwrap());
    }

    #[test]
    fn a_hash_made_with_other_parameters_is_still_verified() {
        let params = Params::new(4096, 3, 1, None).unwrap();
        let older = Argon2::new(Algorithm::Argon2id, Version::V0x13, params);
        let stored = older.hash_password_with_salt(b"password", b"somesaltsomesalt").unwrap().to_string();
        assert!(verify_password(&Password::from("password"), &stored).unwrap());
        assert!(!verify_password(&Password::from("passwort"), &stored).unwrap());
    }

    #[test]
    fn a_damaged_hash_is_an_error_and_no_wrong_password() {
        for damaged in
            ["", "plain", "$argon2id$v=19$m=19456,t=2,p=1$BwcHBwcHBwcHBwcHBwcHBw", "$scrypt$ln=1$c2FsdA$aGFzaA"]
        {
            assert!(verify_password(&Password::from("x"), damaged).is_err(), "{damaged:?} was taken for a hash");
        }
    }
}
