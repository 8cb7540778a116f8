//! Spans of time between people and minutes: "3 hours and 5 minutes", and what a form says with a number and a unit.

use std::time::Duration;

use keyward_ambient::Timestamp;

const MONTHS: [&str; 12] = [
    "January",
    "February",
    "March",
    "April",
    "May",
    "June",
    "July",
    "August",
    "September",
    "October",
    "November",
    "December",
];

const HOUR: u64 = 60;
const DAY: u64 = 24 * HOUR;

/// What is left, in the two largest units that say something. Begun minutes count: who has just chosen seven days reads
/// seven days.
pub(crate) fn in_words(span: Duration) -> String {
    if span < Duration::from_secs(60) {
        return "less than a minute".to_owned();
    }
    let minutes = u64::try_from(span.as_millis().div_ceil(60_000)).unwrap_or(u64::MAX);
    let (days, hours, minutes) = (minutes / DAY, minutes % DAY / HOUR, minutes % HOUR);
    let parts = match (days, hours, minutes) {
        (0, hours, minutes) => [counted(hours, "hour"), counted(minutes, "minute")],
        (days, hours, _) => [counted(days, "day"), counted(hours, "hour")],
    };
    let said: Vec<String> = parts.into_iter().flatten().collect();
    said.join(" and ")
}

/// How long something is past: `3 minutes ago`. Only whole minutes count.
pub(crate) fn ago_in_words(span: Duration) -> String {
    match span.as_secs() / 60 {
        0 => "just now".to_owned(),
        minutes => format!("{} ago", in_words(Duration::from_secs(minutes * 60))),
    }
}

fn counted(count: u64, unit: &str) -> Option<String> {
    match count {
        0 => None,
        1 => Some(format!("1 {unit}")),
        count => Some(format!("{count} {unit}s")),
    }
}

/// `5 March 2026, 17:39 UTC`.
pub(crate) fn moment_in_words(moment: Timestamp) -> String {
    let civil = moment.civil();
    let month = usize::try_from(civil.month - 1).ok().and_then(|month| MONTHS.get(month)).unwrap_or(&"");
    format!("{} {month} {}, {:02}:{:02} UTC", civil.day, civil.year, civil.hour, civil.minute)
}

/// `2026-03-05T17:39:13Z`, for programs.
pub(crate) fn moment_for_programs(moment: Timestamp) -> String {
    let civil = moment.civil();
    let (year, month, day) = (civil.year, civil.month, civil.day);
    format!("{year:04}-{month:02}-{day:02}T{:02}:{:02}:{:02}Z", civil.hour, civil.minute, civil.second)
}

/// The minutes that a number and a unit of a form stand for; `None` when they make no span.
pub(crate) fn minutes_of(amount: &str, unit: &str) -> Option<i64> {
    let amount: i64 = amount.trim().parse().ok().filter(|amount| *amount > 0)?;
    let minutes = match unit {
        "minutes" => 1,
        "hours" => 60,
        "days" => 24 * 60,
        _ => return None,
    };
    amount.checked_mul(minutes)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_span_is_told_in_its_two_largest_units() {
        for (milliseconds, words) in [
            (0, "less than a minute"),
            (59_999, "less than a minute"),
            (60_000, "1 minute"),
            (60_001, "2 minutes"),
            (125 * 60_000, "2 hours and 5 minutes"),
            (DAY * 60_000 - 1, "1 day"),
            ((DAY + 59) * 60_000, "1 day"),
            ((3 * DAY + HOUR) * 60_000, "3 days and 1 hour"),
        ] {
            assert_eq!(in_words(Duration::from_millis(milliseconds)), words);
        }
    }

    #[test]
    fn what_is_past_is_told_in_whole_minutes() {
        for (seconds, words) in
            [(59, "just now"), (61, "1 minute ago"), (239, "3 minutes ago"), (7260, "2 hours and 1 minute ago")]
        {
            assert_eq!(ago_in_words(Duration::from_secs(seconds)), words);
        }
    }

    #[test]
    fn a_moment_is_told_to_people_and_to_programs() {
        let moment = Timestamp::from_millis(1_772_732_353_813);
        assert_eq!(moment_in_words(moment), "5 March 2026, 17:39 UTC");
        assert_eq!(moment_for_programs(moment), "2026-03-05T17:39:13Z");
    }

    #[test]
    fn a_number_and_a_unit_make_minutes() {
        assert_eq!(minutes_of(" 3 ", "hours"), Some(180));
        assert_eq!(minutes_of("7", "days"), Some(10_080));
        for (amount, unit) in [
            ("", "days"),
            ("0", "days"),
            ("-1", "hours"),
            ("1.5", "hours"),
            ("1", "years"),
            ("9223372036854775807", "days"),
        ] {
            assert_eq!(minutes_of(amount, unit), None, "{amount} {unit}");
        }
    }
}
