//! The name someone logs in with, in its normal form: trimmed, lower-cased, split at the last `@`.

use std::fmt;

/// A login name: `root`, or `alice@corp.example`. Two spellings that differ in case or outer blanks are the same name.
#[derive(Clone, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct LoginName {
    text: Box<str>,
    /// Byte position of the last `@`.
    at: Option<usize>,
}

/// Why a text is no login name. None of these repeats the text: people type passwords into the wrong field.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum LoginNameError {
    /// Nothing but blanks.
    #[error("the login name is empty")]
    Empty,
    /// More bytes than [`LoginName::MAX_LENGTH`].
    #[error("the login name has {length} bytes, {max} are allowed", max = LoginName::MAX_LENGTH)]
    TooLong {
        /// Bytes of the name.
        length: usize,
    },
    /// It could forge log lines, or end a name early somewhere.
    #[error("the login name contains a control character")]
    ControlCharacter,
    /// `@corp.example`.
    #[error("the login name has no user before its '@'")]
    NoUser,
    /// `alice@`.
    #[error("the login name has no domain after its '@'")]
    NoDomain,
}

impl LoginName {
    /// The longest name, in bytes of UTF-8 after lower-casing: the limit of an object user's id.
    pub const MAX_LENGTH: usize = 255;

    /// Reads a name: trims blanks, lower-cases, and splits at the last `@`, so that `a@b@corp.example` is the user
    /// `a@b` of `corp.example`.
    pub fn parse(typed: &str) -> Result<Self, LoginNameError> {
        if typed.len() > 4 * Self::MAX_LENGTH {
            return Err(LoginNameError::TooLong { length: typed.len() });
        }
        let text = typed.trim().to_lowercase();
        if text.is_empty() {
            return Err(LoginNameError::Empty);
        }
        if text.len() > Self::MAX_LENGTH {
            return Err(LoginNameError::TooLong { length: text.len() });
        }
        if text.chars().any(char::is_control) {
            return Err(LoginNameError::ControlCharacter);
        }
        let at = text.rfind('@');
        if at == Some(0) {
            return Err(LoginNameError::NoUser);
        }
        if at == Some(text.len() - 1) {
            return Err(LoginNameError::NoDomain);
        }
        Ok(Self { text: text.into(), at })
    }

    /// The whole name, with its domain.
    pub fn as_str(&self) -> &str {
        &self.text
    }

    /// The part before the last `@`; the whole name when there is none.
    pub fn user(&self) -> &str {
        self.at.map_or(&*self.text, |at| &self.text[..at])
    }

    /// The part after the last `@`; `None` for a local management user.
    pub fn domain(&self) -> Option<&str> {
        self.at.map(|at| &self.text[at + 1..])
    }
}

impl fmt::Display for LoginName {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.text)
    }
}

impl fmt::Debug for LoginName {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "LoginName({:?})", self.text)
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    #[test]
    fn case_and_outer_blanks_make_no_difference() {
        let name = LoginName::parse("  Alice@Corp.Example ").unwrap();
        assert_eq!(name, LoginName::parse("alice@corp.example").unwrap());
        assert_eq!((name.user(), name.domain()), ("alice", Some("corp.example")));
    }

    #[test]
    fn a_name_without_at_has_no_domain() {
        let name = LoginName::parse("root").unwrap();
        assert_eq!((name.user(), name.domain()), ("root", None));
    }

    #[test]
    fn the_last_at_separates_the_domain() {
        let name = LoginName::parse("a@b@corp.example").unwrap();
        assert_eq!((name.user(), name.domain()), ("a@b", Some("corp.example")));
    }

    #[test]
    fn unusable_names_say_what_is_wrong() {
        let error = |typed: &str| LoginName::parse(typed).unwrap_err();
        assert_eq!(error("  "), LoginNameError::Empty);
        assert_eq!(error("al\0ice"), LoginNameError::ControlCharacter);
        assert_eq!(error("@corp.example"), LoginNameError::NoUser);
        assert_eq!(error("alice@"), LoginNameError::NoDomain);
        assert_eq!(error(&"x".repeat(256)), LoginNameError::TooLong { length: 256 });
        assert_eq!(error(&"x".repeat(9_999)), LoginNameError::TooLong { length: 9_999 });
    }

    proptest! {
        #[test]
        fn reading_a_name_again_changes_nothing(typed in "\\PC{0,40}") {
            if let Ok(name) = LoginName::parse(&typed) {
                prop_assert_eq!(LoginName::parse(name.as_str()), Ok(name));
            }
        }

        #[test]
        fn user_and_domain_make_up_the_name(user in "[a-z@.]{1,20}", domain in "[a-z.]{1,20}") {
            let name = LoginName::parse(&format!("{user}@{domain}")).unwrap();
            prop_assert_eq!((name.user(), name.domain()), (&*user, Some(&*domain)));
        }
    }
}
