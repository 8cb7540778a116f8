//! In which order a directory's servers are asked.

use std::sync::{Mutex, PoisonError};
use std::time::Duration;

use keyward_ambient::Timestamp;

/// The servers of one directory: the last that worked first, then the others as configured, and those that failed a
/// moment ago at the end. None is ever left out: when all failed, the next login tries them all again.
#[derive(Debug)]
pub(crate) struct ServerList {
    rest: Duration,
    standing: Mutex<Standing>,
}

#[derive(Debug)]
struct Standing {
    /// The server that worked last.
    preferred: usize,
    /// Per server, until when it is asked last.
    resting_until: Vec<Timestamp>,
}

impl ServerList {
    /// `servers` servers of which none is known to be bad; one that fails is asked last for `rest`.
    pub(crate) fn new(servers: usize, rest: Duration) -> Self {
        let standing = Standing { preferred: 0, resting_until: vec![Timestamp::EPOCH; servers] };
        Self { rest, standing: Mutex::new(standing) }
    }

    /// The positions of all servers, in the order to ask them.
    pub(crate) fn order(&self, now: Timestamp) -> Vec<usize> {
        let standing = self.standing();
        let mut order: Vec<usize> = (0..standing.resting_until.len()).collect();
        order.sort_by_key(|&server| (standing.resting_until[server] > now, server != standing.preferred, server));
        order
    }

    /// Whether `server` failed a moment ago.
    pub(crate) fn is_resting(&self, server: usize, now: Timestamp) -> bool {
        self.standing().resting_until[server] > now
    }

    pub(crate) fn worked(&self, server: usize) {
        let mut standing = self.standing();
        standing.preferred = server;
        standing.resting_until[server] = Timestamp::EPOCH;
    }

    /// Remembers that `server` failed; true when it was not known to be failing.
    pub(crate) fn failed(&self, server: usize, now: Timestamp) -> bool {
        let until = now.plus(self.rest);
        let before = std::mem::replace(&mut self.standing().resting_until[server], until);
        before <= now
    }

    fn standing(&self) -> std::sync::MutexGuard<'_, Standing> {
        // Every change is one assignment: a panic elsewhere cannot leave it half done.
        self.standing.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const REST: Duration = Duration::from_secs(30);

    #[test]
    fn the_last_good_server_comes_first_and_a_failed_one_last_until_it_has_rested() {
        let now = Timestamp::from_seconds(1_000);
        let servers = ServerList::new(3, REST);
        assert_eq!(servers.order(now), [0, 1, 2]);

        servers.worked(1);
        assert_eq!(servers.order(now), [1, 0, 2]);

        assert!(servers.failed(1, now));
        assert!(!servers.failed(1, now), "it is known already");
        assert_eq!(servers.order(now), [0, 2, 1]);
        assert!(servers.is_resting(1, now) && !servers.is_resting(0, now));
        assert_eq!(servers.order(now.plus(REST)), [1, 0, 2]);
    }

    #[test]
    fn when_all_have_failed_all_are_asked() {
        let now = Timestamp::from_seconds(1_000);
        let servers = ServerList::new(2, REST);
        servers.failed(0, now);
        servers.failed(1, now);
        assert_eq!(servers.order(now), [0, 1]);
        servers.worked(1);
        assert_eq!(servers.order(now), [1, 0]);
    }
}
