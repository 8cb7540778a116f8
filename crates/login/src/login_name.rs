//! The name someone logs in with, in its normal form: trimmed, lower-cased, split at the last `@`.

use std::fmt;

use unicode_normalization::UnicodeNormalization;

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
    #[error("the login name contains a blank that does not count, or an invisible character")]
    Blank,
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
        // Directories compare names in a folded form (RFC 4518). What they fold together must be one name here too, or
        // each spelling would be another name to guess at.
        let text = typed.nfkc().collect::<String>().to_lowercase().nfkc().collect::<String>();
        let text = text.trim();
        if text.is_empty() {
            return Err(LoginNameError::Empty);
        }
        if text.len() > Self::MAX_LENGTH {
            return Err(LoginNameError::TooLong { length: text.len() });
        }
        if text.chars().any(char::is_control) {
            return Err(LoginNameError::ControlCharacter);
        }
        if text.chars().any(is_invisible) || has_loose_blanks(text) {
            return Err(LoginNameError::Blank);
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

/// Whether some blank is more than one space between two visible characters of a name: a directory passes over it.
fn has_loose_blanks(text: &str) -> bool {
    let mut before = '@';
    let mut loose = false;
    for character in text.chars() {
        loose |= character.is_whitespace() && (character != ' ' || before == '@' || before == ' ');
        loose |= character == '@' && before == ' ';
        before = character;
    }
    loose
}

/// Characters that RFC 4518, section 2.2, maps to nothing, and others that no font shows (Unicode
/// *Default_Ignorable_Code_Point*).
fn is_invisible(character: char) -> bool {
    matches!(character,
        '\u{AD}' | '\u{34F}' | '\u{61C}' | '\u{115F}'..='\u{1160}' | '\u{17B4}'..='\u{17B5}' | '\u{1806}'
        | '\u{180B}'..='\u{180F}' | '\u{200B}'..='\u{200F}' | '\u{202A}'..='\u{202E}' | '\u{2060}'..='\u{206F}'
        | '\u{3164}' | '\u{FE00}'..='\u{FE0F}' | '\u{FEFF}' | '\u{FFA0}' | '\u{FFF0}'..='\u{FFFC}'
        | '\u{1BCA0}'..='\u{1BCA3}' | '\u{1D173}'..='\u{1D17A}' | '\u{E0000}'..='\u{E0FFF}')
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
