//! Text that must not stay in memory or reach a log: secret keys and passwords on their way in and out.

use std::fmt;

use subtle::ConstantTimeEq;
use zeroize::Zeroizing;

/// A secret key or password that a request brought, byte for byte. Zeroized when dropped, never printed, compared in
/// constant time.
#[derive(Clone)]
pub struct GivenSecret(Zeroizing<String>);

impl GivenSecret {
    /// Takes the text over.
    pub fn new(secret: impl Into<String>) -> Self {
        GivenSecret(Zeroizing::new(secret.into()))
    }

    /// The text itself.
    pub fn expose(&self) -> &str {
        &self.0
    }
}

impl PartialEq for GivenSecret {
    fn eq(&self, other: &Self) -> bool {
        self.0.as_bytes().ct_eq(other.0.as_bytes()).into()
    }
}

impl Eq for GivenSecret {}

impl fmt::Debug for GivenSecret {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("GivenSecret(..)")
    }
}

/// A secret key that an answer hands to its owner. Zeroized when dropped, never printed; only the writer of the
/// answer reads it.
pub struct ShownOnce(Zeroizing<String>);

impl ShownOnce {
    /// Takes the text over.
    pub fn new(secret: impl Into<String>) -> Self {
        ShownOnce(Zeroizing::new(secret.into()))
    }

    pub(crate) fn expose(&self) -> &str {
        &self.0
    }
}

impl fmt::Debug for ShownOnce {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("ShownOnce(..)")
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn debug_output_holds_no_secret() {
        let printed = format!("{:?} {:?}", GivenSecret::new("wemtu5OT"), ShownOnce::new("wemtu5OT"));
        assert!(!printed.contains("wemtu5OT"), "{printed}");
    }

    #[test]
    fn given_secrets_are_equal_when_every_byte_is() {
        assert_eq!(GivenSecret::new("abc"), GivenSecret::new("abc"));
        assert_ne!(GivenSecret::new("abc"), GivenSecret::new("abC"));
        assert_ne!(GivenSecret::new("abc"), GivenSecret::new("abc "));
    }
}
