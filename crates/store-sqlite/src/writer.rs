//! The one thread that writes, and the queue before it.

use std::sync::Arc;
use std::thread::{self, JoinHandle};

use keyward_disk_space::Ballast;
use keyward_store::{AuditKeys, CommitError, Committed, Revision, StoreError, Transaction};
use rusqlite::Connection;
use tokio::sync::{mpsc, oneshot, watch};

use crate::batch::{self, Job};
use crate::failure::unavailable;
use crate::upkeep::Task;

/// The most jobs that share one sync.
const BATCH: usize = 512;

/// The most jobs that may wait; who comes then waits to be let in.
const QUEUE: usize = 2048;

/// What is queued for the thread.
enum Queued {
    /// Goes into a batch.
    Job(Job),
    /// Writes the log back and empties it, which cannot be done within an SQL transaction.
    EmptyLog(oneshot::Sender<Result<u64, StoreError>>),
}

/// The writing side of the store. Dropping it lets the thread finish what is queued, and waits for it.
pub(crate) struct Writer {
    queue: Option<mpsc::Sender<Queued>>,
    thread: Option<JoinHandle<()>>,
    news: watch::Receiver<Revision>,
}

impl Writer {
    /// Starts the thread on `connection`, which stands at `revision`.
    pub(crate) fn start(
        connection: Connection,
        keys: AuditKeys,
        revision: Revision,
        ballast: Option<Arc<Ballast>>,
    ) -> std::io::Result<Self> {
        let (queue, jobs) = mpsc::channel(QUEUE);
        let (announce, news) = watch::channel(revision);
        let thread = thread::Builder::new()
            .name("identity-writer".to_owned())
            .spawn(move || write_until_closed(&connection, &keys, ballast.as_deref(), jobs, &announce))?;
        Ok(Self { queue: Some(queue), thread: Some(thread), news })
    }

    /// Commits a transaction.
    pub(crate) async fn commit(&self, transaction: Transaction) -> Result<Committed, CommitError> {
        let (answer, result) = oneshot::channel();
        self.submit(Queued::Job(Job::Commit(Box::new(transaction), answer))).await?;
        result.await.unwrap_or_else(|_| Err(stopped().into()))
    }

    /// Does another write; answers how many rows it touched.
    pub(crate) async fn upkeep(&self, task: Task) -> Result<u64, StoreError> {
        let (answer, result) = oneshot::channel();
        self.submit(Queued::Job(Job::Upkeep(task, answer))).await?;
        result.await.unwrap_or_else(|_| Err(stopped()))
    }

    /// Empties the log, in which overwritten pages may still be; those of the database are zeroed as they are freed.
    pub(crate) async fn wipe_overwritten(&self) -> Result<u64, StoreError> {
        let (answer, result) = oneshot::channel();
        self.submit(Queued::EmptyLog(answer)).await?;
        result.await.unwrap_or_else(|_| Err(stopped()))
    }

    /// Follows the committed revision.
    pub(crate) fn news(&self) -> watch::Receiver<Revision> {
        self.news.clone()
    }

    async fn submit(&self, queued: Queued) -> Result<(), StoreError> {
        let queue = self.queue.as_ref().ok_or_else(stopped)?;
        queue.send(queued).await.map_err(|_| stopped())
    }
}

impl Drop for Writer {
    fn drop(&mut self) {
        self.queue = None;
        if let Some(thread) = self.thread.take()
            && thread.join().is_err()
        {
            tracing::error!("the thread that writes the identity store had panicked");
        }
    }
}

/// Takes what is queued, without waiting for more to come, and makes it durable with one sync.
fn write_until_closed(
    connection: &Connection,
    keys: &AuditKeys,
    ballast: Option<&Ballast>,
    mut queue: mpsc::Receiver<Queued>,
    announce: &watch::Sender<Revision>,
) {
    while let Some(first) = queue.blocking_recv() {
        let (mut jobs, mut next) = (Vec::new(), Some(first));
        while let Some(Queued::Job(job)) = next {
            jobs.push(job);
            next = if jobs.len() < BATCH { queue.try_recv().ok() } else { None };
        }
        if !jobs.is_empty() {
            if ballast.is_some_and(Ballast::make_room) {
                write_log_back(connection);
            }
            batch::run(connection, keys, jobs, |revision| {
                announce.send_if_modified(|announced| {
                    let news = *announced != revision;
                    *announced = revision;
                    news
                });
            });
        }
        if let Some(Queued::EmptyLog(answer)) = next {
            // A caller who stopped waiting needs no answer.
            let _ = answer.send(empty_log(connection));
        }
    }
}

/// Answers 1 when a reader kept the log from being emptied.
fn empty_log(connection: &Connection) -> Result<u64, StoreError> {
    let busy = connection.query_row("PRAGMA wal_checkpoint(TRUNCATE)", [], |row| row.get::<_, i64>(0));
    busy.map(i64::cast_unsigned).map_err(unavailable("empty the log"))
}

/// On a full disk the next commit then finds room in the log instead of making it longer.
fn write_log_back(connection: &Connection) {
    let written_back = connection.query_row("PRAGMA wal_checkpoint(PASSIVE)", [], |row| row.get::<_, i64>(0));
    if let Err(error) = written_back {
        tracing::warn!(%error, "the log of the identity store could not be written back on a full disk");
    }
}

fn stopped() -> StoreError {
    StoreError::Unavailable { attempted: "write", cause: "the thread that writes has stopped".to_owned() }
}
