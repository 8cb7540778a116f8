//! The id of one version of an object.

use std::fmt;

use http::HeaderValue;
use serde::{Deserialize, Serialize};

use crate::error::S3Error;
use crate::query::Query;

/// A version id: `null`, or an opaque word of up to 1024 visible ASCII characters.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(try_from = "String", into = "String")]
pub struct VersionId(Box<str>);

impl VersionId {
    /// The version that an object has while its bucket is not versioned.
    pub fn null() -> Self {
        VersionId("null".into())
    }

    /// Reads a version id.
    ///
    /// # Errors
    /// `InvalidArgument` when it is empty, too long, or has other than visible ASCII characters.
    pub fn parse(text: &str) -> Result<Self, S3Error> {
        if (1..=1024).contains(&text.len()) && text.bytes().all(|byte| byte.is_ascii_graphic()) {
            Ok(VersionId(text.into()))
        } else {
            Err(S3Error::argument("versionId", text, "This is not a version id; copy it from a listing of versions."))
        }
    }

    /// The `versionId` parameter of a request.
    ///
    /// # Errors
    /// `InvalidArgument` when it is given more than once, or cannot be a version id.
    pub fn of(query: &Query) -> Result<Option<Self>, S3Error> {
        query.value("versionId")?.map(VersionId::parse).transpose()
    }

    /// Whether this is the version that has no id of its own.
    pub fn is_null(&self) -> bool {
        &*self.0 == "null"
    }

    /// The id as text.
    pub fn as_str(&self) -> &str {
        &self.0
    }

    /// The value of an `x-amz-version-id` header.
    pub fn header_value(&self) -> HeaderValue {
        HeaderValue::from_str(&self.0).expect("a version id is visible ASCII")
    }
}

impl fmt::Display for VersionId {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

impl TryFrom<String> for VersionId {
    type Error = S3Error;

    fn try_from(text: String) -> Result<Self, S3Error> {
        VersionId::parse(&text)
    }
}

impl From<VersionId> for String {
    fn from(id: VersionId) -> String {
        id.0.into()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_empty_version_is_refused_rather_than_taken_as_the_latest() {
        let query = Query::parse("versionId").unwrap();
        assert!(VersionId::of(&query).is_err());
        assert_eq!(VersionId::of(&Query::default()), Ok(None));
    }
}
