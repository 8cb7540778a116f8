//! Revoking secrets: one, or all of an access key id.

use std::fmt;

use keyward_ambient::Timestamp;

use crate::{KeyRing, Secret, SecretId};

/// Which secrets to revoke. Its `Debug` does not show a key.
#[derive(Clone, Copy)]
pub enum Deactivation<'a> {
    /// Every secret of the access key id.
    All,
    /// The one whose secret key this is.
    Key(&'a str),
    /// The one of this id.
    Id(SecretId),
}

/// Why nothing was revoked. The ring is unchanged.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum DeactivateError {
    /// No secret that is still accepted answers to the key or id given.
    #[error("no valid secret key of this user matches the one given")]
    UnknownSecret,
}

impl KeyRing {
    /// The ring without what `which` names, and without what is no longer accepted at `now`.
    /// Revoking all secrets of a ring that has none is fine.
    ///
    /// # Errors
    /// [`DeactivateError::UnknownSecret`] when one secret was named and none that is alive at `now` answers to it.
    pub fn deactivate(&self, now: Timestamp, which: &Deactivation<'_>) -> Result<KeyRing, DeactivateError> {
        let kept: Vec<Secret> = self.live(now).filter(|held| !which.names(held)).cloned().collect();
        if !matches!(which, Deactivation::All) && kept.len() == self.live(now).count() {
            return Err(DeactivateError::UnknownSecret);
        }
        Ok(KeyRing::holding(kept))
    }
}

impl Deactivation<'_> {
    fn names(&self, secret: &Secret) -> bool {
        match self {
            Self::All => true,
            Self::Key(key) => secret.key.matches(key),
            Self::Id(id) => secret.id == *id,
        }
    }
}

impl fmt::Debug for Deactivation<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::All => f.write_str("All"),
            Self::Key(_) => f.write_str("Key(redacted)"),
            Self::Id(id) => f.debug_tuple("Id").field(id).finish(),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::examples::{NOW, ids, minutes_later, ring_of, secret};

    #[test]
    fn the_named_secret_goes_and_the_survivor_stands_in_slot_1() {
        let ring = ring_of([secret(1), secret(2)]);
        let by_key = ring.deactivate(NOW, &Deactivation::Key(secret(1).key.expose())).unwrap();
        let by_id = ring.deactivate(NOW, &Deactivation::Id(secret(1).id)).unwrap();
        assert_eq!(by_key, by_id);
        assert_eq!(by_key.slots(NOW), [Some(&secret(2)), None]);
    }

    #[test]
    fn all_of_them_go_at_once() {
        let ring = ring_of([secret(1), secret(2)]);
        assert_eq!(ring.deactivate(NOW, &Deactivation::All), Ok(KeyRing::empty()));
    }

    #[test]
    fn deactivating_everything_twice_is_fine() {
        assert_eq!(KeyRing::empty().deactivate(NOW, &Deactivation::All), Ok(KeyRing::empty()));
    }

    #[test]
    fn an_unknown_secret_is_an_error_and_not_a_wildcard() {
        let ring = ring_of([secret(1), secret(2)]);
        let stranger = secret(3);
        for which in [
            Deactivation::Key(stranger.key.expose()),
            Deactivation::Key(""),
            Deactivation::Key(&secret(1).key.expose()[1..]),
            Deactivation::Id(stranger.id),
        ] {
            assert_eq!(ring.deactivate(NOW, &which), Err(DeactivateError::UnknownSecret), "{which:?}");
        }
    }

    #[test]
    fn an_expired_secret_is_no_longer_known() {
        let ring = ring_of([Secret { expires_at: Some(NOW), ..secret(1) }, secret(2)]);
        let by_id = ring.deactivate(NOW, &Deactivation::Id(secret(1).id));
        assert_eq!(by_id, Err(DeactivateError::UnknownSecret));
    }

    #[test]
    fn what_has_expired_is_dropped_on_the_way() {
        let ring = ring_of([Secret { expires_at: Some(minutes_later(1)), ..secret(1) }, secret(2)]);
        let ring = ring.deactivate(minutes_later(1), &Deactivation::Id(secret(2).id)).unwrap();
        assert_eq!(ids(ring.secrets()), []);
    }

    #[test]
    fn debug_does_not_show_the_key() {
        assert_eq!(format!("{:?}", Deactivation::Key("Quiet/River+42")), "Key(redacted)");
    }
}
