//! Turns: writes into one object go one after the other, so that none has to begin anew because of another.

use std::hash::{DefaultHasher, Hash, Hasher};

use tokio::sync::{Mutex, MutexGuard};

use crate::call::Place;

/// How many objects can be written into at the same time, roughly.
const LANES: usize = 64;

/// One queue for each of some groups of objects.
#[derive(Debug)]
pub(crate) struct Turns([Mutex<()>; LANES]);

impl Default for Turns {
    fn default() -> Self {
        Turns(std::array::from_fn(|_| Mutex::new(())))
    }
}

impl Turns {
    /// Waits until nobody else writes into the object; the turn ends when the answer is dropped.
    pub(crate) async fn next(&self, place: Place<'_>) -> MutexGuard<'_, ()> {
        let mut hasher = DefaultHasher::new();
        (place.bucket.id, place.key.as_str()).hash(&mut hasher);
        let lane = usize::try_from(hasher.finish() % LANES as u64).unwrap_or(0);
        self.0[lane].lock().await
    }
}
