//! The lock of an object as headers carry it: retention and legal hold.

use http::HeaderMap;
use http::header::{HeaderName, HeaderValue};
use keyward_ambient::Timestamp;
pub use keyward_identity::RetentionMode;
use serde::{Deserialize, Serialize};

use crate::date::{iso8601, parse_iso8601};
use crate::error::S3Error;
use crate::single_header;

const MODE: HeaderName = HeaderName::from_static("x-amz-object-lock-mode");
const UNTIL: HeaderName = HeaderName::from_static("x-amz-object-lock-retain-until-date");
const HOLD: HeaderName = HeaderName::from_static("x-amz-object-lock-legal-hold");

/// The lock of an object version.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct ObjectLock {
    /// Until when the version may not be deleted, and how strictly.
    pub retention: Option<(RetentionMode, Timestamp)>,
    /// Whether a legal hold is on; `None` when nothing was said.
    pub legal_hold: Option<bool>,
}

impl ObjectLock {
    /// The lock that a write asks for.
    ///
    /// # Errors
    /// `InvalidArgument` when one of mode and date stands alone, or a value cannot be read.
    pub fn of(headers: &HeaderMap) -> Result<Self, S3Error> {
        let mode = single_header::filled(headers, MODE.as_str())?;
        let until = single_header::filled(headers, UNTIL.as_str())?;
        let retention = match (mode, until) {
            (None, None) => None,
            (Some(mode), Some(until)) => Some((retention_mode(mode)?, retained_until(until)?)),
            (mode, until) => {
                let given = mode.or(until).unwrap_or_default();
                let message = "Send the object lock's mode and its retain-until date together.";
                return Err(S3Error::argument(MODE.as_str(), given, message));
            }
        };
        let legal_hold = match single_header::filled(headers, HOLD.as_str())? {
            None => None,
            Some("ON") => Some(true),
            Some("OFF") => Some(false),
            Some(other) => return Err(S3Error::argument(HOLD.as_str(), other, "A legal hold has to be ON or OFF.")),
        };
        Ok(ObjectLock { retention, legal_hold })
    }

    /// Whether nothing is asked for.
    pub fn is_empty(&self) -> bool {
        *self == Self::default()
    }

    /// Writes the lock into the headers of an answer.
    pub fn write(&self, headers: &mut HeaderMap) {
        if let Some((mode, until)) = self.retention {
            headers.insert(MODE, HeaderValue::from_static(mode.as_str()));
            headers.insert(UNTIL, HeaderValue::from_str(&iso8601(until)).expect("a date is visible ASCII"));
        }
        if let Some(on) = self.legal_hold {
            headers.insert(HOLD, HeaderValue::from_static(if on { "ON" } else { "OFF" }));
        }
    }
}

fn retention_mode(text: &str) -> Result<RetentionMode, S3Error> {
    let message = "The object lock's mode has to be GOVERNANCE or COMPLIANCE.";
    RetentionMode::parse(text).ok_or_else(|| S3Error::argument(MODE.as_str(), text, message))
}

fn retained_until(text: &str) -> Result<Timestamp, S3Error> {
    parse_iso8601(text).ok_or_else(|| {
        S3Error::argument(UNTIL.as_str(), text, "The retain-until date has to be a date such as 2030-01-01T00:00:00Z.")
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    fn headers(pairs: &[(HeaderName, &'static str)]) -> HeaderMap {
        pairs.iter().map(|(name, value)| (name.clone(), HeaderValue::from_static(value))).collect()
    }

    #[test]
    fn a_lock_comes_back_as_it_was_asked_for() {
        let sent = headers(&[(MODE, "COMPLIANCE"), (UNTIL, "2030-01-01T00:00:00.000Z"), (HOLD, "ON")]);
        let mut answered = HeaderMap::new();
        ObjectLock::of(&sent).unwrap().write(&mut answered);
        assert_eq!(answered, sent);
    }

    #[test]
    fn half_a_retention_is_refused() {
        assert!(ObjectLock::of(&headers(&[(MODE, "COMPLIANCE")])).is_err());
        assert!(ObjectLock::of(&headers(&[(UNTIL, "2030-01-01T00:00:00Z")])).is_err());
        assert!(ObjectLock::of(&headers(&[(MODE, "compliance"), (UNTIL, "2030-01-01T00:00:00Z")])).is_err());
        assert!(ObjectLock::of(&headers(&[(HOLD, "on")])).is_err());
    }
}
