//! HTTP dates (RFC 9110, 5.6.7): written in the one preferred form, read in all three.

use keyward_ambient::{Civil, Timestamp};

const WEEKDAYS: [&str; 7] = ["Mon", "Tue", "Wed", "Thu", "Fri", "Sat", "Sun"];
const MONTHS: [&str; 12] = ["Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec"];

/// The moment as `Sun, 06 Nov 1994 08:49:37 GMT`, to the second.
pub fn http_date(moment: Timestamp) -> String {
    let civil = moment.civil();
    let weekday = WEEKDAYS[usize::from(civil.weekday.unsigned_abs()) % 7];
    let month = MONTHS[usize::from(civil.month.unsigned_abs().saturating_sub(1)) % 12];
    format!(
        "{weekday}, {:02} {month} {:04} {:02}:{:02}:{:02} GMT",
        civil.day, civil.year, civil.hour, civil.minute, civil.second
    )
}

/// Reads an HTTP date in the preferred form, the one of RFC 850 or the one of `asctime`; the day of the week is not
/// compared, and the zone may be `GMT`, `UTC` or `+0000`. `None` for anything else, and before 1970 or after 9999.
pub fn parse_http_date(text: &str) -> Option<Timestamp> {
    let text = text.trim();
    let words: Vec<&str> = text.split([' ', ',', '-']).filter(|word| !word.is_empty()).collect();
    match words[..] {
        // Sun, 06 Nov 1994 08:49:37 GMT and Sunday, 06-Nov-94 08:49:37 GMT
        [_, day, month, year, time, "GMT" | "UTC" | "+0000"] if text.contains(',') => moment(year, month, day, time),
        // Sun Nov  6 08:49:37 1994
        [_, month, day, time, year] if !text.contains(',') => moment(year, month, day, time),
        _ => None,
    }
}

fn moment(year: &str, month: &str, day: &str, time: &str) -> Option<Timestamp> {
    let month = MONTHS.iter().position(|name| name.eq_ignore_ascii_case(month))? + 1;
    let [hour, minute, second] = time.split(':').collect::<Vec<_>>()[..] else { return None };
    let year = match (year.len(), number(year)?) {
        (4, year) => year,
        // Two digits as POSIX reads them: the other century lies outside what a timestamp holds.
        (2, year) => year + if year < 70 { 2000 } else { 1900 },
        _ => return None,
    };
    Timestamp::from_civil(Civil {
        year,
        month: i8::try_from(month).ok()?,
        day: small(day)?,
        hour: small(hour)?,
        minute: small(minute)?,
        // A leap second is the last second before it, for want of a better one.
        second: small(second)?.min(59),
        millisecond: 0,
        weekday: 0,
    })
}

fn number(digits: &str) -> Option<i16> {
    digits.bytes().all(|byte| byte.is_ascii_digit()).then(|| digits.parse().ok())?
}

fn small(digits: &str) -> Option<i8> {
    if digits.len() > 2 {
        return None;
    }
    let value = i8::try_from(number(digits)?).ok()?;
    (value <= 60).then_some(value)
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    const MOMENT: Timestamp = Timestamp::from_seconds(784_111_777);

    #[test]
    fn the_three_forms_are_one_moment() {
        for text in ["Sun, 06 Nov 1994 08:49:37 GMT", "Sunday, 06-Nov-94 08:49:37 GMT", "Sun Nov  6 08:49:37 1994"] {
            assert_eq!(parse_http_date(text), Some(MOMENT), "{text}");
        }
        assert_eq!(http_date(MOMENT), "Sun, 06 Nov 1994 08:49:37 GMT");
    }

    #[test]
    fn what_is_no_date_is_none() {
        for text in [
            "",
            "yesterday",
            "Sun, 06 Nov 1994 08:49:37 CET",
            "Sun, 31 Feb 2021 08:49:37 GMT",
            "Sun, 06 Nov 1994 25:49:37 GMT",
            "Sun, 06 Nov 1994 08:49 GMT",
            "784111777",
        ] {
            assert_eq!(parse_http_date(text), None, "{text}");
        }
    }

    proptest! {
        #[test]
        fn every_second_survives_the_trip(seconds in 0..=Timestamp::MAX.as_seconds()) {
            let moment = Timestamp::from_seconds(seconds);
            prop_assert_eq!(parse_http_date(&http_date(moment)), Some(moment));
        }

        #[test]
        fn no_text_makes_the_reader_panic(text in ".{0,40}") {
            let _ = parse_http_date(&text);
        }
    }
}
