//! What is wrong with a policy document.

use serde_json::Value;

/// Why a document is no bucket policy. The text is for its author.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("{sentence}{why}")]
pub struct Fault {
    /// What Amazon S3 says of such a fault, up to where `why` goes on.
    sentence: &'static str,
    why: String,
}

impl Fault {
    pub(crate) fn new(why: impl Into<String>) -> Self {
        Fault { sentence: "", why: why.into() }
    }

    /// The same about a principal.
    pub(crate) fn of_principal(why: impl Into<String>) -> Self {
        Fault { sentence: "Invalid principal in policy: ", why: why.into() }
    }

    /// The same, with the place it was found at in front.
    pub(crate) fn at(self, place: &str) -> Self {
        Fault { why: format!("{place}: {}", self.why), ..self }
    }
}

/// A text, or a list of texts that is not empty.
pub(crate) fn strings<'v>(element: &str, value: &'v Value) -> Result<Vec<&'v str>, Fault> {
    let wrong = || Fault::new(format!("{element} has to be a text or a list of texts that is not empty"));
    match value {
        Value::String(text) if !text.is_empty() => Ok(vec![text]),
        Value::Array(list) if !list.is_empty() => {
            list.iter().map(|one| one.as_str().filter(|text| !text.is_empty()).ok_or_else(wrong)).collect()
        }
        _ => Err(wrong()),
    }
}
