//! Failed logins, counted: however often one name fails from one address within a minute, it is two audit records.
//!
//! The first failure is written at once. Those after it are counted here and written as one record when the minute is
//! over, so that guessing cannot fill the disk. What is told apart in a minute is bounded as well: beyond it failures
//! are counted for an address as a whole, and then for all together. Counts that are not written yet are lost when
//! the process is killed; what was written at once is not.

use std::collections::btree_map::BTreeMap;
use std::collections::{HashMap, VecDeque};
use std::fmt;
use std::net::IpAddr;
use std::sync::{Mutex, MutexGuard, PoisonError};

use keyward_ambient::Timestamp;
use keyward_store::{AuditOutcome, AuditRecord};

use crate::Origin;
use crate::error::KeyTime;

/// How many names with their addresses are told apart in a minute.
const TOLD_APART: usize = 200;

/// How many of them may be names from one address, so that one guesser cannot hide others among made-up names.
const NAMES_OF_ONE_ADDRESS: usize = 50;

/// How many counts may wait for a store that does not answer; beyond it the oldest are dropped.
const WAITING: usize = 2000;

/// Stands for the name where several were counted together.
const SEVERAL: &str = "*";

/// A login that failed.
#[derive(Clone, Copy, Debug)]
pub(crate) struct FailedLogin<'a> {
    /// The name that was tried, in its normal form.
    pub(crate) name: &'a str,
    pub(crate) from: Option<IpAddr>,
    /// Refused, or nobody could say.
    pub(crate) outcome: AuditOutcome,
    /// The word for why.
    pub(crate) reason: &'static str,
    /// The login provider that did not answer.
    pub(crate) provider: Option<&'a str>,
}

/// The failures of this minute, and the counts of earlier ones that are still to be written.
#[derive(Default)]
pub(crate) struct FailedLogins(Mutex<State>);

#[derive(Default)]
struct State {
    minute: i64,
    /// What was seen in this minute; `None` where it was the one failure that was written at once.
    seen: HashMap<Kind, Option<Tally>>,
    over: VecDeque<Tally>,
}

/// What is counted together.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
struct Kind {
    /// `None`: names beyond those that are told apart.
    name: Option<Box<str>>,
    from: Option<IpAddr>,
    outcome: AuditOutcome,
}

/// Failures that were counted instead of written.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Tally {
    kind: Kind,
    count: u64,
    first: Timestamp,
    last: Timestamp,
    reasons: BTreeMap<&'static str, u64>,
}

impl<'a> FailedLogin<'a> {
    /// A login that was refused.
    pub(crate) fn refused(name: &'a str, origin: Origin, reason: &'static str) -> Self {
        Self { name, from: origin.address, outcome: AuditOutcome::Refused, reason, provider: None }
    }

    /// The record of a failure that is written at once.
    pub(crate) fn record(&self, now: Timestamp) -> AuditRecord {
        let record = AuditRecord::new(now, self.name, "login").from_address(self.from).on(self.name);
        let record = record.ended(self.outcome).detail("reason", self.reason);
        self.provider.into_iter().fold(record, |record, provider| record.detail("provider", provider))
    }
}

impl FailedLogins {
    /// Whether this failure is the first of its kind in this minute, which is to be written at once. It is counted
    /// otherwise.
    pub(crate) fn is_first(&self, now: Timestamp, failure: &FailedLogin<'_>) -> bool {
        let mut state = self.state();
        state.turn_to(now);
        let kind = state.kind_of(failure);
        if kind.name.is_some() && !state.seen.contains_key(&kind) {
            state.seen.insert(kind, None);
            return true;
        }
        state.count(kind, now, failure.reason);
        false
    }

    /// Counts a failure that should have been written at once and could not be.
    pub(crate) fn count(&self, now: Timestamp, failure: &FailedLogin<'_>) {
        let mut state = self.state();
        state.turn_to(now);
        let kind = state.kind_of(failure);
        state.count(kind, now, failure.reason);
    }

    /// Takes out a count of a minute that is over at `now`.
    pub(crate) fn take_over(&self, now: Timestamp) -> Option<Tally> {
        let mut state = self.state();
        state.turn_to(now);
        state.over.pop_front()
    }

    /// Ends this minute early: nothing is counted any more.
    pub(crate) fn end_minute(&self) {
        self.state().end_minute();
    }

    /// Puts back what could not be written.
    pub(crate) fn put_back(&self, tally: Tally) {
        let mut state = self.state();
        state.over.push_front(tally);
        state.drop_beyond_bounds();
    }

    fn state(&self) -> MutexGuard<'_, State> {
        // No step leaves the state half changed, so a panic elsewhere does not spoil it.
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl State {
    /// Ends the minute that was going on, unless `now` is part of it.
    fn turn_to(&mut self, now: Timestamp) {
        let minute = now.as_seconds() / 60;
        if minute != self.minute {
            self.end_minute();
            self.minute = minute;
        }
    }

    fn end_minute(&mut self) {
        let mut tallies: Vec<Tally> = self.seen.drain().filter_map(|(_, tally)| tally).collect();
        tallies.sort_by_key(|tally| tally.first);
        self.over.extend(tallies);
        self.drop_beyond_bounds();
    }

    fn drop_beyond_bounds(&mut self) {
        while self.over.len() > WAITING {
            if let Some(dropped) = self.over.pop_front() {
                tracing::error!(count = dropped.count, "a count of failed logins was dropped: it could not be written");
            }
        }
    }

    fn kind_of(&self, failure: &FailedLogin<'_>) -> Kind {
        let FailedLogin { name, from, outcome, .. } = *failure;
        let own = Kind { name: Some(name.into()), from, outcome };
        if self.seen.contains_key(&own) {
            return own;
        }
        let named = || self.seen.keys().filter(|kind| kind.name.is_some());
        if named().filter(|kind| kind.from == from).count() >= NAMES_OF_ONE_ADDRESS {
            return Kind { name: None, ..own };
        }
        if named().count() >= TOLD_APART {
            return Kind { name: None, from: None, outcome };
        }
        own
    }

    fn count(&mut self, kind: Kind, now: Timestamp, reason: &'static str) {
        let tally = self.seen.entry(kind.clone()).or_default().get_or_insert_with(|| Tally::new(kind, now));
        tally.count += 1;
        tally.last = now;
        *tally.reasons.entry(reason).or_default() += 1;
    }
}

impl Tally {
    fn new(kind: Kind, first: Timestamp) -> Self {
        Self { kind, count: 0, first, last: first, reasons: BTreeMap::new() }
    }

    /// The record of all of them. Its moment is that of the writing: the log is read in order of time, and whoever
    /// follows it would miss what is put in further back.
    pub(crate) fn record(&self, now: Timestamp) -> AuditRecord {
        let name = self.kind.name.as_deref().unwrap_or(SEVERAL);
        let reasons: Vec<String> = self.reasons.iter().map(|(reason, count)| format!("{reason} {count}")).collect();
        AuditRecord::new(now, name, "login")
            .from_address(self.kind.from)
            .on(name)
            .ended(self.kind.outcome)
            .detail("count", self.count.to_string())
            .detail("reasons", reasons.join(", "))
            .detail("first", KeyTime(self.first).to_string())
            .detail("last", KeyTime(self.last).to_string())
    }
}

impl fmt::Debug for FailedLogins {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let state = self.state();
        f.debug_struct("FailedLogins").field("seen", &state.seen.len()).field("over", &state.over.len()).finish()
    }
}

#[cfg(test)]
mod tests {
    use std::net::Ipv4Addr;

    use super::*;

    const START: Timestamp = Timestamp::from_seconds(60_000);
    const NEXT_MINUTE: Timestamp = Timestamp::from_seconds(60_060);

    fn failure(name: &str, host: u8) -> FailedLogin<'_> {
        let from = Some(IpAddr::V4(Ipv4Addr::new(192, 0, 2, host)));
        FailedLogin { name, from, outcome: AuditOutcome::Refused, reason: "wrong_password", provider: None }
    }

    /// All records that are due at `now`: actor, address known or not, count.
    fn due(failed: &FailedLogins, now: Timestamp) -> Vec<(String, bool, String)> {
        let tallies = std::iter::from_fn(|| failed.take_over(now));
        let records = tallies.map(|tally| tally.record(now));
        records.map(|record| (record.actor, record.from.is_some(), record.details["count"].clone())).collect()
    }

    #[test]
    fn the_first_failure_of_a_minute_is_written_and_the_others_are_counted() {
        let failed = FailedLogins::default();
        let written = (0..10).filter(|_| failed.is_first(START, &failure("dana", 1))).count();
        assert_eq!(written, 1);
        assert_eq!(due(&failed, START), []);
        assert_eq!(due(&failed, NEXT_MINUTE), [("dana".to_owned(), true, "9".to_owned())]);
        assert_eq!(due(&failed, NEXT_MINUTE), []);
        assert!(failed.is_first(NEXT_MINUTE, &failure("dana", 1)));
    }

    #[test]
    fn names_addresses_and_outcomes_are_told_apart() {
        let failed = FailedLogins::default();
        let unanswered = FailedLogin { outcome: AuditOutcome::Unavailable, reason: "directory", ..failure("dana", 1) };
        for attempt in [failure("dana", 1), failure("dana", 2), failure("erin", 1), unanswered] {
            assert!(failed.is_first(START, &attempt), "{attempt:?}");
        }
        assert_eq!(due(&failed, NEXT_MINUTE), []);
    }

    #[test]
    fn a_count_tells_the_reasons_and_the_time() {
        let failed = FailedLogins::default();
        for reason in ["wrong_password", "wrong_password", "locked", "wrong_password"] {
            failed.is_first(START, &FailedLogin { reason, ..failure("dana", 1) });
        }
        let record = failed.take_over(NEXT_MINUTE).expect("a count").record(NEXT_MINUTE);
        let details = |name: &str| record.details[name].as_str();
        assert_eq!((details("count"), details("reasons")), ("3", "locked 1, wrong_password 2"));
        assert_eq!((details("first"), details("last")), ("1970-01-01 16:40:00 UTC", "1970-01-01 16:40:00 UTC"));
        assert_eq!((record.at, record.outcome), (NEXT_MINUTE, AuditOutcome::Refused));
    }

    #[test]
    fn made_up_names_from_one_address_hide_nobody_else() {
        let failed = FailedLogins::default();
        let written = (0..1000).filter(|n| failed.is_first(START, &failure(&format!("made-up-{n}"), 1))).count();
        assert_eq!(written, NAMES_OF_ONE_ADDRESS);
        assert!(failed.is_first(START, &failure("dana", 2)));
        assert_eq!(due(&failed, NEXT_MINUTE), [(SEVERAL.to_owned(), true, "950".to_owned())]);
    }

    #[test]
    fn a_minute_is_a_bounded_number_of_records_from_however_many_addresses() {
        let failed = FailedLogins::default();
        let mut written = 0;
        for round in 0..3 {
            for (host, n) in (0..=255).flat_map(|host| (0..8).map(move |n| (host, n))) {
                written += usize::from(failed.is_first(START, &failure(&format!("name-{n}"), host)));
            }
            assert_eq!(written, TOLD_APART, "round {round}");
        }
        let counts = due(&failed, NEXT_MINUTE);
        assert_eq!(counts.len(), TOLD_APART + 1);
        let counted: u64 = counts.iter().map(|(_, _, count)| count.parse::<u64>().expect("a number")).sum();
        assert_eq!(counted + TOLD_APART as u64, 3 * 256 * 8, "nothing goes uncounted");
    }

    #[test]
    fn what_cannot_be_written_is_kept_within_bounds() {
        let failed = FailedLogins::default();
        for minute in 0..100 {
            let now = Timestamp::from_seconds(60 * minute);
            for name in 0..2 * NAMES_OF_ONE_ADDRESS {
                let name = (name % NAMES_OF_ONE_ADDRESS).to_string();
                failed.is_first(now, &failure(&name, 1));
            }
        }
        failed.end_minute();
        let mut kept = 0;
        while failed.take_over(Timestamp::from_seconds(60 * 99)).is_some() {
            kept += 1;
        }
        assert_eq!(kept, WAITING);
    }
}
