//! The owner's own word on how long a secret is accepted.

use keyward_ambient::Timestamp;

use crate::{KeyRing, Secret, SecretId};

/// Why the end of a secret was not changed. The ring is unchanged.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum GraceError {
    /// No secret that is still accepted has this id. What has ended stays ended.
    #[error("no valid secret key of this user has the id given")]
    UnknownSecret,
}

impl KeyRing {
    /// The ring with the end of one secret set: earlier, later, or, with `None`, none at all. An end that is not
    /// after `now` ends the secret at once. What is no longer accepted at `now` is dropped.
    ///
    /// This is the only change that can lengthen a life; it is for the owner and never part of a rotation.
    pub fn set_grace_end(&self, now: Timestamp, id: SecretId, end: Option<Timestamp>) -> Result<KeyRing, GraceError> {
        if self.live_secret(now, id).is_none() {
            return Err(GraceError::UnknownSecret);
        }
        Ok(self.with_live(now, |held| if held.id == id { Secret { expires_at: end, ..held } } else { held }))
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::examples::{NOW, ids, minutes_later, ring_of, secret};

    fn ends(ring: &KeyRing) -> Vec<Option<Timestamp>> {
        ring.secrets().iter().map(|secret| secret.expires_at).collect()
    }

    #[test]
    fn the_owner_may_shorten_extend_and_lift_a_grace() {
        let ring = ring_of([Secret { expires_at: Some(minutes_later(60)), ..secret(1) }, secret(2)]);
        for end in [Some(minutes_later(5)), Some(minutes_later(600)), None] {
            let changed = ring.set_grace_end(NOW, secret(1).id, end).unwrap();
            assert_eq!(ends(&changed), [end, None]);
        }
    }

    #[test]
    fn an_end_that_is_not_ahead_ends_the_secret_now() {
        let ring = ring_of([secret(1), secret(2)]);
        for end in [NOW, Timestamp::EPOCH] {
            let changed = ring.set_grace_end(NOW, secret(1).id, Some(end)).unwrap();
            assert_eq!(ids(changed.secrets()), [secret(2).id]);
        }
    }

    #[test]
    fn the_newer_secret_may_be_given_an_end_as_well() {
        let ring = ring_of([secret(1), secret(2)]);
        let changed = ring.set_grace_end(NOW, secret(2).id, Some(minutes_later(5))).unwrap();
        assert_eq!(ends(&changed), [None, Some(minutes_later(5))]);
    }

    #[test]
    fn what_has_ended_stays_ended() {
        let ring = ring_of([Secret { expires_at: Some(minutes_later(1)), ..secret(1) }]);
        let revived = ring.set_grace_end(minutes_later(1), secret(1).id, None);
        assert_eq!(revived, Err(GraceError::UnknownSecret));
        assert_eq!(ring.set_grace_end(NOW, secret(2).id, None), Err(GraceError::UnknownSecret));
    }
}
