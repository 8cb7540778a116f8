//! Secret keys: the domain's to the wire's.

use keyward_ecs_wire::requests::KeysToRemove;
use keyward_ecs_wire::{EcsError, ShownOnce, answers};
use keyward_keyring::{Deactivation, Secret};
use keyward_service::IssuedKey;

use crate::error::Failure;

/// The answer that hands out a new key.
pub(crate) fn issued(key: IssuedKey) -> answers::UserSecretKey {
    answers::UserSecretKey { uid: key.user.to_string(), key: Some(shown(&key.secret)) }
}

/// Both slots.
pub(crate) fn slots(secrets: [Option<Secret>; 2]) -> answers::UserSecretKeys {
    answers::UserSecretKeys { slots: secrets.map(|secret| secret.as_ref().map(shown)) }
}

/// Which slots are in use.
pub(crate) fn slots_in_use(secrets: &[Option<Secret>; 2]) -> answers::UserSecretKeysExist {
    answers::UserSecretKeysExist { slots: secrets.each_ref().map(Option::is_some) }
}

/// Which keys of `user` are to end.
///
/// # Errors
/// For an id that no key can have.
pub(crate) fn deactivation<'a>(keys: &'a KeysToRemove, user: &str) -> Result<Deactivation<'a>, Failure> {
    match keys {
        KeysToRemove::All => Ok(Deactivation::All),
        KeysToRemove::Secret(secret) => Ok(Deactivation::Key(secret.expose())),
        KeysToRemove::Id(id) => {
            let id = id.parse().map_err(|_| EcsError::unknown_secret_key(user))?;
            Ok(Deactivation::Id(id))
        }
    }
}

/// Ids of keys are left out, which ECS does not have: the calls of our own show them.
fn shown(secret: &Secret) -> answers::IssuedKey {
    answers::IssuedKey {
        secret_key: ShownOnce::new(secret.key.expose()),
        key_timestamp: secret.created_at,
        key_expiry_timestamp: secret.expires_at,
        secret_key_id: None,
    }
}
