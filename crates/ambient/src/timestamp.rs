//! A moment in time, to the millisecond: the resolution in which ECS and S3 speak of keys and objects.

use std::time::Duration;

use serde::{Deserialize, Serialize};

/// Milliseconds since 1970-01-01T00:00:00Z. Serialises as that number.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(transparent)]
pub struct Timestamp(i64);

impl Timestamp {
    /// 1970-01-01T00:00:00.000Z.
    pub const EPOCH: Timestamp = Timestamp(0);
    /// 9999-12-30T21:59:59.999Z, the last moment that the calendar can tell in every time zone.
    pub const MAX: Timestamp = Timestamp(253_402_207_199_999);

    /// The moment `millis` milliseconds after the epoch, held within [`EPOCH`](Self::EPOCH)`..=`[`MAX`](Self::MAX).
    pub const fn from_millis(millis: i64) -> Self {
        if millis < 0 {
            Self::EPOCH
        } else if millis > Self::MAX.0 {
            Self::MAX
        } else {
            Timestamp(millis)
        }
    }

    /// The moment `seconds` seconds after the epoch, held within the same range.
    pub const fn from_seconds(seconds: i64) -> Self {
        Self::from_millis(seconds.saturating_mul(1000))
    }

    /// Reads a UTC calendar date and time; `None` when there is no such moment from the epoch to
    /// [`MAX`](Self::MAX).
    pub fn from_civil(civil: Civil) -> Option<Self> {
        let date_time = jiff::civil::DateTime::new(
            civil.year,
            civil.month,
            civil.day,
            civil.hour,
            civil.minute,
            civil.second,
            i32::from(civil.millisecond).checked_mul(1_000_000)?,
        )
        .ok()?;
        let millis = date_time.to_zoned(jiff::tz::TimeZone::UTC).ok()?.timestamp().as_millisecond();
        (0..=Self::MAX.0).contains(&millis).then_some(Timestamp(millis))
    }

    /// Milliseconds since the epoch.
    pub const fn as_millis(self) -> i64 {
        self.0
    }

    /// Whole seconds since the epoch.
    pub const fn as_seconds(self) -> i64 {
        self.0 / 1000
    }

    /// The moment `duration` later, at most [`MAX`](Self::MAX).
    pub fn plus(self, duration: Duration) -> Self {
        let millis = i64::try_from(duration.as_millis()).unwrap_or(i64::MAX);
        Self::from_millis(self.0.saturating_add(millis))
    }

    /// The moment `duration` earlier, at least [`EPOCH`](Self::EPOCH).
    pub fn minus(self, duration: Duration) -> Self {
        let millis = i64::try_from(duration.as_millis()).unwrap_or(i64::MAX);
        Self::from_millis(self.0.saturating_sub(millis))
    }

    /// How long ago `earlier` was; zero when it lies ahead.
    pub fn since(self, earlier: Timestamp) -> Duration {
        Duration::from_millis(u64::try_from(self.0.saturating_sub(earlier.0)).unwrap_or(0))
    }

    /// How far the two moments lie apart, in either direction.
    pub fn distance(self, other: Timestamp) -> Duration {
        Duration::from_millis(self.0.abs_diff(other.0))
    }

    /// The UTC calendar date and time of this moment.
    pub fn civil(self) -> Civil {
        let stamp = jiff::Timestamp::from_millisecond(self.0).unwrap_or(jiff::Timestamp::UNIX_EPOCH);
        let date_time = jiff::tz::TimeZone::UTC.to_datetime(stamp);
        Civil {
            year: date_time.year(),
            month: date_time.month(),
            day: date_time.day(),
            hour: date_time.hour(),
            minute: date_time.minute(),
            second: date_time.second(),
            millisecond: date_time.millisecond(),
            weekday: date_time.weekday().to_monday_zero_offset(),
        }
    }
}

/// A UTC calendar date and time. `month` and `day` count from 1; `weekday` counts from Monday = 0 and is not read
/// by [`Timestamp::from_civil`].
#[derive(Clone, Copy, Debug, PartialEq, Eq)]

pub struct Civil {
    pub year: i16,
    pub month: i8,
    pub day: i8,
    pub hour: i8,
    pub minute: i8,
    pub second: i8,
    pub millisecond: i16,
    pub weekday: i8,
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn calendar_and_milliseconds_agree_in_both_directions() {
        let moment = Timestamp::from_millis(1_772_732_353_813);
        let civil = moment.civil();
        assert_eq!((civil.year, civil.month, civil.day), (2026, 3, 5));
        assert_eq!((civil.hour, civil.minute, civil.second, civil.millisecond), (17, 39, 13, 813));
        assert_eq!(civil.weekday, 3, "2026-03-05 was a Thursday");
        assert_eq!(Timestamp::from_civil(civil), Some(moment));
    }

    #[test]
    fn addition_stops_at_the_last_printable_moment() {
        assert_eq!(Timestamp::MAX.plus(Duration::MAX), Timestamp::MAX);
        assert_eq!(Timestamp::EPOCH.minus(Duration::MAX), Timestamp::EPOCH);
    }

    #[test]
    fn the_last_moment_has_a_calendar_date() {
        let civil = Timestamp::MAX.civil();
        assert_eq!((civil.year, civil.month, civil.day, civil.hour), (9999, 12, 30, 21));
        assert_eq!(Timestamp::from_civil(civil), Some(Timestamp::MAX));
    }

    #[test]
    fn impossible_dates_are_refused() {
        let civil = Civil { year: 2026, month: 2, day: 30, hour: 0, minute: 0, second: 0, millisecond: 0, weekday: 0 };
        assert_eq!(Timestamp::from_civil(civil), None);
    }
}
