//! Writes into an object that is there: some of its bytes replaced, or more put behind them (ECS Data Access Guide,
//! *Byte range extensions*).

use http::HeaderMap;
use http::header::RANGE;

use crate::error::{ErrorCode, S3Error};
use crate::single_header;

/// Where the bytes of a body go, in an object that is there.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum PartialWrite {
    /// `bytes=a-b` or `bytes=a-`: in place of those from `first` on, and beyond the end where the body is longer.
    Update {
        /// The first byte that is replaced, counted from 0; at most the object's size.
        first: u64,
        /// The last one, when it is named: then the body has exactly so many bytes.
        last: Option<u64>,
    },
    /// `bytes=-1-`: behind the last.
    Append,
}

impl PartialWrite {
    /// Reads the header `Range` of a PUT; `None` when it writes a whole object.
    ///
    /// # Errors
    /// `InvalidArgument` for what is none of the three forms: the object would be replaced as a whole otherwise.
    pub fn of(headers: &HeaderMap) -> Result<Option<Self>, S3Error> {
        let Some(text) = single_header::filled(headers, RANGE.as_str())? else { return Ok(None) };
        let message = "To write into an object send bytes=FIRST-LAST or bytes=FIRST-, and bytes=-1- to append to it.";
        Self::parse(text).map(Some).ok_or_else(|| S3Error::argument("Range", text, message))
    }

    fn parse(text: &str) -> Option<Self> {
        let range = text.trim().strip_prefix("bytes=")?;
        if range == "-1-" {
            return Some(PartialWrite::Append);
        }
        let number = |digits: &str| digits.bytes().all(|byte| byte.is_ascii_digit()).then(|| digits.parse().ok())?;
        let (first, last) = range.split_once('-')?;
        let first = number(first)?;
        match last {
            "" => Some(PartialWrite::Update { first, last: None }),
            last => {
                let last: u64 = number(last)?;
                (first <= last && last < u64::MAX).then_some(PartialWrite::Update { first, last: Some(last) })
            }
        }
    }

    /// How many bytes the body has to have, where the range tells.
    pub fn length(self) -> Option<u64> {
        match self {
            PartialWrite::Update { first, last: Some(last) } => Some(last - first + 1),
            _ => None,
        }
    }

    /// Refuses a body of another length than the range has.
    ///
    /// # Errors
    /// `InvalidArgument`.
    pub fn expect_length(self, length: u64) -> Result<(), S3Error> {
        match self.length() {
            Some(wanted) if wanted != length => {
                let message = format!("The range has {wanted} bytes and the body {length}; send as many.");
                Err(S3Error::argument("Range", &wanted.to_string(), message))
            }
            _ => Ok(()),
        }
    }

    /// The first byte that is written, in an object of `size` bytes.
    ///
    /// # Errors
    /// `InvalidRange` when it would leave a gap behind the object's end.
    pub fn offset(self, size: u64) -> Result<u64, S3Error> {
        match self {
            PartialWrite::Append => Ok(size),
            PartialWrite::Update { first, .. } if first <= size => Ok(first),
            PartialWrite::Update { first, .. } => Err(S3Error::new(ErrorCode::InvalidRange)
                .with("RangeRequested", format!("bytes={first}-"))
                .with("ActualObjectSize", size.to_string())),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn ranges_of_writes_are_read_in_their_three_forms_and_no_other() {
        let update = |first, last| Some(PartialWrite::Update { first, last });
        assert_eq!(PartialWrite::parse("bytes=-1-"), Some(PartialWrite::Append));
        assert_eq!(PartialWrite::parse("bytes=4-9"), update(4, Some(9)));
        assert_eq!(PartialWrite::parse("bytes=0-"), update(0, None));
        for other in ["bytes=-5", "bytes=9-4", "bytes=", "bytes=1-2,4-5", "4-9", "bytes=+1-2", "bytes=-1", "bytes=-"] {
            assert_eq!(PartialWrite::parse(other), None, "{other}");
        }
    }

    #[test]
    fn a_write_leaves_no_gap_and_fills_its_range() {
        let update = |first, last| PartialWrite::Update { first, last };
        assert_eq!(PartialWrite::Append.offset(7), Ok(7));
        assert_eq!(update(7, None).offset(7), Ok(7));
        assert_eq!(update(8, None).offset(7).map_err(|error| error.code()), Err(ErrorCode::InvalidRange));
        assert!(update(2, Some(4)).expect_length(3).is_ok());
        assert!(update(2, Some(4)).expect_length(4).is_err());
        assert!(update(2, None).expect_length(4).is_ok());
    }
}
