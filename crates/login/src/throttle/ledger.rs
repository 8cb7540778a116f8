//! What is remembered per name and address, within a bound.

use std::collections::HashMap;
use std::net::{IpAddr, Ipv6Addr};

use keyward_ambient::Timestamp;

/// Whose failures are counted.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub(super) enum Key {
    /// One name from one place; `None` when the address is unknown.
    Pair(Box<str>, Option<IpAddr>),
    /// One name from everywhere.
    Name(Box<str>),
}

impl Key {
    /// The key of `name` at `from`. An IPv6 customer has at least a /64, so the lower half says nothing.
    pub(super) fn pair(name: &str, from: Option<IpAddr>) -> Self {
        let place = from.map(|address| match address.to_canonical() {
            IpAddr::V6(v6) => IpAddr::V6(Ipv6Addr::from_bits(v6.to_bits() & !u128::from(u64::MAX))),
            v4 => v4,
        });
        Key::Pair(name.into(), place)
    }

    fn is_of(&self, wanted: &str) -> bool {
        let (Key::Pair(name, _) | Key::Name(name)) = self;
        **name == *wanted
    }
}

/// One key's history.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Track {
    pub(super) failures: u32,
    pub(super) last_failure: Timestamp,
    /// Attempts admitted and not settled.
    pub(super) in_flight: u32,
    /// Until when a past success makes the address known to the name.
    pub(super) familiar_until: Timestamp,
}

impl Default for Track {
    fn default() -> Self {
        Self { failures: 0, last_failure: Timestamp::EPOCH, in_flight: 0, familiar_until: Timestamp::EPOCH }
    }
}

/// Tracks in two generations: when the younger is full the older is dropped, so that the longest unused go first and
/// no single step costs more than an insertion on average.
#[derive(Debug)]
pub(super) struct Ledger {
    younger: HashMap<Key, Track>,
    older: HashMap<Key, Track>,
    per_generation: usize,
}

impl Ledger {
    /// A ledger of at most `tracked` keys, beside those with attempts in flight.
    pub(super) fn new(tracked: usize) -> Self {
        Self { younger: HashMap::new(), older: HashMap::new(), per_generation: (tracked / 2).max(1) }
    }

    /// The track of `key`, a fresh one when there is none.
    pub(super) fn track(&mut self, key: &Key) -> &mut Track {
        if !self.younger.contains_key(key) {
            let known = self.older.remove(key).unwrap_or_default();
            if self.younger.len() >= self.per_generation {
                let dropped = std::mem::replace(&mut self.older, std::mem::take(&mut self.younger));
                // What is in flight will be settled; forgetting it would admit more than the rules allow.
                self.younger.extend(dropped.into_iter().filter(|(_, track)| track.in_flight > 0));
            }
            self.younger.insert(key.clone(), known);
        }
        self.younger.entry(key.clone()).or_default()
    }

    /// Drops the track of `key` when it says nothing that a fresh one would not say.
    pub(super) fn tidy(&mut self, key: &Key) {
        if self.younger.get(key).is_some_and(|track| *track == Track::default()) {
            self.younger.remove(key);
        }
    }

    /// Visits every track of a name. Takes time in proportion to all that is tracked.
    pub(super) fn for_each_of(&mut self, name: &str, visit: impl Fn(&mut Track)) {
        let tracks = self.younger.iter_mut().chain(&mut self.older);
        tracks.filter(|(key, _)| key.is_of(name)).for_each(|(_, track)| visit(track));
    }

    #[cfg(test)]
    pub(super) fn len(&self) -> usize {
        self.younger.len() + self.older.len()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn key(name: &str) -> Key {
        Key::Name(name.into())
    }

    #[test]
    fn memory_stays_bounded_and_the_longest_unused_goes_first() {
        let mut ledger = Ledger::new(8);
        ledger.track(&key("often")).failures = 1;
        ledger.track(&key("once")).failures = 1;
        for n in 0..1_000 {
            ledger.track(&key(&format!("n{n}"))).failures = 1;
            ledger.track(&key("often"));
            assert!(ledger.len() <= 8);
        }
        assert_eq!(ledger.track(&key("often")).failures, 1);
        assert_eq!(ledger.track(&key("once")).failures, 0);
    }

    #[test]
    fn attempts_in_flight_survive_a_flood_of_names() {
        let mut ledger = Ledger::new(8);
        ledger.track(&key("alice")).in_flight = 1;
        for n in 0..1_000 {
            ledger.track(&key(&format!("n{n}")));
        }
        assert_eq!(ledger.track(&key("alice")).in_flight, 1);
    }

    #[test]
    fn addresses_of_one_ipv6_network_count_as_one() {
        let place = |text: &str| Key::pair("alice", Some(text.parse().unwrap()));
        assert_eq!(place("2001:db8::1"), place("2001:db8::ffff:1"));
        assert_ne!(place("2001:db8::1"), place("2001:db8:0:1::1"));
        assert_eq!(place("::ffff:192.0.2.1"), place("192.0.2.1"));
    }
}
