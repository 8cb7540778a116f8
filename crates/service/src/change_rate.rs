//! How often one user may change what is kept about buckets: each change leaves an audit record that is kept for as long as
//! the operator wants, and no quota counts it.
//!
//! Two limits hold at once: one for minutes, so that nobody fills the reserve of a disk before an operator looks, and one
//! for days. A program that sets up thousands of buckets meets neither.

use std::collections::HashMap;
use std::sync::{Mutex, PoisonError};
use std::time::Duration;

use keyward_ambient::Timestamp;

/// So many changes at once, and one more after each interval.
#[derive(Clone, Copy)]
struct Limit {
    at_once: u32,
    interval: Duration,
}

/// A thousand at once, then ten a second.
const SHORT: Limit = Limit { at_once: 1000, interval: Duration::from_millis(100) };

/// Twenty thousand at once, then one every four seconds.
const LONG: Limit = Limit { at_once: 20_000, interval: Duration::from_secs(4) };

/// When this many users are remembered, those that are as good as unknown are forgotten.
const USERS: usize = 4096;

/// What a change is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Change {
    /// A new bucket.
    Bucket,
    /// A part of a bucket's configuration.
    Configuration,
}

/// The users that changed something of late.
#[derive(Default)]
pub(crate) struct ChangeRate {
    users: Mutex<HashMap<String, Spent>>,
}

/// When all that was used of each limit will have come back.
#[derive(Clone, Copy)]
struct Spent {
    short: Timestamp,
    long: Timestamp,
}

impl Limit {
    /// The moment after one more change, or how long to wait for it.
    fn spend(self, spent: Timestamp, now: Timestamp) -> Result<Timestamp, Duration> {
        let after = spent.max(now).plus(self.interval);
        let allowed = now.plus(self.interval * self.at_once);
        if after > allowed { Err(after.since(allowed)) } else { Ok(after) }
    }
}

impl ChangeRate {
    /// Counts a change by `user`, or answers after which time it may be tried again.
    pub(crate) fn admit(&self, user: &str, change: Change, now: Timestamp) -> Result<(), Duration> {
        // Each entry is whole at every moment.
        let mut users = self.users.lock().unwrap_or_else(PoisonError::into_inner);
        let mut spent = users.get(user).copied().unwrap_or(Spent { short: now, long: now });
        spent.long = LONG.spend(spent.long, now)?;
        if change == Change::Configuration {
            spent.short = SHORT.spend(spent.short, now)?;
        }
        if users.len() >= USERS {
            users.retain(|_, spent| spent.short > now || spent.long > now);
        }
        users.insert(user.to_owned(), spent);
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const START: Timestamp = Timestamp::from_millis(1_000_000);

    fn taken(rate: &ChangeRate, user: &str, change: Change, now: Timestamp) -> u32 {
        (0..100_000).take_while(|_| rate.admit(user, change, now).is_ok()).count().try_into().expect("few")
    }

    #[test]
    fn a_burst_is_taken_then_ten_a_second() {
        let rate = ChangeRate::default();
        assert_eq!(taken(&rate, "a", Change::Configuration, START), 1000);
        assert_eq!(rate.admit("a", Change::Configuration, START), Err(Duration::from_millis(100)));
        assert_eq!(taken(&rate, "b", Change::Configuration, START), 1000, "each user has limits of their own");
        assert_eq!(taken(&rate, "a", Change::Configuration, START.plus(Duration::from_secs(1))), 10);
        assert_eq!(taken(&rate, "a", Change::Configuration, START.plus(Duration::from_secs(3600))), 1000);
    }

    #[test]
    fn a_day_of_changes_is_bounded() {
        let (rate, mut all) = (ChangeRate::default(), 0);
        for minute in 0..24 * 60 {
            all += taken(&rate, "a", Change::Configuration, START.plus(Duration::from_secs(60 * minute)));
        }
        assert!((40_000..42_000).contains(&all), "{all}");
    }

    #[test]
    fn new_buckets_are_only_bounded_in_the_long_run() {
        let rate = ChangeRate::default();
        assert_eq!(taken(&rate, "a", Change::Bucket, START), 20_000);
    }

    #[test]
    fn users_who_rest_are_forgotten() {
        let rate = ChangeRate::default();
        for user in 0..USERS {
            rate.admit(&user.to_string(), Change::Bucket, START).expect("the first");
        }
        rate.admit("one more", Change::Bucket, START.plus(Duration::from_secs(60))).expect("the first");
        assert_eq!(rate.users.lock().expect("whole").len(), 1);
    }
}
