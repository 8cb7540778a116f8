//! The dates of `Date` and `x-amz-date` headers, as clients write them.

use keyward_ambient::{Civil, Timestamp};

const MONTHS: [&str; 12] = ["Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec"];

/// Reads `Fri, 24 May 2013 00:00:00 GMT` (RFC 9110, 5.6.7) and the same as mail has it (RFC 5322, 3.3): a day of one
/// digit, and for the zone `UTC`, `UT`, `Z` or an offset of nothing. The day of the week is not compared with the
/// date: nothing depends on it.
pub(crate) fn parse(text: &str) -> Option<Timestamp> {
    let (_, date) = text.split_once(", ")?;
    let mut parts = date.split(' ');
    let mut part = || parts.next();
    let (day, month, year, time, zone) = (part()?, part()?, part()?, part()?, part()?);
    if part().is_some() || !matches!(zone, "GMT" | "UTC" | "UT" | "Z" | "+0000" | "-0000") {
        return None;
    }
    let month = MONTHS.iter().position(|known| *known == month)?;
    let time: &[u8; 8] = time.as_bytes().try_into().ok()?;
    if (time[2], time[5]) != (b':', b':') {
        return None;
    }
    Timestamp::from_civil(Civil {
        year: number(year.as_bytes(), 4..=4)?,
        month: i8::try_from(month + 1).ok()?,
        day: small(day.as_bytes(), 1..=2)?,
        hour: small(&time[..2], 2..=2)?,
        minute: small(&time[3..5], 2..=2)?,
        second: small(&time[6..], 2..=2)?,
        millisecond: 0,
        weekday: 0,
    })
}

/// The value of so many decimal digits; anything else, a sign among it, is refused.
pub(crate) fn number(digits: &[u8], length: std::ops::RangeInclusive<usize>) -> Option<i16> {
    let digit = |value: i16, digit: &u8| digit.is_ascii_digit().then(|| value * 10 + i16::from(digit - b'0'));
    // Four digits always fit.
    if length.contains(&digits.len()) && digits.len() <= 4 { digits.iter().try_fold(0, digit) } else { None }
}

/// The same for what fits a byte.
pub(crate) fn small(digits: &[u8], length: std::ops::RangeInclusive<usize>) -> Option<i8> {
    i8::try_from(number(digits, length)?).ok()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_spelling_of_a_client_is_read() {
        let moment = Timestamp::from_seconds(1_772_732_353);
        for text in [
            "Thu, 05 Mar 2026 17:39:13 GMT",
            "Thu, 05 Mar 2026 17:39:13 UTC",
            "Thu, 5 Mar 2026 17:39:13 +0000",
            "Thu, 05 Mar 2026 17:39:13 -0000",
        ] {
            assert_eq!(parse(text), Some(moment), "{text}");
        }
    }

    #[test]
    fn what_is_no_date_is_refused() {
        for text in [
            "",
            "Thu, 05 Mar 2026 17:39:13",
            "Thu, 05 Mar 2026 17:39:13 CET",
            "Thu, 05 Mar 2026 17:39:13 +0100",
            "Thu, 05-Mar-2026 17:39:13 GMT",
            "Thu, 30 Feb 2026 17:39:13 GMT",
            "Thu, 05 Mar 26 17:39:13 GMT",
            "Thu, 05 Mar 2026 7:39:13 GMT",
            "Thu, 005 Mar 2026 17:39:13 GMT",
            "Thu, +5 Mar 2026 17:39:13 GMT",
            "Thu, 05 Mar 2026 17:39:13 GMT GMT",
            "05 Mar 2026 17:39:13 GMT",
            "1772732353",
        ] {
            assert_eq!(parse(text), None, "{text}");
        }
    }
}
