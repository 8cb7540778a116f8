//! Byte ranges of a read (RFC 9110, 14): what is asked for, and which bytes that is of an object of a given size.

use http::header::{CONTENT_RANGE, HeaderValue};

use crate::error::{ErrorCode, S3Error};

/// A range as asked for.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum ByteRange {
    /// From a byte on, to `last` (inclusive) or to the end.
    From {
        /// The first byte, counted from 0.
        first: u64,
        /// The last byte, when one is named.
        last: Option<u64>,
    },
    /// So many bytes from the end.
    Suffix(u64),
}

/// The bytes `first..=last` of an object; never empty.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Span {
    first: u64,
    last: u64,
}

impl ByteRange {
    /// Reads the value of a `Range` header. `None`, which means the whole object, for other units than bytes, for
    /// several ranges (as S3), and for what is no range (as the specification has it).
    pub fn parse(text: &str) -> Option<Self> {
        let (unit, set) = text.trim().split_once('=')?;
        if !unit.trim().eq_ignore_ascii_case("bytes") || set.contains(',') {
            return None;
        }
        let (first, last) = set.trim().split_once('-')?;
        match (first.trim(), last.trim()) {
            ("", suffix) => position(suffix).map(ByteRange::Suffix),
            (first, "") => Some(ByteRange::From { first: position(first)?, last: None }),
            (first, last) => {
                let (first, last) = (position(first)?, position(last)?);
                (first <= last).then_some(ByteRange::From { first, last: Some(last) })
            }
        }
    }

    /// The bytes of an object of `size` bytes.
    ///
    /// # Errors
    /// `InvalidRange` with `Content-Range: bytes */size` when the object has none of them.
    pub fn resolve(self, size: u64) -> Result<Span, S3Error> {
        let span = match self {
            ByteRange::From { first, last } if first < size => {
                Some(Span { first, last: last.unwrap_or(u64::MAX).min(size - 1) })
            }
            ByteRange::Suffix(count) if count > 0 && size > 0 => {
                Some(Span { first: size.saturating_sub(count), last: size - 1 })
            }
            _ => None,
        };
        span.ok_or_else(|| self.unsatisfiable(size))
    }

    fn unsatisfiable(self, size: u64) -> S3Error {
        let asked = match self {
            ByteRange::From { first, last: Some(last) } => format!("bytes={first}-{last}"),
            ByteRange::From { first, last: None } => format!("bytes={first}-"),
            ByteRange::Suffix(count) => format!("bytes=-{count}"),
        };
        let content_range = HeaderValue::from_str(&format!("bytes */{size}")).expect("digits are visible ASCII");
        S3Error::new(ErrorCode::InvalidRange)
            .with("RangeRequested", asked)
            .with("ActualObjectSize", size.to_string())
            .with_header(CONTENT_RANGE, content_range)
    }
}

impl Span {
    /// The bytes `first..=last`; `None` when `last` lies before `first`.
    pub fn new(first: u64, last: u64) -> Option<Self> {
        (first <= last && last < u64::MAX).then_some(Span { first, last })
    }

    /// The first byte, counted from 0.
    pub fn first(self) -> u64 {
        self.first
    }

    /// The last byte, inclusive.
    pub fn last(self) -> u64 {
        self.last
    }

    /// How many bytes; at least one.
    #[expect(clippy::len_without_is_empty, reason = "a span is never empty")]
    pub fn len(self) -> u64 {
        self.last - self.first + 1
    }

    /// The value of `Content-Range` for an object of `size` bytes.
    pub fn content_range(self, size: u64) -> HeaderValue {
        HeaderValue::from_str(&format!("bytes {}-{}/{size}", self.first, self.last)).expect("digits are visible ASCII")
    }
}

/// A byte position; a number too large to hold lies beyond every object all the same.
fn position(digits: &str) -> Option<u64> {
    if digits.is_empty() || !digits.bytes().all(|byte| byte.is_ascii_digit()) {
        return None;
    }
    Some(digits.parse().unwrap_or(u64::MAX))
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    fn span(range: &str, size: u64) -> Result<(u64, u64), ErrorCode> {
        let span = ByteRange::parse(range).unwrap().resolve(size).map_err(|error| error.code())?;
        Ok((span.first(), span.last()))
    }

    #[test]
    fn ranges_are_cut_to_the_object() {
        for (range, expected) in [
            ("bytes=0-0", (0, 0)),
            ("bytes=2-5", (2, 5)),
            ("bytes=2-", (2, 9)),
            ("bytes=2-99999999999999999999999", (2, 9)),
            ("bytes=-3", (7, 9)),
            ("bytes=-30", (0, 9)),
            ("Bytes = 9-9", (9, 9)),
        ] {
            assert_eq!(span(range, 10), Ok(expected), "{range}");
        }
    }

    #[test]
    fn ranges_outside_the_object_are_refused_with_its_size() {
        for (range, size) in
            [("bytes=10-", 10), ("bytes=10-20", 10), ("bytes=-0", 10), ("bytes=0-0", 0), ("bytes=-5", 0)]
        {
            assert_eq!(span(range, size), Err(ErrorCode::InvalidRange), "{range} of {size}");
        }
        let error = ByteRange::parse("bytes=10-").unwrap().resolve(10).unwrap_err();
        assert!(error.headers().any(|(name, value)| name == CONTENT_RANGE && value == "bytes */10"));
    }

    #[test]
    fn what_is_not_one_range_of_bytes_means_the_whole_object() {
        for text in
            ["", "bytes", "bytes=", "bytes=-", "bytes=5-2", "bytes=0-1,3-4", "lines=0-1", "bytes=a-b", "bytes=+1-2"]
        {
            assert_eq!(ByteRange::parse(text), None, "{text}");
        }
    }

    proptest! {
        #[test]
        fn a_span_lies_within_its_object(text in "bytes=[0-9]{0,21}-[0-9]{0,21}", size in any::<u64>()) {
            if let Some(Ok(span)) = ByteRange::parse(&text).map(|range| range.resolve(size)) {
                prop_assert!(span.first() <= span.last() && span.last() < size);
                prop_assert!((1..=size).contains(&span.len()));
            }
        }
    }
}
