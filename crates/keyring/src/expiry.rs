//! How long the existing secret is still accepted after a new one was issued.

use std::time::Duration;

/// Whole minutes from now, 0 to 52 560 000 (a hundred years).
///
/// Clients in the field send up to 2 592 000 (ECS REST API, *Secret key self-service*), so the bound lies far above
/// that.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct ExpiryMinutes(i64);

/// The number of minutes is negative or beyond any sensible grace.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[error("the expiry of an existing key is between {min} and {max} minutes, {given} was given")]
pub struct OutOfRange {
    /// What was asked for.
    pub given: i64,
    /// The least that is accepted.
    pub min: i64,
    /// The most that is accepted.
    pub max: i64,
}

impl ExpiryMinutes {
    /// Ends the existing secret at once.
    pub const MIN: i64 = 0;
    /// A hundred years of 365 days.
    pub const MAX: i64 = 52_560_000;

    /// Accepts `minutes` within [`MIN`](Self::MIN)`..=`[`MAX`](Self::MAX).
    pub const fn new(minutes: i64) -> Result<Self, OutOfRange> {
        if minutes < Self::MIN || minutes > Self::MAX {
            return Err(OutOfRange { given: minutes, min: Self::MIN, max: Self::MAX });
        }
        Ok(Self(minutes))
    }

    /// The number of minutes.
    pub const fn minutes(self) -> i64 {
        self.0
    }

    /// The same as a span of time.
    pub const fn duration(self) -> Duration {
        Duration::from_secs(self.0.unsigned_abs() * 60)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_bounds_are_accepted_and_what_lies_beyond_is_refused() {
        assert_eq!(ExpiryMinutes::new(0).unwrap().duration(), Duration::ZERO);
        assert_eq!(ExpiryMinutes::new(52_560_000).unwrap().minutes(), 52_560_000);
        for given in [-1, 52_560_001, i64::MIN, i64::MAX] {
            assert_eq!(ExpiryMinutes::new(given), Err(OutOfRange { given, min: 0, max: 52_560_000 }));
        }
    }

    #[test]
    fn a_minute_is_sixty_seconds() {
        assert_eq!(ExpiryMinutes::new(60).unwrap().duration(), Duration::from_secs(3600));
    }
}
