//! The pure part: given the past and the moment, may this attempt go ahead?

use std::time::Duration;

use keyward_ambient::Timestamp;

use super::ledger::{Key, Ledger};
use super::rules::ThrottleRules;

/// What an attempt is counted under.
#[derive(Clone, Debug)]
pub(super) struct Keys {
    pub(super) pair: Key,
    /// `None` for the names that others cannot hold up.
    pub(super) name: Option<Key>,
}

/// What an attempt has to do.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Decision {
    /// Go ahead; it is counted as in flight.
    Enter,
    /// Ask again at that moment.
    Wait { until: Timestamp },
    /// Ask again when another attempt of the same name has been settled.
    Queue,
    /// Go away: nothing changes before that moment.
    TurnAway { until: Timestamp },
}

/// How an attempt ended.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Ending {
    Succeeded {
        at: Timestamp,
    },
    Failed {
        at: Timestamp,
    },
    /// Nobody could tell, or the caller went away.
    Abandoned,
}

#[derive(Debug)]
pub(super) struct State {
    pub(super) rules: ThrottleRules,
    ledger: Ledger,
}

impl State {
    pub(super) fn new(rules: ThrottleRules) -> Self {
        let ledger = Ledger::new(rules.tracked);
        Self { rules, ledger }
    }

    pub(super) fn keys(&self, subject: &str, from: Option<std::net::IpAddr>) -> Keys {
        let held_by_others = !self.rules.never_held.iter().any(|exempt| exempt == subject);
        Keys { pair: Key::pair(subject, from), name: held_by_others.then(|| Key::Name(subject.into())) }
    }

    /// Decides, and counts the attempt as in flight when it may enter.
    pub(super) fn decide(&mut self, now: Timestamp, keys: &Keys) -> Decision {
        let decision = self.weigh(now, keys);
        if decision == Decision::Enter {
            self.ledger.track(&keys.pair).in_flight += 1;
            if let Some(name) = &keys.name {
                self.ledger.track(name).in_flight += 1;
            }
        }
        decision
    }

    fn weigh(&mut self, now: Timestamp, keys: &Keys) -> Decision {
        let memory = self.rules.memory;
        self.forget(now, &keys.pair, memory);
        let pair = self.ledger.track(&keys.pair).clone();
        let mut not_before = self.rules.per_address.not_before(pair.failures, pair.last_failure);
        let mut full = pair.in_flight >= self.rules.per_address.room(pair.failures);

        if let Some(name) = &keys.name {
            self.forget(now, name, memory);
            let name = self.ledger.track(name).clone();
            let familiar = pair.familiar_until > now;
            let budget = if familiar { self.rules.budget } else { self.rules.budget / 2 }.max(1);
            if name.failures >= budget {
                return Decision::TurnAway { until: name.last_failure.plus(memory) };
            }
            // In flight counts as failed until it is settled: otherwise a burst would overdraw the budget.
            let mut room = budget - name.failures;
            if !familiar {
                not_before = not_before.max(self.rules.per_name.not_before(name.failures, name.last_failure));
                room = room.min(self.rules.per_name.room(name.failures));
            }
            full |= name.in_flight >= room;
        }

        if now < not_before {
            Decision::Wait { until: not_before }
        } else if full {
            Decision::Queue
        } else {
            Decision::Enter
        }
    }

    fn forget(&mut self, now: Timestamp, key: &Key, memory: Duration) {
        let track = self.ledger.track(key);
        if now >= track.last_failure.plus(memory) {
            track.failures = 0;
            track.last_failure = Timestamp::EPOCH;
        }
        if now >= track.familiar_until {
            track.familiar_until = Timestamp::EPOCH;
        }
    }

    /// Takes the attempt out of flight and counts how it ended.
    pub(super) fn settle(&mut self, keys: &Keys, ending: Ending) {
        let familiar_for = self.rules.familiar_for;
        for key in [Some(&keys.pair), keys.name.as_ref()].into_iter().flatten() {
            let track = self.ledger.track(key);
            track.in_flight = track.in_flight.saturating_sub(1);
            match ending {
                Ending::Succeeded { at } => {
                    track.failures = 0;
                    track.last_failure = Timestamp::EPOCH;
                    if matches!(key, Key::Pair(..)) {
                        track.familiar_until = at.plus(familiar_for);
                    }
                }
                Ending::Failed { at } => {
                    track.failures = track.failures.saturating_add(1);
                    track.last_failure = track.last_failure.max(at);
                }
                Ending::Abandoned => {}
            }
            self.ledger.tidy(key);
        }
    }

    /// Forgets the failures of a name.
    pub(super) fn pardon(&mut self, name: &str) {
        self.ledger.for_each_of(name, |track| {
            track.failures = 0;
            track.last_failure = Timestamp::EPOCH;
        });
    }

    /// Drops what a decision not to enter left behind.
    pub(super) fn tidy(&mut self, keys: &Keys) {
        self.ledger.tidy(&keys.pair);
        if let Some(name) = &keys.name {
            self.ledger.tidy(name);
        }
    }
}
