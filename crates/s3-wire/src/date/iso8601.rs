//! ISO 8601 as S3's documents have it: UTC, to the millisecond.

use std::time::Duration;

use keyward_ambient::{Civil, Timestamp};

/// The moment as `2009-10-12T17:50:30.000Z`.
pub fn iso8601(moment: Timestamp) -> String {
    let civil = moment.civil();
    let mut text = *b"0000-00-00T00:00:00.000Z";
    // Listings write thousands of these, which the formatter of the library would take most of their time for.
    let fields = [
        (0..4, civil.year),
        (5..7, i16::from(civil.month)),
        (8..10, i16::from(civil.day)),
        (11..13, i16::from(civil.hour)),
        (14..16, i16::from(civil.minute)),
        (17..19, i16::from(civil.second)),
        (20..23, civil.millisecond),
    ];
    for (place, value) in fields {
        let mut left = value.unsigned_abs();
        for digit in text[place].iter_mut().rev() {
            // A remainder of ten is a digit.
            *digit = b'0' + (left % 10) as u8;
            left /= 10;
        }
    }
    String::from_utf8(text.to_vec()).expect("digits are ASCII")
}

/// Reads `2009-10-12T17:50:30Z`, with or without a fraction of a second (milliseconds count), in UTC (`Z`) or with an
/// offset (`+02:00`). `None` for anything else.
pub fn parse_iso8601(text: &str) -> Option<Timestamp> {
    let (date_time, zone) = text.trim().split_at_checked(19)?;
    let field = |from: usize, to: usize| number(date_time.get(from..to)?);
    let separators = [(4, b'-'), (7, b'-'), (10, b'T'), (13, b':'), (16, b':')];
    if !separators.iter().all(|(at, separator)| date_time.as_bytes()[*at] == *separator) {
        return None;
    }
    let (millisecond, zone) = fraction(zone)?;
    let moment = Timestamp::from_civil(Civil {
        year: field(0, 4)?,
        month: i8::try_from(field(5, 7)?).ok()?,
        day: i8::try_from(field(8, 10)?).ok()?,
        hour: i8::try_from(field(11, 13)?).ok()?,
        minute: i8::try_from(field(14, 16)?).ok()?,
        second: i8::try_from(field(17, 19)?).ok()?,
        millisecond,
        weekday: 0,
    })?;
    offset(moment, zone)
}

/// The milliseconds of an optional `.123456`, and what follows it.
fn fraction(text: &str) -> Option<(i16, &str)> {
    let Some(rest) = text.strip_prefix('.') else { return Some((0, text)) };
    let digits = rest.bytes().take_while(u8::is_ascii_digit).count();
    if digits == 0 {
        return None;
    }
    let millis = format!("{:0<3}", &rest[..digits.min(3)]);
    Some((number(&millis)?, &rest[digits..]))
}

fn offset(moment: Timestamp, zone: &str) -> Option<Timestamp> {
    if zone == "Z" {
        return Some(moment);
    }
    let (sign, clock) = zone.split_at_checked(1)?;
    let (hours, minutes) = clock.split_once(':')?;
    if hours.len() != 2 || minutes.len() != 2 {
        return None;
    }
    let (hours, minutes) = (number(hours)?, number(minutes)?);
    if hours > 23 || minutes > 59 {
        return None;
    }
    let distance = Duration::from_secs(60 * u64::from((hours * 60 + minutes).unsigned_abs()));
    match sign {
        "+" => Some(moment.minus(distance)),
        "-" => Some(moment.plus(distance)),
        _ => None,
    }
}

fn number(digits: &str) -> Option<i16> {
    digits.bytes().all(|byte| byte.is_ascii_digit()).then(|| digits.parse().ok())?
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    #[test]
    fn offsets_and_fractions_are_read() {
        let moment = Timestamp::from_millis(1_255_369_830_120);
        assert_eq!(iso8601(moment), "2009-10-12T17:50:30.120Z");
        for text in ["2009-10-12T17:50:30.12Z", "2009-10-12T19:50:30.120999+02:00", "2009-10-12T17:20:30.120-00:30"] {
            assert_eq!(parse_iso8601(text), Some(moment), "{text}");
        }
    }

    #[test]
    fn what_is_no_moment_is_none() {
        for text in [
            "",
            "2009-10-12",
            "2009-10-12 17:50:30Z",
            "2009-10-12T17:50:30",
            "2009-13-12T17:50:30Z",
            "é09-10-12T17:50:30.Z",
        ] {
            assert_eq!(parse_iso8601(text), None, "{text}");
        }
    }

    proptest! {
        #[test]
        fn every_millisecond_survives_the_trip(millis in 0..=Timestamp::MAX.as_millis()) {
            let moment = Timestamp::from_millis(millis);
            prop_assert_eq!(parse_iso8601(&iso8601(moment)), Some(moment));
        }

        #[test]
        fn no_text_makes_the_reader_panic(text in ".{0,40}") {
            let _ = parse_iso8601(&text);
        }
    }
}
