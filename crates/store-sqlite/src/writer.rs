//! The one thread that writes, and the queue before it.

use std::thread::{self, JoinHandle};

use keyward_store::{AuditKeys, CommitError, Committed, Revision, StoreError, Transaction};
use rusqlite::Connection;
use tokio::sync::{mpsc, oneshot, watch};

use crate::batch::{self, Job};
use crate::upkeep::Task;

/// The most jobs that share one sync.
const BATCH: usize = 512;

/// The most jobs that may wait; who comes then waits to be let in.
const QUEUE: usize = 2048;

/// The writing side of the store. Dropping it lets the thread finish what is queued, and waits for it.
pub(crate) struct Writer {
    queue: Option<mpsc::Sender<Job>>,
    thread: Option<JoinHandle<()>>,
    news: watch::Receiver<Revision>,
}

impl Writer {
    /// Starts the thread on `connection`, which stands at `revision`.
    pub(crate) fn start(connection: Connection, keys: AuditKeys, revision: Revision) -> std::io::Result<Self> {
        let (queue, jobs) = mpsc::channel(QUEUE);
        let (announce, news) = watch::channel(revision);
        let thread = thread::Builder::new()
            .name("identity-writer".to_owned())
            .spawn(move || write_until_closed(&connection, &keys, jobs, &announce))?;
        Ok(Self { queue: Some(queue), thread: Some(thread), news })
    }

    /// Commits a transaction.
    pub(crate) async fn commit(&self, transaction: Transaction) -> Result<Committed, CommitError> {
        let (answer, result) = oneshot::channel();
        self.submit(Job::Commit(Box::new(transaction), answer)).await?;
        result.await.unwrap_or_else(|_| Err(stopped().into()))
    }

    /// Does another write; answers how many rows it touched.
    pub(crate) async fn upkeep(&self, task: Task) -> Result<u64, StoreError> {
        let (answer, result) = oneshot::channel();
        self.submit(Job::Upkeep(task, answer)).await?;
        result.await.unwrap_or_else(|_| Err(stopped()))
    }

    /// Follows the committed revision.
    pub(crate) fn news(&self) -> watch::Receiver<Revision> {
        self.news.clone()
    }

    async fn submit(&self, job: Job) -> Result<(), StoreError> {
        let queue = self.queue.as_ref().ok_or_else(stopped)?;
        queue.send(job).await.map_err(|_| stopped())
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
    mut queue: mpsc::Receiver<Job>,
    announce: &watch::Sender<Revision>,
) {
    while let Some(first) = queue.blocking_recv() {
        let mut jobs = vec![first];
        while jobs.len() < BATCH
            && let Ok(job) = queue.try_recv()
        {
            jobs.push(job);
        }
        batch::run(connection, keys, jobs, |revision| {
            announce.send_if_modified(|announced| {
                let news = *announced != revision;
                *announced = revision;
                news
            });
        });
    }
}

fn stopped() -> StoreError {
    StoreError::Unavailable { attempted: "write", cause: "the thread that writes has stopped".to_owned() }
}
