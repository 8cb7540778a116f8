//! What can be wrong with one field of a request.

/// A field that is missing or cannot be read. `name` is the field's path, such as `user_mapping.domain`. A value is
/// repeated only where a number was expected.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum FieldError {
    /// A mandatory field is absent, null or empty (400, code 1005).
    #[error("the field {name} is missing or empty")]
    Missing { name: String },
    /// The field is there but says nothing where silence would mean something else, and larger (400, code 1005).
    #[error("the field {name} is empty: {remedy}")]
    Blank { name: String, remedy: &'static str },
    /// The field holds something of the wrong form (400, code 1008).
    #[error("the field {name} is not valid: {remedy}")]
    Invalid { name: String, remedy: &'static str },
    /// A whole number with more digits than any accepted value has (400, code 1014).
    #[error("the field {name} is {given}, beyond any number that is accepted")]
    BeyondRange { name: String, given: String },
}

/// Reads a whole number the way ECS does: an optional sign and digits; no fraction, no exponent.
pub(crate) fn whole_number(name: &str, raw: &str) -> Result<i64, FieldError> {
    let digits = raw.strip_prefix(['+', '-']).unwrap_or(raw);
    if digits.is_empty() || !digits.bytes().all(|byte| byte.is_ascii_digit()) {
        let remedy = "send a whole number, such as 60";
        return Err(FieldError::Invalid { name: name.to_owned(), remedy });
    }
    raw.parse().map_err(|_| FieldError::BeyondRange { name: name.to_owned(), given: shortened(raw) })
}

fn shortened(digits: &str) -> String {
    let mut given: String = digits.chars().take(40).collect();
    if given.len() < digits.len() {
        given.push_str("...");
    }
    given
}
