//! The connections that read, lent to blocking threads one question at a time.

use std::path::Path;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use keyward_store::StoreError;
use rusqlite::Connection;
use tokio::sync::Semaphore;

use crate::open::{self, OpenError};

/// How many questions are answered at a time. Lookups take microseconds; more connections would only add memory.
const READERS: usize = 4;

/// A pool of connections that cannot write.
#[derive(Clone)]
pub(crate) struct Readers {
    idle: Arc<Mutex<Vec<Connection>>>,
    permits: Arc<Semaphore>,
}

impl Readers {
    /// Opens them all.
    pub(crate) fn open(path: &Path) -> Result<Self, OpenError> {
        let connections = (0..READERS).map(|_| open::reader(path)).collect::<Result<Vec<_>, _>>()?;
        Ok(Self { idle: Arc::new(Mutex::new(connections)), permits: Arc::new(Semaphore::new(READERS)) })
    }

    /// Answers a question on a blocking thread. A caller that stops waiting leaves the connection to finish and go
    /// back to the pool.
    pub(crate) async fn ask<T: Send + 'static>(
        &self,
        question: impl FnOnce(&Connection) -> Result<T, StoreError> + Send + 'static,
    ) -> Result<T, StoreError> {
        let permit = Arc::clone(&self.permits).acquire_owned().await.map_err(|_| stopped())?;
        let idle = Arc::clone(&self.idle);
        let answer = tokio::task::spawn_blocking(move || {
            let lent = Lent { connection: lock(&idle).pop(), idle: &idle };
            let answer = lent.connection.as_ref().ok_or_else(stopped).and_then(question);
            drop(lent);
            drop(permit);
            answer
        });
        answer.await.unwrap_or_else(|_| Err(stopped()))
    }
}

/// A connection that goes back to the pool, whatever becomes of the question.
struct Lent<'a> {
    connection: Option<Connection>,
    idle: &'a Mutex<Vec<Connection>>,
}

impl Drop for Lent<'_> {
    fn drop(&mut self) {
        lock(self.idle).extend(self.connection.take());
    }
}

/// A list of connections is whole at every moment, so a panic elsewhere does not spoil it.
fn lock(idle: &Mutex<Vec<Connection>>) -> MutexGuard<'_, Vec<Connection>> {
    idle.lock().unwrap_or_else(PoisonError::into_inner)
}

fn stopped() -> StoreError {
    StoreError::Unavailable { attempted: "read", cause: "the store is closing".to_owned() }
}
