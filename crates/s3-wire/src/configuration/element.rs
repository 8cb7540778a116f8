//! What the documents have in common: words, numbers, and errors that name the element.

use std::str::FromStr;

use crate::error::{ErrorCode, S3Error};
use crate::xml::Element;

/// `MalformedXML` that says what is wrong.
pub(super) fn malformed(message: impl Into<String>) -> S3Error {
    S3Error::because(ErrorCode::MalformedXML, message.into())
}

/// The trimmed text of the one child called `name`.
pub(super) fn word<'e>(element: &'e Element, name: &'e str) -> Result<Option<&'e str>, S3Error> {
    Ok(element.child_text(name)?.map(str::trim))
}

/// The number in the one child called `name`.
pub(super) fn number<T: FromStr>(element: &Element, name: &str) -> Result<Option<T>, S3Error> {
    let Some(text) = word(element, name)? else { return Ok(None) };
    text.parse().map(Some).map_err(|_| malformed(format!("<{name}> has to be a whole number that is not negative.")))
}

/// The number of the one child called `name`, which has to be 1 at least.
pub(super) fn positive(element: &Element, name: &str) -> Result<Option<u32>, S3Error> {
    match number(element, name)? {
        Some(0) => {
            let text = word(element, name)?.unwrap_or_default();
            Err(S3Error::argument(name, text, format!("{name} has to be a whole number from 1.")))
        }
        number => Ok(number),
    }
}

/// The truth value of the one child called `name`; false where there is none.
pub(super) fn truth(element: &Element, name: &str) -> Result<bool, S3Error> {
    match word(element, name)? {
        None => Ok(false),
        Some(text) if text.eq_ignore_ascii_case("true") => Ok(true),
        Some(text) if text.eq_ignore_ascii_case("false") => Ok(false),
        Some(_) => Err(malformed(format!("<{name}> has to be true or false."))),
    }
}
