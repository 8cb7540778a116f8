//! JSON of the calls under `/keyward/v1`, which ECS does not have.

use keyward_ecs_wire::EcsError;
use serde::Serialize;
use serde::de::DeserializeOwned;
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
    use serde::Deserialize;

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
    fn unknown_members_are_ignored() {
        assert_eq!(read::<Named>(br#"{"name":"a","x":1}"#).expect("readable").name, "a");
    }
}
