//! A clock that stands still until a test moves it.

use std::future::Future;
use std::pin::Pin;
use std::sync::Arc;
use std::time::Duration;

use keyward_ambient::{Clock, Timestamp};
use tokio::sync::watch;

/// Stands at one moment; [`advance`](Self::advance) moves it and wakes who waits for that moment. Clones share the time.
#[derive(Clone, Debug)]
pub struct FrozenClock {
    now: Arc<watch::Sender<Timestamp>>,
}

impl FrozenClock {
    /// A clock that stands at `now`.
    pub fn at(now: Timestamp) -> Self {
        Self { now: Arc::new(watch::Sender::new(now)) }
    }

    /// Moves the clock forward.
    pub fn advance(&self, by: Duration) {
        self.now.send_modify(|now| *now = now.plus(by));
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
