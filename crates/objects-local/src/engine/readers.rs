//! Read-only connections of one shard, used off the async threads.

use std::path::PathBuf;
use std::sync::{Arc, Mutex, PoisonError};

use rusqlite::Connection;
use tokio::sync::Semaphore;

use super::{EngineError, schema};

/// A bounded pool; connections are opened when first needed and kept.
pub(super) struct Readers {
    path: PathBuf,
    idle: Mutex<Vec<Connection>>,
    permits: Arc<Semaphore>,
}

impl Readers {
    pub(super) fn new(path: PathBuf, most: usize) -> Arc<Self> {
        Arc::new(Self { path, idle: Mutex::default(), permits: Arc::new(Semaphore::new(most)) })
    }

    /// Runs `work` on a blocking thread.
    pub(super) async fn read<T, F>(self: &Arc<Self>, work: F) -> Result<T, EngineError>
    where
        T: Send + 'static,
        F: FnOnce(&Connection) -> Result<T, EngineError> + Send + 'static,
    {
        self.read_then(work, Ok).await
    }

    /// Runs `work` on a blocking thread and then, with the connection free for others, `then` on the same thread:
    /// whatever waits for the disk belongs there.
    pub(super) async fn read_then<T, U, F, G>(self: &Arc<Self>, work: F, then: G) -> Result<U, EngineError>
    where
        U: Send + 'static,
        F: FnOnce(&Connection) -> Result<T, EngineError> + Send + 'static,
        G: FnOnce(T) -> Result<U, EngineError> + Send + 'static,
    {
        let permit = Arc::clone(&self.permits).acquire_owned().await.map_err(|_closed| EngineError::Unavailable)?;
        let readers = Arc::clone(self);
        let reading = tokio::task::spawn_blocking(move || {
            let outcome = readers.with_connection(work);
            drop(permit);
            outcome.and_then(then)
        });
        reading.await.unwrap_or(Err(EngineError::Unavailable))
    }

    /// Runs `work` with a connection that rests, or a new one; blocks.
    pub(super) fn with_connection<T>(
        &self,
        work: impl FnOnce(&Connection) -> Result<T, EngineError>,
    ) -> Result<T, EngineError> {
        let idle = self.idle.lock().unwrap_or_else(PoisonError::into_inner).pop();
        let connection = match idle {
            Some(connection) => connection,
            None => schema::open_reader(&self.path)?,
        };
        let outcome = work(&connection);
        // One that could not give up its snapshot would show the past for ever.
        if connection.is_autocommit() {
            self.idle.lock().unwrap_or_else(PoisonError::into_inner).push(connection);
        }
        outcome
    }

    /// Refuses further reads and closes the connections that rest.
    pub(super) fn close(&self) {
        self.permits.close();
        self.idle.lock().unwrap_or_else(PoisonError::into_inner).clear();
    }
}
