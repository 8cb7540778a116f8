//! Promises that hold whatever is done to a key ring, in whatever order.

use std::collections::BTreeSet;
use std::time::Duration;

use keyward_ambient::Timestamp;
use proptest::prelude::*;
use proptest::test_runner::TestCaseResult;

use crate::examples::{NOW, ids, secret};
use crate::{Deactivation, ExpiryMinutes, FirstKeyRule, KeyRing, Secret, SecretId};

#[derive(Clone, Debug)]
enum Step {
    Wait { millis: u64 },
    Issue { expiry: Option<i64>, strict: bool },
    IssueAgain { slot: usize },
    DeactivateKey { slot: usize },
    DeactivateId { slot: usize },
    DeactivateAll,
    EndGrace { slot: usize, after_millis: Option<u64> },
}

// Spans are short and few, so that ends fall before, on and after each other often.
fn step() -> impl Strategy<Value = Step> {
    let slot = 0..KeyRing::SLOTS;
    let millis = (0..8u64).prop_map(|halves| halves * 30_000);
    let expiry = prop_oneof![4 => 0..5i64, 1 => Just(ExpiryMinutes::MAX)];
    prop_oneof![
        4 => millis.clone().prop_map(|millis| Step::Wait { millis }),
        6 => (prop::option::of(expiry), any::<bool>()).prop_map(|(expiry, strict)| Step::Issue { expiry, strict }),
        1 => slot.clone().prop_map(|slot| Step::IssueAgain { slot }),
        1 => slot.clone().prop_map(|slot| Step::DeactivateKey { slot }),
        1 => slot.clone().prop_map(|slot| Step::DeactivateId { slot }),
        1 => Just(Step::DeactivateAll),
        2 => (slot, prop::option::of(millis)).prop_map(|(slot, after_millis)| Step::EndGrace { slot, after_millis }),
    ]
}

/// A ring with its past.
struct History {
    ring: KeyRing,
    now: Timestamp,
    issued: u64,
    ended: BTreeSet<SecretId>,
}

impl History {
    fn begin() -> Self {
        Self { ring: KeyRing::empty(), now: NOW, issued: 0, ended: BTreeSet::new() }
    }

    fn take(&mut self, step: &Step) -> TestCaseResult {
        let before = self.ring.clone();
        let changed = self.change(step)?;
        prop_assert_eq!(&self.ring, &before, "the input is left as it was");
        self.ring = changed;

        let live = ids(self.ring.live(self.now));
        self.ended.extend(ids(before.secrets()).into_iter().filter(|id| !live.contains(id)));
        self.check()
    }

    /// The ring after `step`, or the same when the step is refused.
    fn change(&mut self, step: &Step) -> Result<KeyRing, TestCaseError> {
        let live: Vec<Secret> = self.ring.live(self.now).cloned().collect();
        let ring = &self.ring;
        let changed = match *step {
            Step::Wait { millis } => {
                self.now = self.now.plus(Duration::from_millis(millis));
                Some(ring.clone())
            }
            Step::Issue { expiry, strict } => return self.rotate(expiry, strict),
            Step::IssueAgain { slot } => {
                let again = live.get(slot).map(|held| ring.issue(self.now, held.clone(), None, FirstKeyRule::Lenient));
                prop_assert!(again.is_none_or(|result| result.is_err()), "no secret is issued twice");
                None
            }
            Step::DeactivateKey { slot } => {
                live.get(slot).and_then(|held| ring.deactivate(self.now, &Deactivation::Key(held.key.expose())).ok())
            }
            Step::DeactivateId { slot } => {
                live.get(slot).and_then(|held| ring.deactivate(self.now, &Deactivation::Id(held.id)).ok())
            }
            Step::DeactivateAll => ring.deactivate(self.now, &Deactivation::All).ok(),
            Step::EndGrace { slot, after_millis } => {
                let end = after_millis.map(|millis| self.now.plus(Duration::from_millis(millis)));
                live.get(slot).and_then(|held| ring.set_grace_end(self.now, held.id, end).ok())
            }
        };
        Ok(changed.unwrap_or_else(|| ring.clone()))
    }

    fn rotate(&mut self, expiry: Option<i64>, strict: bool) -> Result<KeyRing, TestCaseError> {
        self.issued += 1;
        let new = Secret { created_at: self.now, ..secret(self.issued) };
        let expiry = expiry.and_then(|minutes| ExpiryMinutes::new(minutes).ok());
        let rule = if strict { FirstKeyRule::Strict } else { FirstKeyRule::Lenient };
        let live = self.ring.live(self.now).count();
        let refused = live == KeyRing::SLOTS || (live == 0 && strict && expiry.is_some());
        let issued = self.ring.issue(self.now, new.clone(), expiry, rule);
        prop_assert_eq!(issued.is_err(), refused, "a secret is refused for want of a slot or by the first-key rule");
        let Ok(ring) = issued else { return Ok(self.ring.clone()) };

        prop_assert_eq!(ring.live_secret(self.now, new.id), Some(&new), "the new secret is accepted as it was given");
        for held in ring.secrets().iter().filter(|held| held.id != new.id) {
            let earlier = self.ring.live_secret(self.now, held.id).map(end_of);
            prop_assert!(earlier.is_some_and(|earlier| end_of(held) <= earlier), "a rotation lengthens no life");
            prop_assert!(expiry.is_none_or(|expiry| end_of(held) <= self.now.plus(expiry.duration()).as_millis()));
        }
        Ok(ring)
    }

    fn check(&self) -> TestCaseResult {
        let live: Vec<&Secret> = self.ring.live(self.now).collect();
        prop_assert!(self.ring.secrets().len() <= KeyRing::SLOTS, "never more than two");
        prop_assert!(live.iter().all(|held| end_of(held) > self.now.as_millis()), "what has expired is not live");
        prop_assert!(live.is_sorted_by_key(|held| held.created_at), "the older comes first");
        prop_assert_eq!(self.ring.slots(self.now), [live.first().copied(), live.get(1).copied()], "no gap in slot 1");
        prop_assert!(live.iter().all(|held| !self.ended.contains(&held.id)), "what has ended never comes back");
        let stored = KeyRing::from_secrets(self.ring.secrets().to_vec());
        prop_assert_eq!(stored.as_ref(), Ok(&self.ring), "a ring is what was stored of it");
        Ok(())
    }
}

/// The end of a secret in milliseconds; one that has none ends after all others.
fn end_of(secret: &Secret) -> i64 {
    secret.expires_at.map_or(i64::MAX, Timestamp::as_millis)
}

proptest! {
    #[test]
    fn every_history_keeps_every_promise(steps in prop::collection::vec(step(), 0..40)) {
        let mut history = History::begin();
        for step in &steps {
            history.take(step)?;
        }
    }

    #[test]
    fn what_is_live_only_shrinks_while_time_passes(steps in prop::collection::vec(step(), 0..20), later in 0..600u64) {
        let mut history = History::begin();
        for step in &steps {
            history.take(step)?;
        }
        let live = ids(history.ring.live(history.now));
        let still = ids(history.ring.live(history.now.plus(Duration::from_secs(later))));
        prop_assert!(still.iter().all(|id| live.contains(id)));
    }
}
