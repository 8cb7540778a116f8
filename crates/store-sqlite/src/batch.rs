//! One batch: jobs that were waiting, applied one by one, made durable together, then answered.

use keyward_store::{AuditKeys, CommitError, Committed, Revision, StoreError, Transaction};
use rusqlite::Connection;
use tokio::sync::oneshot;

use crate::apply::apply;
use crate::failure::unavailable;
use crate::ledger::Ledger;
use crate::upkeep::Task;

/// Something to write, and who waits for it.
pub(crate) enum Job {
    /// A transaction.
    Commit(Box<Transaction>, oneshot::Sender<Result<Committed, CommitError>>),
    /// Another write.
    Upkeep(Task, oneshot::Sender<Result<u64, StoreError>>),
}

/// A job that has been applied and waits for the batch to be durable.
enum Applied {
    Commit(Result<Committed, CommitError>, oneshot::Sender<Result<Committed, CommitError>>),
    Upkeep(Result<u64, StoreError>, oneshot::Sender<Result<u64, StoreError>>),
}

/// Applies `jobs` in one SQL transaction, tells `announce` the new revision, and answers everybody: each with its own
/// result, or, when the batch as a whole failed, all with "could not find out".
pub(crate) fn run(connection: &Connection, keys: &AuditKeys, jobs: Vec<Job>, announce: impl FnOnce(Revision)) {
    let synced = jobs.iter().any(Job::needs_sync);
    let mut waiting = jobs.into_iter();
    let mut applied = Vec::with_capacity(waiting.len());
    let outcome = begin(connection, synced)
        .and_then(|()| apply_all(connection, keys, &mut waiting, &mut applied))
        .and_then(|ledger| end(connection).map(|()| ledger));
    match outcome {
        Ok(ledger) => {
            announce(ledger.revision);
            applied.into_iter().for_each(Applied::answer);
        }
        Err(error) => {
            tracing::error!(%error, "a batch of writes to the identity store failed");
            // Fails when SQLite has rolled back by itself, and then there is nothing left to do.
            let _ = connection.execute_batch("ROLLBACK");
            applied.into_iter().for_each(|job| job.fail(&error));
            waiting.for_each(|job| job.fail(&error));
        }
    }
}

/// Opens the SQL transaction. Without a sync the log is written and left to the operating system: the next commit
/// that is synced syncs it too.
fn begin(connection: &Connection, synced: bool) -> Result<(), StoreError> {
    let sql = if synced {
        "PRAGMA synchronous = FULL; BEGIN IMMEDIATE"
    } else {
        "PRAGMA synchronous = NORMAL; BEGIN IMMEDIATE"
    };
    connection.execute_batch(sql).map_err(unavailable("begin a transaction"))
}

fn end(connection: &Connection) -> Result<(), StoreError> {
    connection.execute_batch("COMMIT").map_err(unavailable("make a transaction durable"))
}

/// Applies the jobs in turn. Fails as a whole when SQLite has given up the SQL transaction around them, as it does
/// when the disk is full: what was applied before is gone then.
fn apply_all(
    connection: &Connection,
    keys: &AuditKeys,
    waiting: &mut impl Iterator<Item = Job>,
    applied: &mut Vec<Applied>,
) -> Result<Ledger, StoreError> {
    let before = Ledger::load(connection)?;
    let mut ledger = before.clone();
    for job in waiting {
        let job = job.apply(connection, keys, &mut ledger);
        let abandoned = match (connection.is_autocommit(), job.store_error()) {
            (true, Some(error)) => Some(error),
            (true, None) => Some(StoreError::Unavailable {
                attempted: "finish a transaction",
                cause: "SQLite rolled it back".to_owned(),
            }),
            (false, _) => None,
        };
        applied.push(job);
        if let Some(error) = abandoned {
            return Err(error);
        }
    }
    if ledger != before {
        ledger.save(connection)?;
    }
    Ok(ledger)
}

/// Runs `work` so that it leaves nothing behind, neither in the database nor in the ledger, when it fails.
fn undone_on_error<T, E: From<StoreError>>(
    connection: &Connection,
    ledger: &mut Ledger,
    work: impl FnOnce(&mut Ledger) -> Result<T, E>,
) -> Result<T, E> {
    let attempted = unavailable("set a savepoint");
    connection.execute_batch("SAVEPOINT job").map_err(&attempted)?;
    let mut moved = ledger.clone();
    let result = work(&mut moved);
    match &result {
        Ok(_) => {
            connection.execute_batch("RELEASE job").map_err(&attempted)?;
            *ledger = moved;
        }
        Err(_) if connection.is_autocommit() => {}
        Err(_) => connection.execute_batch("ROLLBACK TO job; RELEASE job").map_err(&attempted)?,
    }
    result
}

impl Job {
    /// Whether losing it in a power cut would break a promise.
    fn needs_sync(&self) -> bool {
        !matches!(self, Job::Upkeep(Task::Touch { .. } | Task::NoteUses(_), _))
    }

    fn apply(self, connection: &Connection, keys: &AuditKeys, ledger: &mut Ledger) -> Applied {
        match self {
            Job::Commit(transaction, answer) => {
                let work = |ledger: &mut Ledger| apply(connection, ledger, keys, *transaction);
                Applied::Commit(undone_on_error(connection, ledger, work), answer)
            }
            Job::Upkeep(task, answer) => {
                let work = |ledger: &mut Ledger| task.run(connection, ledger, keys);
                Applied::Upkeep(undone_on_error(connection, ledger, work), answer)
            }
        }
    }

    fn fail(self, error: &StoreError) {
        match self {
            Job::Commit(_, answer) => drop(answer.send(Err(error.clone().into()))),
            Job::Upkeep(_, answer) => drop(answer.send(Err(error.clone()))),
        }
    }
}

impl Applied {
    fn store_error(&self) -> Option<StoreError> {
        match self {
            Applied::Commit(Err(CommitError::Store(error)), _) | Applied::Upkeep(Err(error), _) => Some(error.clone()),
            Applied::Commit(..) | Applied::Upkeep(..) => None,
        }
    }

    /// Whoever stopped waiting is not told; what was committed stays.
    fn answer(self) {
        match self {
            Applied::Commit(result, answer) => drop(answer.send(result)),
            Applied::Upkeep(result, answer) => drop(answer.send(result)),
        }
    }

    fn fail(self, error: &StoreError) {
        match self {
            Applied::Commit(_, answer) => drop(answer.send(Err(error.clone().into()))),
            Applied::Upkeep(_, answer) => drop(answer.send(Err(error.clone()))),
        }
    }
}

#[cfg(test)]
mod tests;
