//! What a client expects before it sends its body: `100-continue`, and nothing else that anybody knows.

use http::HeaderMap;
use http::header::EXPECT;
use keyward_s3_wire::{ErrorCode, S3Error};

/// Whether the client sends its body only when it is told to.
pub(crate) fn waits_for_continue(headers: &HeaderMap) -> bool {
    expectations(headers).any(is_continue)
}

/// Refuses what is not known, instead of disappointing it (RFC 9110, *Expect*).
///
/// # Errors
/// `ExpectationFailed`.
pub(crate) fn check(headers: &HeaderMap) -> Result<(), S3Error> {
    if expectations(headers).all(is_continue) { Ok(()) } else { Err(S3Error::new(ErrorCode::ExpectationFailed)) }
}

fn expectations(headers: &HeaderMap) -> impl Iterator<Item = &[u8]> {
    let values = headers.get_all(EXPECT).iter().flat_map(|value| value.as_bytes().split(|byte| *byte == b','));
    values.map(<[u8]>::trim_ascii).filter(|expectation| !expectation.is_empty())
}

fn is_continue(expectation: &[u8]) -> bool {
    expectation.eq_ignore_ascii_case(b"100-continue")
}

#[cfg(test)]
mod tests {
    use http::{HeaderValue, StatusCode};

    use super::*;

    fn expecting(values: &[&'static str]) -> HeaderMap {
        values.iter().map(|value| (EXPECT, HeaderValue::from_static(value))).collect()
    }

    #[test]
    fn only_continue_is_waited_for() {
        assert!(waits_for_continue(&expecting(&["100-Continue"])));
        for none in [&[][..], &[""], &["junk"]] {
            assert!(!waits_for_continue(&expecting(none)), "{none:?}");
        }
    }

    #[test]
    fn what_cannot_be_met_is_refused() {
        for known in [&[][..], &[""], &["100-continue"]] {
            assert!(check(&expecting(known)).is_ok(), "{known:?}");
        }
        for unknown in [&["junk"][..], &["100-continue, junk"], &["100-continue", "junk"]] {
            let refused = check(&expecting(unknown)).expect_err("refused");
            assert_eq!(refused.status(), StatusCode::EXPECTATION_FAILED, "{unknown:?}");
        }
    }
}
