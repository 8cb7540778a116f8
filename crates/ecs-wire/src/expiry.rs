//! `existing_key_expiry_time_mins`: how long the older secret key stays valid beside a new one.

use crate::FieldError;
use crate::field_error::whole_number;

/// Reads the minutes that a create request gave for its existing key: `None` when it gave none, an empty text or
/// nothing but blanks (the ECS documents are silent here). Whether the number is acceptable is the caller's rule.
///
/// # Errors
/// [`FieldError::Invalid`] for text, fractions and exponents; [`FieldError::BeyondRange`] when the digits exceed 64
/// bits.
pub fn parse_expiry_minutes(raw: Option<&str>) -> Result<Option<i64>, FieldError> {
    match raw.map(str::trim) {
        None | Some("") => Ok(None),
        Some(raw) => whole_number("existing_key_expiry_time_mins", raw).map(Some),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn blanks_mean_that_no_expiry_was_given() {
        for raw in [None, Some(""), Some("  \t\n")] {
            assert_eq!(parse_expiry_minutes(raw), Ok(None));
        }
    }

    #[test]
    fn whole_minutes_are_read_with_their_sign() {
        for (raw, minutes) in [("0", 0), ("60", 60), (" 60 ", 60), ("-1", -1), ("2592000", 2_592_000), ("007", 7)] {
            assert_eq!(parse_expiry_minutes(Some(raw)), Ok(Some(minutes)));
        }
        assert_eq!(parse_expiry_minutes(Some("9223372036854775807")), Ok(Some(i64::MAX)));
    }

    #[test]
    fn anything_but_a_whole_number_is_invalid() {
        for raw in ["abc", "1.5", "60.0", "1e3", "true", "0x10", "6 0", "-", "+", "--1", "٦٠", "60m"] {
            assert!(matches!(parse_expiry_minutes(Some(raw)), Err(FieldError::Invalid { .. })), "{raw}");
        }
    }

    #[test]
    fn digits_beyond_64_bits_are_out_of_range() {
        let endless = "9".repeat(10_000);
        for raw in ["9223372036854775808", "-9223372036854775809", "99999999999999999999", &endless] {
            assert!(matches!(parse_expiry_minutes(Some(raw)), Err(FieldError::BeyondRange { .. })), "{raw:.30}");
        }
    }
}
