//! The query string as decoded names and values, in order.

use std::ops::Range;

use http::request::Parts;

use crate::error::{ErrorCode, S3Error};
use crate::percent::{Plus, decode};

/// A request's query parameters, percent-decoded, with `+` as a blank. It is parsed once for each request; whoever
/// decides about the request and whoever acts on it read the same names and values.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Query {
    /// All names and values, one after the other.
    text: String,
    /// Where each name and its value stand in the text.
    pairs: Vec<(Range<usize>, Range<usize>)>,
}

impl Query {
    /// Reads the query of a request head.
    ///
    /// # Errors
    /// `InvalidURI` when a name or value is not percent-encoded UTF-8.
    pub fn of(parts: &Parts) -> Result<Self, S3Error> {
        Self::parse(parts.uri.query().unwrap_or_default())
    }

    /// Reads a query string without its question mark.
    ///
    /// # Errors
    /// As [`of`](Self::of).
    pub fn parse(query: &str) -> Result<Self, S3Error> {
        let mut read = Query::default();
        for pair in query.split('&').filter(|pair| !pair.is_empty()) {
            let (name, value) = pair.split_once('=').unwrap_or((pair, ""));
            read.push(&decoded(name)?, &decoded(value)?);
        }
        Ok(read)
    }

    /// A query of one parameter.
    pub fn of_one(name: &str, value: &str) -> Self {
        let mut query = Query::default();
        query.push(name, value);
        query
    }

    fn push(&mut self, name: &str, value: &str) {
        let start = self.text.len();
        self.text.push_str(name);
        let middle = self.text.len();
        self.text.push_str(value);
        self.pairs.push((start..middle, middle..self.text.len()));
    }

    fn iter(&self) -> impl Iterator<Item = (&str, &str)> {
        self.pairs.iter().map(|(name, value)| (&self.text[name.clone()], &self.text[value.clone()]))
    }

    /// The names, in order, with repetitions.
    pub fn names(&self) -> impl Iterator<Item = &str> {
        self.iter().map(|(name, _)| name)
    }

    /// Whether there is a parameter of this name, with a value or without.
    pub fn has(&self, name: &str) -> bool {
        self.names().any(|given| given == name)
    }

    /// The value of a parameter; empty when it stands without one.
    ///
    /// # Errors
    /// `InvalidArgument` when it is given more than once: which of them counts would depend on who reads it, and what
    /// was authorised could differ from what is done.
    pub fn value(&self, name: &str) -> Result<Option<&str>, S3Error> {
        let mut found = self.iter().filter(|(given, _)| *given == name);
        let first = found.next().map(|(_, value)| value);
        match found.next() {
            Some((_, again)) => Err(S3Error::argument(name, again, format!("Give the parameter {name} only once."))),
            None => Ok(first),
        }
    }

    /// The value of a parameter, with an empty one taken as none.
    ///
    /// # Errors
    /// As [`value`](Self::value).
    pub fn filled(&self, name: &str) -> Result<Option<&str>, S3Error> {
        Ok(self.value(name)?.filter(|value| !value.is_empty()))
    }

    /// A count such as `max-keys`: `most` when it is not given or larger.
    ///
    /// # Errors
    /// `InvalidArgument` when it is not a whole number from 0 to 2147483647, as S3 bounds it.
    pub fn count(&self, name: &str, most: u32) -> Result<u32, S3Error> {
        let Some(value) = self.filled(name)? else { return Ok(most) };
        match value.parse::<u32>() {
            Ok(count) if count <= i32::MAX.cast_unsigned() => Ok(count.min(most)),
            _ => Err(S3Error::argument(name, value, format!("{name} has to be a whole number from 0 to 2147483647."))),
        }
    }
}

fn decoded(text: &str) -> Result<std::borrow::Cow<'_, str>, S3Error> {
    decode(text, Plus::Blank).map_err(|error| {
        S3Error::because(
            ErrorCode::InvalidURI,
            format!("The query string cannot be read: {error}; encode it as UTF-8."),
        )
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn values_are_decoded_and_empty_ones_are_values() {
        let query = Query::parse("acl&prefix=a+b%2Fc&delimiter=&&x=1=2").unwrap();
        assert_eq!(query.value("acl").unwrap(), Some(""));
        assert_eq!(query.value("prefix").unwrap(), Some("a b/c"));
        assert_eq!(query.filled("delimiter").unwrap(), None);
        assert_eq!(query.value("x").unwrap(), Some("1=2"));
        assert_eq!(query.value("marker").unwrap(), None);
    }

    #[test]
    fn a_name_is_the_same_in_every_spelling() {
        for query in ["versionId=v1", "%76ersionId=v1", "versio%6eId=%76%31", "versionI%64=v1&", "&acl&version%49d=v1"]
        {
            assert_eq!(Query::parse(query).unwrap().value("versionId").unwrap(), Some("v1"), "{query}");
        }
        assert_eq!(Query::of_one("prefix", "a b&c").value("prefix").unwrap(), Some("a b&c"));
    }

    #[test]
    fn a_parameter_given_twice_is_refused() {
        let query = Query::parse("versionId=a&versionId=b").unwrap();
        let error = query.value("versionId").unwrap_err();
        assert_eq!((error.code(), error.field("ArgumentName")), (ErrorCode::InvalidArgument, Some("versionId")));
    }

    #[test]
    fn counts_are_clamped_and_nonsense_is_refused() {
        let count = |query| Query::parse(query).unwrap().count("max-keys", 1000);
        assert_eq!(count(""), Ok(1000));
        assert_eq!(count("max-keys="), Ok(1000));
        assert_eq!(count("max-keys=0"), Ok(0));
        assert_eq!(count("max-keys=5000"), Ok(1000));
        for nonsense in ["max-keys=-1", "max-keys=blah", "max-keys=4294967296", "max-keys=2147483648"] {
            assert_eq!(count(nonsense).unwrap_err().code(), ErrorCode::InvalidArgument, "{nonsense}");
        }
    }

    #[test]
    fn a_broken_query_is_an_invalid_uri() {
        assert_eq!(Query::parse("a=%zz").unwrap_err().code(), ErrorCode::InvalidURI);
        assert_eq!(Query::parse("a=%ff").unwrap_err().code(), ErrorCode::InvalidURI);
    }
}
