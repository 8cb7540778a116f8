//! The range of time that a list of events is asked for (ECS REST API, *Audit events*).

use keyward_ambient::Timestamp;

use crate::{EcsError, parse_event_time, parse_instant};

/// From a moment on, up to another that is no longer part of it; open where none is given.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct TimeRange {
    pub from: Option<Timestamp>,
    pub until: Option<Timestamp>,
}

impl TimeRange {
    /// Reads `start_time` and `end_time` as ECS has them: `yyyy-MM-dd'T'HH:mm`, UTC.
    ///
    /// # Errors
    /// 400/1029 for what is no such moment, and for an end before the start.
    pub fn of_events(start_time: Option<&str>, end_time: Option<&str>) -> Result<Self, EcsError> {
        let read = |name, given: Option<&str>| {
            let moment = |text| {
                parse_event_time(text)
                    .ok_or_else(|| EcsError::invalid_time(name, "send a time in UTC such as 2026-03-05T17:39"))
            };
            given.map(moment).transpose()
        };
        Self { from: read("start_time", start_time)?, until: read("end_time", end_time)? }.in_order("end_time")
    }

    /// Reads `from` and `until` to the second or millisecond, `2026-03-05T17:39:13.813Z`, or to the minute as above.
    ///
    /// # Errors
    /// As above.
    pub fn of_instants(from: Option<&str>, until: Option<&str>) -> Result<Self, EcsError> {
        let read = |name, given: Option<&str>| {
            let moment = |text| {
                let moment = parse_instant(text).or_else(|| parse_event_time(text));
                moment.ok_or_else(|| EcsError::invalid_time(name, "send a time in UTC such as 2026-03-05T17:39:13Z"))
            };
            given.map(moment).transpose()
        };
        Self { from: read("from", from)?, until: read("until", until)? }.in_order("until")
    }

    fn in_order(self, end: &str) -> Result<Self, EcsError> {
        match (self.from, self.until) {
            (Some(from), Some(until)) if until < from => {
                Err(EcsError::invalid_time(end, "send a time that is not before the start"))
            }
            _ => Ok(self),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_range_may_be_open_at_either_end() {
        let minute = Timestamp::from_seconds(1_772_732_340);
        assert_eq!(TimeRange::of_events(None, None), Ok(TimeRange::default()));
        assert_eq!(
            TimeRange::of_events(Some("2026-03-05T17:39"), None),
            Ok(TimeRange { from: Some(minute), until: None })
        );
        let same = TimeRange { from: Some(minute), until: Some(minute) };
        assert_eq!(TimeRange::of_instants(Some("2026-03-05T17:39"), Some("2026-03-05T17:39:00.000Z")), Ok(same));
    }

    #[test]
    fn what_is_no_time_is_refused_by_its_name() {
        for (start, end, name) in [
            ("yesterday", "2026-03-05T17:39", "start_time"),
            ("2026-03-05T17:39", "2026-03-05T17:39:00Z", "end_time"),
            ("2026-03-05T17:39", "2026-03-05T17:38", "end_time"),
        ] {
            let refused = TimeRange::of_events(Some(start), Some(end)).expect_err("refused");
            assert_eq!((refused.status, refused.code), (400, 1029));
            assert!(refused.details.contains(name), "{refused}");
        }
    }
}
