//! What one connection does at the moment: whether a request is in progress, and whose turn it is.
//!
//! The connection's own tasks write it without a lock; it is read when a listener is nearly full.

use std::sync::Arc;
use std::sync::atomic::{AtomicBool, AtomicI32, AtomicU32, AtomicU64, Ordering};
use std::time::Duration;

use tokio::sync::Notify;
use tokio::time::Instant;

/// So many bytes of bodies count as progress. A client that sends or takes a few bytes now and then makes none.
const PROGRESS: u64 = 16 * 1024;

/// How long a request may wait for its client without progress before its connection may be closed to make room.
pub(crate) const SLOW: Duration = Duration::from_secs(10);

/// What a connection does.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) enum State {
    /// No request is in progress: nothing was asked, or everything was answered. Part of a head may have come.
    Idle,
    /// A request is in progress and waits for its client to send or to take something.
    WaitsForClient,
    /// A request is in progress and waits for this server.
    WaitsForServer,
}

/// The activity of one connection.
#[derive(Debug)]
pub(crate) struct Activity {
    /// The moment that `since` is counted from.
    epoch: Instant,
    /// Requests whose answer is not complete.
    requests: AtomicU32,
    /// Of these, those that wait for this server. Each task counts for itself, so that for a moment it may be negative.
    server_turns: AtomicI32,
    /// Whether bytes of an answer wait for the client to take them.
    blocked: AtomicBool,
    /// The last progress, in microseconds after `epoch`: a request began or ended, or enough of a body moved.
    since: AtomicU64,
    /// Bytes of bodies that moved since then.
    moved: AtomicU64,
    /// Whether the connection was chosen to be closed.
    chosen: AtomicBool,
    choice: Notify,
}

impl Activity {
    /// That of a connection that was just accepted; `epoch` is the same for all of a listener.
    pub(crate) fn new(epoch: Instant) -> Arc<Self> {
        let activity = Self {
            epoch,
            requests: AtomicU32::new(0),
            server_turns: AtomicI32::new(0),
            blocked: AtomicBool::new(false),
            since: AtomicU64::new(0),
            moved: AtomicU64::new(0),
            chosen: AtomicBool::new(false),
            choice: Notify::new(),
        };
        activity.progressed();
        Arc::new(activity)
    }

    fn now(&self) -> u64 {
        u64::try_from(self.epoch.elapsed().as_micros()).unwrap_or(u64::MAX)
    }

    fn progressed(&self) {
        self.moved.store(0, Ordering::Relaxed);
        self.since.store(self.now(), Ordering::Relaxed);
    }

    /// What the connection does.
    pub(crate) fn state(&self) -> State {
        let in_progress = self.requests.load(Ordering::Relaxed) > 0;
        if in_progress && self.server_turns.load(Ordering::Relaxed) > 0 {
            State::WaitsForServer
        } else if in_progress || self.blocked.load(Ordering::Relaxed) {
            State::WaitsForClient
        } else {
            State::Idle
        }
    }

    /// When the last progress was, in microseconds after the epoch: the lower, the longer it is idle.
    pub(crate) fn since(&self) -> u64 {
        self.since.load(Ordering::Relaxed)
    }

    /// For how long there has been no progress.
    pub(crate) fn quiet(&self) -> Duration {
        Duration::from_micros(self.now().saturating_sub(self.since()))
    }

    /// Whether the connection may be closed to make room for another: it is idle, or its client is too slow.
    pub(crate) fn may_close(&self) -> bool {
        match self.state() {
            State::Idle => true,
            State::WaitsForClient => self.quiet() >= SLOW,
            State::WaitsForServer => false,
        }
    }

    /// Whether it was chosen to be closed, and has not found out yet that a request came in between.
    pub(crate) fn is_chosen(&self) -> bool {
        self.chosen.load(Ordering::Relaxed)
    }

    /// Asks the connection's task to close it.
    pub(crate) fn choose(&self) {
        self.chosen.store(true, Ordering::Relaxed);
        self.choice.notify_one();
    }

    /// Completes when the connection is to be closed: it was chosen, and no request has come since.
    pub(crate) async fn closed(&self) {
        loop {
            self.choice.notified().await;
            if self.may_close() {
                return;
            }
            self.chosen.store(false, Ordering::Relaxed);
        }
    }

    /// Notes whether bytes of an answer wait for the client.
    pub(crate) fn set_blocked(&self, blocked: bool) {
        self.blocked.store(blocked, Ordering::Relaxed);
    }

    /// Notes that bytes of a body came or went.
    pub(crate) fn moved(&self, bytes: usize) {
        let bytes = bytes as u64;
        if self.moved.fetch_add(bytes, Ordering::Relaxed).saturating_add(bytes) >= PROGRESS {
            self.progressed();
        }
    }
}

/// A request in progress: from its head to the end of its answer, or of its connection.
#[derive(Debug)]
pub(crate) struct InProgress {
    activity: Arc<Activity>,
    turn: Option<ServersTurn>,
}

impl InProgress {
    /// A request has come, and waits for this server.
    pub(crate) fn begin(activity: &Arc<Activity>) -> Self {
        activity.requests.fetch_add(1, Ordering::Relaxed);
        activity.progressed();
        Self { activity: Arc::clone(activity), turn: Some(ServersTurn::begin(activity)) }
    }

    /// Whether the request waits for this server to produce more of its answer.
    pub(crate) fn set_producing(&mut self, producing: bool) {
        match (producing, &self.turn) {
            (true, None) => self.turn = Some(ServersTurn::begin(&self.activity)),
            (false, Some(_)) => self.turn = None,
            _ => {}
        }
    }

    /// Notes that bytes of the answer went.
    pub(crate) fn moved(&self, bytes: usize) {
        self.activity.moved(bytes);
    }
}

impl Drop for InProgress {
    fn drop(&mut self) {
        self.turn = None;
        self.activity.progressed();
        self.activity.requests.fetch_sub(1, Ordering::Relaxed);
    }
}

/// While it lives, one request more waits for this server.
#[derive(Debug)]
struct ServersTurn(Arc<Activity>);

impl ServersTurn {
    fn begin(activity: &Arc<Activity>) -> Self {
        activity.server_turns.fetch_add(1, Ordering::Relaxed);
        Self(Arc::clone(activity))
    }
}

impl Drop for ServersTurn {
    fn drop(&mut self) {
        self.0.server_turns.fetch_sub(1, Ordering::Relaxed);
    }
}

/// While it lives, one request fewer waits for this server: the server waits for the client to send its body.
#[derive(Debug)]
pub(crate) struct ClientsTurn(Arc<Activity>);

impl ClientsTurn {
    pub(crate) fn begin(activity: &Arc<Activity>) -> Self {
        activity.server_turns.fetch_sub(1, Ordering::Relaxed);
        Self(Arc::clone(activity))
    }
}

impl Drop for ClientsTurn {
    fn drop(&mut self) {
        self.0.server_turns.fetch_add(1, Ordering::Relaxed);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[expect(clippy::disallowed_methods, reason = "patience with a socket is real time, as the socket is")]
    fn activity() -> Arc<Activity> {
        Activity::new(Instant::now())
    }

    #[tokio::test(start_paused = true)]
    async fn a_request_is_in_progress_from_its_head_to_the_end_of_its_answer() {
        let activity = activity();
        assert_eq!(activity.state(), State::Idle);
        let mut request = InProgress::begin(&activity);
        assert_eq!(activity.state(), State::WaitsForServer);
        request.set_producing(false);
        assert_eq!(activity.state(), State::WaitsForClient);
        request.set_producing(true);
        assert_eq!(activity.state(), State::WaitsForServer);
        drop(request);
        assert_eq!(activity.state(), State::Idle);
    }

    #[tokio::test(start_paused = true)]
    async fn a_body_that_is_awaited_is_its_clients_turn() {
        let activity = activity();
        let _request = InProgress::begin(&activity);
        let turn = ClientsTurn::begin(&activity);
        assert_eq!(activity.state(), State::WaitsForClient);
        drop(turn);
        assert_eq!(activity.state(), State::WaitsForServer);
    }

    #[tokio::test(start_paused = true)]
    async fn drops_of_a_body_are_no_progress() {
        let activity = activity();
        let _request = InProgress::begin(&activity);
        let _turn = ClientsTurn::begin(&activity);
        for _ in 0..10 {
            tokio::time::sleep(Duration::from_secs(1)).await;
            activity.moved(100);
        }
        assert!(activity.may_close());
        activity.moved(16 * 1024);
        assert!(!activity.may_close());
    }

    #[tokio::test(start_paused = true)]
    async fn a_request_that_waits_for_the_server_keeps_its_connection() {
        let activity = activity();
        let request = InProgress::begin(&activity);
        activity.choose();
        let closed = tokio::time::timeout(Duration::from_secs(3600), activity.closed()).await;
        assert!(closed.is_err() && !activity.is_chosen());
        drop(request);
        activity.choose();
        activity.closed().await;
    }

    #[tokio::test(start_paused = true)]
    async fn an_answer_that_is_not_taken_yet_is_not_idle() {
        let activity = activity();
        activity.set_blocked(true);
        assert_eq!(activity.state(), State::WaitsForClient);
        assert!(!activity.may_close());
        tokio::time::sleep(SLOW).await;
        assert!(activity.may_close());
    }
}
