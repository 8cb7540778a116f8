//! A few threads of their own for computations that need much memory, and a fair queue before them.
//!
//! An allocator keeps what a thread gave back for that thread's next use. On the many threads that blocking work is
//! otherwise spread over, 19 MiB each would stay behind on hundreds of them.
//!
//! The queue is fair among places: each has a line of its own, of bounded length, and the lines are served in turn. A
//! flood from one place fills its own line and costs everybody else one computation's wait.

use std::collections::{HashMap, VecDeque};
use std::net::{IpAddr, Ipv6Addr};
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::sync::{Arc, Condvar, Mutex, MutexGuard, PoisonError};

type Job = Box<dyn FnOnce() + Send>;

/// Where a job comes from; `None` where nobody knows, which is a place of its own.
pub(crate) type Place = Option<IpAddr>;

/// How many jobs may wait.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Bounds {
    /// From one place.
    pub(crate) of_one_place: usize,
    /// From all together.
    pub(crate) altogether: usize,
}

/// The line of this place is full, or all lines together are.
#[derive(Debug, PartialEq, Eq)]
pub(crate) struct Full;

/// Takes jobs; its threads end when it is dropped and the jobs are done.
pub(crate) struct Workers {
    shared: Arc<Shared>,
}

struct Shared {
    lines: Mutex<Lines>,
    news: Condvar,
    bounds: Bounds,
}

#[derive(Default)]
struct Lines {
    of: HashMap<Place, VecDeque<Job>>,
    /// The places with jobs waiting, the next one to be served first.
    turns: VecDeque<Place>,
    waiting: usize,
    closed: bool,
}

impl Workers {
    /// Starts `count` threads. Where the system gives no more threads there are fewer, and with none jobs wait for ever.
    pub(crate) fn start(count: usize, bounds: Bounds) -> Self {
        let shared = Arc::new(Shared { lines: Mutex::default(), news: Condvar::new(), bounds });
        for _ in 0..count {
            let shared = Arc::clone(&shared);
            let thread = std::thread::Builder::new().name("password".to_owned());
            if let Err(cause) = thread.spawn(move || shared.work()) {
                tracing::error!(%cause, "a thread for password checks could not be started");
            }
        }
        Self { shared }
    }

    /// Puts a job at the end of the line of its place.
    pub(crate) fn run(&self, from: Place, job: impl FnOnce() + Send + 'static) -> Result<(), Full> {
        let place = from.map(network);
        let mut lines = self.shared.lines();
        let length = lines.of.get(&place).map_or(0, VecDeque::len);
        if length >= self.shared.bounds.of_one_place || lines.waiting >= self.shared.bounds.altogether {
            return Err(Full);
        }
        if length == 0 {
            lines.turns.push_back(place);
        }
        lines.of.entry(place).or_default().push_back(Box::new(job));
        lines.waiting += 1;
        drop(lines);
        self.shared.news.notify_one();
        Ok(())
    }

    /// How many jobs wait.
    pub(crate) fn waiting(&self) -> usize {
        self.shared.lines().waiting
    }
}

impl Drop for Workers {
    fn drop(&mut self) {
        self.shared.lines().closed = true;
        self.shared.news.notify_all();
    }
}

impl Shared {
    fn lines(&self) -> MutexGuard<'_, Lines> {
        // No step that can panic lies between the changes that belong together.
        self.lines.lock().unwrap_or_else(PoisonError::into_inner)
    }

    fn work(&self) {
        while let Some(job) = self.next() {
            // The thread is needed for the jobs after this one.
            if catch_unwind(AssertUnwindSafe(job)).is_err() {
                tracing::error!("a password computation panicked");
            }
        }
    }

    fn next(&self) -> Option<Job> {
        let mut lines = self.lines();
        loop {
            if let Some(job) = lines.take() {
                return Some(job);
            }
            if lines.closed {
                return None;
            }
            lines = self.news.wait(lines).unwrap_or_else(PoisonError::into_inner);
        }
    }
}

impl Lines {
    /// The first job of the line whose turn it is; the rest of that line waits until the other lines had theirs.
    fn take(&mut self) -> Option<Job> {
        let place = self.turns.pop_front()?;
        let line = self.of.get_mut(&place)?;
        let job = line.pop_front();
        if line.is_empty() {
            self.of.remove(&place);
        } else {
            self.turns.push_back(place);
        }
        self.waiting -= usize::from(job.is_some());
        job
    }
}

/// An IPv6 customer has at least a /64, so the lower half says nothing.
fn network(address: IpAddr) -> IpAddr {
    match address.to_canonical() {
        IpAddr::V6(v6) => IpAddr::V6(Ipv6Addr::from_bits(v6.to_bits() & !u128::from(u64::MAX))),
        v4 => v4,
    }
}

#[cfg(test)]
mod tests {
    use std::net::Ipv4Addr;
    use std::sync::mpsc;

    use super::*;

    const BOUNDS: Bounds = Bounds { of_one_place: 4, altogether: 8 };

    fn host(number: u8) -> Place {
        Some(IpAddr::V4(Ipv4Addr::new(192, 0, 2, number)))
    }

    #[test]
    fn a_job_that_panics_takes_no_thread_with_it() {
        let workers = Workers::start(1, BOUNDS);
        workers.run(None, || panic!("a bug in a job")).expect("room");
        let (done, finished) = mpsc::channel();
        workers.run(None, move || done.send(()).expect("somebody waits")).expect("room");
        finished.recv().expect("the thread lives on");
    }

    #[test]
    fn a_flood_from_one_place_leaves_room_for_others_and_they_are_served_next() {
        let workers = Workers::start(0, BOUNDS);
        let (done, finished) = mpsc::channel();
        let ask = |from: Place, name: &'static str| {
            let done = done.clone();
            workers.run(from, move || done.send(name).expect("somebody waits"))
        };
        let flood = (0..100).filter(|_| ask(host(1), "flood").is_ok()).count();
        assert_eq!(flood, 4);
        ask(host(2), "other").expect("room");
        ask(None, "nowhere").expect("room");
        while let Some(job) = workers.shared.lines().take() {
            job();
        }
        drop(done);
        let order: Vec<_> = finished.try_iter().collect();
        assert_eq!(order, ["flood", "other", "nowhere", "flood", "flood", "flood"]);
        assert_eq!(workers.waiting(), 0);
    }

    #[test]
    fn all_lines_together_are_bounded_too() {
        let workers = Workers::start(0, BOUNDS);
        let taken = (0..100).filter(|number| workers.run(host(*number), || {}).is_ok()).count();
        assert_eq!((taken, workers.waiting()), (8, 8));
    }

    #[test]
    fn hosts_of_one_ipv6_network_are_one_place() {
        let workers = Workers::start(0, BOUNDS);
        let from = |number: u16| Some(IpAddr::V6(Ipv6Addr::new(0x2001, 0xdb8, 0, 0, 0, 0, 0, number)));
        assert_eq!((0..100).filter(|number| workers.run(from(*number), || {}).is_ok()).count(), 4);
    }
}
