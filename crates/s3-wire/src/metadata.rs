//! What is kept beside an object's bytes: the system headers it is served with, and its user metadata.

mod header_text;

use http::header::{
    CACHE_CONTROL, CONTENT_DISPOSITION, CONTENT_ENCODING, CONTENT_LANGUAGE, CONTENT_TYPE, EXPIRES, HeaderMap,
    HeaderName,
};
use serde::{Deserialize, Serialize};

pub use header_text::{HeaderText, InvalidHeaderText};

use crate::error::{ErrorCode, S3Error};

const USER_PREFIX: &str = "x-amz-meta-";
const WEBSITE_REDIRECT: HeaderName = HeaderName::from_static("x-amz-website-redirect-location");
/// The media type of an object that was sent without one.
const DEFAULT_TYPE: &str = "binary/octet-stream";

/// The metadata of an object, as it is stored and as it is sent back.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default)]
pub struct ObjectMetadata {
    /// `Content-Type`; without one the object is served as `binary/octet-stream`.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub content_type: Option<HeaderText>,
    /// `Cache-Control`.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub cache_control: Option<HeaderText>,
    /// `Content-Disposition`.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub content_disposition: Option<HeaderText>,
    /// `Content-Encoding`. Of a transfer framed as `aws-chunked` that word was taken out before.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub content_encoding: Option<HeaderText>,
    /// `Content-Language`.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub content_language: Option<HeaderText>,
    /// `Expires`, as it was sent: S3 does not require a date.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub expires: Option<HeaderText>,
    /// `x-amz-website-redirect-location`.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub website_redirect: Option<HeaderText>,
    /// `x-amz-meta-*`: names in lower case without that prefix, each once, in order of name.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub user: Vec<(String, HeaderText)>,
}

impl ObjectMetadata {
    /// The most bytes that names (without `x-amz-meta-`) and values of user metadata may have together.
    pub const LARGEST_USER: usize = 2048;

    /// The metadata that a write sets.
    ///
    /// # Errors
    /// `MetadataTooLarge` beyond 2048 bytes of user metadata, `InvalidArgument` for one without a name.
    pub fn of(headers: &HeaderMap) -> Result<Self, S3Error> {
        Ok(ObjectMetadata {
            content_type: joined(headers, &CONTENT_TYPE),
            cache_control: joined(headers, &CACHE_CONTROL),
            content_disposition: joined(headers, &CONTENT_DISPOSITION),
            content_encoding: joined(headers, &CONTENT_ENCODING),
            content_language: joined(headers, &CONTENT_LANGUAGE),
            expires: joined(headers, &EXPIRES),
            website_redirect: joined(headers, &WEBSITE_REDIRECT),
            user: user(headers)?,
        })
    }

    /// The value of a user entry; `name` is in lower case and without `x-amz-meta-`.
    pub fn user_value(&self, name: &str) -> Option<&HeaderText> {
        self.user.iter().find(|(given, _)| given == name).map(|(_, value)| value)
    }

    /// Writes the metadata into the headers of an answer.
    pub fn write(&self, headers: &mut HeaderMap) {
        let system = [
            (CACHE_CONTROL, &self.cache_control),
            (CONTENT_DISPOSITION, &self.content_disposition),
            (CONTENT_ENCODING, &self.content_encoding),
            (CONTENT_LANGUAGE, &self.content_language),
            (EXPIRES, &self.expires),
            (WEBSITE_REDIRECT, &self.website_redirect),
        ];
        let default_type = http::HeaderValue::from_static(DEFAULT_TYPE);
        headers.insert(CONTENT_TYPE, self.content_type.as_ref().map_or(default_type, HeaderText::header_value));
        for (name, value) in system {
            if let Some(value) = value {
                headers.insert(name, value.header_value());
            }
        }
        for (name, value) in &self.user {
            // A name that came from a header is one again; one that storage damaged is left out.
            if let Ok(name) = HeaderName::try_from(format!("{USER_PREFIX}{name}")) {
                headers.insert(name, value.header_value());
            }
        }
    }
}

/// All values of a header, joined by commas as S3 does; `None` when there is none or it is empty.
fn joined(headers: &HeaderMap, name: &HeaderName) -> Option<HeaderText> {
    let values: Vec<&[u8]> = headers.get_all(name).iter().map(http::HeaderValue::as_bytes).collect();
    let text = values.join(b",".as_slice());
    HeaderText::parse(text.trim_ascii()).ok().filter(|text| !text.as_bytes().is_empty())
}

fn user(headers: &HeaderMap) -> Result<Vec<(String, HeaderText)>, S3Error> {
    let mut entries = Vec::new();
    for name in headers.keys() {
        let Some(short) = name.as_str().strip_prefix(USER_PREFIX) else { continue };
        if short.is_empty() {
            return Err(S3Error::argument(USER_PREFIX, "", "A user metadata header needs a name after x-amz-meta-."));
        }
        entries.push((short.to_owned(), joined(headers, name).unwrap_or_default()));
    }
    entries.sort();
    let size: usize = entries.iter().map(|(name, value)| name.len() + value.as_bytes().len()).sum();
    if size > ObjectMetadata::LARGEST_USER {
        return Err(S3Error::new(ErrorCode::MetadataTooLarge)
            .with("Size", size.to_string())
            .with("MaxSizeAllowed", ObjectMetadata::LARGEST_USER.to_string()));
    }
    Ok(entries)
}

#[cfg(test)]
mod tests {
    use http::HeaderValue;

    use super::*;

    fn headers(pairs: &[(&'static str, &'static [u8])]) -> HeaderMap {
        let mut headers = HeaderMap::new();
        for (name, value) in pairs {
            headers.append(HeaderName::from_static(name), HeaderValue::from_bytes(value).unwrap());
        }
        headers
    }

    #[test]
    fn metadata_comes_back_as_it_was_sent() {
        let sent = headers(&[
            ("content-type", b"text/plain"),
            ("cache-control", b"no-cache"),
            ("expires", b"whenever"),
            ("x-amz-meta-colour", "grün".as_bytes()),
            ("x-amz-meta-latin", b"gr\xfcn"),
            ("x-amz-meta-word", b"=?UTF-8?Q?gr=C3=BCn?="),
            ("x-amz-meta-none", b""),
        ]);
        let mut answered = HeaderMap::new();
        ObjectMetadata::of(&sent).unwrap().write(&mut answered);
        assert_eq!(answered, sent);
    }

    #[test]
    fn storage_keeps_every_byte() {
        let metadata = ObjectMetadata::of(&headers(&[("x-amz-meta-b", b"gr\xfcn"), ("x-amz-meta-a", b"x")])).unwrap();
        let stored = serde_json::to_string(&metadata).unwrap();
        assert_eq!(serde_json::from_str::<ObjectMetadata>(&stored).unwrap(), metadata);
    }

    #[test]
    fn an_object_without_a_type_is_a_stream_of_bytes() {
        let mut answered = HeaderMap::new();
        ObjectMetadata::default().write(&mut answered);
        assert_eq!(answered[CONTENT_TYPE], "binary/octet-stream");
    }

    #[test]
    fn repeated_user_entries_are_joined() {
        let metadata = ObjectMetadata::of(&headers(&[("x-amz-meta-a", b"1"), ("x-amz-meta-a", b"2")])).unwrap();
        assert_eq!(metadata.user_value("a").unwrap().as_bytes(), b"1,2");
    }

    #[test]
    fn user_metadata_is_bounded() {
        let of_size = |size: usize| {
            let mut headers = HeaderMap::new();
            headers.insert("x-amz-meta-a", HeaderValue::from_str(&"v".repeat(size - 1)).unwrap());
            ObjectMetadata::of(&headers).map(drop).map_err(|error| error.code())
        };
        assert_eq!(of_size(2048), Ok(()));
        assert_eq!(of_size(2049), Err(ErrorCode::MetadataTooLarge));
    }
}
