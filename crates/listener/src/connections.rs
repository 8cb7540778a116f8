//! The connections that a listener holds, and which of them are closed when it is nearly full.
//!
//! There is no limit for one address: a proxy or a gateway may stand for many people. While there are free
//! places, all connections stay. When the places run out, the address that holds most gives up those of its connections that have
//! been idle longest, so that a client that opens thousands and does nothing with them takes none from the others.

use std::cmp::Reverse;
use std::collections::{BinaryHeap, HashMap};
use std::net::{IpAddr, Ipv6Addr, SocketAddr};
use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use tokio::sync::{OwnedSemaphorePermit, Semaphore};
use tokio::time::Instant;

use crate::TrustedProxies;
use crate::activity::{Activity, State};

/// How often idle connections are looked for while none is free.
const LOOK_AGAIN: Duration = Duration::from_millis(100);

/// How often it is logged, at most, that a listener is nearly full.
const LOG_EVERY: u64 = 60_000;

/// The connections of one listener.
#[derive(Debug)]
pub(crate) struct Connections {
    places: Arc<Semaphore>,
    /// So many places are kept free, so that the next client is accepted at once.
    spare: usize,
    trusted: TrustedProxies,
    epoch: Instant,
    held: Mutex<Held>,
    logged: AtomicU64,
}

/// The connections that may be closed, by who holds them.
#[derive(Debug, Default)]
struct Held {
    next: u64,
    by_holder: HashMap<Holder, HashMap<u64, Arc<Activity>>>,
}

/// Whose connections are counted together: an IPv4 address, or a network of 64 bits of IPv6, as one subscriber has.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
struct Holder(IpAddr);

impl Holder {
    fn of(address: IpAddr) -> Self {
        match address.to_canonical() {
            IpAddr::V4(address) => Self(address.into()),
            IpAddr::V6(address) => Self(Ipv6Addr::from(u128::from(address) & (u128::MAX << 64)).into()),
        }
    }
}

impl Connections {
    /// Places for `most` connections. Those of `trusted` proxies are never closed to make room.
    #[expect(clippy::disallowed_methods, reason = "patience with a socket is real time, as the socket is")]
    pub(crate) fn new(most: usize, trusted: TrustedProxies) -> Arc<Self> {
        Arc::new(Self {
            places: Arc::new(Semaphore::new(most)),
            spare: (most / 32).clamp(1, 64),
            trusted,
            epoch: Instant::now(),
            held: Mutex::default(),
            logged: AtomicU64::new(0),
        })
    }

    /// Waits for a free place. While there is none, connections are closed as soon as that is possible.
    pub(crate) async fn free_place(&self) -> OwnedSemaphorePermit {
        loop {
            let place = Arc::clone(&self.places).acquire_owned();
            match tokio::time::timeout(LOOK_AGAIN, place).await {
                Ok(Ok(place)) => return place,
                // The semaphore is never closed.
                Ok(Err(_)) => std::future::pending().await,
                Err(_) => self.make_room(),
            }
        }
    }

    /// Takes in a connection that was accepted, and makes room for the next.
    pub(crate) fn take_in(self: &Arc<Self>, address: SocketAddr, place: OwnedSemaphorePermit) -> Connection {
        let activity = Activity::new(self.epoch);
        let holder = Holder::of(address.ip());
        let entry = (!self.trusted.trusts(address.ip().to_canonical())).then(|| {
            let mut held = self.held();
            let number = held.next;
            held.next += 1;
            held.by_holder.entry(holder).or_default().insert(number, Arc::clone(&activity));
            (holder, number)
        });
        self.make_room();
        Connection { connections: Arc::clone(self), activity, entry, _place: place }
    }

    /// Closes connections until as many places are free as are to be.
    fn make_room(&self) {
        // Twice as many as need be, so that not each connection that comes sets off a search.
        let free = self.places.available_permits();
        if free >= self.spare {
            return;
        }
        let held = self.held();
        let chosen = choose(&held, (2 * self.spare).saturating_sub(free), self.spare.saturating_sub(free));
        drop(held);
        if let Some(holder) = chosen {
            self.log(holder);
        }
    }

    fn log(&self, Holder(address): Holder) {
        let now = u64::try_from(self.epoch.elapsed().as_millis()).unwrap_or(u64::MAX).max(1);
        let last = self.logged.load(Ordering::Relaxed);
        let due = last == 0 || now.saturating_sub(last) >= LOG_EVERY;
        if due && self.logged.compare_exchange(last, now, Ordering::Relaxed, Ordering::Relaxed).is_ok() {
            tracing::warn!(%address, "a listener is nearly full: idle connections of the address that holds most are closed");
        }
    }

    fn held(&self) -> MutexGuard<'_, Held> {
        self.held.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

/// Chooses up to `wanted` connections to close, unless `needed` are on their way out already: of the address that holds
/// most, an idle one before a slow one, and the one that has been so for longest. Answers whose the first one was.
fn choose(held: &Held, wanted: usize, needed: usize) -> Option<Holder> {
    let mut leaving = 0;
    let mut holders = BinaryHeap::new();
    for (holder, connections) in &held.by_holder {
        let mut candidates: Vec<_> = Vec::new();
        let mut staying = 0_usize;
        for (number, activity) in connections {
            if activity.is_chosen() {
                leaving += 1;
                continue;
            }
            staying += 1;
            if activity.may_close() {
                candidates.push(((activity.state(), activity.since(), *number), activity));
            }
        }
        // The best is taken from the end.
        candidates.sort_unstable_by_key(|(rank, _)| Reverse(*rank));
        if let Some((best, _)) = candidates.last() {
            holders.push(Candidates { rank: (staying, Reverse(*best)), holder: *holder, candidates });
        }
    }
    if leaving >= needed {
        return None;
    }
    let mut first = None;
    for _ in leaving..wanted {
        let Some(mut most) = holders.pop() else { break };
        let Some((_, activity)) = most.candidates.pop() else { break };
        activity.choose();
        first = first.or(Some(most.holder));
        if let Some((best, _)) = most.candidates.last() {
            most.rank = (most.rank.0 - 1, Reverse(*best));
            holders.push(most);
        }
    }
    first
}

/// Which connection goes first: the lowest. The number is that of its arrival.
type Rank = (State, u64, u64);

/// The connections of one address that may be closed.
struct Candidates<'a> {
    /// How many connections the address holds; among equals, the best candidate decides.
    rank: (usize, Reverse<Rank>),
    holder: Holder,
    candidates: Vec<(Rank, &'a Arc<Activity>)>,
}

impl PartialEq for Candidates<'_> {
    fn eq(&self, other: &Self) -> bool {
        self.rank == other.rank
    }
}

impl Eq for Candidates<'_> {}

impl PartialOrd for Candidates<'_> {
    fn partial_cmp(&self, other: &Self) -> Option<std::cmp::Ordering> {
        Some(self.cmp(other))
    }
}

impl Ord for Candidates<'_> {
    fn cmp(&self, other: &Self) -> std::cmp::Ordering {
        self.rank.cmp(&other.rank)
    }
}

/// One connection that is held. Its place is free again when this is dropped.
#[derive(Debug)]
pub(crate) struct Connection {
    connections: Arc<Connections>,
    activity: Arc<Activity>,
    entry: Option<(Holder, u64)>,
    _place: OwnedSemaphorePermit,
}

impl Connection {
    /// What it does.
    pub(crate) fn activity(&self) -> &Arc<Activity> {
        &self.activity
    }

    /// Completes when it is to be closed to make room.
    pub(crate) async fn closed(&self) {
        self.activity.closed().await;
    }
}

impl Drop for Connection {
    fn drop(&mut self) {
        let Some((holder, number)) = self.entry else { return };
        let mut held = self.connections.held();
        if let Some(connections) = held.by_holder.get_mut(&holder) {
            connections.remove(&number);
            if connections.is_empty() {
                held.by_holder.remove(&holder);
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::activity::InProgress;

    async fn connect(connections: &Arc<Connections>, address: &str) -> Connection {
        let place = connections.free_place().await;
        let connection = connections.take_in(SocketAddr::new(address.parse().expect("address"), 1), place);
        // So that each has been idle for another time.
        tokio::time::sleep(Duration::from_millis(1)).await;
        connection
    }

    fn room_for(most: usize) -> Arc<Connections> {
        Connections::new(most, TrustedProxies::new(vec!["10.0.0.0/8".parse().expect("network")]))
    }

    fn chosen(connections: &[Connection]) -> Vec<usize> {
        let chosen = connections.iter().enumerate().filter(|(_, connection)| connection.activity.is_chosen());
        chosen.map(|(index, _)| index).collect()
    }

    #[tokio::test(start_paused = true)]
    async fn while_there_is_room_everybody_stays() {
        let connections = room_for(8);
        let mut held = Vec::new();
        for _ in 0..7 {
            held.push(connect(&connections, "192.0.2.1").await);
        }
        assert_eq!(chosen(&held), [] as [usize; 0]);
    }

    #[tokio::test(start_paused = true)]
    async fn the_longest_idle_of_the_address_that_holds_most_goes_first() {
        let connections = room_for(8);
        let mut held = vec![connect(&connections, "192.0.2.1").await];
        for _ in 0..5 {
            held.push(connect(&connections, "192.0.2.2").await);
        }
        drop(InProgress::begin(&held[1].activity));
        held.push(connect(&connections, "192.0.2.3").await);
        held.push(connect(&connections, "192.0.2.3").await);
        assert_eq!(chosen(&held), [2, 3]);
    }

    #[tokio::test(start_paused = true)]
    async fn an_ipv6_network_of_64_bits_counts_as_one_address() {
        let connections = room_for(7);
        let mut held = vec![connect(&connections, "192.0.2.1").await, connect(&connections, "::ffff:192.0.2.1").await];
        for address in ["2001:db8:0:1::1", "2001:db8:0:1:2:3:4:5", "2001:db8:0:1::ffff", "2001:db8:0:1:8000::"] {
            held.push(connect(&connections, address).await);
        }
        held.push(connect(&connections, "2001:db8:0:2::1").await);
        assert_eq!(chosen(&held), [2, 3]);
    }

    #[tokio::test(start_paused = true)]
    async fn requests_in_progress_stay_and_trusted_proxies_are_exempt() {
        let connections = room_for(6);
        let mut held = Vec::new();
        for _ in 0..3 {
            held.push(connect(&connections, "10.0.0.1").await);
        }
        held.push(connect(&connections, "192.0.2.2").await);
        held.push(connect(&connections, "192.0.2.2").await);
        let _request = InProgress::begin(&held[3].activity);
        held.push(connect(&connections, "192.0.2.3").await);
        assert_eq!(chosen(&held), [4, 5]);
    }

    #[tokio::test(start_paused = true)]
    async fn slow_requests_of_the_address_that_holds_most_go_before_the_idle_ones_of_others() {
        let connections = room_for(6);
        let mut held = vec![connect(&connections, "192.0.2.1").await];
        let mut requests = Vec::new();
        for _ in 0..4 {
            held.push(connect(&connections, "192.0.2.2").await);
            let mut request = InProgress::begin(&held.last().expect("one").activity);
            request.set_producing(false);
            requests.push(request);
        }
        tokio::time::sleep(crate::activity::SLOW).await;
        held.push(connect(&connections, "192.0.2.3").await);
        assert_eq!(chosen(&held), [1, 2]);
    }

    #[tokio::test(start_paused = true)]
    async fn while_all_are_busy_a_newcomer_waits_for_the_first_that_ends() {
        let connections = room_for(2);
        let held = [connect(&connections, "192.0.2.2").await, connect(&connections, "192.0.2.2").await];
        let requests = held.each_ref().map(|connection| InProgress::begin(&connection.activity));
        let waited = tokio::time::timeout(Duration::from_secs(3600), connections.free_place()).await;
        assert!(waited.is_err());
        drop(requests);
        let [first, second] = held;
        let closing = tokio::spawn(async move {
            first.closed().await;
            drop(first);
        });
        drop(connections.free_place().await);
        closing.await.expect("closed");
        drop(second);
    }

    #[tokio::test(start_paused = true)]
    async fn what_is_closed_is_forgotten() {
        let connections = room_for(4);
        let held = [connect(&connections, "192.0.2.1").await, connect(&connections, "192.0.2.2").await];
        drop(held);
        assert!(connections.held().by_holder.is_empty());
        assert_eq!(connections.places.available_permits(), 4);
    }
}
