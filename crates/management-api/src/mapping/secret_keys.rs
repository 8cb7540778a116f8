//! Secret keys: the domain's to the wire's.

use keyward_ecs_wire::requests::KeysToRemove;
use keyward_ecs_wire::{EcsError, ShownOnce, answers};
use keyward_keyring::{Deactivation, Secret};
use keyward_service::IssuedKey;

use crate::error::Failure;

/// The answer that hands out a new key.
pub(crate) fn issued(key: IssuedKey) -> answers::UserSecretKey {
    answers::UserSecretKey { uid: key.user.to_string(), key: Some(shown(&key.secret, false)) }
}

/// Both slots; with the keys themselves unless they are hidden.
pub(crate) fn slots(secrets: [Option<Secret>; 2], hidden: bool) -> answers::UserSecretKeys {
    answers::UserSecretKeys { slots: secrets.map(|secret| secret.as_ref().map(|secret| shown(secret, hidden))) }
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

/// The id is ObjectScale's: clients of ECS do not look for one.
fn shown(secret: &Secret, hidden: bool) -> answers::IssuedKey {
    answers::IssuedKey {
        secret_key: ShownOnce::new(if hidden { "" } else { secret.key.expose() }),
        key_timestamp: secret.created_at,
        key_expiry_timestamp: secret.expires_at,
        secret_key_id: Some(secret.id.to_string()),
    }
}
