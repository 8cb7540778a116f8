//! A cached credential: whose access key id it is, and the secrets that may verify under it.

use std::hash::{Hash, Hasher};
use std::net::IpAddr;
use std::sync::Arc;

use keyward_ambient::Timestamp;
use keyward_identity::{NamespaceName, ObjectUserId, UniqueId, UserRef};
use keyward_keyring::{KeyRing, Secret, SecretId};
use keyward_signature::{CandidateSecret, SigningKeys};
use quick_cache::Equivalent;

use crate::record_cache::ToOwnedKey;
use crate::usage::Counters;
use crate::{RecordCache, UsageQueue};

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

/// A [`CredentialKey`] whose access key id is as it arrived: good for looking at what is in memory, which is under the
/// one spelling that users are stored in. An id in another spelling is to be parsed and looked for.
#[derive(Clone, Copy, Debug, Hash)]
pub struct ClaimedRef<'a> {
    /// As in [`CredentialKey`].
    pub scope: Option<&'a NamespaceName>,
    /// What a request claims.
    pub access_key_id: &'a str,
}

impl Equivalent<CredentialKey> for ClaimedRef<'_> {
    fn equivalent(&self, key: &CredentialKey) -> bool {
        self.access_key_id == key.access_key_id.as_str() && self.scope == key.scope.as_ref()
    }
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
    /// The user's internal id.
    pub unique_id: Option<UniqueId>,
    /// The internal id of the namespace.
    pub namespace_id: Option<UniqueId>,
    /// Whether an administrator locked the user.
    pub locked: bool,
    key: CredentialKey,
    secrets: Vec<LiveSecret>,
}

/// One secret of a credential, with the signing keys that were derived from it.
#[derive(Debug)]
pub struct LiveSecret {
    secret: Secret,
    signing_keys: SigningKeys,
    counters: Arc<Counters>,
}

impl Credential {
    /// The credential that is found under `key`: of `user`, who has this key ring.
    pub fn new(
        key: &CredentialKey,
        user: UserRef,
        namespace_id: Option<UniqueId>,
        locked: bool,
        ring: &KeyRing,
    ) -> Self {
        let live = |secret: &Secret| LiveSecret {
            secret: secret.clone(),
            signing_keys: SigningKeys::default(),
            counters: Arc::new(Counters::new(key.clone(), secret.id)),
        };
        let secrets = ring.secrets().iter().map(live).collect();
        let UserRef { namespace, id, unique_id } = user;
        Self { user: id, namespace, unique_id, namespace_id, locked, key: key.clone(), secrets }
    }

    /// What the credential is found under.
    pub fn key(&self) -> &CredentialKey {
        &self.key
    }

    /// Whether it has this secret, live or past its end.
    pub(crate) fn holds(&self, secret: SecretId) -> bool {
        self.secrets.iter().any(|held| held.secret.id == secret)
    }

    /// When this secret ends, if it does.
    pub(crate) fn end_of(&self, secret: SecretId) -> Option<Timestamp> {
        self.secrets.iter().find(|held| held.secret.id == secret).and_then(|held| held.secret.expires_at)
    }

    /// The user as grants name it.
    pub fn reference(&self) -> UserRef {
        UserRef { namespace: self.namespace.clone(), id: self.user.clone(), unique_id: self.unique_id }
    }

    /// The secrets that verify at `now`, the older first: what expired since the credential was read is left out.
    pub fn live(&self, now: Timestamp) -> &[LiveSecret] {
        // Of two secrets, those that are live are always neighbours.
        const { assert!(KeyRing::SLOTS == 2) };
        let is_live = |live: &LiveSecret| live.secret.is_live(now);
        let first = self.secrets.iter().position(is_live).unwrap_or(self.secrets.len());
        let end = self.secrets.iter().rposition(is_live).map_or(first, |last| last + 1);
        &self.secrets[first..end]
    }
}

impl LiveSecret {
    /// The secret's public name.
    pub fn secret_id(&self) -> SecretId {
        self.secret.id
    }

    /// Counts a request that this secret signed; waits for nothing. `agent` is the request's `User-Agent`.
    pub fn note_use(&self, queue: &UsageQueue, now: Timestamp, address: Option<IpAddr>, agent: Option<&[u8]>) {
        queue.note(&self.counters, now, address, agent);
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
        let access_key_id = ObjectUserId::parse("alice").expect("a name");
        let key = CredentialKey { scope: None, access_key_id: access_key_id.clone() };
        let namespace = NamespaceName::parse("ns1").expect("a name");
        let user = UserRef { namespace, id: access_key_id, unique_id: None };
        let credential = Credential::new(&key, user, None, false, &ring);

        clock.advance(Duration::from_millis(59_999));
        assert_eq!(credential.live(clock.now()).len(), 1);
        clock.advance(Duration::from_millis(1));
        assert_eq!(credential.live(clock.now()).len(), 0);
    }

    #[test]
    fn an_id_as_it_arrived_finds_the_record_of_its_spelling() {
        let cache = quick_cache::sync::Cache::<CredentialKey, ()>::new(10);
        for scope in [None, Some(NamespaceName::parse("ns1").expect("a name"))] {
            let access_key_id = ObjectUserId::parse("alice@corp.example").expect("a name");
            cache.insert(CredentialKey { scope: scope.clone(), access_key_id }, ());
            let found = |access_key_id| cache.get(&ClaimedRef { scope: scope.as_ref(), access_key_id }).is_some();
            assert!(found("alice@corp.example") && !found("Alice@corp.example") && !found("bob"));
        }
    }
}
