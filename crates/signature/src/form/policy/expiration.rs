//! The expiration of a policy.

use keyward_ambient::{Civil, Timestamp};

use crate::http_date::{number, small};

/// Reads `2030-12-31T23:59:59Z`, with or without up to nine digits of a fraction (ISO 8601, UTC).
pub(crate) fn parse(text: &str) -> Option<Timestamp> {
    let text = text.strip_suffix('Z')?;
    let (whole, fraction) = text.split_once('.').unwrap_or((text, "0"));
    let bytes: &[u8; 19] = whole.as_bytes().try_into().ok()?;
    if [bytes[4], bytes[7], bytes[10], bytes[13], bytes[16]] != *b"--T::" {
        return None;
    }
    Timestamp::from_civil(Civil {
        year: number(&bytes[..4], 4..=4)?,
        month: small(&bytes[5..7], 2..=2)?,
        day: small(&bytes[8..10], 2..=2)?,
        hour: small(&bytes[11..13], 2..=2)?,
        minute: small(&bytes[14..16], 2..=2)?,
        second: small(&bytes[17..], 2..=2)?,
        millisecond: milliseconds(fraction)?,
        weekday: 0,
    })
}

/// The first three digits of a fraction of a second.
fn milliseconds(fraction: &str) -> Option<i16> {
    if !(1..=9).contains(&fraction.len()) || !fraction.bytes().all(|digit| digit.is_ascii_digit()) {
        return None;
    }
    format!("{fraction}00").get(..3)?.parse().ok()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn expirations_are_read_as_clients_write_them() {
        for (text, millis) in [
            ("2026-03-05T17:39:13Z", 1_772_732_353_000),
            ("2026-03-05T17:39:13.000Z", 1_772_732_353_000),
            ("2026-03-05T17:39:13.5Z", 1_772_732_353_500),
            ("2026-03-05T17:39:13.123456Z", 1_772_732_353_123),
        ] {
            assert_eq!(parse(text), Some(Timestamp::from_millis(millis)), "{text}");
        }
    }

    #[test]
    fn what_is_no_moment_is_refused() {
        for text in [
            "",
            "Z",
            "2026-03-05",
            "2026-03-05T17:39:13",
            "2026-03-05T17:39:13+00:00",
            "2026-02-30T17:39:13Z",
            "2026-03-05 17:39:13Z",
            "2026-03-05T17:39:13.Z",
            "2026-03-05T17:39:13.-1Z",
            "+026-03-05T17:39:13Z",
            "1772732353",
        ] {
            assert_eq!(parse(text), None, "{text}");
        }
    }
}
