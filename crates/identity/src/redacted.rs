//! How a password hash shows itself in `Debug`: not at all.

use std::fmt;

/// Prints that there is a hash, and nothing of it.
pub(crate) struct Redacted;

impl fmt::Debug for Redacted {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("redacted")
    }
}
