//! The thread that unlinks body files, so that no writer and no async thread waits for the file system to free blocks.

use std::io;
use std::path::PathBuf;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::mpsc::{self, Receiver, Sender};
use std::thread::{self, JoinHandle};

use super::body_dir;
use super::ids::FileId;

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
    /// Starts the thread for the body directory `bodies`.
    pub(super) fn start(bodies: PathBuf) -> io::Result<Self> {
        let (wishes, asked) = mpsc::channel();
        let missed = Arc::new(AtomicBool::new(false));
        let unlinks = Unlinks { wishes, missed: Arc::clone(&missed) };
        let thread =
            thread::Builder::new().name("objects-reaper".into()).spawn(move || reap(&bodies, &asked, &missed))?;
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

fn reap(bodies: &std::path::Path, asked: &Receiver<Wish>, missed: &AtomicBool) {
    while let Ok(Wish::Unlink(id)) = asked.recv() {
        match std::fs::remove_file(body_dir::path(bodies, id)) {
            Ok(()) => {}
            Err(gone) if gone.kind() == io::ErrorKind::NotFound => {}
            Err(error) => {
                missed.store(true, Ordering::Relaxed);
                tracing::warn!(body = %id, %error, "could not unlink a body that is no longer needed");
            }
        }
    }
}
