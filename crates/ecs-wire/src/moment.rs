//! The ways in which ECS prints a moment (ECS REST API, timestamps), all in UTC, and those in which clients send one.

use keyward_ambient::{Civil, Timestamp};

const WEEKDAYS: [&str; 7] = ["Mon", "Tue", "Wed", "Thu", "Fri", "Sat", "Sun"];
const MONTHS: [&str; 12] = ["Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec"];

/// `2026-03-05 17:39:13.813`: creation and expiry of secret keys, always with three digits of milliseconds.
pub fn key_time(moment: Timestamp) -> String {
    let c = moment.civil();
    let (year, month, day) = (c.year, c.month, c.day);
    format!("{year:04}-{month:02}-{day:02} {:02}:{:02}:{:02}.{:03}", c.hour, c.minute, c.second, c.millisecond)
}

/// `Thu Mar 05 17:39:13 GMT 2026`: the creation of an object user, as Java prints a date.
pub fn java_date(moment: Timestamp) -> String {
    let c = moment.civil();
    let weekday = name(&WEEKDAYS, i32::from(c.weekday));
    let month = name(&MONTHS, i32::from(c.month) - 1);
    format!("{weekday} {month} {:02} {:02}:{:02}:{:02} GMT {}", c.day, c.hour, c.minute, c.second, c.year)
}

/// `2026-03-05T17:39:13.813Z`: the creation of a bucket, the last change of a password.
pub fn instant(moment: Timestamp) -> String {
    let mut text = key_time(moment);
    text.replace_range(10..11, "T");
    text.push('Z');
    text
}

/// `2026-03-05T17:39:13Z`: billing and IAM, whole seconds.
pub fn sample_time(moment: Timestamp) -> String {
    let mut text = instant(moment);
    text.replace_range(19.., "Z");
    text
}

/// `2026-03-05T17:39`: audit events, whole minutes.
pub fn event_time(moment: Timestamp) -> String {
    let mut text = instant(moment);
    text.truncate(16);
    text
}

/// Reads what [`event_time`] prints, and nothing else.
pub fn parse_event_time(text: &str) -> Option<Timestamp> {
    const SHAPE: &[u8] = b"0000-00-00T00:00";
    let fits = text.len() == SHAPE.len() && text.bytes().zip(SHAPE).all(|(given, wanted)| fits(given, *wanted));
    fits.then(|| parse_instant(&format!("{text}:00Z"))).flatten()
}

/// Reads what [`instant`] and [`sample_time`] print: whole seconds or milliseconds, in UTC.
pub fn parse_instant(text: &str) -> Option<Timestamp> {
    const SHAPE: &[u8] = b"0000-00-00T00:00:00";
    let text = text.strip_suffix('Z')?;
    let (seconds, millisecond) = match text.split_once('.') {
        Some((seconds, digits)) if digits.len() == 3 => (seconds, number(digits)?),
        Some(_) => return None,
        None => (text, 0),
    };
    if seconds.len() != SHAPE.len() || !seconds.bytes().zip(SHAPE).all(|(given, wanted)| fits(given, *wanted)) {
        return None;
    }
    let two = |from: usize| seconds.get(from..from + 2)?.parse::<i8>().ok();
    Timestamp::from_civil(Civil {
        year: number(&seconds[..4])?,
        month: two(5)?,
        day: two(8)?,
        hour: two(11)?,
        minute: two(14)?,
        second: two(17)?,
        millisecond,
        weekday: 0,
    })
}

fn fits(given: u8, wanted: u8) -> bool {
    if wanted == b'0' { given.is_ascii_digit() } else { given == wanted }
}

fn number(digits: &str) -> Option<i16> {
    digits.parse().ok().filter(|number| *number >= 0)
}

fn name(names: &[&'static str], index: i32) -> &'static str {
    usize::try_from(index).ok().and_then(|index| names.get(index)).copied().unwrap_or("???")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn each_format_is_printed_to_the_letter() {
        let moment = Timestamp::from_millis(1_772_732_353_813);
        assert_eq!(key_time(moment), "2026-03-05 17:39:13.813");
        assert_eq!(java_date(moment), "Thu Mar 05 17:39:13 GMT 2026");
        assert_eq!(instant(moment), "2026-03-05T17:39:13.813Z");
        assert_eq!(sample_time(moment), "2026-03-05T17:39:13Z");
        assert_eq!(event_time(moment), "2026-03-05T17:39");
    }

    #[test]
    fn the_ends_of_time_keep_their_width() {
        assert_eq!(key_time(Timestamp::EPOCH), "1970-01-01 00:00:00.000");
        let last = Timestamp::from_millis(253_402_207_199_999);
        assert_eq!(key_time(last), "9999-12-30 21:59:59.999");
        assert_eq!(java_date(Timestamp::EPOCH), "Thu Jan 01 00:00:00 GMT 1970");
        assert_eq!(java_date(last), "Thu Dec 30 21:59:59 GMT 9999");
    }

    #[test]
    fn what_is_printed_is_read_back() {
        let moment = Timestamp::from_millis(1_772_732_353_813);
        assert_eq!(parse_instant(&instant(moment)), Some(moment));
        assert_eq!(parse_instant(&sample_time(moment)), Some(Timestamp::from_seconds(1_772_732_353)));
        assert_eq!(parse_event_time(&event_time(moment)), Some(Timestamp::from_seconds(1_772_732_340)));
    }

    #[test]
    fn what_is_no_moment_is_not_read() {
        for text in
            ["", "2026-03-05", "2026-03-05 17:39", "2026-03-05T17:39:13", "2026-02-30T17:39", "2026-03-05T24:00"]
        {
            assert_eq!(parse_event_time(text), None, "{text}");
        }
        for text in
            ["", "2026-03-05T17:39:13", "2026-03-05T17:39:13.8Z", "2026-03-05T17:39:13.-01Z", "+026-03-05T17:39:13Z"]
        {
            assert_eq!(parse_instant(text), None, "{text}");
        }
        assert_eq!(parse_instant("\u{661}026-03-05T17:39:1Z"), None);
    }
}
