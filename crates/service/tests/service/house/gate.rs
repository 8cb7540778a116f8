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

/// A call on its way through the gate; dropped when it has been answered or abandoned.
pub(super) struct Passage(Arc<Hold>);

impl Gate {
    /// Holds up the next call that comes by.
    pub(crate) fn close(&self) -> Arc<Hold> {
        let hold = Arc::new(Hold::default());
        *self.0.lock().unwrap() = Some(Arc::clone(&hold));
        hold
    }

    /// Waits while the gate is closed. Whoever closed it learns when what comes back is dropped.
    pub(super) async fn pass(&self) -> Option<Passage> {
        let passage = Passage(self.0.lock().unwrap().take()?);
        passage.0.reached.notify_one();
        passage.0.opened.notified().await;
        Some(passage)
    }
}

impl Drop for Passage {
    fn drop(&mut self) {
        self.0.left.notify_one();
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

    /// Lets the call go on and waits until it has been answered or abandoned.
    pub(crate) async fn open_and_wait(&self) {
        self.open();
        self.left.notified().await;
    }
}
