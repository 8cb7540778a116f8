//! The head of a PUT that stores what a form asks for.

use http::header::{HOST, HeaderMap, HeaderName, HeaderValue};
use http::request::Parts;
use http::uri::PathAndQuery;
use http::{Method, Request, Uri};

use super::{FormError, FormFields};
use crate::{ContentSha256, object_headers, percent};

/// The longest key, in bytes (S3).
const LONGEST_KEY: usize = 1024;

/// Beside a signed form it is refused; an anonymous one may have to name its namespace.
const X_EMC_NAMESPACE: HeaderName = HeaderName::from_static("x-emc-namespace");

/// Makes the head from the fields. Of the head that came with the form only what addresses the bucket is taken over:
/// nothing else in it was signed.
pub(crate) fn put(head: &Parts, fields: &FormFields) -> Result<Parts, FormError> {
    let key = fields.meaning("key").ok_or(FormError::MissingField { name: "key" })?;
    if key.is_empty() {
        return Err(FormError::EmptyKey);
    }
    if key.len() > LONGEST_KEY {
        return Err(FormError::KeyTooLong);
    }
    refuse_vouching_headers(&head.headers)?;
    let mut put = Request::new(()).into_parts().0;
    put.method = Method::PUT;
    put.version = head.version;
    put.uri = target(&head.uri, &key)?;
    put.headers = headers(fields)?;
    for name in [HOST, X_EMC_NAMESPACE] {
        for value in head.headers.get_all(&name) {
            put.headers.append(&name, value.clone());
        }
    }
    Ok(put)
}

/// Headers beside a form that vouch for its body: that is the form, of which only the file is kept. They are refused,
/// since whoever sent them relies on them.
fn refuse_vouching_headers(headers: &HeaderMap) -> Result<(), FormError> {
    let vouches = |(name, value): &(&HeaderName, &HeaderValue)| match name.as_str() {
        "x-amz-content-sha256" => value.as_bytes() != ContentSha256::UNSIGNED.as_bytes(),
        "content-md5" | "x-amz-trailer" => true,
        name => name.starts_with("x-amz-checksum-"),
    };
    match headers.iter().find(vouches) {
        Some((name, _)) => Err(FormError::HeaderVouches { name: name.as_str().to_owned() }),
        None => Ok(()),
    }
}

/// The target of the bucket with a key after it, and without a query.
fn target(bucket: &Uri, key: &str) -> Result<Uri, FormError> {
    let mut path = bucket.path().trim_end_matches('/').as_bytes().to_vec();
    path.push(b'/');
    percent::push_encoded(&mut path, key.as_bytes(), true);
    let mut pieces = bucket.clone().into_parts();
    // What can fail is the path that the request came with.
    let not_a_bucket = |_| FormError::Malformed("it was not posted to a bucket");
    pieces.path_and_query = Some(PathAndQuery::try_from(path).map_err(not_a_bucket)?);
    Uri::from_parts(pieces).map_err(|_| FormError::Malformed("it was not posted to a bucket"))
}

fn headers(fields: &FormFields) -> Result<HeaderMap, FormError> {
    let mut headers = HeaderMap::new();
    for (name, value) in fields.meant() {
        let Some(header) = header(name)? else { continue };
        let value = HeaderValue::from_bytes(value.as_bytes());
        let value = value.map_err(|_| FormError::InvalidField { name: name.to_owned() })?;
        if headers.insert(header, value).is_some() {
            return Err(FormError::RepeatedField { name: name.to_owned() });
        }
    }
    Ok(headers)
}

/// The header that a field becomes. A field by which S3 would act and that is none of those is refused: whoever sent it
/// relies on it. Others serve the form alone.
fn header(name: &str) -> Result<Option<HeaderName>, FormError> {
    if name == "acl" {
        return Ok(Some(HeaderName::from_static("x-amz-acl")));
    }
    let header = object_headers::named(name);
    if header.is_none() && object_headers::acts(name) && !signs(name) {
        return Err(FormError::FieldNotAllowed { name: name.to_owned() });
    }
    Ok(header)
}

/// Whether a field of this name belongs to the signature of Version 4.
fn signs(name: &str) -> bool {
    matches!(name, "x-amz-algorithm" | "x-amz-credential" | "x-amz-date" | "x-amz-signature")
}
