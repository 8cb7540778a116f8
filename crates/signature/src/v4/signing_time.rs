//! The moment that a signature states, as it enters the string to sign.

use http::HeaderMap;
use http::header::DATE;
use keyward_ambient::{Civil, Timestamp};

use crate::headers::{X_AMZ_DATE, single};
use crate::{SignatureError, http_date};

/// A moment to the second, with its text `yyyymmddThhmmssZ`.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct SigningTime {
    text: [u8; 16],
    moment: Timestamp,
}

impl SigningTime {
    /// The moment that the head states: `x-amz-date`, or else `Date`.
    pub(crate) fn of(headers: &HeaderMap) -> Result<Self, SignatureError> {
        let (value, in_date) = match single(headers, X_AMZ_DATE, "x-amz-date")? {
            Some(value) => (value, false),
            None => (single(headers, DATE, "date")?.ok_or(SignatureError::MissingDate)?, true),
        };
        let text = value.to_str().map_err(|_| SignatureError::MissingDate)?.trim();
        let basic = Self::parse_basic(text);
        basic.or_else(|| in_date.then(|| http_date::parse(text).map(Self::at))?).ok_or(SignatureError::MissingDate)
    }

    /// Reads `20130524T000000Z` (ISO 8601 basic format, UTC).
    pub(crate) fn parse_basic(text: &str) -> Option<Self> {
        let bytes: [u8; 16] = text.as_bytes().try_into().ok()?;
        if bytes[8] != b'T' || bytes[15] != b'Z' {
            return None;
        }
        let small = |from: usize, to: usize| http_date::small(&bytes[from..to], 2..=2);
        let civil = Civil {
            year: http_date::number(&bytes[..4], 4..=4)?,
            month: small(4, 6)?,
            day: small(6, 8)?,
            hour: small(9, 11)?,
            minute: small(11, 13)?,
            second: small(13, 15)?,
            millisecond: 0,
            weekday: 0,
        };
        Some(Self { text: bytes, moment: Timestamp::from_civil(civil)? })
    }

    /// `moment`, cut to the second.
    pub(crate) fn at(moment: Timestamp) -> Self {
        let civil = moment.civil();
        let text = format!(
            "{:04}{:02}{:02}T{:02}{:02}{:02}Z",
            civil.year, civil.month, civil.day, civil.hour, civil.minute, civil.second
        );
        let text = text.as_bytes().try_into().expect("a year up to 9999 makes 16 characters");
        Self { text, moment: Timestamp::from_seconds(moment.as_seconds()) }
    }

    /// `yyyymmddThhmmssZ`.
    pub(crate) fn as_bytes(&self) -> &[u8; 16] {
        &self.text
    }

    /// `yyyymmdd`.
    pub(crate) fn day(&self) -> &[u8] {
        &self.text[..8]
    }

    pub(crate) fn moment(&self) -> Timestamp {
        self.moment
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn of(headers: &[(&'static str, &str)]) -> Result<String, SignatureError> {
        let headers = headers
            .iter()
            .map(|(name, value)| (http::HeaderName::from_static(name), http::HeaderValue::from_str(value).unwrap()));
        let time = SigningTime::of(&headers.collect())?;
        assert_eq!(SigningTime::at(time.moment()), time);
        Ok(String::from_utf8(time.as_bytes().to_vec()).unwrap())
    }

    #[test]
    fn date_is_read_when_x_amz_date_is_absent() {
        let date = ("date", "Fri, 24 May 2013 23:59:59 GMT");
        assert_eq!(of(&[date]).unwrap(), "20130524T235959Z");
        assert_eq!(of(&[date, ("x-amz-date", "20130525T000001Z")]).unwrap(), "20130525T000001Z");
        assert_eq!(of(&[("date", "20130524T000000Z")]).unwrap(), "20130524T000000Z");
    }

    #[test]
    fn what_is_no_date_is_refused() {
        for value in ["", "20130524", "20130524T000000", "20130230T000000Z", "+0130524T000000Z", "20130524T000060Z"] {
            assert_eq!(of(&[("x-amz-date", value)]), Err(SignatureError::MissingDate), "{value}");
        }
        assert_eq!(of(&[("date", "Fri, 24 May 2013 00:00:00 CET")]), Err(SignatureError::MissingDate));
        assert_eq!(of(&[("x-amz-date", "Fri, 24 May 2013 00:00:00 GMT")]), Err(SignatureError::MissingDate));
        assert_eq!(of(&[]), Err(SignatureError::MissingDate));
    }
}
