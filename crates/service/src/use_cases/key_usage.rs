//! Which secrets are in use: so that whoever rotates a key sees whether the old one still is.

use keyward_credential_cache::Uses;
use keyward_identity::ObjectUser;
use keyward_keyring::Secret;
use keyward_store::{Scope, SecretUsage, SecretUses, StoreError, UserRecord};

use super::rings::RingOwner;
use crate::{Caller, Service, ServiceError};

/// A live key, and what is known about its use: `None` when it never signed anything.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct KeyInUse {
    /// The key.
    pub secret: Secret,
    /// Its use, up to this moment on this node.
    pub usage: Option<SecretUsage>,
}

impl Service {
    /// Writes down the uses of secrets that were only counted so far.
    pub async fn write_usage(&self) -> Result<(), StoreError> {
        let write = |uses: Vec<Uses>| async move {
            let uses: Vec<SecretUses> = uses.into_iter().map(stored).collect();
            self.store.note_uses(&uses).await
        };
        self.usage.write_down(write).await
    }
}

impl Caller {
    /// The caller's live keys with their use, the older one first.
    pub async fn own_keys_in_use(&self) -> Result<Vec<KeyInUse>, ServiceError> {
        match self.own_user(&self.own_record().await?).await? {
            RingOwner::New(_) => Ok(Vec::new()),
            RingOwner::Existing(found) => self.in_use(&found.value).await,
        }
    }

    /// The live keys of a user with their use, the older one first.
    pub async fn keys_in_use_of(&self, user: &str, namespace: Option<&str>) -> Result<Vec<KeyInUse>, ServiceError> {
        let found = self.manageable_keys_of(user, namespace).await?;
        self.in_use(&found.value).await
    }

    async fn in_use(&self, record: &UserRecord) -> Result<Vec<KeyInUse>, ServiceError> {
        let usages = self.usages_of(&record.user).await?;
        let ring = self.ring_of(record)?;
        let with_usage = |secret: &Secret| KeyInUse {
            secret: secret.clone(),
            usage: usages.iter().find(|usage| usage.secret == secret.id).cloned(),
        };
        Ok(ring.live(self.now()).map(with_usage).collect())
    }

    async fn usages_of(&self, user: &ObjectUser) -> Result<Vec<SecretUsage>, ServiceError> {
        // What was counted a moment ago belongs to the answer.
        self.service.write_usage().await?;
        let scope = self.service.user_scope().of(&user.namespace);
        Ok(self.service.store.usages_of(&scope, &user.id).await?)
    }
}

fn stored(uses: Uses) -> SecretUses {
    let (last_address, last_agent) = uses.last_seen.map_or((None, None), |seen| (seen.address, seen.agent));
    SecretUses {
        scope: uses.owner.scope.map_or(Scope::Global, Scope::Namespace),
        user: uses.owner.access_key_id,
        usage: SecretUsage {
            secret: uses.secret,
            uses: uses.count,
            last_used_at: uses.last_used_at,
            last_address,
            last_agent,
        },
    }
}
