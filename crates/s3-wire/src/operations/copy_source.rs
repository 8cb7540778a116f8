//! The source of a copy: bucket, key and version in `x-amz-copy-source`.

use http::HeaderMap;
use keyward_identity::BucketName;

use crate::error::S3Error;
use crate::object_key::ObjectKey;
use crate::percent::{Plus, decode};
use crate::single_header;
use crate::version_id::VersionId;

const HEADER: &str = "x-amz-copy-source";

/// What is copied from. The bucket lies in the namespace of the request.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct CopySource {
    /// The bucket.
    pub bucket: BucketName,
    /// The key.
    pub key: ObjectKey,
    /// The version, when not the latest.
    pub version_id: Option<VersionId>,
}

impl CopySource {
    /// Reads `x-amz-copy-source`.
    ///
    /// # Errors
    /// As [`parse`](Self::parse), also where there is no such header.
    pub fn of(headers: &HeaderMap) -> Result<Self, S3Error> {
        CopySource::parse(single_header::text(headers, HEADER)?.unwrap_or_default())
    }

    /// Reads `bucket/key` or `/bucket/key`, percent-encoded in whole or in part, perhaps followed by `?versionId=…`.
    ///
    /// # Errors
    /// `InvalidArgument` when it is not of this form or names what cannot be a bucket or key.
    pub fn parse(text: &str) -> Result<Self, S3Error> {
        let invalid = |why: String| S3Error::argument(HEADER, text, format!("The source of a copy {why}."));
        let decoded = |part| decode(part, Plus::Plus).map_err(|error| invalid(format!("cannot be read: {error}")));
        // The version is cut off first: an encoded question mark belongs to the key.
        let (path, version) = match text.rsplit_once('?').and_then(|(path, query)| Some((path, query.split_once('=')?)))
        {
            Some((path, (name, version))) if decoded(name)? == "versionId" => (path, Some(version)),
            _ => (text, None),
        };
        let path = decoded(path)?;
        let (bucket, key) = path
            .strip_prefix('/')
            .unwrap_or(&path)
            .split_once('/')
            .ok_or_else(|| invalid("has to be a bucket, a slash and a key".to_owned()))?;
        let bucket =
            BucketName::parse(bucket).map_err(|error| invalid(format!("has to begin with a bucket: {error}")))?;
        let key = ObjectKey::parse(key).map_err(|error| invalid(format!("has no usable key: {}", error.reason())))?;
        let version_id = version.map(|version| VersionId::parse(&decoded(version)?)).transpose()?;
        Ok(CopySource { bucket, key, version_id })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn parsed(text: &str) -> (String, String, Option<String>) {
        let source = CopySource::parse(text).unwrap();
        (source.bucket.to_string(), source.key.to_string(), source.version_id.map(String::from))
    }

    #[test]
    fn sources_are_decoded_once_with_or_without_a_slash() {
        let expected =
            |key: &str, version: Option<&str>| ("bkt".to_owned(), key.to_owned(), version.map(str::to_owned));
        assert_eq!(parsed("bkt/a/b"), expected("a/b", None));
        assert_eq!(parsed("/bkt//a"), expected("/a", None));
        assert_eq!(parsed("bkt%2Fa%20b+c%252F"), expected("a b+c%2F", None));
        assert_eq!(parsed("/bkt/a?versionId=v1"), expected("a", Some("v1")));
        assert_eq!(parsed("/bkt/a%3FversionId=v1?versionId=null"), expected("a?versionId=v1", Some("null")));
        assert_eq!(parsed("bkt/é"), expected("é", None));
        for spelling in ["?%76ersionId=v1", "?versio%6eId=%76%31", "?versionI%64=v1"] {
            assert_eq!(parsed(&format!("bkt/a{spelling}")), expected("a", Some("v1")), "{spelling}");
        }
        assert_eq!(parsed("bkt/a?b=c"), expected("a?b=c", None));
    }

    #[test]
    fn what_names_no_object_is_refused() {
        for text in ["", "/", "bkt", "/bkt/", "bkt/%ff", "bkt/%zz", "a..b/key", "bkt/a?versionId=", "bkt/a%00"] {
            let error = CopySource::parse(text).unwrap_err();
            assert_eq!(error.code(), crate::error::ErrorCode::InvalidArgument, "{text}");
        }
    }
}
