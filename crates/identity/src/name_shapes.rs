//! What each kind of name looks like, and what is wrong with a text that does not.

use crate::caseless;

/// Why a text is not the name it was meant to be. Every message says what would be one.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum NameError {
    /// Nothing was given.
    #[error("a {what} may not be empty")]
    Empty {
        /// The kind of name.
        what: &'static str,
    },
    /// More characters than such a name may have.
    #[error("a {what} has at most {max} characters, this one has {given}")]
    TooLong {
        /// The kind of name.
        what: &'static str,
        /// How many characters were given.
        given: usize,
        /// How many are accepted.
        max: usize,
    },
    /// A character that has no place in such a name.
    #[error("a {what} may not contain {character:?}; allowed are {allowed}")]
    Character {
        /// The kind of name.
        what: &'static str,
        /// The first character that is not allowed.
        character: char,
        /// The characters that are.
        allowed: &'static str,
    },
    /// The characters are fine and their arrangement is not.
    #[error("a {what} {rule}")]
    Shape {
        /// The kind of name.
        what: &'static str,
        /// The rule that is broken, to be read after the kind of name.
        rule: &'static str,
    },
}

/// The longest name of any kind, in characters.
pub(crate) const MAX_LENGTH: usize = 255;

/// One to 255 characters, all of which are `allowed`.
fn built_of(
    what: &'static str,
    text: &str,
    allowed: &'static str,
    is_allowed: impl Fn(char) -> bool,
) -> Result<(), NameError> {
    if text.is_empty() {
        return Err(NameError::Empty { what });
    }
    let given = text.chars().count();
    if given > MAX_LENGTH {
        return Err(NameError::TooLong { what, given, max: MAX_LENGTH });
    }
    match text.chars().find(|character| !is_allowed(*character)) {
        Some(character) => Err(NameError::Character { what, character, allowed }),
        None => Ok(()),
    }
}

fn shape(what: &'static str, holds: bool, rule: &'static str) -> Result<(), NameError> {
    if holds { Ok(()) } else { Err(NameError::Shape { what, rule }) }
}

/// Reference 12.4: letters of both cases, digits, `-` and `_`. No dot, because host names are taken apart at dots.
pub(crate) fn namespace(text: &str) -> Result<String, NameError> {
    built_of("namespace name", text, "letters, digits, - and _", |c| c.is_ascii_alphanumeric() || "-_".contains(c))?;
    Ok(text.to_owned())
}

/// A DNS name or, for a directory that has none, a label of the same form. Comes back in lower case.
pub(crate) fn domain(text: &str) -> Result<String, NameError> {
    const WHAT: &str = "domain name";
    built_of(WHAT, text, "letters, digits, . - and _", |c| c.is_ascii_alphanumeric() || ".-_".contains(c))?;
    shape(WHAT, text.split('.').all(|label| !label.is_empty()), "has no empty part before, after or between dots")?;
    Ok(text.to_ascii_lowercase())
}

fn may_stand_in_an_object_user_id(c: char) -> bool {
    c.is_ascii_alphanumeric() || "!#$&'()*+,-./:;=?@_~".contains(c)
}

/// Reference 5.2. A domain-style name comes back in lower case, because that is how its owner's access key id is
/// looked up; other names keep their case.
pub(crate) fn object_user(text: &str) -> Result<String, NameError> {
    const ALLOWED: &str = "letters, digits and ! # $ & ' ( ) * + , - . / : ; = ? @ _ ~";
    built_of("user name", text, ALLOWED, may_stand_in_an_object_user_id)?;
    Ok(if text.contains('@') { text.to_ascii_lowercase() } else { text.to_owned() })
}

/// Reference 7.1. Comes back in lower case. A name with `@` is a person or group of a directory, whose part before
/// the domain may hold anything printable; a name without is an account of our own.
pub(crate) fn management_user(text: &str) -> Result<String, NameError> {
    const WHAT: &str = "management user name";
    // A colon would end the name early in an `Authorization: Basic` header.
    const ALLOWED: &str = "letters, digits and ! # $ & ' ( ) * + , - . / ; = ? _ ~";
    let name = caseless::folded(text);
    let Some((bare, domain_part)) = name.rsplit_once('@') else {
        built_of(WHAT, &name, ALLOWED, |c| c != ':' && may_stand_in_an_object_user_id(c))?;
        return Ok(name);
    };
    built_of(WHAT, &name, "printable characters", |c| !c.is_control())?;
    shape(WHAT, !bare.is_empty(), "has something before its @")?;
    shape(WHAT, bare.trim() == bare, "does not begin or end with a blank")?;
    domain(domain_part)?;
    Ok(name)
}

/// Reference 12.4.
pub(crate) fn bucket(text: &str) -> Result<String, NameError> {
    const WHAT: &str = "bucket name";
    built_of(WHAT, text, "letters, digits, . - and _", |c| c.is_ascii_alphanumeric() || ".-_".contains(c))?;
    shape(WHAT, !text.starts_with('.') && !text.ends_with('.'), "does not begin or end with a dot")?;
    shape(WHAT, !text.contains(".."), "has no two dots in a row")?;
    shape(WHAT, !looks_like_an_ipv4_address(text), "is not formatted like an IPv4 address")?;
    Ok(text.to_owned())
}

/// Four numbers between dots, whether or not each is below 256: clients and proxies differ in what they take for an
/// address.
fn looks_like_an_ipv4_address(text: &str) -> bool {
    text.split('.').count() == 4
        && text.split('.').all(|part| (1..=3).contains(&part.len()) && part.bytes().all(|byte| byte.is_ascii_digit()))
}
