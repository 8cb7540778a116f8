//! Holds up a call at a chosen point, so that a test can do something meanwhile.

use std::sync::{Arc, Mutex};

use tokio::sync::Notify;

/// Holds up one call, when it is closed.
#[derive(Default)]
pub(crate) struct Gate(Mutex<Option<Arc<Hold>>>);

/// A call that is held up.
#[derive(Default)]
pub(crate) struct Hold {
    reached: Notify,
    opened: Notify,
    left: Notify,
}

impl Gate {
    /// Holds up the next call that comes by.
    pub(crate) fn close(&self) -> Arc<Hold> {
        let hold = Arc::new(Hold::default());
        *self.0.lock().unwrap() = Some(Arc::clone(&hold));
        hold
    }

    /// Waits while the gate is closed; answers whom to tell when the call has been answered.
    pub(super) async fn pass(&self) -> Option<Arc<Hold>> {
        let hold = self.0.lock().unwrap().take()?;
        hold.reached.notify_one();
        hold.opened.notified().await;
        Some(hold)
    }
}

impl Hold {
    /// Waits until a call is held up.
    pub(crate) async fn reached(&self) {
        self.reached.notified().await;
    }

    /// Lets the call go on.
    pub(crate) fn open(&self) {
        self.opened.notify_one();
    }

    /// Lets the call go on and waits until it has been answered.
    pub(crate) async fn open_and_wait(&self) {
        self.open();
        self.left.notified().await;
    }

    /// The call has been answered.
    pub(super) fn leave(&self) {
        self.left.notify_one();
    }
}
