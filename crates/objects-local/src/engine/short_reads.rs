//! Reads of a few rows, worked off in line by as few threads as keep up: to wake a thread for each of them would cost
//! several times what the read does.

use std::collections::VecDeque;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use rusqlite::Connection;
use tokio::sync::oneshot;
use tokio::task::spawn_blocking;

use super::EngineError;
use super::readers::Readers;

/// How many may wait for each thread at work before another one is woken. A row that has to come from the disk holds up
/// no more than these.
const PATIENCE: usize = 2;

/// A read; what it gives back is still to be done, and may wait for the disk.
type Read = Box<dyn FnOnce() -> Option<Rest> + Send>;
type Rest = Box<dyn FnOnce() + Send>;

/// The line of one shard.
pub(super) struct ShortReads {
    readers: Arc<Readers>,
    most_threads: usize,
    line: Mutex<Line>,
}

#[derive(Default)]
struct Line {
    waiting: VecDeque<Read>,
    threads: usize,
    is_closed: bool,
}

impl ShortReads {
    pub(super) fn new(readers: Arc<Readers>, most_threads: usize) -> Arc<Self> {
        Arc::new(Self { readers, most_threads, line: Mutex::default() })
    }

    /// Runs `work` on a blocking thread.
    pub(super) async fn read<T, F>(self: &Arc<Self>, work: F) -> Result<T, EngineError>
    where
        T: Send + 'static,
        F: FnOnce(&Connection) -> Result<T, EngineError> + Send + 'static,
    {
        self.read_then(work, |_| false, Ok).await
    }

    /// Runs `work` on a blocking thread and then, with the connection free for others, `then` on the same thread. Where
    /// that `waits` for the disk, the line moves on meanwhile.
    pub(super) async fn read_then<T, U, F, G>(
        self: &Arc<Self>,
        work: F,
        waits: fn(&T) -> bool,
        then: G,
    ) -> Result<U, EngineError>
    where
        T: Send + 'static,
        U: Send + 'static,
        F: FnOnce(&Connection) -> Result<T, EngineError> + Send + 'static,
        G: FnOnce(T) -> Result<U, EngineError> + Send + 'static,
    {
        let (answer, answered) = oneshot::channel();
        let readers = Arc::clone(&self.readers);
        self.line_up(Box::new(move || {
            // Who asked may have gone.
            if answer.is_closed() {
                return None;
            }
            let rest = move |answer: oneshot::Sender<_>, found| drop(answer.send(then(found)));
            match readers.with_connection(work) {
                Ok(found) if waits(&found) => return Some(Box::new(move || rest(answer, found))),
                Ok(found) => rest(answer, found),
                Err(error) => drop(answer.send(Err(error))),
            }
            None
        }));
        answered.await.unwrap_or(Err(EngineError::Unavailable))
    }

    /// Refuses further reads, those in line among them.
    pub(super) fn close(&self) {
        let mut line = self.line();
        line.is_closed = true;
        line.waiting.clear();
    }

    fn line_up(self: &Arc<Self>, read: Read) {
        let mut line = self.line();
        if line.is_closed {
            return;
        }
        line.waiting.push_back(read);
        let is_short_of_threads = line.waiting.len() > line.threads * PATIENCE && line.threads < self.most_threads;
        if is_short_of_threads {
            line.threads += 1;
            drop(line);
            self.wake_a_thread();
        }
    }

    fn wake_a_thread(self: &Arc<Self>) {
        let reads = Arc::clone(self);
        spawn_blocking(move || {
            let turn = Turn(reads);
            while let Some(read) = turn.next() {
                if let Some(rest) = read() {
                    drop(turn);
                    return rest();
                }
            }
        });
    }

    fn line(&self) -> MutexGuard<'_, Line> {
        // Nothing that could panic runs under this lock.
        self.line.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

/// A thread at work on the line. Whoever comes while it leaves, even by a panic, is not left standing.
struct Turn(Arc<ShortReads>);

impl Turn {
    fn next(&self) -> Option<Read> {
        self.0.line().waiting.pop_front()
    }
}

impl Drop for Turn {
    fn drop(&mut self) {
        let mut line = self.0.line();
        if line.waiting.is_empty() {
            line.threads -= 1;
        } else {
            drop(line);
            self.0.wake_a_thread();
        }
    }
}

#[cfg(test)]
mod tests {
    use std::sync::mpsc;

    use tempfile::TempDir;

    use super::*;
    use crate::engine::schema;

    /// A line that one thread works off.
    fn line() -> (TempDir, Arc<ShortReads>) {
        let home = tempfile::tempdir().unwrap();
        let path = home.path().join("meta");
        drop(schema::open_writer(&path).unwrap());
        (home, ShortReads::new(Readers::new(path, 1), 1))
    }

    fn one(connection: &Connection) -> Result<i64, EngineError> {
        Ok(connection.query_row("SELECT 1", [], |row| row.get(0))?)
    }

    #[tokio::test]
    async fn everybody_in_line_is_served() {
        let (_home, reads) = line();
        let all: Vec<_> = (0..100)
            .map(|_| {
                let reads = Arc::clone(&reads);
                tokio::spawn(async move { reads.read(one).await.unwrap() })
            })
            .collect();
        for read in all {
            assert_eq!(read.await.unwrap(), 1);
        }
    }

    #[tokio::test]
    async fn what_waits_for_the_disk_holds_nobody_up() {
        let (_home, reads) = line();
        let (disk, answers) = mpsc::channel();
        let slow = reads.read_then(one, |_| true, move |found| Ok(found + answers.recv().unwrap_or(0)));
        let quick = async {
            let found = reads.read(one).await.unwrap();
            disk.send(6).unwrap();
            found
        };
        let (slow, quick) = tokio::join!(slow, quick);
        assert_eq!((slow.unwrap(), quick), (7, 1));
    }

    #[tokio::test]
    async fn a_read_that_panics_is_unavailable_and_the_line_moves_on() {
        let (_home, reads) = line();
        let broken = reads.read(|_| -> Result<i64, EngineError> { panic!("as told by the test") });
        let (broken, next) = tokio::join!(broken, reads.read(one));
        assert!(matches!(broken, Err(EngineError::Unavailable)));
        assert_eq!(next.unwrap(), 1);
    }

    #[tokio::test]
    async fn a_closed_line_serves_nobody() {
        let (_home, reads) = line();
        reads.close();
        assert!(matches!(reads.read(one).await, Err(EngineError::Unavailable)));
    }
}
