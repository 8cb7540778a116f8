//! What is remembered of an account's passwords beside the present one.

use std::fmt;

use serde::{Deserialize, Serialize};

/// Former passwords, and whose choice the present one is. Its `Debug` shows no hash.
#[derive(Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default)]
pub struct PasswordPast {
    /// Whether the account's owner chose the present password, rather than an administrator.
    pub own_choice: bool,
    /// Hashes in PHC form of the passwords before the present one, the latest first.
    pub former: Vec<String>,
}

/// How many are kept at most, whatever the rules say: each has to be compared with.
const MOST: usize = 24;

impl PasswordPast {
    /// The past once `replaced` gives way to another password.
    #[must_use]
    pub fn after(mut self, replaced: Option<String>, own_choice: bool) -> Self {
        self.former.splice(0..0, replaced);
        self.former.truncate(MOST);
        Self { own_choice, ..self }
    }
}

impl fmt::Debug for PasswordPast {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("PasswordPast")
            .field("own_choice", &self.own_choice)
            .field("former", &self.former.len())
            .finish()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_latest_come_first_and_the_oldest_are_forgotten() {
        let past = (0..30).fold(PasswordPast::default(), |past, n| past.after(Some(format!("$hash{n}")), true));
        assert_eq!((past.former.len(), past.former[0].as_str()), (MOST, "$hash29"));
        assert!(!format!("{past:?}").contains("$hash"));
    }
}
