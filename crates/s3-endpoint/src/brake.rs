//! Slows those who keep sending requests that do not verify. Whoever signs right is never asked to wait.
//!
//! Signatures are judged first, so a right one passes at once whatever others sent under the same id. Only refusals
//! wait: longer with each one, bounded for each id and address, and in number for all together. Where no more can wait,
//! each further try costs its sender the connection.
//!
//! So a right guess shows at any speed, which is the price of never locking an owner out: what keeps guessers away is the
//! length of a secret key, and the brake keeps the noise down.

use std::fmt;
use std::hash::{BuildHasher, RandomState};
use std::net::{IpAddr, Ipv6Addr};
use std::sync::atomic::{AtomicUsize, Ordering};
use std::time::Duration;

use keyward_ambient::Timestamp;
use keyward_s3_wire::ErrorCode;
use quick_cache::sync::Cache;

use crate::seen::Seen;

/// Refusals that cost no wait; one more is forgiven each second.
const FREE: u32 = 10;

/// The first wait. Each refusal after it doubles the wait.
const SHORTEST: Duration = Duration::from_millis(100);

/// The longest wait.
pub(crate) const LONGEST: Duration = Duration::from_secs(2);

/// Refusals from which on requests are turned away: a client that waits sends one at a time and hardly comes this far.
const TURNED_AWAY: u32 = 60;

/// How many refusals may be waiting at once; each of them holds a connection.
const WAITING: usize = 512;

/// How many ids and addresses are told apart; beyond it, those longest unused are forgotten.
const TOLD_APART: usize = 20_000;

/// The memory of refusals.
pub(crate) struct Brake {
    refusals: Cache<Guesser, Refusals>,
    hashing: RandomState,
    waiting: AtomicUsize,
}

/// Whose guesses are counted together: those for one id from one address. Ids that nobody has are counted together.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
struct Guesser {
    id: u64,
    network: Option<IpAddr>,
}

#[derive(Clone, Copy, Debug)]
struct Refusals {
    count: u32,
    last: Timestamp,
}

/// When a refusal is to be answered.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Pace {
    AtOnce,
    After(Duration),
    /// After the longest wait, and then with the demand to slow down instead of the reason.
    TurnedAway,
}

/// A place among those who wait, given back when dropped.
#[must_use]
pub(crate) struct Waiting<'a>(&'a AtomicUsize);

impl Default for Brake {
    fn default() -> Self {
        Self { refusals: Cache::new(TOLD_APART), hashing: RandomState::new(), waiting: AtomicUsize::new(0) }
    }
}

impl Brake {
    /// Counts a request that did not verify; how it is to be answered.
    pub(crate) fn pace(&self, seen: &Seen, now: Timestamp) -> Pace {
        let Some(claim) = &seen.claim else { return Pace::AtOnce };
        let id = match seen.unverified {
            Some(ErrorCode::SignatureDoesNotMatch) => self.hashing.hash_one(&claim.access_key_id),
            Some(ErrorCode::InvalidAccessKeyId) => 0,
            // The rest is no guessing: clocks that are wrong, stores that do not answer.
            _ => return Pace::AtOnce,
        };
        self.refused(Guesser { id, network: seen.origin.address.map(network) }, now)
    }

    /// Two refusals at the same moment may count as one; that costs nobody anything.
    fn refused(&self, guesser: Guesser, now: Timestamp) -> Pace {
        let before = self.refusals.get(&guesser).map_or(0, |known| known.count_at(now));
        let count = before.saturating_add(1).min(2 * TURNED_AWAY);
        self.refusals.insert(guesser, Refusals { count, last: now });
        match count {
            ..=FREE => Pace::AtOnce,
            TURNED_AWAY.. => Pace::TurnedAway,
            _ => Pace::After(SHORTEST.saturating_mul(1 << (count - FREE - 1).min(16)).min(LONGEST)),
        }
    }

    /// A place to wait in, if there is one left.
    pub(crate) fn place(&self) -> Option<Waiting<'_>> {
        let place = Waiting(&self.waiting);
        (self.waiting.fetch_add(1, Ordering::Relaxed) < WAITING).then_some(place)
    }
}

impl Refusals {
    fn count_at(self, now: Timestamp) -> u32 {
        let forgiven = u32::try_from(now.since(self.last).as_secs()).unwrap_or(u32::MAX);
        self.count.saturating_sub(forgiven)
    }
}

impl Drop for Waiting<'_> {
    fn drop(&mut self) {
        self.0.fetch_sub(1, Ordering::Relaxed);
    }
}

impl fmt::Debug for Brake {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Brake").finish_non_exhaustive()
    }
}

/// The address, or the network that one subscriber of IPv6 is given.
fn network(address: IpAddr) -> IpAddr {
    match address {
        IpAddr::V4(_) => address,
        IpAddr::V6(address) => Ipv6Addr::from_bits(address.to_bits() & !u128::from(u64::MAX)).into(),
    }
}

#[cfg(test)]
mod tests {
    use keyward_signature::Scheme;

    use super::*;
    use crate::seen::SeenClaim;

    fn refused(id: &str, from: &str, code: ErrorCode) -> Seen {
        let claim = SeenClaim { access_key_id: id.into(), is_known: true, scheme: Scheme::SigV4Header, payload: None };
        let origin = keyward_service::Origin { address: Some(from.parse().expect("an address")) };
        Seen { origin, claim: Some(claim), unverified: Some(code), ..Seen::default() }
    }

    fn wrong(id: &str, from: &str) -> Seen {
        refused(id, from, ErrorCode::SignatureDoesNotMatch)
    }

    const NOON: Timestamp = Timestamp::from_seconds(1_772_712_000);

    fn paces(brake: &Brake, seen: &Seen, count: usize) -> Vec<Pace> {
        (0..count).map(|_| brake.pace(seen, NOON)).collect()
    }

    #[test]
    fn a_few_wrong_signatures_are_free_and_then_each_waits_longer() {
        let brake = Brake::default();
        let seen = wrong("alice", "192.0.2.7");
        assert_eq!(paces(&brake, &seen, 10), [Pace::AtOnce; 10]);
        let after = |millis| Pace::After(Duration::from_millis(millis));
        assert_eq!(paces(&brake, &seen, 6), [100, 200, 400, 800, 1600, 2000].map(after));
        assert_eq!(paces(&brake, &seen, 100).last(), Some(&Pace::TurnedAway));
    }

    #[test]
    fn other_ids_and_other_addresses_are_not_slowed() {
        let brake = Brake::default();
        paces(&brake, &wrong("alice", "192.0.2.7"), 100);
        for seen in [wrong("bob", "192.0.2.7"), wrong("alice", "192.0.2.8")] {
            assert_eq!(brake.pace(&seen, NOON), Pace::AtOnce);
        }
    }

    #[test]
    fn made_up_ids_are_counted_together_and_one_subscriber_is_one_address() {
        let brake = Brake::default();
        let made_up = |n| refused(&format!("nobody{n}"), &format!("2001:db8::{n}"), ErrorCode::InvalidAccessKeyId);
        let last = (0..11).map(|n| brake.pace(&made_up(n), NOON)).last();
        assert_eq!(last, Some(Pace::After(SHORTEST)));
    }

    #[test]
    fn a_second_forgives_a_refusal() {
        let brake = Brake::default();
        let seen = wrong("alice", "192.0.2.7");
        paces(&brake, &seen, 12);
        assert_eq!(brake.pace(&seen, NOON.plus(Duration::from_secs(3))), Pace::AtOnce);
    }

    #[test]
    fn what_is_no_guess_does_not_count() {
        let brake = Brake::default();
        for code in [ErrorCode::RequestTimeTooSkewed, ErrorCode::ServiceUnavailable, ErrorCode::AccessDenied] {
            assert_eq!(paces(&brake, &refused("alice", "192.0.2.7", code), 50), [Pace::AtOnce; 50]);
        }
    }

    #[test]
    fn places_to_wait_in_are_few_and_come_back() {
        let brake = Brake::default();
        let taken: Vec<_> = (0..WAITING).map(|_| brake.place().expect("a place")).collect();
        assert!(brake.place().is_none());
        drop(taken);
        assert!(brake.place().is_some());
    }
}
