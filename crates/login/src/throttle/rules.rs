//! How fast guesses may come.

use std::time::Duration;

use keyward_ambient::Timestamp;

/// How failures slow down what follows: a few go unpunished, then each doubles the wait.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Pace {
    /// Failures that cost no wait.
    pub free: u32,
    /// The wait after one failure more than that.
    pub first: Duration,
    /// The longest wait that doubling leads to.
    pub longest: Duration,
}

impl Pace {
    /// The earliest moment of the next attempt after `failures`, the last of them at `last_failure`.
    pub(super) fn not_before(&self, failures: u32, last_failure: Timestamp) -> Timestamp {
        if failures < self.free {
            return Timestamp::EPOCH;
        }
        let doublings = (failures - self.free).min(31);
        last_failure.plus(self.first.saturating_mul(1 << doublings).min(self.longest))
    }

    /// How many attempts may be under way at once: as many as are still free, so that parallel guesses gain nothing.
    pub(super) fn room(&self, failures: u32) -> u32 {
        self.free.saturating_sub(failures).max(1)
    }
}

/// The rules of a [`Throttle`](super::Throttle).
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ThrottleRules {
    /// For one name from one address.
    pub per_address: Pace,
    /// For one name from all addresses together from which it has never logged in.
    pub per_name: Pace,
    /// Failures of one name that may reach a provider before [`memory`](Self::memory) has passed since the last one.
    /// Addresses unknown to the name may use up half of them. Keep it below the directory's own lock-out threshold:
    /// then nobody can lock a directory account through us, and the owner still has the other half.
    pub budget: u32,
    /// After this long without a failure, all is forgotten. Keep it at or above the directory's observation window.
    pub memory: Duration,
    /// For how long a successful login makes its address known to the name.
    pub familiar_for: Duration,
    /// An attempt that would have to wait longer is turned away at once.
    pub longest_wait: Duration,
    /// How many attempts, of all names, may be waiting at once.
    pub waiting: usize,
    /// How many names and addresses are remembered; beyond it, those longest unused are forgotten.
    pub tracked: usize,
    /// Names that are slowed per address only and never turned away because of what others do, lower-cased.
    pub never_held: Vec<String>,
}

impl Default for ThrottleRules {
    /// Fits a directory that locks after ten failures in 15 minutes, as Microsoft's baselines set it.
    fn default() -> Self {
        let pace = Pace { free: 3, first: Duration::from_secs(1), longest: Duration::from_secs(30) };
        Self {
            per_address: pace,
            per_name: pace,
            budget: 8,
            memory: Duration::from_secs(15 * 60),
            familiar_for: Duration::from_secs(30 * 24 * 3600),
            longest_wait: Duration::from_secs(10),
            waiting: 1024,
            tracked: 65_536,
            never_held: vec!["root".to_owned()],
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn waits_double_from_the_first_to_the_longest() {
        let pace = ThrottleRules::default().per_address;
        let last = Timestamp::from_seconds(1_000);
        let waits: Vec<u64> = (0..10).map(|failures| pace.not_before(failures, last).since(last).as_secs()).collect();
        assert_eq!(waits, [0, 0, 0, 1, 2, 4, 8, 16, 30, 30]);
        assert_eq!(pace.not_before(u32::MAX, last).since(last).as_secs(), 30);
    }
}
