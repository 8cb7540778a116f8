//! Object tags as the `x-amz-tagging` header carries them.

use http::HeaderMap;

use crate::error::{ErrorCode, S3Error};
use crate::query::Query;
use crate::single_header;

/// The most tags of an object.
const MOST: usize = 10;
const LONGEST_KEY: usize = 128;
const LONGEST_VALUE: usize = 256;

/// Reads `x-amz-tagging`, written as a query string: `colour=green&size=l`. Tags come in order of key.
///
/// # Errors
/// `InvalidTag` for more than 10 tags, a key given twice, empty or longer than 128 characters, or a value longer than
/// 256; `InvalidArgument` when the header cannot be decoded.
pub fn tags(headers: &HeaderMap) -> Result<Vec<(String, String)>, S3Error> {
    const HEADER: &str = "x-amz-tagging";
    let Some(text) = single_header::filled(headers, HEADER)? else { return Ok(Vec::new()) };
    let query = Query::parse(text)
        .map_err(|_| S3Error::argument(HEADER, text, "The tags have to be written as a query string."))?;
    let mut tags = Vec::new();
    for key in query.names() {
        // A key given twice would be refused by `value` as an argument; as a tag it has a code of its own.
        let value = query.value(key).map_err(|_| invalid(key))?.unwrap_or_default();
        tags.push((key.to_owned(), value.to_owned()));
    }
    checked(tags)
}

/// Tags within the limits, in order of key.
///
/// # Errors
/// `InvalidTag`, as [`tags`].
pub(crate) fn checked(mut tags: Vec<(String, String)>) -> Result<Vec<(String, String)>, S3Error> {
    for (key, value) in &tags {
        if key.is_empty() || key.chars().count() > LONGEST_KEY || value.chars().count() > LONGEST_VALUE {
            return Err(invalid(key));
        }
    }
    if tags.len() > MOST {
        return Err(ErrorCode::InvalidTag.into());
    }
    tags.sort();
    match tags.windows(2).find(|pair| pair[0].0 == pair[1].0) {
        Some(twice) => Err(invalid(&twice[0].0)),
        None => Ok(tags),
    }
}

fn invalid(key: &str) -> S3Error {
    S3Error::new(ErrorCode::InvalidTag).with("TagKey", key)
}

#[cfg(test)]
mod tests {
    use http::HeaderValue;

    use super::*;

    fn read(text: &str) -> Result<Vec<(String, String)>, ErrorCode> {
        let mut headers = HeaderMap::new();
        headers.insert("x-amz-tagging", HeaderValue::from_str(text).unwrap());
        tags(&headers).map_err(|error| error.code())
    }

    #[test]
    fn tags_are_decoded_and_ordered() {
        let pair = |key: &str, value: &str| (key.to_owned(), value.to_owned());
        assert_eq!(
            read("size=x%26l&colour=deep+green&old").unwrap(),
            [pair("colour", "deep green"), pair("old", ""), pair("size", "x&l"),]
        );
        assert_eq!(read("").unwrap(), []);
    }

    #[test]
    fn tags_outside_the_limits_are_refused() {
        let eleven = (0..11).map(|n| format!("k{n}=v")).collect::<Vec<_>>().join("&");
        for text in [eleven, "a=1&a=2".into(), "=1".into(), "k".repeat(129), format!("k={}", "v".repeat(257))] {
            assert_eq!(read(&text), Err(ErrorCode::InvalidTag), "{text}");
        }
        assert_eq!(read("a=%zz"), Err(ErrorCode::InvalidArgument));
    }
}
