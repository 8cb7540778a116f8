//! The moment that a signature states, as it enters the string to sign.

use http::HeaderMap;
use http::header::DATE;
use keyward_ambient::{Civil, Timestamp};

use crate::SignatureError;
use crate::headers::{X_AMZ_DATE, single};

const MONTHS: [&str; 12] = ["Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec"];

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
        basic.or_else(|| in_date.then(|| Self::parse_http_date(text))?).ok_or(SignatureError::MissingDate)
    }

    /// Reads `20130524T000000Z` (ISO 8601 basic format, UTC).
    pub(crate) fn parse_basic(text: &str) -> Option<Self> {
        let bytes: [u8; 16] = text.as_bytes().try_into().ok()?;
        if bytes[8] != b'T' || bytes[15] != b'Z' {
            return None;
        }
        let number = |from: usize, to: usize| number(&bytes[from..to]);
        let civil = Civil {
            year: number(0, 4)?,
            month: i8::try_from(number(4, 6)?).ok()?,
            day: i8::try_from(number(6, 8)?).ok()?,
            hour: i8::try_from(number(9, 11)?).ok()?,
            minute: i8::try_from(number(11, 13)?).ok()?,
            second: i8::try_from(number(13, 15)?).ok()?,
            millisecond: 0,
            weekday: 0,
        };
        Some(Self { text: bytes, moment: Timestamp::from_civil(civil)? })
    }

    /// Reads `Fri, 24 May 2013 00:00:00 GMT` (RFC 9110 5.6.7, the form that clients send). The day of the week is
    /// not compared with the date: nothing depends on it.
    fn parse_http_date(text: &str) -> Option<Self> {
        let (_, date) = text.split_once(", ")?;
        let (date, "GMT") = date.rsplit_once(' ')? else { return None };
        let bytes: [u8; 20] = date.as_bytes().try_into().ok()?;
        let separators = [bytes[2], bytes[6], bytes[11], bytes[14], bytes[17]];
        if separators != *b"   ::" {
            return None;
        }
        let month = MONTHS.iter().position(|month| month.as_bytes() == &bytes[3..6])?;
        let civil = Civil {
            year: number(&bytes[7..11])?,
            month: i8::try_from(month + 1).ok()?,
            day: i8::try_from(number(&bytes[0..2])?).ok()?,
            hour: i8::try_from(number(&bytes[12..14])?).ok()?,
            minute: i8::try_from(number(&bytes[15..17])?).ok()?,
            second: i8::try_from(number(&bytes[18..20])?).ok()?,
            millisecond: 0,
            weekday: 0,
        };
        Timestamp::from_civil(civil).map(Self::at)
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

/// The value of a few decimal digits; anything else, a sign among it, is refused.
fn number(digits: &[u8]) -> Option<i16> {
    digits.iter().try_fold(0, |value, digit| digit.is_ascii_digit().then(|| value * 10 + i16::from(digit - b'0')))
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
        for value in ["Fri, 24 May 2013 00:00:00 CET", "Fri, 24-May-2013 00:00:00 GMT", "Fri, 4 May 2013 00:00:00 GMT"]
        {
            assert_eq!(of(&[("date", value)]), Err(SignatureError::MissingDate), "{value}");
        }
        assert_eq!(of(&[("x-amz-date", "Fri, 24 May 2013 00:00:00 GMT")]), Err(SignatureError::MissingDate));
        assert_eq!(of(&[]), Err(SignatureError::MissingDate));
    }
}
