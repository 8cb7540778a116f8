//! Counting the uses of secrets without waiting: counters beside each secret, and a bounded queue of those that moved.
//!
//! What was counted waits here until somebody takes it to be written down; a crash loses it.

use std::fmt;
use std::net::IpAddr;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, AtomicI64, AtomicU64, Ordering};

use arc_swap::ArcSwapOption;
use keyward_ambient::Timestamp;
use keyward_keyring::SecretId;
use tokio::sync::{Mutex, mpsc};

use crate::CredentialKey;

/// How many secrets may wait to be written down. One that finds no room tries again at its next use.
const QUEUE: usize = 16 * 1024;

/// Between two notes of where a secret is used from, in milliseconds.
const BETWEEN_SIGHTINGS: i64 = 1000;

/// The longest text of a client's name that is kept.
const LONGEST_AGENT: usize = 200;

/// What was counted of one secret since it was last taken.
#[derive(Debug)]
pub(crate) struct Counters {
    owner: CredentialKey,
    secret: SecretId,
    uses: AtomicU64,
    last_used_at: AtomicI64,
    seen_at: AtomicI64,
    seen: ArcSwapOption<Sighting>,
    is_queued: AtomicBool,
}

/// Where a secret was used from.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Sighting {
    /// The client's address.
    pub address: Option<IpAddr>,
    /// What the client calls itself (`User-Agent`).
    pub agent: Option<String>,
}

/// Uses of one secret, taken to be written down.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Uses {
    /// Whose secret it is.
    pub owner: CredentialKey,
    /// Which secret.
    pub secret: SecretId,
    /// How many there were.
    pub count: u64,
    /// When the last of them came.
    pub last_used_at: Timestamp,
    /// Where one of the last of them came from: noted once a second at most.
    pub last_seen: Option<Sighting>,
}

impl Counters {
    pub(crate) fn new(owner: CredentialKey, secret: SecretId) -> Self {
        Self {
            owner,
            secret,
            uses: AtomicU64::new(0),
            last_used_at: AtomicI64::new(0),
            seen_at: AtomicI64::new(i64::MIN),
            seen: ArcSwapOption::empty(),
            is_queued: AtomicBool::new(false),
        }
    }

    fn count(&self, now: Timestamp, address: Option<IpAddr>, agent: Option<&[u8]>) {
        let now = now.as_millis();
        self.uses.fetch_add(1, Ordering::Relaxed);
        self.last_used_at.fetch_max(now, Ordering::Relaxed);
        let seen_at = self.seen_at.load(Ordering::Relaxed);
        let is_due = now >= seen_at.saturating_add(BETWEEN_SIGHTINGS);
        if is_due && self.seen_at.compare_exchange(seen_at, now, Ordering::Relaxed, Ordering::Relaxed).is_ok() {
            let agent =
                agent.map(|agent| String::from_utf8_lossy(&agent[..agent.len().min(LONGEST_AGENT)]).into_owned());
            self.seen.store(Some(Arc::new(Sighting { address, agent })));
        }
    }

    /// Takes what was counted; nothing when another did so first.
    fn take(&self) -> Option<Uses> {
        let count = self.uses.swap(0, Ordering::Relaxed);
        (count > 0).then(|| Uses {
            owner: self.owner.clone(),
            secret: self.secret,
            count,
            last_used_at: Timestamp::from_millis(self.last_used_at.load(Ordering::Relaxed)),
            last_seen: self.seen.swap(None).map(|seen| (*seen).clone()),
        })
    }
}

/// The secrets that were used and not yet written down.
pub struct UsageQueue {
    sender: mpsc::Sender<Arc<Counters>>,
    /// Locked by those who write down, never on the way of a request.
    receiver: Mutex<mpsc::Receiver<Arc<Counters>>>,
}

impl Default for UsageQueue {
    fn default() -> Self {
        let (sender, receiver) = mpsc::channel(QUEUE);
        Self { sender, receiver: Mutex::new(receiver) }
    }
}

impl UsageQueue {
    pub(crate) fn note(&self, counters: &Arc<Counters>, now: Timestamp, address: Option<IpAddr>, agent: Option<&[u8]>) {
        counters.count(now, address, agent);
        if counters.is_queued.load(Ordering::Acquire) || counters.is_queued.swap(true, Ordering::AcqRel) {
            return;
        }
        if self.sender.try_send(Arc::clone(counters)).is_err() {
            counters.is_queued.store(false, Ordering::Release);
        }
    }

    /// Takes everything that was counted, hands it to `write`, and takes it back when that fails.
    ///
    /// # Errors
    /// Those of `write`.
    pub async fn write_down<E, W: Future<Output = Result<(), E>>>(
        &self,
        write: impl FnOnce(Vec<Uses>) -> W,
    ) -> Result<(), E> {
        let mut receiver = self.receiver.lock().await;
        let (mut counters, mut uses) = (Vec::new(), Vec::new());
        // No more than were waiting: those that come meanwhile are for the next time.
        for _ in 0..receiver.len() {
            let Ok(next) = receiver.try_recv() else { break };
            // Before the count is read, so that whoever counts later queues it again.
            next.is_queued.store(false, Ordering::Release);
            if let Some(taken) = next.take() {
                uses.push(taken);
                counters.push(next);
            }
        }
        if uses.is_empty() {
            return Ok(());
        }
        let counts: Vec<u64> = uses.iter().map(|taken| taken.count).collect();
        let written = write(uses).await;
        if written.is_err() {
            for (counters, count) in counters.iter().zip(counts) {
                counters.uses.fetch_add(count, Ordering::Relaxed);
                if !counters.is_queued.swap(true, Ordering::AcqRel)
                    && self.sender.try_send(Arc::clone(counters)).is_err()
                {
                    counters.is_queued.store(false, Ordering::Release);
                }
            }
        }
        written
    }
}

impl fmt::Debug for UsageQueue {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("UsageQueue").finish_non_exhaustive()
    }
}

#[cfg(test)]
mod tests {
    use std::convert::Infallible;

    use keyward_identity::ObjectUserId;

    use super::*;

    fn counters(id: u8) -> Arc<Counters> {
        let access_key_id = ObjectUserId::parse("alice").expect("a name");
        Arc::new(Counters::new(CredentialKey { scope: None, access_key_id }, SecretId::from_bytes([id; 32])))
    }

    fn at(millis: i64) -> Timestamp {
        Timestamp::from_millis(millis)
    }

    async fn taken(queue: &UsageQueue) -> Vec<(u64, i64, Option<String>)> {
        let mut taken = Vec::new();
        let take = |uses: Vec<Uses>| {
            taken = uses.into_iter().map(|uses| (uses.count, uses.last_used_at.as_millis(), uses.last_seen)).collect();
            async { Ok::<_, Infallible>(()) }
        };
        queue.write_down(take).await.expect("written");
        taken.into_iter().map(|(count, last, seen)| (count, last, seen.and_then(|seen| seen.agent))).collect()
    }

    #[tokio::test]
    async fn uses_are_counted_and_taken_once() {
        let (queue, old, new) = (UsageQueue::default(), counters(1), counters(2));
        for time in [5, 9, 7] {
            queue.note(&old, at(time), None, None);
        }
        queue.note(&new, at(20), None, None);
        assert_eq!(taken(&queue).await, [(3, 9, None), (1, 20, None)]);
        assert_eq!(taken(&queue).await, []);
        queue.note(&old, at(30), None, None);
        assert_eq!(taken(&queue).await, [(1, 30, None)]);
    }

    #[tokio::test]
    async fn where_a_secret_is_used_from_is_noted_once_a_second() {
        let (queue, counters) = (UsageQueue::default(), counters(1));
        for (time, agent) in [(0, "first"), (999, "too soon"), (1000, "a second later"), (1001, "too soon")] {
            queue.note(&counters, at(time), None, Some(agent.as_bytes()));
        }
        assert_eq!(taken(&queue).await, [(4, 1001, Some("a second later".to_owned()))]);
        queue.note(&counters, at(1500), None, Some(b"too soon"));
        assert_eq!(taken(&queue).await, [(1, 1500, None)]);
    }

    #[tokio::test]
    async fn what_could_not_be_written_is_taken_again() {
        let (queue, counters) = (UsageQueue::default(), counters(1));
        queue.note(&counters, at(1), None, None);
        queue.write_down(|_| async { Err(()) }).await.expect_err("down");
        queue.note(&counters, at(2), None, None);
        assert_eq!(taken(&queue).await, [(2, 2, None)]);
    }

    #[tokio::test]
    async fn a_full_queue_loses_no_count() {
        let queue = UsageQueue::default();
        let many: Vec<_> = (0..=QUEUE).map(|_| counters(1)).collect();
        for _ in 0..2 {
            many.iter().for_each(|counters| queue.note(counters, at(1), None, None));
        }
        let total = |taken: Vec<(u64, i64, Option<String>)>| taken.iter().map(|(count, _, _)| count).sum::<u64>();
        assert_eq!(total(taken(&queue).await), 2 * QUEUE as u64);
        many.iter().for_each(|counters| queue.note(counters, at(1), None, None));
        assert_eq!(total(taken(&queue).await), QUEUE as u64);
        queue.note(&many[QUEUE], at(1), None, None);
        assert_eq!(total(taken(&queue).await), 4);
    }
}
