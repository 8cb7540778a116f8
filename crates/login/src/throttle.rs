//! Slows guessing down before a provider is asked, so that nobody can guess fast or lock a directory account through
//! us, and its owner can still log in.
//!
//! Failures are counted per (name, address) and per name. Attempts that are under way count as failures until they are
//! settled, so a burst of parallel guesses is no faster than one after the other. A success wipes the slate and makes
//! its address known to the name; from there the name stays usable while strangers are guessing it. Nothing is kept on
//! disk: a restart forgets.

mod ledger;
mod rules;
mod state;
#[cfg(test)]
mod tests;

use std::fmt;
use std::net::IpAddr;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use keyward_ambient::{Clock, Timestamp};
use tokio::sync::{Notify, Semaphore};

pub use rules::{Pace, ThrottleRules};
use state::{Decision, Ending, Keys, State};

use crate::LoginName;

/// What a queued attempt is told when its turn does not come: the attempts before it take as long as they take.
const RETRY_AFTER_QUEUEING: Duration = Duration::from_secs(1);

/// The counter of failures that every login passes. Clones share it.
#[derive(Clone)]
pub struct Throttle {
    shared: Arc<Shared>,
}

struct Shared {
    state: Mutex<State>,
    settled: Notify,
    waiting: Semaphore,
}

/// The attempt was turned away before any provider was asked.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[error("too many failed logins; try again in {} s", retry_after.as_millis().div_ceil(1000))]
pub struct TooManyAttempts {
    /// How long to stay away.
    pub retry_after: Duration,
}

impl Throttle {
    /// A throttle that has seen nothing yet.
    pub fn new(rules: ThrottleRules) -> Self {
        let waiting = Semaphore::new(rules.waiting);
        Self { shared: Arc::new(Shared { state: Mutex::new(State::new(rules)), settled: Notify::new(), waiting }) }
    }

    /// Waits until `name` may be tried from `from`, or says to stay away. Settle the admission with how the attempt
    /// ended; dropping it counts for nothing.
    pub async fn enter(
        &self,
        clock: &dyn Clock,
        name: &LoginName,
        from: Option<IpAddr>,
    ) -> Result<Admission, TooManyAttempts> {
        self.enter_as(clock, name.as_str(), from).await
    }

    /// The same for what is guessed at under several names, such as an entry of a directory. It is compared as it is.
    pub async fn enter_as(
        &self,
        clock: &dyn Clock,
        subject: &str,
        from: Option<IpAddr>,
    ) -> Result<Admission, TooManyAttempts> {
        let shared = &*self.shared;
        let keys = shared.state().keys(subject, from);
        let give_up = clock.now().plus(shared.state().rules.longest_wait);
        let mut place = None;
        loop {
            // Made before deciding: what is settled from here on wakes us.
            let settled = shared.settled.notified();
            let now = clock.now();
            let decision = shared.state().decide(now, &keys);
            let wait = match decision {
                Decision::Enter => return Ok(Admission { throttle: self.clone(), keys, settled: false }),
                Decision::TurnAway { until } => return Err(shared.turn_away(&keys, until.since(now))),
                Decision::Wait { until } if until > give_up => return Err(shared.turn_away(&keys, until.since(now))),
                Decision::Queue if now >= give_up => return Err(shared.turn_away(&keys, RETRY_AFTER_QUEUEING)),
                Decision::Wait { until } => until.since(now),
                Decision::Queue => give_up.since(now),
            };
            if place.is_none() {
                place = Some(shared.waiting.try_acquire().map_err(|_| shared.turn_away(&keys, wait))?);
            }
            tokio::select! {
                () = clock.sleep(wait) => {}
                () = settled, if decision == Decision::Queue => {}
            }
        }
    }

    /// Forgets the failures of `name`, from everywhere: an administrator vouches for it. What is under way stays counted.
    pub fn pardon(&self, name: &LoginName) {
        self.shared.state().pardon(name.as_str());
        self.shared.settled.notify_waiters();
    }
}

impl Shared {
    fn state(&self) -> MutexGuard<'_, State> {
        // Every change of the state is a plain assignment: a panic elsewhere cannot leave it half done.
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }

    fn turn_away(&self, keys: &Keys, retry_after: Duration) -> TooManyAttempts {
        self.state().tidy(keys);
        TooManyAttempts { retry_after }
    }
}

impl Default for Throttle {
    /// A throttle with the default rules.
    fn default() -> Self {
        Self::new(ThrottleRules::default())
    }
}

impl fmt::Debug for Throttle {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Throttle").field("rules", &self.shared.state().rules).finish_non_exhaustive()
    }
}

/// The right to ask the providers once.
#[derive(Debug)]
#[must_use = "settle it with `succeeded` or `failed`"]
pub struct Admission {
    throttle: Throttle,
    keys: Keys,
    settled: bool,
}

impl Admission {
    /// The credentials were right.
    pub fn succeeded(self, now: Timestamp) {
        self.settle(Ending::Succeeded { at: now });
    }

    /// The credentials were refused, for whatever reason.
    pub fn failed(self, now: Timestamp) {
        self.settle(Ending::Failed { at: now });
    }

    fn settle(mut self, ending: Ending) {
        self.settled = true;
        self.throttle.shared.state().settle(&self.keys, ending);
        self.throttle.shared.settled.notify_waiters();
    }
}

impl Drop for Admission {
    /// A login that was cut short, or for which nobody could be asked, is nobody's failure.
    fn drop(&mut self) {
        if !self.settled {
            self.throttle.shared.state().settle(&self.keys, Ending::Abandoned);
            self.throttle.shared.settled.notify_waiters();
        }
    }
}
