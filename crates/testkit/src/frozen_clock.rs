//! A clock that stands still until a test moves it.

use std::future::Future;
use std::pin::Pin;
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};
use std::time::Duration;

use keyward_ambient::{Clock, Timestamp};
use tokio::sync::watch;

/// Stands at one moment; [`advance`](Self::advance) moves it and wakes who waits for that moment. Clones share the time.
#[derive(Clone, Debug)]
pub struct FrozenClock {
    now: Arc<watch::Sender<Timestamp>>,
    per_reading: Arc<AtomicU64>,
}

impl FrozenClock {
    /// A clock that stands at `now`.
    pub fn at(now: Timestamp) -> Self {
        Self { now: Arc::new(watch::Sender::new(now)), per_reading: Arc::default() }
    }

    /// Moves the clock forward.
    pub fn advance(&self, by: Duration) {
        self.now.send_modify(|now| *now = now.plus(by));
    }

    /// From here on every reading finds the clock a millisecond later than the one before: what takes two readings for
    /// one instant shows.
    pub fn tick_at_each_reading(&self) {
        self.per_reading.store(1, Ordering::Relaxed);
    }
}

impl Default for FrozenClock {
    /// 2026-03-05T17:39:13.813Z.
    fn default() -> Self {
        Self::at(Timestamp::from_millis(1_772_732_353_813))
    }
}

impl Clock for FrozenClock {
    fn now(&self) -> Timestamp {
        match self.per_reading.load(Ordering::Relaxed) {
            0 => {}
            millis => self.advance(Duration::from_millis(millis)),
        }
        *self.now.borrow()
    }

    fn sleep(&self, duration: Duration) -> Pin<Box<dyn Future<Output = ()> + Send>> {
        let end = self.now().plus(duration);
        let mut now = self.now.subscribe();
        Box::pin(async move {
            // The sender lives as long as the clock; without a clock nobody can be waiting for it.
            let _ = now.wait_for(|now| *now >= end).await;
        })
    }
}
