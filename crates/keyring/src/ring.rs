//! The ring: at most two secrets of one access key id, the older first.

use keyward_ambient::Timestamp;

use crate::{Secret, SecretId};

/// The secrets of one access key id, ordered by age, never more than two.
///
/// A ring may still hold a secret that has expired; no question about a moment ever reports it, and the next change
/// of the ring drops it. An access key id that has a secret left has it in slot 1.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct KeyRing {
    secrets: Vec<Secret>,
}

/// These secrets cannot be one ring.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum RingError {
    /// More than [`KeyRing::SLOTS`].
    #[error("a key ring holds at most {slots} secrets, {given} were given", slots = KeyRing::SLOTS)]
    TooMany {
        /// How many were given.
        given: usize,
    },
    /// Two of them have the same id or the same key.
    #[error("a key ring holds no secret twice")]
    SameSecretTwice,
}

impl KeyRing {
    /// How many secrets an access key id can have at once (ECS REST API, *Secret key self-service*).
    pub const SLOTS: usize = 2;

    /// A ring without secrets.
    pub const fn empty() -> Self {
        Self { secrets: Vec::new() }
    }

    /// A ring of these secrets, as they were stored. They are put in order of age; of two with the same creation time
    /// the one given first counts as the older.
    pub fn from_secrets(mut secrets: Vec<Secret>) -> Result<Self, RingError> {
        if secrets.len() > Self::SLOTS {
            return Err(RingError::TooMany { given: secrets.len() });
        }
        if let [first, second] = secrets.as_slice()
            && (first.id == second.id || first.key == second.key)
        {
            return Err(RingError::SameSecretTwice);
        }
        secrets.sort_by_key(|secret| secret.created_at);
        Ok(Self { secrets })
    }

    /// Everything the ring holds, the older first, expired or not: what is to be stored.
    pub fn secrets(&self) -> &[Secret] {
        &self.secrets
    }

    /// The secrets that are accepted at `now`, the older first.
    pub fn live(&self, now: Timestamp) -> impl Iterator<Item = &Secret> {
        self.secrets.iter().filter(move |secret| secret.is_live(now))
    }

    /// The two slots at `now`. Slot 1 holds the older; a lone survivor stands in slot 1; what has expired is in
    /// neither.
    pub fn slots(&self, now: Timestamp) -> [Option<&Secret>; KeyRing::SLOTS] {
        let mut live = self.live(now);
        [live.next(), live.next()]
    }

    /// The secret of this id, when it is accepted at `now`.
    pub fn live_secret(&self, now: Timestamp, id: SecretId) -> Option<&Secret> {
        self.live(now).find(|secret| secret.id == id)
    }

    /// When the next secret falls out of the ring by itself; `None` when those alive at `now` have no end.
    pub fn next_expiry(&self, now: Timestamp) -> Option<Timestamp> {
        self.live(now).filter_map(|secret| secret.expires_at).min()
    }

    /// A ring of the secrets accepted at `now`, each passed through `change`, without those that `change` ended.
    pub(crate) fn with_live(&self, now: Timestamp, change: impl FnMut(Secret) -> Secret) -> Self {
        Self { secrets: self.live(now).cloned().map(change).filter(|secret| secret.is_live(now)).collect() }
    }

    /// A ring of secrets that are a part of another ring, in its order.
    pub(crate) fn holding(secrets: Vec<Secret>) -> Self {
        Self { secrets }
    }

    /// Adds a secret at the place that its age gives it, behind those of the same age.
    pub(crate) fn insert(&mut self, secret: Secret) {
        let place = self.secrets.partition_point(|held| held.created_at <= secret.created_at);
        self.secrets.insert(place, secret);
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::examples::{NOW, minutes_later, ring_of, secret};

    #[test]
    fn stored_secrets_come_back_in_order_of_age() {
        let newer = Secret { created_at: minutes_later(1), ..secret(1) };
        let ring = KeyRing::from_secrets(vec![newer.clone(), secret(2)]).unwrap();
        assert_eq!(ring.slots(NOW), [Some(&secret(2)), Some(&newer)]);
    }

    #[test]
    fn of_the_same_age_the_one_given_first_is_the_older() {
        let ring = KeyRing::from_secrets(vec![secret(2), secret(1)]).unwrap();
        assert_eq!(ring.secrets(), [secret(2), secret(1)]);
    }

    #[test]
    fn more_than_two_and_the_same_twice_are_no_ring() {
        let three = vec![secret(1), secret(2), secret(3)];
        assert_eq!(KeyRing::from_secrets(three), Err(RingError::TooMany { given: 3 }));
        let same_key = Secret { id: secret(2).id, ..secret(1) };
        let same_id = Secret { key: secret(2).key, ..secret(1) };
        for twin in [same_key, same_id] {
            assert_eq!(KeyRing::from_secrets(vec![secret(1), twin]), Err(RingError::SameSecretTwice));
        }
    }

    #[test]
    fn an_expired_secret_is_in_no_slot_and_its_survivor_in_slot_1() {
        let ring = ring_of([Secret { expires_at: Some(minutes_later(1)), ..secret(1) }, secret(2)]);
        assert_eq!(ring.next_expiry(NOW), Some(minutes_later(1)));
        assert_eq!(ring.slots(minutes_later(1)), [Some(&secret(2)), None]);
        assert_eq!(ring.live_secret(minutes_later(1), secret(1).id), None);
        assert_eq!(ring.next_expiry(minutes_later(1)), None);
    }

    #[test]
    fn debug_of_a_ring_shows_no_key() {
        let ring = ring_of([secret(1), secret(2)]);
        let shown = format!("{ring:?}");
        assert!(shown.contains(&secret(1).id.to_string()));
        assert!(ring.secrets().iter().all(|held| !shown.contains(held.key.expose())));
    }
}
