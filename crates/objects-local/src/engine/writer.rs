//! The one thread that writes a shard: it commits whatever has queued up with one sync, then answers all of it.
//!
//! Each job runs inside a savepoint of its own, so one that fails a check leaves its neighbours alone. Body files that
//! a job took over or let go are kept or unlinked only once the commit is durable.

use std::any::Any;
use std::future::Future;
use std::sync::mpsc::{self, Receiver, Sender};
use std::sync::{Arc, Mutex, PoisonError};
use std::thread::{self, JoinHandle};

use keyward_ambient::{Clock, Timestamp};
use keyward_disk_space::Ballast;
use rusqlite::Connection;
use tokio::sync::oneshot;

use super::EngineError;
use super::ids::FileId;
use super::object_cache::{ObjectCache, Writing};
use super::pending_file::PendingFile;
use super::pins::Pins;
use super::row_key;

const BATCH: usize = 512;

/// What a job works with: the open transaction, the commit's time and the fate of body files.
pub(super) struct Commit<'b> {
    pub(super) connection: &'b Connection,
    pub(super) now: Timestamp,
    cache: &'b Arc<ObjectCache>,
    effects: &'b mut Effects,
}

impl Commit<'_> {
    /// This transaction writes a row of an object: its key is kept in memory no more, and not again before it has ended.
    /// Comes with every such statement.
    pub(super) fn writes_object(&mut self, row: &[u8]) {
        if let Some((bucket, key)) = row_key::bucket_of(row).zip(row_key::key_of_object(row)) {
            self.effects.writing.push(self.cache.begin_to_write(bucket, key));
        }
    }

    /// A row of this transaction names `file`; it stays if the commit does.
    pub(super) fn take_over(&mut self, file: PendingFile) {
        self.effects.taken_over.push(file);
    }

    /// Keeps `held` until the commit is over, whatever came of it.
    pub(super) fn hold(&mut self, held: Held) {
        self.effects.held.push(held);
    }

    /// No row names `file` any more; it goes if the commit stays.
    pub(super) fn let_go(&mut self, file: FileId) {
        self.effects.let_go.push(file);
    }
}

#[derive(Default)]
struct Effects {
    taken_over: Vec<PendingFile>,
    let_go: Vec<FileId>,
    writing: Vec<Writing>,
    held: Vec<Held>,
}

/// Something that is dropped once a commit is over.
pub(super) type Held = Arc<dyn Any + Send + Sync>;

/// Why a whole batch came to nothing.
#[derive(Clone)]
struct BatchFailure {
    cause: Arc<rusqlite::Error>,
    /// The sync itself failed: the transaction may still turn up after a crash.
    outcome_unknown: bool,
}

impl From<BatchFailure> for EngineError {
    fn from(failure: BatchFailure) -> Self {
        match EngineError::from(failure.cause) {
            EngineError::Metadata { source, .. } => {
                EngineError::Metadata { source, outcome_unknown: failure.outcome_unknown }
            }
            other => other,
        }
    }
}

/// Whether a job's changes are to be kept.
enum Ran {
    Keep,
    Undo { disk_full: bool },
}

trait Job: Send {
    fn run(&mut self, commit: &mut Commit<'_>) -> Ran;
    fn answer(self: Box<Self>, committed: Result<(), BatchFailure>);
}

struct Task<T, F> {
    work: Option<F>,
    outcome: Option<Result<T, EngineError>>,
    answer: oneshot::Sender<Result<T, EngineError>>,
}

impl<T, F> Job for Task<T, F>
where
    T: Send,
    F: FnOnce(&mut Commit<'_>) -> Result<T, EngineError> + Send,
{
    fn run(&mut self, commit: &mut Commit<'_>) -> Ran {
        self.outcome = self.work.take().map(|work| work(commit));
        match self.outcome {
            Some(Ok(_)) => Ran::Keep,
            Some(Err(EngineError::DiskFull)) => Ran::Undo { disk_full: true },
            _ => Ran::Undo { disk_full: false },
        }
    }

    fn answer(self: Box<Self>, committed: Result<(), BatchFailure>) {
        let answer = match (committed, self.outcome) {
            (Ok(()), Some(outcome)) => outcome,
            (Ok(()), None) => Err(EngineError::Unavailable),
            (Err(failure), _) => Err(failure.into()),
        };
        // Nobody listens when the request was cancelled; the work is done all the same.
        let _ = self.answer.send(answer);
    }
}

enum Message {
    Job(Box<dyn Job>),
    Stop,
}

/// What the threads of all shards work with.
pub(super) struct Shared {
    pub(super) clock: Arc<dyn Clock>,
    pub(super) pins: Arc<Pins>,
    pub(super) cache: Arc<ObjectCache>,
    pub(super) ballast: Arc<Ballast>,
}

/// Hands jobs to the thread.
pub(super) struct Writer {
    messages: Sender<Message>,
    thread: Mutex<Option<JoinHandle<()>>>,
}

impl Writer {
    pub(super) fn start(name: String, connection: Connection, shared: Shared) -> Result<Self, EngineError> {
        let (messages, inbox) = mpsc::channel();
        let thread = thread::Builder::new()
            .name(name)
            .spawn(move || work_off(&connection, &shared, &inbox))
            .map_err(EngineError::io("start a metadata thread"))?;
        Ok(Self { messages, thread: Mutex::new(Some(thread)) })
    }

    /// Queues `work` and waits for the commit that carries it. It is queued at the call, and is done even if the
    /// future is dropped.
    pub(super) fn commit<T, F>(&self, work: F) -> impl Future<Output = Result<T, EngineError>> + Send + use<T, F>
    where
        T: Send + 'static,
        F: FnOnce(&mut Commit<'_>) -> Result<T, EngineError> + Send + 'static,
    {
        let (answer, answered) = oneshot::channel();
        // A closed channel drops the job, and with it the sender that `answered` waits for.
        let _ = self.messages.send(Message::Job(Box::new(Task { work: Some(work), outcome: None, answer })));
        async move { answered.await.unwrap_or(Err(EngineError::Unavailable)) }
    }

    /// Ends the thread after the jobs queued so far; later ones are [`EngineError::Unavailable`].
    pub(super) fn stop(&self) {
        let thread = self.thread.lock().unwrap_or_else(PoisonError::into_inner).take();
        if let Some(thread) = thread {
            let _ = self.messages.send(Message::Stop);
            if thread.join().is_err() {
                tracing::error!("a metadata thread had panicked");
            }
        }
    }
}

fn work_off(connection: &Connection, shared: &Shared, inbox: &Receiver<Message>) {
    while let Ok(Message::Job(first)) = inbox.recv() {
        let mut batch = vec![first];
        let mut stop = false;
        while batch.len() < BATCH && !stop {
            match inbox.try_recv() {
                Ok(Message::Job(job)) => batch.push(job),
                Ok(Message::Stop) => stop = true,
                Err(_) => break,
            }
        }
        make_room(connection, &shared.ballast);
        run_batch(connection, shared.clock.now(), &shared.pins, &shared.cache, batch);
        if stop {
            return;
        }
    }
}

/// Where the disk is full, lets go of what is kept for this, and writes the log back, so that the next commit finds room
/// in it instead of making it longer.
fn make_room(connection: &Connection, ballast: &Ballast) {
    if !ballast.make_room() {
        return;
    }
    let written_back = connection.query_row("PRAGMA wal_checkpoint(PASSIVE)", [], |row| row.get::<_, i64>(0));
    if let Err(error) = written_back {
        tracing::warn!(%error, "a metadata log could not be written back on a full disk");
    }
}

fn run_batch(
    connection: &Connection,
    now: Timestamp,
    pins: &Pins,
    cache: &Arc<ObjectCache>,
    mut batch: Vec<Box<dyn Job>>,
) {
    let mut effects = Effects::default();
    let outcome = transact(connection, now, cache, &mut batch, &mut effects);
    match &outcome {
        Ok(()) => {
            effects.taken_over.into_iter().for_each(PendingFile::keep);
            effects.let_go.into_iter().for_each(|file| pins.discard(file));
        }
        Err(failure) => {
            tracing::error!(error = %failure.cause, outcome_unknown = failure.outcome_unknown, "a metadata commit failed");
            if failure.outcome_unknown {
                // Rows naming these files may turn up after a crash; only the sweep can tell.
                effects.taken_over.into_iter().for_each(PendingFile::keep);
                pins.leave_to_sweep();
            }
            if !connection.is_autocommit()
                && let Err(error) = connection.execute_batch("ROLLBACK")
            {
                tracing::error!(%error, "could not roll a metadata transaction back");
            }
        }
    }
    // Before the answers, so that who reads after one finds its object kept again.
    drop(effects.writing);
    drop(effects.held);
    for job in batch {
        job.answer(outcome.clone());
    }
}

fn transact(
    connection: &Connection,
    now: Timestamp,
    cache: &Arc<ObjectCache>,
    batch: &mut [Box<dyn Job>],
    effects: &mut Effects,
) -> Result<(), BatchFailure> {
    let rolled_back = |cause| BatchFailure { cause: Arc::new(cause), outcome_unknown: false };
    let step = |sql| connection.prepare_cached(sql)?.execute([]).map(drop);
    step("BEGIN IMMEDIATE").map_err(rolled_back)?;
    for job in batch {
        step("SAVEPOINT job").map_err(rolled_back)?;
        let (taken_over, let_go) = (effects.taken_over.len(), effects.let_go.len());
        if let Ran::Undo { disk_full } = job.run(&mut Commit { connection, now, cache, effects }) {
            if connection.is_autocommit() {
                // After some errors SQLite rolls the whole transaction back by itself.
                let code = if disk_full { rusqlite::ffi::SQLITE_FULL } else { rusqlite::ffi::SQLITE_ABORT };
                return Err(rolled_back(rusqlite::Error::SqliteFailure(rusqlite::ffi::Error::new(code), None)));
            }
            step("ROLLBACK TO job").map_err(rolled_back)?;
            effects.taken_over.truncate(taken_over);
            effects.let_go.truncate(let_go);
        }
        step("RELEASE job").map_err(rolled_back)?;
    }
    step("COMMIT").map_err(|cause| {
        // A commit that ran out of room wrote no commit mark; any other failure may have come after it.
        let outcome_unknown = cause.sqlite_error_code() != Some(rusqlite::ErrorCode::DiskFull);
        BatchFailure { cause: Arc::new(cause), outcome_unknown }
    })
}

#[cfg(test)]
mod tests;
