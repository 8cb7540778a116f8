//! Issuing a secret: the first, or the new one of a rotation.

use keyward_ambient::Timestamp;

use crate::{ExpiryMinutes, KeyRing, Secret};

/// What an expiry for the existing secret means when there is no existing secret.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash)]
pub enum FirstKeyRule {
    /// It is ignored, so that a rotation job works on its first run.
    #[default]
    Lenient,
    /// It is refused, as ECS 3.x does.
    Strict,
}

/// Why no secret was issued. The ring is unchanged.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum IssueError {
    /// Both slots are in use.
    #[error("there are already two valid secret keys; deactivate one first")]
    TwoLiveSecrets {
        /// When a slot becomes free by itself; `None` when neither secret has an end.
        next_expiry: Option<Timestamp>,
    },
    /// An expiry for the existing secret was given under [`FirstKeyRule::Strict`], and there is none.
    #[error("there is no valid secret key that an expiry could apply to; leave the expiry out")]
    NoLiveSecret,
    /// The same secret is already valid for this access key id.
    #[error("this secret key is already in use; choose another")]
    DuplicateSecret,
}

impl KeyRing {
    /// The ring with `secret` added and everything dropped that is no longer accepted at `now`.
    ///
    /// With `existing_expiry` the existing secret is accepted for that long from `now` on, yet never longer than it
    /// would have been anyway: a rotation may shorten a life but not lengthen it, so whoever may only rotate cannot
    /// revive a secret that its owner is letting go. (Reference 13, case 4 would overwrite; lengthening is left to
    /// [`set_grace_end`](KeyRing::set_grace_end).) An expiry of zero ends the existing secret at `now`.
    /// Without `existing_expiry` the existing secret keeps the end it has, or has none.
    ///
    /// # Errors
    /// [`IssueError`]; of several causes the one told is the most particular: the secret is a duplicate, before both
    /// slots are taken.
    pub fn issue(
        &self,
        now: Timestamp,
        secret: Secret,
        existing_expiry: Option<ExpiryMinutes>,
        first_key: FirstKeyRule,
    ) -> Result<KeyRing, IssueError> {
        // Every held key is compared, match or not, so that time does not tell which slot matched.
        let duplicate =
            self.live(now).fold(false, |found, held| found | (held.key == secret.key) | (held.id == secret.id));
        if duplicate {
            return Err(IssueError::DuplicateSecret);
        }
        match self.live(now).count() {
            0 if existing_expiry.is_some() && first_key == FirstKeyRule::Strict => {
                return Err(IssueError::NoLiveSecret);
            }
            Self::SLOTS.. => return Err(IssueError::TwoLiveSecrets { next_expiry: self.next_expiry(now) }),
            _ => {}
        }
        let mut ring = self.with_live(now, |held| match existing_expiry {
            Some(minutes) => ending_no_later_than(held, now.plus(minutes.duration())),
            None => held,
        });
        ring.insert(secret);
        Ok(ring)
    }
}

fn ending_no_later_than(held: Secret, end: Timestamp) -> Secret {
    Secret { expires_at: Some(held.expires_at.map_or(end, |earlier| earlier.min(end))), ..held }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::examples::{NOW, ids, minutes, minutes_later, ring_of, secret};

    fn issue(ring: &KeyRing, number: u64, expiry: Option<ExpiryMinutes>) -> Result<KeyRing, IssueError> {
        ring.issue(NOW, secret(number), expiry, FirstKeyRule::Lenient)
    }

    #[test]
    fn the_first_secret_goes_to_slot_1_and_the_second_to_slot_2() {
        let first = issue(&KeyRing::empty(), 1, None).unwrap();
        assert_eq!(first.slots(NOW), [Some(&secret(1)), None]);
        let second = issue(&first, 2, None).unwrap();
        assert_eq!(second.slots(NOW), [Some(&secret(1)), Some(&secret(2))]);
    }

    #[test]
    fn old_secret_is_accepted_until_its_grace_ends() {
        let ring = issue(&ring_of([secret(1)]), 2, minutes(60)).unwrap();
        let last_moment = Timestamp::from_millis(minutes_later(60).as_millis() - 1);
        assert_eq!(ids(ring.live(last_moment)), [secret(1).id, secret(2).id]);
        assert_eq!(ids(ring.live(minutes_later(60))), [secret(2).id]);
    }

    #[test]
    fn an_expiry_says_nothing_about_the_new_secret() {
        let ring = issue(&ring_of([secret(1)]), 2, minutes(60)).unwrap();
        assert_eq!(ring.live_secret(NOW, secret(2).id).unwrap().expires_at, None);
    }

    #[test]
    fn without_an_expiry_the_old_secret_keeps_the_end_it_has() {
        for expires_at in [None, Some(minutes_later(30))] {
            let old = Secret { expires_at, ..secret(1) };
            let ring = issue(&ring_of([old.clone()]), 2, None).unwrap();
            assert_eq!(ring.slots(NOW)[0], Some(&old));
        }
    }

    #[test]
    fn nobodys_rotation_lengthens_a_life() {
        let ring = ring_of([Secret { expires_at: Some(minutes_later(30)), ..secret(1) }]);
        for (asked, end) in [(10, 10), (30, 30), (600, 30)] {
            let rotated = issue(&ring, 2, minutes(asked)).unwrap();
            assert_eq!(rotated.secrets()[0].expires_at, Some(minutes_later(end)));
        }
    }

    #[test]
    fn an_expiry_of_zero_ends_the_old_secret_at_once() {
        let ring = issue(&ring_of([secret(1)]), 2, minutes(0)).unwrap();
        assert_eq!(ids(ring.secrets()), [secret(2).id]);
    }

    #[test]
    fn an_expiry_on_a_first_secret_is_ignored_or_refused_by_rule() {
        let expired = ring_of([Secret { expires_at: Some(NOW), ..secret(9) }]);
        for ring in [KeyRing::empty(), expired] {
            let lenient = ring.issue(NOW, secret(1), minutes(60), FirstKeyRule::Lenient).unwrap();
            assert_eq!(lenient.secrets(), [secret(1)]);
            let strict = ring.issue(NOW, secret(1), minutes(60), FirstKeyRule::Strict);
            assert_eq!(strict, Err(IssueError::NoLiveSecret));
            assert!(ring.issue(NOW, secret(1), None, FirstKeyRule::Strict).is_ok());
        }
    }

    #[test]
    fn a_third_secret_is_refused_and_told_when_a_slot_becomes_free() {
        let unending = ring_of([secret(1), secret(2)]);
        assert_eq!(issue(&unending, 3, minutes(0)), Err(IssueError::TwoLiveSecrets { next_expiry: None }));
        let ending = ring_of([Secret { expires_at: Some(minutes_later(60)), ..secret(1) }, secret(2)]);
        let next_expiry = Some(minutes_later(60));
        assert_eq!(issue(&ending, 3, None), Err(IssueError::TwoLiveSecrets { next_expiry }));
    }

    #[test]
    fn an_expired_secret_leaves_its_slot_to_the_survivor() {
        let ring = ring_of([Secret { expires_at: Some(NOW), ..secret(1) }, secret(2)]);
        let ring = issue(&ring, 3, None).unwrap();
        assert_eq!(ids(ring.secrets()), [secret(2).id, secret(3).id]);
    }

    #[test]
    fn a_secret_that_is_already_valid_is_refused() {
        let same_key = Secret { id: secret(2).id, ..secret(1) };
        let same_id = Secret { key: secret(2).key, ..secret(1) };
        for duplicate in [secret(1), same_key, same_id] {
            for ring in [ring_of([secret(1)]), ring_of([secret(1), secret(3)])] {
                let issued = ring.issue(NOW, duplicate.clone(), None, FirstKeyRule::Lenient);
                assert_eq!(issued, Err(IssueError::DuplicateSecret));
            }
        }
    }

    #[test]
    fn a_secret_equal_to_an_expired_one_is_fine() {
        let ring = ring_of([Secret { expires_at: Some(NOW), ..secret(1) }]);
        assert_eq!(issue(&ring, 1, None).unwrap().secrets(), [secret(1)]);
    }

    #[test]
    fn a_clock_that_stepped_back_does_not_mix_up_the_order() {
        let late = Secret { created_at: minutes_later(10), ..secret(1) };
        let ring = issue(&ring_of([late]), 2, None).unwrap();
        assert_eq!(ids(ring.secrets()), [secret(2).id, secret(1).id]);
        assert_eq!(KeyRing::from_secrets(ring.secrets().to_vec()), Ok(ring));
    }

    #[test]
    fn the_longest_expiry_ends_at_the_last_moment_that_can_be_printed() {
        let late = Timestamp::from_millis(Timestamp::MAX.as_millis() - 1);
        let longest = ExpiryMinutes::new(ExpiryMinutes::MAX).ok();
        let ring = ring_of([secret(1)]).issue(late, secret(2), longest, FirstKeyRule::Lenient).unwrap();
        assert_eq!(ring.secrets()[0].expires_at, Some(Timestamp::MAX));
    }
}
