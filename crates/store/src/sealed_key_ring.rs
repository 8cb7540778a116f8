//! A key ring as it lies in the store: every secret key sealed, the rest readable.

use std::net::IpAddr;

use keyward_ambient::Timestamp;
use keyward_identity::ObjectUserId;
use keyward_keyring::{KeyRing, RingError, Secret, SecretId, SecretKey, SecretKeyError};
use serde::{Deserialize, Serialize};
use thiserror::Error;

use crate::{Scope, SealError, Sealed, Sealer, seal_context};

/// The secrets of one access key id, sealed, the older first.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct SealedKeyRing {
    /// At most [`KeyRing::SLOTS`], expired ones included until the next change drops them or they are erased.
    pub secrets: Vec<SealedSecret>,
}

/// One secret with its key sealed; the fields are those of [`Secret`].
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct SealedSecret {
    /// The secret's public name.
    pub id: SecretId,
    /// When it was issued.
    pub created_at: Timestamp,
    /// The first moment at which it is no longer accepted.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub expires_at: Option<Timestamp>,
    /// Who issued it.
    pub made_by: String,
    /// Where the issuing request came from.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub made_from: Option<IpAddr>,
    /// What its owner calls it.
    #[serde(default, skip_serializing_if = "String::is_empty")]
    pub label: String,
    /// The secret key, sealed for this owner and this secret id.
    pub sealed: Sealed,
}

/// Why a stored key ring could not be opened.
#[derive(Clone, Debug, PartialEq, Eq, Error)]
pub enum OpenRingError {
    /// A secret did not open.
    #[error("secret {id} of {owner} could not be opened")]
    Secret {
        /// Which secret.
        id: SecretId,
        /// Whose.
        owner: ObjectUserId,
        /// Why.
        #[source]
        source: SealError,
    },
    /// A secret opened to something that is no secret key.
    #[error("secret {id} of {owner} holds no valid secret key")]
    NoSecretKey {
        /// Which secret.
        id: SecretId,
        /// Whose.
        owner: ObjectUserId,
        /// What a secret key would be; `None` when the bytes are not even text.
        #[source]
        source: Option<SecretKeyError>,
    },
    /// The secrets cannot be one ring.
    #[error("the stored secrets of {owner} are no key ring")]
    NoRing {
        /// Whose.
        owner: ObjectUserId,
        /// Why.
        #[source]
        source: RingError,
    },
}

impl SealedKeyRing {
    /// Seals every secret of `ring` for the user `owner` of `scope`.
    pub fn seal(
        ring: &KeyRing,
        scope: &Scope,
        owner: &ObjectUserId,
        sealer: &dyn Sealer,
    ) -> Result<SealedKeyRing, SealError> {
        let secrets = ring.secrets().iter().map(|secret| SealedSecret::seal(secret, scope, owner, sealer));
        Ok(SealedKeyRing { secrets: secrets.collect::<Result<_, _>>()? })
    }

    /// The same ring with every secret sealed under the current key; `None` when each is already.
    pub fn rewrap(&self, sealer: &dyn Sealer) -> Result<Option<SealedKeyRing>, SealError> {
        let (mut ring, mut changed) = (self.clone(), false);
        for secret in &mut ring.secrets {
            if let Some(sealed) = sealer.rewrap(&secret.sealed)? {
                (secret.sealed, changed) = (sealed, true);
            }
        }
        Ok(changed.then_some(ring))
    }

    /// The same ring without the secrets that have ended by `now`, and those; `None` when there are none.
    pub fn without_ended(&self, now: Timestamp) -> Option<(SealedKeyRing, Vec<SealedSecret>)> {
        let has_ended = |secret: &SealedSecret| secret.expires_at.is_some_and(|end| end <= now);
        if !self.secrets.iter().any(has_ended) {
            return None;
        }
        let (ended, secrets) = self.secrets.iter().cloned().partition(has_ended);
        Some((SealedKeyRing { secrets }, ended))
    }

    /// Gives back the ring that was sealed for this user of this scope.
    pub fn open(&self, scope: &Scope, owner: &ObjectUserId, sealer: &dyn Sealer) -> Result<KeyRing, OpenRingError> {
        let secrets = self.secrets.iter().map(|secret| secret.open(scope, owner, sealer));
        KeyRing::from_secrets(secrets.collect::<Result<_, _>>()?)
            .map_err(|source| OpenRingError::NoRing { owner: owner.clone(), source })
    }
}

impl SealedSecret {
    fn seal(secret: &Secret, scope: &Scope, owner: &ObjectUserId, sealer: &dyn Sealer) -> Result<Self, SealError> {
        Ok(SealedSecret {
            id: secret.id,
            created_at: secret.created_at,
            expires_at: secret.expires_at,
            made_by: secret.made_by.clone(),
            made_from: secret.made_from,
            label: secret.label.clone(),
            sealed: sealer.seal(&context(scope, owner, secret.id), secret.key.expose().as_bytes())?,
        })
    }

    fn open(&self, scope: &Scope, owner: &ObjectUserId, sealer: &dyn Sealer) -> Result<Secret, OpenRingError> {
        let clear = sealer
            .open(&context(scope, owner, self.id), &self.sealed)
            .map_err(|source| OpenRingError::Secret { id: self.id, owner: owner.clone(), source })?;
        let no_key = |source| OpenRingError::NoSecretKey { id: self.id, owner: owner.clone(), source };
        let text = std::str::from_utf8(&clear).map_err(|_| no_key(None))?;
        Ok(Secret {
            id: self.id,
            key: SecretKey::parse(text).map_err(|error| no_key(Some(error)))?,
            created_at: self.created_at,
            expires_at: self.expires_at,
            made_by: self.made_by.clone(),
            made_from: self.made_from,
            label: self.label.clone(),
        })
    }
}

/// Binds a secret to its owner and its own id: a sealed key copied to another user, or over another secret of the
/// same user, does not open.
fn context(scope: &Scope, owner: &ObjectUserId, id: SecretId) -> Vec<u8> {
    seal_context(&[b"keyward secret key 1", scope.as_str().as_bytes(), owner.as_str().as_bytes(), id.as_bytes()])
}

#[cfg(test)]
mod tests {
    use zeroize::Zeroizing;

    use super::*;

    /// Lets nothing through that was sealed with another context; hides nothing.
    struct GlassSealer;

    impl Sealer for GlassSealer {
        fn seal(&self, context: &[u8], clear: &[u8]) -> Result<Sealed, SealError> {
            Ok(Sealed::from_bytes([context, clear].concat()))
        }

        fn open(&self, context: &[u8], sealed: &Sealed) -> Result<Zeroizing<Vec<u8>>, SealError> {
            let clear = sealed.as_bytes().strip_prefix(context).ok_or(SealError::NotAuthentic)?;
            Ok(Zeroizing::new(clear.to_vec()))
        }
    }

    fn user(name: &str) -> ObjectUserId {
        ObjectUserId::parse(name).expect("an object user id")
    }

    fn secret(id: u8, key: &str) -> Secret {
        Secret {
            id: SecretId::from_bytes([id; 32]),
            key: SecretKey::parse(key).expect("a secret key"),
            created_at: Timestamp::from_seconds(i64::from(id)),
            expires_at: (id == 1).then_some(Timestamp::from_seconds(900)),
            made_by: "dana".to_owned(),
            made_from: Some([10, 0, 0, 7].into()),
            label: "backup job".to_owned(),
        }
    }

    fn two_secrets() -> KeyRing {
        KeyRing::from_secrets(vec![secret(1, "older-key"), secret(2, "newer-key")]).expect("a ring")
    }

    #[test]
    fn a_ring_opens_to_what_was_sealed_even_after_serialisation() {
        let sealed = SealedKeyRing::seal(&two_secrets(), &Scope::Global, &user("dana"), &GlassSealer).expect("seals");
        let text = serde_json::to_string(&sealed).expect("serialises");
        let back: SealedKeyRing = serde_json::from_str(&text).expect("reads back");
        assert_eq!(back.open(&Scope::Global, &user("dana"), &GlassSealer), Ok(two_secrets()));
    }

    #[test]
    fn a_secret_has_ended_from_its_end_on() {
        let sealed = SealedKeyRing::seal(&two_secrets(), &Scope::Global, &user("dana"), &GlassSealer).expect("seals");
        assert_eq!(sealed.without_ended(Timestamp::from_millis(899_999)), None);
        let (kept, ended) = sealed.without_ended(Timestamp::from_seconds(900)).expect("one has ended");
        let ids = |secrets: &[SealedSecret]| secrets.iter().map(|secret| secret.id).collect::<Vec<_>>();
        assert_eq!((ids(&kept.secrets), ids(&ended)), (vec![secret(2, "x").id], vec![secret(1, "x").id]));
        let rest = kept.open(&Scope::Global, &user("dana"), &GlassSealer).expect("opens");
        assert_eq!(rest.secrets(), &two_secrets().secrets()[1..]);
        assert_eq!(kept.without_ended(Timestamp::MAX), None, "a secret without an end never ends");
    }

    #[test]
    fn a_secret_cannot_be_moved_to_another_user_or_scope() {
        let sealed = SealedKeyRing::seal(&two_secrets(), &Scope::Global, &user("dana"), &GlassSealer).expect("seals");
        let sales = Scope::parse("sales").expect("a namespace");
        for (scope, owner) in [(&Scope::Global, "eve"), (&sales, "dana")] {
            let opened = sealed.open(scope, &user(owner), &GlassSealer);
            assert!(matches!(opened, Err(OpenRingError::Secret { source: SealError::NotAuthentic, .. })), "{opened:?}");
        }
    }

    #[test]
    fn two_secrets_of_one_user_cannot_be_exchanged() {
        let mut sealed =
            SealedKeyRing::seal(&two_secrets(), &Scope::Global, &user("dana"), &GlassSealer).expect("seals");
        let older = sealed.secrets[0].sealed.clone();
        sealed.secrets[0].sealed = std::mem::replace(&mut sealed.secrets[1].sealed, older);
        assert!(sealed.open(&Scope::Global, &user("dana"), &GlassSealer).is_err());
    }

    #[test]
    fn errors_name_the_secret_and_its_owner_and_nothing_of_the_key() {
        let mut sealed =
            SealedKeyRing::seal(&two_secrets(), &Scope::Global, &user("dana"), &GlassSealer).expect("seals");
        let bad = [context(&Scope::Global, &user("dana"), sealed.secrets[0].id), b"has a blank".to_vec()].concat();
        sealed.secrets[0].sealed = Sealed::from_bytes(bad);
        let error = sealed.open(&Scope::Global, &user("dana"), &GlassSealer).expect_err("no secret key");
        assert_eq!(error.to_string(), format!("secret {} of dana holds no valid secret key", "01".repeat(32)));
        assert!(!format!("{error:?}").contains("blank"));
    }
}
