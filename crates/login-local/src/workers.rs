//! A few threads of their own for computations that need much memory.
//!
//! An allocator keeps what a thread gave back for that thread's next use. On the many threads that blocking work is
//! otherwise spread over, 19 MiB each would stay behind on hundreds of them.

use std::panic::{AssertUnwindSafe, catch_unwind};
use std::sync::mpsc::{self, Receiver, Sender};
use std::sync::{Arc, Mutex, PoisonError};

type Job = Box<dyn FnOnce() + Send>;

/// Takes jobs in order; its threads end when the last clone is dropped and the jobs are done.
#[derive(Clone)]
pub(crate) struct Workers {
    jobs: Sender<Job>,
}

impl Workers {
    /// Starts `count` threads. Where the system gives no more threads there are fewer, and with none every job is
    /// dropped.
    pub(crate) fn start(count: usize) -> Self {
        let (jobs, waiting) = mpsc::channel();
        let waiting = Arc::new(Mutex::new(waiting));
        for _ in 0..count {
            let waiting = Arc::clone(&waiting);
            let thread = std::thread::Builder::new().name("password".to_owned());
            if let Err(cause) = thread.spawn(move || work(&waiting)) {
                tracing::error!(%cause, "a thread for password checks could not be started");
            }
        }
        Self { jobs }
    }

    /// Hands a job over; it is dropped unrun when there is nobody to run it.
    pub(crate) fn run(&self, job: impl FnOnce() + Send + 'static) {
        let _ = self.jobs.send(Box::new(job));
    }
}

fn work(waiting: &Mutex<Receiver<Job>>) {
    loop {
        let next = waiting.lock().unwrap_or_else(PoisonError::into_inner).recv();
        let Ok(job) = next else { return };
        // The thread is needed for the jobs after this one.
        if catch_unwind(AssertUnwindSafe(job)).is_err() {
            tracing::error!("a password computation panicked");
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_job_that_panics_takes_no_thread_with_it() {
        let workers = Workers::start(1);
        workers.run(|| panic!("a bug in a job"));
        let (done, finished) = mpsc::channel();
        workers.run(move || done.send(()).expect("somebody waits"));
        finished.recv().expect("the thread lives on");
    }
}
