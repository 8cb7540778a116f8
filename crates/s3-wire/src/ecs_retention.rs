//! How long an object is kept by its own header (ECS Data Access Guide, *Retention*).

use http::HeaderMap;
use http::header::{HeaderName, HeaderValue};

use crate::error::S3Error;
use crate::single_header;

const PERIOD: HeaderName = HeaderName::from_static("x-emc-retention-period");

/// For how long after it was written an object may be neither deleted nor replaced.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum RetentionPeriod {
    /// So many seconds.
    Seconds(u32),
    /// For ever; -1 on the wire.
    Forever,
}

impl RetentionPeriod {
    /// Reads `x-emc-retention-period`; `None` when there is none, or 0.
    ///
    /// # Errors
    /// `InvalidArgument` for anything but seconds from -1 to 4294967295: what was to be kept must not be lost.
    pub fn of(headers: &HeaderMap) -> Result<Option<Self>, S3Error> {
        let Some(text) = single_header::filled(headers, PERIOD.as_str())? else { return Ok(None) };
        match text.trim().parse::<i64>() {
            Ok(0) => Ok(None),
            Ok(-1) => Ok(Some(RetentionPeriod::Forever)),
            Ok(seconds) if u32::try_from(seconds).is_ok() => {
                Ok(u32::try_from(seconds).ok().map(RetentionPeriod::Seconds))
            }
            _ => {
                let message = "The retention period has to be a number of seconds up to 4294967295, or -1 for ever.";
                Err(S3Error::argument(PERIOD.as_str(), text, message))
            }
        }
    }

    /// Shows it in the headers of an answer.
    pub(crate) fn write(self, headers: &mut HeaderMap) {
        let value = match self {
            RetentionPeriod::Seconds(seconds) => HeaderValue::from(seconds),
            RetentionPeriod::Forever => HeaderValue::from_static("-1"),
        };
        headers.insert(PERIOD, value);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn periods_are_seconds_or_for_ever() {
        let of = |text| {
            let mut headers = HeaderMap::new();
            headers.insert(PERIOD, HeaderValue::from_static(text));
            RetentionPeriod::of(&headers)
        };
        assert_eq!(of("60"), Ok(Some(RetentionPeriod::Seconds(60))));
        assert_eq!(of("-1"), Ok(Some(RetentionPeriod::Forever)));
        assert_eq!(of("0"), Ok(None));
        for bad in ["-2", "soon", "1.5", "4294967296"] {
            assert!(of(bad).is_err(), "{bad}");
        }
    }
}
