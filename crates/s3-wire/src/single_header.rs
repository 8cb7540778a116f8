//! Reads headers that may stand only once, as text. Whoever decides about a request and whoever acts on it read them
//! here, so that a repeated or empty header means the same to both.

use http::HeaderMap;

use crate::error::S3Error;

/// The value of a header as text, without surrounding blanks.
///
/// # Errors
/// `InvalidArgument` when it is given more than once or is not UTF-8.
pub fn text<'a>(headers: &'a HeaderMap, name: &str) -> Result<Option<&'a str>, S3Error> {
    let mut values = headers.get_all(name).iter();
    let Some(value) = values.next() else { return Ok(None) };
    let shown = || String::from_utf8_lossy(value.as_bytes()).into_owned();
    if values.next().is_some() {
        return Err(S3Error::argument(name, &shown(), format!("Send the header {name} only once.")));
    }
    match std::str::from_utf8(value.as_bytes()) {
        Ok(text) => Ok(Some(text.trim_matches([' ', '\t']))),
        Err(_) => Err(S3Error::argument(name, &shown(), format!("The header {name} has to be UTF-8."))),
    }
}

/// As [`text`], with an empty value taken as none.
///
/// # Errors
/// As [`text`].
pub fn filled<'a>(headers: &'a HeaderMap, name: &str) -> Result<Option<&'a str>, S3Error> {
    Ok(text(headers, name)?.filter(|text| !text.is_empty()))
}

/// Whether a header says `true`, in any case.
///
/// # Errors
/// As [`text`], and `InvalidArgument` for any other word than `true` and `false`.
pub fn truth(headers: &HeaderMap, name: &str) -> Result<bool, S3Error> {
    match filled(headers, name)? {
        None => Ok(false),
        Some(word) if word.eq_ignore_ascii_case("true") => Ok(true),
        Some(word) if word.eq_ignore_ascii_case("false") => Ok(false),
        Some(word) => Err(S3Error::argument(name, word, format!("{name} has to be true or false."))),
    }
}

#[cfg(test)]
mod tests {
    use http::HeaderValue;

    use super::*;

    #[test]
    fn a_single_header_given_twice_is_refused() {
        let mut headers = HeaderMap::new();
        headers.append("x-amz-acl", HeaderValue::from_static("private"));
        assert_eq!(text(&headers, "x-amz-acl"), Ok(Some("private")));
        headers.append("x-amz-acl", HeaderValue::from_static("public-read"));
        assert!(text(&headers, "x-amz-acl").is_err());
    }

    #[test]
    fn truth_is_true_or_false() {
        let mut headers = HeaderMap::new();
        assert_eq!(truth(&headers, "x"), Ok(false));
        headers.insert("x", HeaderValue::from_static("True"));
        assert_eq!(truth(&headers, "x"), Ok(true));
        headers.insert("x", HeaderValue::from_static("yes"));
        assert!(truth(&headers, "x").is_err());
    }
}
