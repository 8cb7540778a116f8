//! Storage classes: every published name is accepted, one is kept.

use std::fmt;

use http::HeaderMap;
use serde::{Deserialize, Serialize};

use crate::error::{ErrorCode, S3Error};
use crate::single_header;

/// The names that clients may ask for. What they differ in (price, place, delay) does not exist here.
const KNOWN: [&str; 12] = [
    "STANDARD",
    "REDUCED_REDUNDANCY",
    "STANDARD_IA",
    "ONEZONE_IA",
    "INTELLIGENT_TIERING",
    "GLACIER",
    "DEEP_ARCHIVE",
    "OUTPOSTS",
    "GLACIER_IR",
    "SNOW",
    "EXPRESS_ONEZONE",
    "FSX_OPENZFS",
];

/// The class an object is kept in.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash, Serialize, Deserialize)]
pub enum StorageClass {
    /// Readable at once, kept with full redundancy.
    #[default]
    #[serde(rename = "STANDARD")]
    Standard,
}

impl StorageClass {
    /// The class that `x-amz-storage-class` asks for; every published name is kept as `STANDARD`.
    ///
    /// # Errors
    /// `InvalidStorageClass` for other names.
    pub fn asked_for(headers: &HeaderMap) -> Result<Self, S3Error> {
        match single_header::filled(headers, "x-amz-storage-class")? {
            None => Ok(StorageClass::Standard),
            Some(name) if KNOWN.contains(&name) => Ok(StorageClass::Standard),
            Some(name) => Err(S3Error::new(ErrorCode::InvalidStorageClass).with("StorageClassRequested", name)),
        }
    }

    /// The name on the wire.
    pub const fn as_str(self) -> &'static str {
        match self {
            StorageClass::Standard => "STANDARD",
        }
    }
}

impl fmt::Display for StorageClass {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.as_str())
    }
}

#[cfg(test)]
mod tests {
    use http::HeaderValue;

    use super::*;

    #[test]
    fn published_classes_are_taken_and_others_refused() {
        let mut headers = HeaderMap::new();
        headers.insert("x-amz-storage-class", HeaderValue::from_static("STANDARD_IA"));
        assert_eq!(StorageClass::asked_for(&headers), Ok(StorageClass::Standard));
        headers.insert("x-amz-storage-class", HeaderValue::from_static("standard"));
        assert_eq!(StorageClass::asked_for(&headers).unwrap_err().code(), ErrorCode::InvalidStorageClass);
    }
}
