//! Secrets and moments that the tests of this crate speak of.

use std::time::Duration;

use keyward_ambient::{Entropy, Timestamp};
use keyward_testkit::SeededEntropy;

use crate::{ExpiryMinutes, KeyRing, Secret, SecretId, SecretKey};

/// 2026-03-05T17:39:13.813Z.
pub(crate) const NOW: Timestamp = Timestamp::from_millis(1_772_732_353_813);

pub(crate) fn minutes_later(minutes: u64) -> Timestamp {
    NOW.plus(Duration::from_secs(minutes * 60))
}

pub(crate) fn minutes(minutes: i64) -> Option<ExpiryMinutes> {
    Some(ExpiryMinutes::new(minutes).unwrap())
}

/// The secret of this number, issued at [`NOW`] without an end.
pub(crate) fn secret(number: u64) -> Secret {
    let entropy: &dyn Entropy = &SeededEntropy::new(number);
    Secret {
        id: SecretId::from_bytes(entropy.array()),
        key: SecretKey::generate(entropy.array()),
        created_at: NOW,
        expires_at: None,
        made_by: "alice@corp.example".to_owned(),
        made_from: None,
        label: String::new(),
    }
}

pub(crate) fn ring_of<const N: usize>(secrets: [Secret; N]) -> KeyRing {
    KeyRing::from_secrets(secrets.to_vec()).unwrap()
}

pub(crate) fn ids<'a>(secrets: impl IntoIterator<Item = &'a Secret>) -> Vec<SecretId> {
    secrets.into_iter().map(|secret| secret.id).collect()
}
