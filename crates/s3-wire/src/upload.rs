//! What names a multipart upload and its parts.

use std::fmt;

use serde::{Deserialize, Serialize};

use crate::error::S3Error;
use crate::query::Query;

/// The id of a multipart upload: an opaque word of 1 to 255 visible ASCII characters.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(try_from = "String", into = "String")]
pub struct UploadId(Box<str>);

impl UploadId {
    /// Reads an upload id.
    ///
    /// # Errors
    /// `InvalidArgument` when it cannot be one.
    pub fn parse(text: &str) -> Result<Self, S3Error> {
        if (1..=255).contains(&text.len()) && text.bytes().all(|byte| byte.is_ascii_graphic()) {
            Ok(UploadId(text.into()))
        } else {
            Err(S3Error::argument("uploadId", text, "This is not an upload id; use the one that began the upload."))
        }
    }

    /// The `uploadId` parameter, which the request has to have.
    pub(crate) fn required(query: &Query) -> Result<Self, S3Error> {
        UploadId::parse(query.value("uploadId")?.unwrap_or_default())
    }

    /// The id as text.
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

impl fmt::Display for UploadId {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

impl TryFrom<String> for UploadId {
    type Error = S3Error;

    fn try_from(text: String) -> Result<Self, S3Error> {
        UploadId::parse(&text)
    }
}

impl From<UploadId> for String {
    fn from(id: UploadId) -> String {
        id.0.into()
    }
}

/// The number of a part: 1 to 10000.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(try_from = "u16", into = "u16")]
pub struct PartNumber(u16);

impl PartNumber {
    /// The largest number.
    pub const LARGEST: u16 = 10_000;

    /// A part's number; `None` outside 1 to 10000.
    pub fn new(number: u16) -> Option<Self> {
        (1..=Self::LARGEST).contains(&number).then_some(PartNumber(number))
    }

    /// Reads a part number.
    ///
    /// # Errors
    /// `InvalidArgument` when it is not a whole number from 1 to 10000.
    pub fn parse(text: &str) -> Result<Self, S3Error> {
        text.trim().parse().ok().and_then(PartNumber::new).ok_or_else(|| {
            S3Error::argument("partNumber", text, "A part number has to be a whole number from 1 to 10000.")
        })
    }

    /// The `partNumber` parameter, when it is given.
    pub(crate) fn of(query: &Query) -> Result<Option<Self>, S3Error> {
        query.value("partNumber")?.map(PartNumber::parse).transpose()
    }

    /// The `partNumber` parameter, which the request has to have.
    pub(crate) fn required(query: &Query) -> Result<Self, S3Error> {
        PartNumber::parse(query.value("partNumber")?.unwrap_or_default())
    }

    /// The number.
    pub fn number(self) -> u16 {
        self.0
    }
}

impl fmt::Display for PartNumber {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.0.fmt(f)
    }
}

impl TryFrom<u16> for PartNumber {
    type Error = S3Error;

    fn try_from(number: u16) -> Result<Self, S3Error> {
        PartNumber::parse(&number.to_string())
    }
}

impl From<PartNumber> for u16 {
    fn from(number: PartNumber) -> u16 {
        number.0
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn part_numbers_run_from_1_to_10000() {
        assert_eq!(PartNumber::parse("1").unwrap().number(), 1);
        assert_eq!(PartNumber::parse("10000").unwrap().number(), 10_000);
        for text in ["", "0", "-1", "10001", "1.5", "99999999999"] {
            assert!(PartNumber::parse(text).is_err(), "{text}");
        }
    }

    #[test]
    fn an_upload_has_to_be_named() {
        assert!(UploadId::required(&Query::parse("uploadId=").unwrap()).is_err());
        assert_eq!(UploadId::required(&Query::parse("uploadId=abc").unwrap()).unwrap().as_str(), "abc");
    }
}
