//! JSON of the calls under `/keyward/v1`, which ECS does not have.

use std::fmt;

use keyward_ecs_wire::EcsError;
use serde::de::{DeserializeOwned, IgnoredAny, MapAccess, Visitor};
use serde::{Deserialize, Deserializer, Serialize};
use serde_json::error::Category;

use crate::error::Failure;
use crate::reply::{Answering, Reply};

/// A request body of a call of our own.
pub(crate) trait JsonRequest {
    /// What one looks like, for those who sent something else.
    const EXAMPLE: &'static str;
}

/// Reads a body. The parser's own words are not repeated: they can hold a piece of the body, and so a password.
pub(crate) fn read<T: JsonRequest + DeserializeOwned>(body: &[u8]) -> Result<T, Failure> {
    let body = if body.trim_ascii().is_empty() { b"{}" } else { body };
    serde_json::from_slice(body).map_err(|error| {
        let (line, column) = (error.line(), error.column());
        let what = match error.classify() {
            Category::Data => "the body has not the fields of this call",
            Category::Io | Category::Syntax | Category::Eof => "the body is not valid JSON",
        };
        EcsError::bad_body(&format!("{what} at line {line}, column {column}: send {}", T::EXAMPLE)).into()
    })
}

/// The names of a body's fields, in the order sent; none of a body that is no object. Their values are not looked at.
pub(crate) fn names(body: &[u8]) -> Vec<String> {
    serde_json::from_slice(body).map_or_else(|_| Vec::new(), |Names(names)| names)
}

struct Names(Vec<String>);

impl<'de> Deserialize<'de> for Names {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        deserializer.deserialize_map(Collecting)
    }
}

struct Collecting;

impl<'de> Visitor<'de> for Collecting {
    type Value = Names;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("an object")
    }

    fn visit_map<A: MapAccess<'de>>(self, mut map: A) -> Result<Names, A::Error> {
        let mut names = Vec::new();
        while let Some((name, IgnoredAny)) = map.next_entry()? {
            names.push(name);
        }
        Ok(Names(names))
    }
}

/// 200 with a JSON body.
pub(crate) fn answer(body: &impl Serialize) -> Answering {
    // Large enough for any answer with a password in it, so that none is left behind where the buffer was before.
    let mut bytes = Vec::with_capacity(1024);
    serde_json::to_writer(&mut bytes, body).map_err(|cause| {
        tracing::error!(%cause, "an answer cannot be written as JSON");
        EcsError::internal()
    })?;
    Ok(Reply::of("application/json", bytes))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[derive(Debug, Deserialize)]
    struct Named {
        name: String,
    }

    impl JsonRequest for Named {
        const EXAMPLE: &'static str = r#"{"name":"alice@local.test"}"#;
    }

    #[test]
    fn what_is_wrong_is_told_without_a_piece_of_the_body() {
        for body in
            [r#"{"name":{"deep":"s3cret"}}"#, r#"{"name":["s3cret"]}"#, r#""s3cret""#, "s3cret", "{\"name\":\"s3cret"]
        {
            let failure = read::<Named>(body.as_bytes()).expect_err(body);
            let text = format!("{failure:?}");
            assert!(!text.contains("s3cret") && text.contains("alice@local.test"), "{text}");
        }
    }

    #[test]
    fn a_body_of_the_form_asked_for_is_read() {
        assert_eq!(read::<Named>(br#"{"name":"a"}"#).expect("readable").name, "a");
    }

    #[test]
    fn the_names_of_the_fields_are_read_without_their_values() {
        assert_eq!(names(br#"{"name":"a","x":{"y":1},"name":[2]}"#), ["name", "x", "name"]);
        for other in ["", "null", "[1]", "\"x\"", "{\"x\":1"] {
            assert_eq!(names(other.as_bytes()), [""; 0], "{other}");
        }
    }
}
