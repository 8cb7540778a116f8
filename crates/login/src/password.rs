//! A password as typed: wiped from memory when dropped, absent from every output.

use std::fmt;

use zeroize::{Zeroize, ZeroizeOnDrop};

/// A password in clear. It has no equality on purpose: passwords are verified against a hash or by a directory.
#[derive(Clone, Zeroize, ZeroizeOnDrop)]
pub struct Password(String);

impl Password {
    /// Takes the text over without copying it.
    pub fn new(text: String) -> Self {
        Self(text)
    }

    /// The password in clear, for a hash function or a bind request.
    pub fn expose(&self) -> &str {
        &self.0
    }

    /// True for the empty password. An LDAP bind with it succeeds on many servers without proving anything
    /// (RFC 4513, 5.1.2), so it is refused before anybody is asked.
    pub fn is_empty(&self) -> bool {
        self.0.is_empty()
    }
}

impl From<&str> for Password {
    fn from(text: &str) -> Self {
        Self(text.to_owned())
    }
}

impl fmt::Debug for Password {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Password(redacted)")
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn debug_output_shows_nothing_of_it() {
        assert_eq!(format!("{:?}", Password::from("hunter2")), "Password(redacted)");
    }
}
