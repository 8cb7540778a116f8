//! Failures in a row of the accounts that lock, and which unlocking has been taken notice of.
//!
//! The *lock* is a part of the account's record: it outlives a restart, everybody who reads the account sees it, and it
//! is lifted by a change of that record, whoever makes it. The *count* that leads to it is kept here, in memory: a
//! write for each guess would let a guesser fill the disk. Only accounts that exist are counted, so it stays small.

use std::collections::HashMap;
use std::fmt;
use std::sync::{Mutex, MutexGuard, PoisonError};

use keyward_ambient::Timestamp;
use keyward_identity::ManagementUserId;
use keyward_login::LoginName;

#[derive(Default)]
pub(crate) struct Lockouts(Mutex<State>);

#[derive(Default)]
struct State {
    failures: HashMap<ManagementUserId, u32>,
    unlocked: HashMap<LoginName, Timestamp>,
}

impl Lockouts {
    /// Counts a failure of an account that exists; answers whether it is one too many, and begins anew then.
    pub(crate) fn is_one_too_many(&self, id: &ManagementUserId, limit: u32) -> bool {
        let mut state = self.state();
        let failures = state.failures.entry(id.clone()).or_default();
        *failures += 1;
        let too_many = limit > 0 && *failures >= limit;
        if too_many {
            state.failures.remove(id);
        }
        too_many
    }

    /// What came before counts no longer: a success, or an unlocking.
    pub(crate) fn forget(&self, name: &LoginName) {
        if let Ok(id) = ManagementUserId::parse(name.as_str()) {
            self.state().failures.remove(&id);
        }
    }

    /// Whether this unlocking of `name` was not noticed before.
    pub(crate) fn is_news(&self, name: &LoginName, unlocked_at: Timestamp) -> bool {
        self.state().unlocked.insert(name.clone(), unlocked_at) != Some(unlocked_at)
    }

    fn state(&self) -> MutexGuard<'_, State> {
        // Every step is a single change, so a panic elsewhere does not spoil it.
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl fmt::Debug for Lockouts {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Lockouts").field("counted", &self.state().failures.len()).finish()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_failures_in_a_row_lock() {
        let (lockouts, name) = (Lockouts::default(), LoginName::parse("mona").expect("a name"));
        let mona = ManagementUserId::parse("mona").expect("a name");
        assert!(!lockouts.is_one_too_many(&mona, 3) && !lockouts.is_one_too_many(&mona, 3));
        lockouts.forget(&name);
        assert!(!lockouts.is_one_too_many(&mona, 3) && !lockouts.is_one_too_many(&mona, 3));
        assert!(lockouts.is_one_too_many(&mona, 3));
        assert!(!lockouts.is_one_too_many(&mona, 3), "a lock begins a new count");
    }

    #[test]
    fn without_a_limit_nothing_locks() {
        let (lockouts, mona) = (Lockouts::default(), ManagementUserId::parse("mona").expect("a name"));
        assert!((0..1000).all(|_| !lockouts.is_one_too_many(&mona, 0)));
    }

    #[test]
    fn an_unlocking_is_news_once() {
        let (lockouts, name) = (Lockouts::default(), LoginName::parse("mona").expect("a name"));
        let [first, second] = [1, 2].map(Timestamp::from_seconds);
        assert!(lockouts.is_news(&name, first) && !lockouts.is_news(&name, first));
        assert!(lockouts.is_news(&name, second));
    }
}
