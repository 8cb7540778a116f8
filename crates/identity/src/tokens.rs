//! Session tokens: what is kept of them, and how long they stand.

use std::fmt;
use std::time::Duration;

use keyward_ambient::Timestamp;
use serde::{Deserialize, Serialize};

use crate::SessionIdentity;

/// SHA-256 of a token. The token itself is with its owner alone. Serialises and prints as 64 hexadecimal digits.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(try_from = "String", into = "String")]
pub struct TokenHash(pub [u8; 32]);

/// The text is not the hash of a token.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[error("a token hash is 64 hexadecimal digits")]
pub struct TokenHashError;

/// A session as it is persisted.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct TokenRecord {
    /// What the token is found by.
    pub hash: TokenHash,
    /// Who logged in.
    pub identity: SessionIdentity,
    /// When they did.
    pub created_at: Timestamp,
    /// The latest use that was written down, or the login.
    pub last_used_at: Timestamp,
}

/// How long sessions last and how many a user may have (ECS REST API, *Authentication*).
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default)]
pub struct TokenRules {
    /// A session ends this long after its login, whatever is done with it.
    pub life: Duration,
    /// A session ends after this long without use.
    pub idle: Duration,
    /// How many sessions a user may have at once.
    pub per_user: usize,
}

/// Whether a token is good at a moment.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Standing {
    /// It is.
    Live {
        /// How long until its life ends, if it is used meanwhile.
        remaining: Duration,
    },
    /// Its life is over.
    Expired,
    /// It was not used for too long.
    Idle,
}

impl Default for TokenRules {
    /// Eight hours, two hours, a hundred: as ECS has them.
    fn default() -> Self {
        Self { life: Duration::from_secs(8 * 60 * 60), idle: Duration::from_secs(2 * 60 * 60), per_user: 100 }
    }
}

impl TokenRules {
    /// How far a use has to lie behind the one on record before it is worth a write: ten minutes, or a twelfth of the
    /// idle limit where that is less, so that a busy session never counts as idle.
    pub fn use_step(&self) -> Duration {
        Duration::from_secs(10 * 60).min(self.idle / 12)
    }

    /// Whether a user with `live` sessions may begin another.
    pub const fn admits_another(&self, live: usize) -> bool {
        live < self.per_user
    }
}

impl TokenRecord {
    /// The session that begins with a login at `now`.
    pub const fn begun(hash: TokenHash, identity: SessionIdentity, now: Timestamp) -> Self {
        Self { hash, identity, created_at: now, last_used_at: now }
    }

    /// Whether the token is good at `now`: before either limit, and not at it.
    pub fn standing(&self, now: Timestamp, rules: &TokenRules) -> Standing {
        let age = now.since(self.created_at);
        if age >= rules.life {
            return Standing::Expired;
        }
        if now.since(self.last_used_at) >= rules.idle {
            return Standing::Idle;
        }
        Standing::Live { remaining: rules.life - age }
    }

    /// Whether a use at `now` should be written down.
    pub fn use_is_worth_recording(&self, now: Timestamp, rules: &TokenRules) -> bool {
        now.since(self.last_used_at) >= rules.use_step()
    }
}

impl TryFrom<String> for TokenHash {
    type Error = TokenHashError;

    fn try_from(text: String) -> Result<Self, TokenHashError> {
        let digits = text.as_bytes();
        if digits.len() != 64 || !digits.iter().all(u8::is_ascii_hexdigit) {
            return Err(TokenHashError);
        }
        let mut bytes = [0; 32];
        for (byte, pair) in bytes.iter_mut().zip(digits.chunks_exact(2)) {
            let pair = std::str::from_utf8(pair).map_err(|_| TokenHashError)?;
            *byte = u8::from_str_radix(pair, 16).map_err(|_| TokenHashError)?;
        }
        Ok(Self(bytes))
    }
}

impl From<TokenHash> for String {
    fn from(hash: TokenHash) -> Self {
        hash.to_string()
    }
}

impl fmt::Display for TokenHash {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.0.iter().try_for_each(|byte| write!(f, "{byte:02x}"))
    }
}

impl fmt::Debug for TokenHash {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "TokenHash({self})")
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::examples::{NOW, logged_in};

    const MINUTE: Duration = Duration::from_secs(60);

    fn record() -> TokenRecord {
        TokenRecord::begun(TokenHash([0xa7; 32]), logged_in("root"), NOW)
    }

    #[test]
    fn a_token_lives_until_its_life_is_over_however_much_it_is_used() {
        let rules = TokenRules::default();
        let used = TokenRecord { last_used_at: NOW.plus(480 * MINUTE), ..record() };
        let last_moment = NOW.plus(480 * MINUTE - Duration::from_millis(1));
        assert_eq!(used.standing(last_moment, &rules), Standing::Live { remaining: Duration::from_millis(1) });
        assert_eq!(used.standing(NOW.plus(480 * MINUTE), &rules), Standing::Expired);
    }

    #[test]
    fn a_token_that_is_not_used_for_too_long_is_idle() {
        let rules = TokenRules::default();
        let last_moment = NOW.plus(120 * MINUTE - Duration::from_millis(1));
        assert!(matches!(record().standing(last_moment, &rules), Standing::Live { .. }));
        assert_eq!(record().standing(NOW.plus(120 * MINUTE), &rules), Standing::Idle);
        assert_eq!(record().standing(NOW.plus(480 * MINUTE), &rules), Standing::Expired);
    }

    #[test]
    fn what_remains_is_counted_from_the_login() {
        let used = TokenRecord { last_used_at: NOW.plus(60 * MINUTE), ..record() };
        let standing = used.standing(NOW.plus(90 * MINUTE), &TokenRules::default());
        assert_eq!(standing, Standing::Live { remaining: 390 * MINUTE });
    }

    #[test]
    fn a_clock_that_stepped_back_gives_a_token_no_more_than_its_life() {
        let standing = record().standing(NOW.minus(60 * MINUTE), &TokenRules::default());
        assert_eq!(standing, Standing::Live { remaining: 480 * MINUTE });
    }

    #[test]
    fn the_hundred_and_first_session_is_refused() {
        let rules = TokenRules::default();
        assert!(rules.admits_another(99) && !rules.admits_another(100));
    }

    #[test]
    fn a_use_is_recorded_every_ten_minutes_and_often_enough_under_a_short_idle_limit() {
        let rules = TokenRules::default();
        assert!(!record().use_is_worth_recording(NOW.plus(9 * MINUTE), &rules));
        assert!(record().use_is_worth_recording(NOW.plus(10 * MINUTE), &rules));
        let strict = TokenRules { idle: 5 * MINUTE, ..rules };
        assert!(strict.use_step() < strict.idle);
        assert!(record().use_is_worth_recording(NOW.plus(MINUTE), &strict));
    }

    #[test]
    fn a_record_is_read_as_it_was_written() {
        let stored = serde_json::to_string(&record()).unwrap();
        assert!(stored.contains(&"a7".repeat(32)));
        assert_eq!(serde_json::from_str::<TokenRecord>(&stored).unwrap(), record());
    }

    #[test]
    fn anything_but_64_hexadecimal_digits_is_no_hash() {
        for text in ["", "a7", &"g".repeat(64), &"+1".repeat(32), &"a".repeat(65), &"é".repeat(32)] {
            assert_eq!(TokenHash::try_from(text.to_owned()), Err(TokenHashError), "{text:?}");
        }
    }
}
