//! The thread that unlinks body files, so that no writer and no async thread waits for the file system to free blocks.

use std::io;
use std::path::PathBuf;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::mpsc::{self, Receiver, RecvTimeoutError, Sender};
use std::thread::{self, JoinHandle};
use std::time::Duration;

use super::body_dir;
use super::ids::FileId;
use super::unlink_hold::UnlinkHold;

/// How long to wait before asking again whether unlinking is still held off.
const HELD_OFF: Duration = Duration::from_secs(1);

enum Wish {
    Unlink(FileId),
    Stop,
}

/// Where unlinks are asked for. What cannot be unlinked stays an orphan for the sweep of the next start.
#[derive(Clone)]
pub(super) struct Unlinks {
    wishes: Sender<Wish>,
    missed: Arc<AtomicBool>,
}

impl Unlinks {
    pub(super) fn ask(&self, id: FileId) {
        if self.wishes.send(Wish::Unlink(id)).is_err() {
            self.note_missed();
        }
    }

    pub(super) fn note_missed(&self) {
        self.missed.store(true, Ordering::Relaxed);
    }
}

/// The thread's handle.
pub(super) struct Reaper {
    unlinks: Unlinks,
    thread: Option<JoinHandle<()>>,
}

impl Reaper {
    /// Starts the thread for the body directory `bodies`, which unlinks while nobody holds it off.
    pub(super) fn start(bodies: PathBuf, hold: UnlinkHold) -> io::Result<Self> {
        let (wishes, asked) = mpsc::channel();
        let missed = Arc::new(AtomicBool::new(false));
        let unlinks = Unlinks { wishes, missed: Arc::clone(&missed) };
        let mut reaping = Reaping { bodies, hold, put_off: Vec::new(), missed };
        let thread = thread::Builder::new().name("objects-reaper".into()).spawn(move || reaping.run(&asked))?;
        Ok(Self { unlinks, thread: Some(thread) })
    }

    pub(super) fn unlinks(&self) -> Unlinks {
        self.unlinks.clone()
    }

    /// Unlinks what was asked for until now, then ends the thread. Tells whether nothing was missed.
    pub(super) fn stop(&mut self) -> bool {
        let Some(thread) = self.thread.take() else { return false };
        let asked = self.unlinks.wishes.send(Wish::Stop).is_ok();
        thread.join().is_ok() && asked && !self.unlinks.missed.load(Ordering::Relaxed)
    }
}

/// What the thread knows.
struct Reaping {
    bodies: PathBuf,
    hold: UnlinkHold,
    /// Asked for while unlinking was held off.
    put_off: Vec<FileId>,
    missed: Arc<AtomicBool>,
}

impl Reaping {
    fn run(&mut self, asked: &Receiver<Wish>) {
        while let Some(wish) = self.next(asked) {
            self.put_off.extend(wish);
            self.unlink_until_held_off();
        }
        if !self.put_off.is_empty() {
            self.missed.store(true, Ordering::Relaxed);
        }
    }

    /// The next body to unlink; nothing new when those that were put off are to be tried again; `None` at the end.
    fn next(&self, asked: &Receiver<Wish>) -> Option<Option<FileId>> {
        let wish = match self.put_off.is_empty() {
            true => asked.recv().map_err(RecvTimeoutError::from),
            false => asked.recv_timeout(HELD_OFF),
        };
        match wish {
            Ok(Wish::Unlink(id)) => Some(Some(id)),
            Err(RecvTimeoutError::Timeout) => Some(None),
            Ok(Wish::Stop) | Err(RecvTimeoutError::Disconnected) => None,
        }
    }

    fn unlink_until_held_off(&mut self) {
        while let Some(id) = self.put_off.pop() {
            let path = body_dir::path(&self.bodies, id);
            match self.hold.unless_held(|| std::fs::remove_file(path)) {
                Ok(Some(Ok(()))) => {}
                Ok(Some(Err(gone))) if gone.kind() == io::ErrorKind::NotFound => {}
                Ok(None) => return self.put_off.push(id),
                Ok(Some(Err(error))) | Err(error) => {
                    self.missed.store(true, Ordering::Relaxed);
                    tracing::warn!(body = %id, %error, "could not unlink a body that is no longer needed");
                }
            }
        }
    }
}
