//! A cached credential: whose access key id it is, and the secrets that may verify under it.

use std::hash::{Hash, Hasher};
use std::sync::Arc;

use keyward_ambient::Timestamp;
use keyward_identity::{NamespaceName, ObjectUserId};
use keyward_keyring::{KeyRing, Secret, SecretId};
use keyward_signature::{CandidateSecret, SigningKeys};
use quick_cache::Equivalent;

use crate::RecordCache;
use crate::record_cache::ToOwnedKey;

/// The credentials that the S3 path knows.
pub type CredentialCache = RecordCache<CredentialKey, Arc<Credential>>;

/// Names a credential: an access key id within a user scope.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct CredentialKey {
    /// The namespace in NAMESPACE user scope; `None` in GLOBAL scope.
    pub scope: Option<NamespaceName>,
    /// The access key id, in the form in which users are stored.
    pub access_key_id: ObjectUserId,
}

/// A [`CredentialKey`] borrowed from a request.
#[derive(Clone, Copy, Debug)]
pub struct CredentialRef<'a> {
    /// As in [`CredentialKey`].
    pub scope: Option<&'a NamespaceName>,
    /// As in [`CredentialKey`].
    pub access_key_id: &'a ObjectUserId,
}

impl Hash for CredentialKey {
    fn hash<H: Hasher>(&self, state: &mut H) {
        CredentialRef { scope: self.scope.as_ref(), access_key_id: &self.access_key_id }.hash(state);
    }
}

impl Hash for CredentialRef<'_> {
    fn hash<H: Hasher>(&self, state: &mut H) {
        self.scope.hash(state);
        self.access_key_id.hash(state);
    }
}

impl Equivalent<CredentialKey> for CredentialRef<'_> {
    fn equivalent(&self, key: &CredentialKey) -> bool {
        self.access_key_id == &key.access_key_id && self.scope == key.scope.as_ref()
    }
}

impl ToOwnedKey<CredentialKey> for CredentialRef<'_> {
    fn to_owned_key(&self) -> CredentialKey {
        CredentialKey { scope: self.scope.cloned(), access_key_id: self.access_key_id.clone() }
    }
}

/// An object user as the S3 path sees it. Never changed: a change makes a new one.
#[derive(Debug)]
pub struct Credential {
    /// The object user, whose id is the access key id.
    pub user: ObjectUserId,
    /// The user's namespace.
    pub namespace: NamespaceName,
    /// Whether an administrator locked the user.
    pub locked: bool,
    secrets: Vec<LiveSecret>,
}

/// One secret of a credential, with the signing keys that were derived from it.
#[derive(Debug)]
pub struct LiveSecret {
    secret: Secret,
    signing_keys: SigningKeys,
}

impl Credential {
    /// The credential of a user with this key ring.
    pub fn new(user: ObjectUserId, namespace: NamespaceName, locked: bool, ring: &KeyRing) -> Self {
        let secrets = ring
            .secrets()
            .iter()
            .map(|secret| LiveSecret { secret: secret.clone(), signing_keys: SigningKeys::default() })
            .collect();
        Self { user, namespace, locked, secrets }
    }

    /// The secrets that verify at `now`, the older first: what expired since the credential was read is left out.
    pub fn live(&self, now: Timestamp) -> impl Iterator<Item = &LiveSecret> {
        self.secrets.iter().filter(move |live| live.secret.is_live(now))
    }
}

impl LiveSecret {
    /// The secret's public name.
    pub fn secret_id(&self) -> SecretId {
        self.secret.id
    }
}

impl CandidateSecret for LiveSecret {
    fn id(&self) -> [u8; 16] {
        self.secret.id.first_half()
    }

    fn secret(&self) -> &[u8] {
        self.secret.key.expose().as_bytes()
    }

    fn signing_keys(&self) -> &SigningKeys {
        &self.signing_keys
    }
}

#[cfg(test)]
mod tests {
    use std::time::Duration;

    use keyward_ambient::Clock;
    use keyward_keyring::SecretKey;
    use keyward_testkit::FrozenClock;

    use super::*;

    #[test]
    fn a_secret_is_left_out_from_the_moment_its_grace_ends() {
        let clock = FrozenClock::default();
        let end = clock.now().plus(Duration::from_secs(60));
        let secret = Secret {
            id: SecretId::from_bytes([1; 32]),
            key: SecretKey::generate([2; 30]),
            created_at: clock.now(),
            expires_at: Some(end),
            made_by: "root".to_owned(),
            made_from: None,
            label: String::new(),
        };
        let ring = KeyRing::from_secrets(vec![secret]).expect("a ring");
        let name = |text| ObjectUserId::parse(text).expect("a name");
        let credential = Credential::new(name("alice"), NamespaceName::parse("ns1").expect("a name"), false, &ring);

        clock.advance(Duration::from_millis(59_999));
        assert_eq!(credential.live(clock.now()).count(), 1);
        clock.advance(Duration::from_millis(1));
        assert_eq!(credential.live(clock.now()).count(), 0);
    }
}
